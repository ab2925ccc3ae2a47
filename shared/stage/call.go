package stage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// stuckGrace is how long a function may go on after its context has ended before the loop stops waiting for it.
const stuckGrace = 5 * time.Second

// panicError is a recovered panic; its stack goes into the dead letter.
type panicError struct {
	value any
	stack string
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// errStuck marks a function that ignored the end of its context.
var errStuck = errors.New("the stage's function did not return after its context had ended")

// call calls the function under the time limit, with panics recovered. When a batch of several panics or hangs, its
// inputs are tried one by one, so that only the guilty one pays.
func (l *loop[In, Out]) call(ctx context.Context, inputs []Input[In], with company) ([]Out, []error) {
	outputs, errs, err := l.guarded(ctx, inputs, with)
	if err == nil {
		return outputs, errs
	}
	outputs, errs = make([]Out, len(inputs)), make([]error, len(inputs))
	if len(inputs) == 1 {
		errs[0] = err
		return outputs, errs
	}
	for i := range inputs {
		one, oneErrs, err := l.guarded(ctx, inputs[i:i+1], with)
		if err != nil {
			errs[i] = err
			continue
		}
		outputs[i], errs[i] = one[0], oneErrs[0]
	}
	return outputs, errs
}

type result[Out event.Payload] struct {
	outputs []Out
	errs    []error
	err     error
}

// guarded makes one call, while no suspect is in hand; who brings a suspect has seen to that. The last error concerns the
// call as a whole.
func (l *loop[In, Out]) guarded(ctx context.Context, inputs []Input[In], with company) ([]Out, []error, error) {
	if with == inCompany {
		l.cfg.Turns.calls.RLock()
		defer l.cfg.Turns.calls.RUnlock()
	}
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	done := make(chan result[Out], 1)
	l.callers.run(func() {
		var r result[Out]
		defer func() {
			if v := recover(); v != nil {
				r = result[Out]{err: fault.New(fault.ClassPermanent, "panic", "%w", &panicError{value: v, stack: string(debug.Stack())})}
			}
			done <- r
		}()
		r.outputs, r.errs = l.f(ctx, inputs)
		r.err = checkLengths(inputs, &r)
	})
	select {
	case r := <-done:
		return r.outputs, r.errs, r.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(stuckGrace)
	defer grace.Stop()
	select {
	case r := <-done:
		return r.outputs, r.errs, r.err
	case <-grace.C:
		l.meter.stuck.Inc()
		l.log.Error("the stage's function ignores its context; going on without it", "inputs", len(inputs))
		return nil, nil, fault.New(fault.ClassTransient, "stuck", "after %s: %w", l.cfg.Timeout, errStuck)
	}
}

// callers are the goroutines that calls run on. One that is free again takes the next call: its stack has grown by then, where
// that of a new one would be copied several times on the way. It is safe for concurrent use.
type callers struct {
	next chan func()
	over chan struct{} // closed when there are no more calls
}

func newCallers() *callers { return &callers{next: make(chan func()), over: make(chan struct{})} }

// run returns at once.
func (c *callers) run(call func()) {
	select {
	case c.next <- call:
	default:
		go c.work(call)
	}
}

func (c *callers) work(call func()) {
	for {
		call()
		select {
		case call = <-c.next:
		case <-c.over:
			return
		}
	}
}

// end lets go of those that are free, and of the others once they are.
func (c *callers) end() { close(c.over) }

// checkLengths holds a BatchFunc to its contract and completes what it may leave out.
func checkLengths[In, Out event.Payload](inputs []Input[In], r *result[Out]) error {
	if r.errs == nil {
		r.errs = make([]error, len(inputs))
	}
	if r.outputs == nil {
		r.outputs = make([]Out, len(inputs))
	}
	if len(r.errs) != len(inputs) || len(r.outputs) != len(inputs) {
		return fault.New(fault.ClassPermanent, "batch_contract",
			"the batch function was given %d inputs and returned %d outputs and %d errors", len(inputs), len(r.outputs), len(r.errs))
	}
	return nil
}

package stagetest

import (
	"context"
	"maps"
	"sync"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
)

// call is one call of the subject's function with one input.
type call struct {
	id      string // of the input
	nth     int    // how often the function has been called with it, this call included
	attempt int    // attempts that were spent before, as the envelope says
}

// injector stands between the loop and the subject's function: it does what a promise wants done to a call, and keeps count.
// The hooks are set before the stage starts.
type injector struct {
	// before runs before the function; with an error of it the function is not called.
	before func(ctx context.Context, c call) error
	// limit may give the function another context.
	limit func(ctx context.Context, c call) context.Context
	// after gets the function's context and error, and returns what the loop is to see.
	after func(ctx context.Context, c call, err error) error

	mu   sync.Mutex
	seen map[string]history
}

// history is what happened to one input in the function.
type history struct {
	calls, inHand, succeeded int
	attempts                 int   // the most that an envelope said were spent
	last                     error // what the function itself said last
}

func newInjector() *injector { return &injector{seen: map[string]history{}} }

func (j *injector) of(id string) history {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.seen[id]
}

func (j *injector) all() map[string]history {
	j.mu.Lock()
	defer j.mu.Unlock()
	return maps.Clone(j.seen)
}

func (j *injector) note(id string, change func(*history)) history {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.seen[id]
	change(&h)
	j.seen[id] = h
	return h
}

func (j *injector) enter(ctx context.Context, e event.Envelope) (call, error) {
	h := j.note(e.ID, func(h *history) {
		h.calls++
		h.inHand++
		h.attempts = max(h.attempts, e.Attempt)
	})
	c := call{id: e.ID, nth: h.calls, attempt: e.Attempt}
	if j.before == nil {
		return c, nil
	}
	return c, j.before(ctx, c)
}

func (j *injector) leave(c call) { j.note(c.id, func(h *history) { h.inHand-- }) }

func (j *injector) context(ctx context.Context, c call) context.Context {
	if j.limit == nil {
		return ctx
	}
	return j.limit(ctx, c)
}

func (j *injector) result(ctx context.Context, c call, err error) error {
	j.note(c.id, func(h *history) {
		h.last = err
		if err == nil {
			h.succeeded++
		}
	})
	if j.after == nil {
		return err
	}
	return j.after(ctx, c, err)
}

func injectFunc[In, Out event.Payload](j *injector, f stage.Func[In, Out]) stage.Func[In, Out] {
	return func(ctx context.Context, in In) (Out, error) {
		e, _ := event.FromContext(ctx)
		c, err := j.enter(ctx, e)
		defer j.leave(c)
		if err != nil {
			var none Out
			return none, err
		}
		ctx = j.context(ctx, c)
		out, err := f(ctx, in)
		return out, j.result(ctx, c, err)
	}
}

// injectBatch takes the inputs that are to fail out of a batch and gives the function the rest.
func injectBatch[In, Out event.Payload](j *injector, f stage.BatchFunc[In, Out]) stage.BatchFunc[In, Out] {
	return func(ctx context.Context, in []stage.Input[In]) ([]Out, []error) {
		outs, errs := make([]Out, len(in)), make([]error, len(in))
		var given []stage.Input[In]
		var calls []call
		var places []int
		limited := ctx
		for i := range in {
			c, err := j.enter(ctx, in[i].Envelope)
			defer j.leave(c)
			if err != nil {
				errs[i] = err
				continue
			}
			limited = j.context(limited, c)
			given, calls, places = append(given, in[i]), append(calls, c), append(places, i)
		}
		if len(given) == 0 {
			return outs, errs
		}
		got, failed := f(limited, given)
		if got != nil && len(got) != len(given) || failed != nil && len(failed) != len(given) {
			return []Out{}, nil // the loop says what is wrong with that
		}
		for i, place := range places {
			if got != nil {
				outs[place] = got[i]
			}
			var err error
			if failed != nil {
				err = failed[i]
			}
			errs[place] = j.result(limited, calls[i], err)
		}
		return outs, errs
	}
}

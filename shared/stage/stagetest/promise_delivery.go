package stagetest

import (
	"context"
	"time"

	"github.com/millrace/millrace/shared/event"
)

// once: the fair weather.
func once[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(12)
	r.start()
	r.send(inputs...)
	r.conclude()
	for _, in := range inputs {
		if n := r.of(in.id).calls; n != 1 {
			r.broken("the function was called %d times with input %s, though nothing failed", n, in.id)
		}
	}
	handled := len(inputs) + r.ownFurther()
	if n := metric(r.t, r.metrics, "millrace_stage_messages_total", "done"); n != float64(handled) {
		r.broken("the metric millrace_stage_messages_total counts %v done after %d inputs", n, handled)
	}
	if err := r.health.well(); err != nil {
		r.broken("after a shutdown in order, %v", err)
	}
	if probe := r.kit.subject.Probe; probe != nil {
		if err := probe(r.t.Context()); err != nil {
			r.broken("the stage's probe finds its dependencies down while they are up: %v", err)
		}
	}
}

// duplicates: the same message published many times, at once and again when all is done.
func duplicates[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(6)
	r.start()
	r.send(inputs...)
	r.send(inputs...)
	r.await(inputs...)
	r.send(inputs...)
	r.eventually(func() error { return r.called(3, inputs...) })
	r.conclude()
}

// redelivery: connections are cut while inputs are in the function, so that no acknowledgement reaches the broker.
func redelivery[In, Out event.Payload](r *rig[In, Out]) {
	cut := func(c call) {
		if c.nth == 1 {
			r.proxy.Cut()
		}
	}
	inputs := r.make(6)
	late := map[string]bool{}
	for _, in := range inputs[:4] {
		late[in.id] = true
	}
	r.before = func(_ context.Context, c call) error {
		if !late[c.id] {
			cut(c)
		}
		return nil
	}
	r.after = func(_ context.Context, c call, err error) error {
		if late[c.id] {
			cut(c)
		}
		return err
	}
	r.start()
	r.send(inputs...)
	r.eventually(func() error { return r.called(2, inputs...) })
	r.conclude()
}

// slow: one input stays in the function until all the others are done.
func slow[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(9)
	first, others := inputs[0], inputs[1:]
	entered, leave := make(chan struct{}), make(chan struct{})
	r.before = func(ctx context.Context, c call) error {
		if c.id != first.id || c.nth > 1 {
			return nil
		}
		close(entered)
		return hold(ctx, leave)
	}
	r.start()
	r.send(first)
	r.reached(entered)
	r.send(others...)
	r.await(others...)
	close(leave)
	r.conclude()
	for _, in := range inputs {
		if n := r.of(in.id).calls; n != 1 {
			r.broken("the function was called %d times with input %s, though it was only slow", n, in.id)
		}
	}
}

// shutdown: the stage is told to end while inputs are in the function and others wait.
func shutdown[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(12)
	entered, leave := make(chan struct{}), make(chan struct{})
	r.before = func(ctx context.Context, c call) error {
		if c.id == inputs[0].id && c.nth == 1 {
			close(entered)
			return hold(ctx, leave)
		}
		return nil
	}
	r.start()
	r.send(inputs...)
	r.reached(entered)
	r.cancel()
	select {
	case err := <-r.ended:
		r.ended <- err
		r.broken("the stage ended while input %s was still in the function", inputs[0].id)
	case <-time.After(300 * time.Millisecond): // it has had the time to end
	}
	close(leave)
	r.stop()
	r.eventually(func() error { return r.missing(inputs[0]) })
	r.start()
	r.conclude()
	for _, in := range inputs {
		if h := r.of(in.id); h.calls != 1 || h.attempts != 0 {
			r.broken("the function was called %d times with input %s and %d attempts were spent: a shutdown must finish what is in hand and give back the rest",
				h.calls, in.id, h.attempts)
		}
	}
}

// impatientShutdown: the call in hand outlasts the drain.
func impatientShutdown[In, Out event.Payload](r *rig[In, Out]) {
	r.cfg.DrainTimeout = 100 * time.Millisecond
	inputs := r.make(3)
	entered := make(chan struct{})
	r.before = func(ctx context.Context, c call) error {
		if c.id == inputs[0].id && c.nth == 1 {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	r.start()
	r.send(inputs...)
	r.reached(entered)
	r.stop()
	r.cfg.DrainTimeout = r.kit.patience()
	r.start()
	r.conclude()
	r.unspent(inputs...)
}

package stagetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// unpublished lets the stage consume and acknowledge but not publish, until what it took has gone back; only then can what
// was to be published be published. first is what the calls say while nothing can be published.
func unpublished[In, Out event.Payload](r *rig[In, Out], end fate, first func(c call) error) {
	inputs := r.make(3)
	sent := map[string]bool{}
	for _, in := range inputs {
		in.fate, sent[in.id] = end, true
	}
	r.cfg.DeliveryLimit = 50 // each time that an input is given back counts
	r.before = func(_ context.Context, c call) error {
		if !sent[c.id] {
			return nil // a further event, which comes when all can be published again
		}
		return first(c)
	}
	r.start()
	r.eventually(r.consuming)
	release := r.holdPublishes()
	r.send(inputs...)
	r.eventually(func() error {
		if n := metric(r.t, r.metrics, "millrace_stage_messages_total", "released"); n < float64(len(inputs)) {
			return fmt.Errorf("nothing can be published, so all that was taken must go back to the queue; %v of %d inputs did", n, len(inputs))
		}
		return nil
	})
	release()
	r.conclude()
}

func unpublishedOutput[In, Out event.Payload](r *rig[In, Out]) {
	unpublished(r, done, func(call) error { return nil })
}

func unpublishedRetry[In, Out event.Payload](r *rig[In, Out]) {
	unpublished(r, done, func(c call) error {
		if c.attempt == 0 {
			return errStaged
		}
		return nil
	})
}

func unpublishedDeadLetter[In, Out event.Payload](r *rig[In, Out]) {
	unpublished(r, dead, func(call) error { return fault.New(fault.ClassPermanent, "staged", "%w", errStaged) })
}

func unpublishedPutBack[In, Out event.Payload](r *rig[In, Out]) {
	unpublished(r, done, func(c call) error {
		if c.nth <= 2 {
			return fault.DependencyDown("staged", errStaged)
		}
		return nil
	})
}

// consuming says why the stage does not consume yet.
func (r *rig[In, Out]) consuming() error {
	if err := r.cfg.Broker.Ready(); err != nil {
		return err
	}
	stats, err := r.own.Stats(r.t.Context(), r.groups())
	if err != nil {
		return err
	}
	if stats[0].Consumers == 0 {
		return errors.New("the stage has not subscribed")
	}
	return nil
}

// disturbed restarts and kills the private server while some inputs are in the function, some wait, and some are being sent.
func disturbed[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(30)
	waiting, late := inputs[:20], inputs[20:]
	held := map[string]bool{}
	for i := 0; i < len(waiting); i += 7 {
		held[waiting[i].id] = true
	}
	entered, leave := make(chan struct{}, len(inputs)), make(chan struct{})
	r.before = func(ctx context.Context, c call) error {
		if held[c.id] && c.nth == 1 {
			entered <- struct{}{}
			return hold(ctx, leave)
		}
		return nil
	}
	r.start()
	r.send(waiting...)
	r.reached(entered)
	o := private.ask()
	<-o.begun
	r.send(late...)
	<-o.over
	if o.err != nil {
		r.t.Fatalf("restart the kit's RabbitMQ: %v", o.err)
	}
	close(leave)
	r.conclude()
}

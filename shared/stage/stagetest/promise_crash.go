package stagetest

import (
	"context"
	"errors"
	"time"

	"github.com/millrace/millrace/shared/event"
)

// crashLimit is the delivery limit of the stage that crashes: each delivery costs the start of a process.
const crashLimit = 2

// crash: one message kills the whole process each time, while others are in the function. A child process runs the stage
// and is started again as often as it dies, as a supervisor would.
func crash[In, Out event.Payload](r *rig[In, Out]) {
	r.cfg.DeliveryLimit = crashLimit
	inputs := r.make(8)
	poison := inputs[2]
	poison.fate = dead
	r.before = func(ctx context.Context, c call) error {
		if _, over := r.deadByID()[poison.id]; over {
			return nil
		}
		// Neighbours stay in hand for a while, so that the crash hits them.
		ctx, cancel := context.WithTimeout(ctx, 250*time.Millisecond)
		defer cancel()
		<-ctx.Done()
		return nil
	}
	r.declare()
	r.send(inputs...)
	p := newParent(r, poison.id)
	child := p.start()
	crashes := 0
	r.eventually(func() error {
		select {
		case end := <-child.ended:
			if !end.killed {
				r.t.Fatalf("the process that runs the stage ended by itself (%v)", end.err)
			}
			crashes++
			child = p.start()
		default:
		}
		r.hopeless(inputs...)
		// What was done and not acknowledged when the process died comes once more: it must find a consumer.
		return errors.Join(r.missing(inputs...), r.leftovers())
	})
	r.retire(p, child)
	r.judge()
	if crashes == 0 {
		r.broken("input %s was to crash the process, and never did", poison.id)
	}
}

// retire stops the process in order. What came once more and was in hand but not looked at goes back to the queue then: another process
// finishes it.
func (r *rig[In, Out]) retire(p *parent[In, Out], child *child) {
	for again := range 5 {
		if again > 0 {
			child = p.start()
			r.eventually(r.leftovers)
		}
		if end := child.stop(); end.err != nil {
			r.broken("the process that runs the stage did not shut down in order: %v", end.err)
		}
		if r.leftovers() == nil {
			return
		}
	}
}

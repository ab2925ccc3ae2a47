// Package stage is the one consume → handle → publish → ack loop that every service runs.
//
// A stage is a function from one event to another. The loop around it gives the delivery contract: an input is
// acknowledged only after the broker confirmed what was made from it; what fails is retried with a growing delay, put
// back, or dead-lettered, by its class (package fault); shutdown drains. Redelivery is possible at any time, so a
// function must have the same effect when it is called twice with the same input; the ids of its outputs are
// deterministic (event.OutputID), so that consumers can tell.
//
// The package knows nothing of what stages do, and services know nothing of Watermill or RabbitMQ: those appear only here
// and in package broker.
package stage

import (
	"context"
	"time"

	"github.com/millrace/millrace/shared/event"
)

// Func is the work of a stage: one event in, one event out. It is called from several goroutines at once. The context
// carries the input's envelope ([event.FromContext]) and ends at the stage's time limit, or when a drain takes too long.
//
// A plain error is retried later; fault.Permanent dead-letters the input at once; adapters say fault.DependencyDown. A
// panic is Permanent, with its stack.
type Func[In, Out event.Payload] func(ctx context.Context, in In) (Out, error)

// Input is one event of a batch.
type Input[In event.Payload] struct {
	Envelope event.Envelope
	Payload  In
}

// BatchFunc is the work of a stage that takes several events at once. It returns one output and one error per input, in
// the same order; nil errors mean that all went well, and outputs are ignored when Out is [event.None]. Each input keeps
// its own acknowledgement and its own fate.
type BatchFunc[In, Out event.Payload] func(ctx context.Context, in []Input[In]) ([]Out, []error)

// Run runs f on the topic of In until ctx ends, and then drains: no more is pulled, what is in hand is finished and
// acknowledged. It returns nil after a complete drain. A broker or a dependency that is down is waited for, for as long
// as it takes.
func Run[In, Out event.Payload](ctx context.Context, cfg Config, f Func[In, Out]) error {
	return Batch(ctx, cfg, 1, 0, func(ctx context.Context, in []Input[In]) ([]Out, []error) {
		out, err := f(event.NewContext(ctx, in[0].Envelope), in[0].Payload)
		return []Out{out}, []error{err}
	})
}

// Batch is Run for a [BatchFunc]: each call gets between one and size inputs, as many as arrive within wait of the first.
func Batch[In, Out event.Payload](ctx context.Context, cfg Config, size int, wait time.Duration, f BatchFunc[In, Out]) error {
	l, err := newLoop(cfg, size, wait, f)
	if err != nil {
		return err
	}
	return l.run(ctx)
}

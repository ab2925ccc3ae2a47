package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/event"
)

// emitTogether is how many events do not wait for the confirms of those before them.
const emitTogether = 16

// Emitter publishes the first events of the pipeline: what comes from outside rather than from another event. It is safe
// for concurrent use.
type Emitter[Out event.Payload] struct {
	cfg    Config
	codec  *event.Codec
	outbox *outbox
}

// NewEmitter returns an emitter in the name of the stage cfg.
func NewEmitter[Out event.Payload](cfg Config) (*Emitter[Out], error) {
	cfg, err := cfg.withDefaults(1)
	if err != nil {
		return nil, err
	}
	codec, err := event.NewCodec()
	if err != nil {
		return nil, err
	}
	return &Emitter[Out]{cfg: cfg, codec: codec, outbox: newOutbox(cfg.Broker.Publisher().Publish, emitTogether)}, nil
}

// Declare makes the topic, as soon as the broker answers; it returns early only when ctx ends or the broker refuses.
func (e *Emitter[Out]) Declare(ctx context.Context) error {
	var out Out
	return declare(ctx, e.cfg, nil, []string{out.Topic()})
}

// Emit publishes out as the event with the given id, which is also the correlation id of all that follows, and returns
// after the broker has confirmed it. Emitting the same id again after a crash does no harm: consumers see the same event
// twice. The error is fault.DependencyDown when the broker is away.
func (e *Emitter[Out]) Emit(ctx context.Context, id string, started time.Time, out Out) error {
	// The message goes together with others', which do not end with this context.
	m, err := encode(context.WithoutCancel(ctx), e.codec, e.cfg, event.Envelope{ID: id, TraceParent: childTrace(""), Started: started}, out)
	if err != nil {
		return err
	}
	answer := make(chan error, 1)
	e.outbox.post(letter{parcels: []parcel{{out.Topic(), []*message.Message{m}}}, done: func(err error) { answer <- err }})
	select {
	case err = <-answer:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("emit %s %s: %w", out.Topic(), id, err)
	}
	return nil
}

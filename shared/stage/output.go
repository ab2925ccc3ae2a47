package stage

import (
	"context"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/event"
)

// output makes the message that carries what was made from an input.
func (l *loop[In, Out]) output(ctx context.Context, started time.Time, in event.Envelope, out Out) (*message.Message, error) {
	topic := out.Topic()
	e := event.Envelope{
		ID:            event.OutputID(in.ID, l.cfg.Name, l.cfg.Version, topic),
		CorrelationID: in.CorrelationID,
		CausationID:   in.ID,
		TraceParent:   childTrace(in.TraceParent),
		Started:       started,
	}
	return encode(ctx, l.codec, l.cfg, e, out)
}

// encode completes the envelope from the stage and the payload and returns the message.
func encode(ctx context.Context, codec *event.Codec, cfg Config, e event.Envelope, p event.Payload) (*message.Message, error) {
	body, err := codec.Encode(p)
	if err != nil {
		return nil, err
	}
	e.Source, e.StageVersion = cfg.Name, cfg.Version
	e.Type, e.DataSchema = p.Topic(), event.SchemaID(p.Topic())
	e.Subject = p.Subject()
	e.Time = time.Now()
	if e.CorrelationID == "" {
		e.CorrelationID = e.ID
	}
	m := message.NewMessage(e.ID, body)
	m.Metadata = e.Metadata()
	m.SetContext(ctx)
	return m, nil
}

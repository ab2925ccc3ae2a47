package stage

import (
	"context"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/event"
)

// produce adds the messages that follow from a handled input to those of its batch, by topic: the output, which goes to
// the shadow topic where the input belongs to a trial run, the further events, and the word that a replayed message has been
// handled.
func (l *loop[In, Out]) produce(ctx context.Context, started time.Time, in event.Envelope, out Out, produced map[string][]*message.Message) error {
	if l.topic == event.TopicDeadLetter || l.topic == event.TopicShadow {
		in.Shadow, in.Replay = "", "" // of the message that the input describes
	}
	var made, word *message.Message
	furtherTopic, further, err := l.furtherOf(ctx, started, in, out)
	if err != nil {
		return err
	}
	topic := out.Topic()
	if topic != "" {
		if made, err = l.output(ctx, started, in, out); err != nil {
			return err
		}
	}
	if in.Replay != "" {
		if word, err = l.replayed(ctx, in); err != nil {
			return err
		}
	}
	if in.Shadow != "" {
		topic = event.TopicShadow
	}
	if len(further) > 0 {
		produced[furtherTopic] = append(produced[furtherTopic], further...)
	}
	if made != nil {
		produced[topic] = append(produced[topic], made)
	}
	if word != nil {
		produced[event.TopicReplayed] = append(produced[event.TopicReplayed], word)
	}
	return nil
}

// replayed makes the message which says that a replayed input was handled.
func (l *loop[In, Out]) replayed(ctx context.Context, in event.Envelope) (*message.Message, error) {
	e := event.Envelope{
		ID:            event.OutputID(in.ID, l.cfg.Name, in.Replay+" "+in.DeadLetter, event.TopicReplayed),
		CorrelationID: in.CorrelationID,
		CausationID:   in.ID,
		TraceParent:   childTrace(in.TraceParent),
	}
	return encode(ctx, l.codec, l.cfg, e, event.Replayed{
		Replay: in.Replay, DeadLetter: in.DeadLetter, DocumentID: in.Subject, Group: l.cfg.Name, At: time.Now().UTC(),
	})
}

// output makes the message that carries what was made from an input.
func (l *loop[In, Out]) output(ctx context.Context, started time.Time, in event.Envelope, out Out) (*message.Message, error) {
	topic := out.Topic()
	var payload event.Payload = out
	if w, ok := payload.(spread); ok {
		payload = w.output()
	}
	e := event.Envelope{
		ID:            event.OutputID(in.ID, l.cfg.Name, l.cfg.Version, topic),
		CorrelationID: in.CorrelationID,
		CausationID:   in.ID,
		TraceParent:   childTrace(in.TraceParent),
		Started:       started,
		Shadow:        in.Shadow,
	}
	return encode(ctx, l.codec, l.cfg, e, payload)
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

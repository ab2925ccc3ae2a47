// Package correction publishes what a person says is right about a document: the correction itself, and, where the class is
// corrected, the order to read the document again as one of that class.
//
// It knows the events and what Postgres holds of a document. It knows nothing of how results are stored or shown.
package correction

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/rebuild"
)

const (
	// Stage is the source of the events that carry corrections.
	Stage = "correction"
	// Version is their version. It is the version of a person's classification beside those of the models, so it differs
	// from theirs.
	Version = "correction/1"
	// modelPrefix stands before the author's name where an event names the model.
	modelPrefix = "person:"
	// CorrelationPrefix stands before the correction's id in the correlation id of all that follows from a correction.
	CorrelationPrefix = "correction:"
)

// ErrNotRead says that the class of a document cannot be corrected yet.
var ErrNotRead = errors.New("the document has not been read yet, so that nothing can be read again for another class")

// Caused reports whether an event follows from a correction: it is one, or what a stage made because of one.
func Caused(e event.Envelope) bool { return strings.HasPrefix(e.CorrelationID, CorrelationPrefix) }

// Publish sends a correction and returns it as it was sent, when the broker has confirmed it. It gives it an id, and the time by
// the clock of Postgres, so that corrections by several people follow each other as they were made. With a class it publishes a
// second event, the person's classification: the extractor reads the document again, and the sink keeps it beside the models'
// own.
//
// The error is [ErrNotRead] for a class of a document that was not read, one of a payload that breaks its schema, or a fault;
// after a fault of the broker the first event may have been published without the second: publish again.
func Publish(ctx context.Context, db postgres.Querier, b *broker.Broker, c event.Corrected) (event.Corrected, error) {
	now, err := postgres.Collect[struct{ At time.Time }](ctx, db, "select clock_timestamp() as at")
	if err != nil {
		return c, fmt.Errorf("ask Postgres for the time: %w", err)
	}
	c.Correction, c.At = uuid.NewString(), now[0].At.UTC()
	all, err := messages(ctx, db, c)
	if err != nil {
		return c, err
	}
	for _, m := range all {
		if err := b.Send(ctx, m.topic, m.Message); err != nil {
			return c, fmt.Errorf("publish the correction of document %s: %w", c.DocumentID, err)
		}
	}
	return c, nil
}

type message struct {
	topic string
	broker.Message
}

// messages makes the events of a correction, in the order of publishing.
func messages(ctx context.Context, db postgres.Querier, c event.Corrected) ([]message, error) {
	codec, err := event.NewCodec()
	if err != nil {
		return nil, err
	}
	first, err := encode(codec, c, c.Correction, "", c)
	if err != nil || c.Class == "" {
		return []message{first}, err
	}
	layout, err := layoutOf(ctx, db, c.DocumentID)
	if err != nil {
		return nil, err
	}
	second, err := encode(codec, c, c.Correction+"/class", c.Correction, event.Classified{
		DocumentID: c.DocumentID, Layout: layout, Class: event.Class{Label: c.Class, Confidence: 1}, Model: modelPrefix + c.Author,
	})
	return []message{first, second}, err
}

func encode(codec *event.Codec, c event.Corrected, id, cause string, p event.Payload) (message, error) {
	body, err := codec.Encode(p)
	if err != nil {
		return message{}, fmt.Errorf("make the correction of document %s: %w", c.DocumentID, err)
	}
	e := event.Envelope{
		ID: id, Source: Stage, Type: p.Topic(), Subject: c.DocumentID, Time: c.At, DataSchema: event.SchemaID(p.Topic()),
		CorrelationID: CorrelationPrefix + c.Correction, CausationID: cause, StageVersion: Version,
	}
	return message{p.Topic(), broker.Message{ID: id, Metadata: e.Metadata(), Body: body}}, nil
}

// layoutOf returns the current layout of a document.
func layoutOf(ctx context.Context, db postgres.Querier, id string) (event.Blob, error) {
	made, err := rebuild.Input(ctx, db, event.TopicParsed, []string{id})
	if err != nil {
		return event.Blob{}, err
	}
	if made[0].Missing != "" {
		return event.Blob{}, fmt.Errorf("correct the class of document %s: %w", id, ErrNotRead)
	}
	var parsed event.Parsed
	if err := json.Unmarshal(made[0].Body, &parsed); err != nil {
		return event.Blob{}, fault.New(fault.ClassPermanent, "bad_data", "read what is stored of document %s: %w", id, err)
	}
	return parsed.Layout, nil
}

// Package rebuild makes the pipeline's events again from what Postgres holds, for documents whose events are long gone from
// the queues: to run a stage once more, or to send again what got lost.
//
// It knows the base tables and the events, and nothing of brokers: what it makes is sent by others. It only reads.
package rebuild

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// Rebuilt is the event of one document, or why there is none.
type Rebuilt struct {
	DocumentID string
	ID         string            // of the event that is made again; see [Rebuilt.Salted]
	Metadata   map[string]string // the envelope, without trace, attempts or marks
	Body       []byte            // the payload as JSON; it keeps to its schema
	Missing    string            // what Postgres lacks for it; the other fields but DocumentID are empty then
}

// Salted returns the event under another id, the same for the same salt: what a stage makes from it has other ids too than
// what it made from the original, and the same ones however often it is sent.
func (r Rebuilt) Salted(salt string) Rebuilt {
	if r.Missing != "" {
		return r
	}
	e := event.ParseEnvelope(r.Metadata)
	e.ID = event.OutputID(r.ID, "rebuild", salt, e.Type)
	r.ID, r.Metadata = e.ID, e.Metadata()
	return r
}

// Input makes the event of a topic again for each document, in the order given: of [event.TopicReceived] that of the first
// arrival, of the other topics that of the current result. It has the id, source, version, times, correlation and causation
// of the original, times to the microsecond (which is what Postgres keeps). A document that lacks the result, or is not
// there at all, has its Missing set. Errors are faults as package postgres gives them, and that of an unknown topic.
//
// All documents are held in memory: call it for some hundreds at a time.
func Input(ctx context.Context, db postgres.Querier, topic string, documentIDs []string) ([]Rebuilt, error) {
	codec, err := event.NewCodec()
	if err != nil {
		return nil, err
	}
	made, err := read(ctx, db, topic, documentIDs)
	if err != nil {
		return nil, fmt.Errorf("rebuild %s: %w", topic, err)
	}
	out := make([]Rebuilt, len(documentIDs))
	for i, id := range documentIDs {
		m, ok := made[id]
		if !ok {
			out[i] = Rebuilt{DocumentID: id, Missing: lacking(topic)}
			continue
		}
		if out[i], err = m.rebuilt(codec); err != nil {
			// What is stored was checked when it was published; cleaning text may have emptied what must not be empty.
			out[i] = Rebuilt{DocumentID: id, Missing: fmt.Sprintf("what is stored makes no valid event: %v", err)}
		}
	}
	return out, nil
}

// lacking says what a document without the event of a topic lacks.
func lacking(topic string) string {
	switch topic {
	case event.TopicReceived:
		return "no arrival is stored"
	case event.TopicParsed:
		return "no parse is stored"
	case event.TopicClassified:
		return "no classification is stored"
	default:
		return "no extraction is stored"
	}
}

// origin is what the tables say of the event that carried a row.
type origin struct {
	DocumentID  string     `db:"document_id"`
	EventID     string     `db:"event_id"`
	Stage       string     `db:"stage"`
	Version     string     `db:"stage_version"`
	Correlation string     `db:"correlation_id"`
	Causation   string     `db:"causation_id"`
	Started     *time.Time `db:"started_at"`
	At          time.Time  `db:"at"`
}

// made is an event that was read.
type made struct {
	origin
	payload event.Payload
}

func (m made) rebuilt(codec *event.Codec) (Rebuilt, error) {
	body, err := codec.Encode(m.payload)
	if err != nil {
		return Rebuilt{}, err
	}
	topic := m.payload.Topic()
	e := event.Envelope{
		ID: m.EventID, Source: m.Stage, Type: topic, Subject: m.DocumentID, Time: m.At, DataSchema: event.SchemaID(topic),
		CorrelationID: m.Correlation, CausationID: m.Causation, StageVersion: m.Version,
	}
	if m.Started != nil {
		e.Started = *m.Started
	}
	return Rebuilt{DocumentID: m.DocumentID, ID: m.EventID, Metadata: e.Metadata(), Body: body}, nil
}

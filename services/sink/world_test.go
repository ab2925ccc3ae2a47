package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// world is a sink on a database and a blob store of its own.
type world struct {
	*sink
	pool *postgres.Pool
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return worldOn(t, testkit.Database(t)+"&synchronous_commit=off")
}

func worldOn(t testing.TB, url string) *world {
	t.Helper()
	pool, err := openPool(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	blobs, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &world{sink: newSink(pool, blobs, "test."), pool: pool}
}

// layoutOf stores a one-page layout with the given text and returns its claim check.
func (w *world) layoutOf(t testing.TB, language, text string) event.Blob {
	t.Helper()
	var words []layout.Word
	for _, word := range strings.Split(text, " ") {
		words = append(words, layout.Word{Text: word})
	}
	encoded, err := layout.Encode(&layout.Document{
		Engine: "glyph/1", Outcome: layout.Complete, Language: language,
		Pages: []layout.Page{{Number: 1, Blocks: []layout.Block{{Lines: []layout.Line{{Words: words}}}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := w.blobs.PutBytes(t.Context(), encoded)
	if err != nil {
		t.Fatal(err)
	}
	return event.Blob{Ref: ref, Size: int64(len(encoded)), MediaType: layout.MediaType}
}

// delivery is one event on its way into the sink.
type delivery struct {
	name string
	to   func(context.Context, *world) error
}

// story is all that happens to one document. Everything in it derives from the salt.
type story struct {
	salt, id string
	content  event.Blob
	layout   event.Blob
	start    time.Time
}

func newStory(w *world, t testing.TB, salt, text string) story {
	t.Helper()
	content := []byte("content of " + salt)
	return story{
		salt:    salt,
		id:      event.DocumentID(content),
		content: event.Blob{Ref: blob.RefOf(content), Size: int64(len(content)), MediaType: "application/pdf"},
		layout:  w.layoutOf(t, "en", text),
		start:   time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

// envelope returns the envelope of an event published so many seconds after the start.
func (s story) envelope(id, stageName, version, cause string, second int) event.Envelope {
	at := s.start.Add(time.Duration(second) * time.Second)
	e := event.Envelope{
		ID: s.salt + "-" + id, Source: stageName, Subject: s.id, Time: at, CorrelationID: s.salt + "-received",
		StageVersion: version, Started: at.Add(-250 * time.Millisecond),
	}
	if cause != "" {
		e.CausationID = s.salt + "-" + cause
	}
	return e
}

func (s story) received(id, name string, second int) delivery {
	return deliver(id, (*sink).received, s.envelope(id, "generator", "1", "", second), event.Received{
		DocumentID: s.id, Content: s.content,
		Arrival: event.Arrival{ID: s.salt + "-arrival-" + id, Name: name, Source: "inbox", At: s.start.Add(time.Duration(second) * time.Second), Parent: event.DocumentID([]byte("mail"))},
	})
}

func (s story) parsed(id, version, cause string, second int) delivery {
	return deliver(id, (*sink).parsed, s.envelope(id, "parser", version, cause, second), event.Parsed{
		DocumentID: s.id, Content: s.content, Layout: s.layout, Outcome: "complete", Engine: "glyph/" + version, Language: "en", Pages: 1, Words: 4,
	})
}

func (s story) classified(id, version, cause, label string, second int) delivery {
	return deliver(id, (*sink).classified, s.envelope(id, "classifier", version, cause, second), event.Classified{
		DocumentID: s.id, Layout: s.layout, Class: event.Class{Label: label, Confidence: 0.9}, Model: "linear/" + version,
		Alternatives: []event.Class{{Label: "receipt", Confidence: 0.05}},
	})
}

func (s story) extracted(id, version, cause string, second int, fields ...event.Field) delivery {
	return deliver(id, (*sink).extracted, s.envelope(id, "extractor", version, cause, second), event.Extracted{
		DocumentID: s.id, Class: event.Class{Label: "invoice", Confidence: 0.9}, Template: "invoice/" + version, Fields: fields,
	})
}

func (s story) failed(stageName, topic, message string, second int) delivery {
	return deliver("failed-"+message, (*sink).deadLetters, event.Envelope{}, event.DeadLetter{
		ID: s.salt + "-" + message, DocumentID: s.id, FromTopic: topic, Group: stageName, Stage: stageName, Class: "permanent", Kind: "encrypted",
		Message: "the document is encrypted", Attempts: 1, At: s.start.Add(time.Duration(second) * time.Second),
		Metadata: map[string]string{"id": s.salt + "-" + message}, Body: []byte("{}"),
	})
}

func deliver[In event.Payload](name string, f func(*sink, context.Context, []stage.Input[In]) ([]event.None, []error), e event.Envelope, p In) delivery {
	return delivery{name: name, to: func(ctx context.Context, w *world) error {
		_, errs := f(w.sink, ctx, []stage.Input[In]{{Envelope: e, Payload: p}})
		return errors.Join(errs...)
	}}
}

// amount returns a field with evidence.
func amount(name, value string) event.Field {
	return event.Field{Name: name, Value: value, Type: "amount", Raw: "€ " + value, Page: 1, BBox: [4]float64{1, 2, 3, 4}, Confidence: 0.8, Source: "rule:total/1"}
}

// play delivers events one after the other.
func (w *world) play(t testing.TB, deliveries ...delivery) {
	t.Helper()
	for _, d := range deliveries {
		if err := d.to(t.Context(), w); err != nil {
			t.Fatalf("deliver %s: %v", d.name, err)
		}
	}
}

// dump returns everything the base tables say about a story's document, without the database's clock and the salt.
func (w *world) dump(ctx context.Context, s story) (string, error) {
	var out strings.Builder
	for _, table := range []string{"documents", "arrivals", "parses", "classifications", "extractions", "fields", "items", "checks", "failures", "events", "corrections", "corrected_fields"} {
		found, err := w.pool.Query(ctx, fmt.Sprintf(
			"select (to_jsonb(r) - 'stored_at' - 'failure_id')::text from millrace.%s r where document_id = $1 order by 1", table), s.id)
		if err != nil {
			return "", err
		}
		lines, err := pgx.CollectRows(found, pgx.RowTo[string])
		if err != nil {
			return "", err
		}
		for _, line := range lines {
			fmt.Fprintln(&out, table, line)
		}
	}
	return strings.NewReplacer(s.salt, "SALT", s.id, "ID", string(s.content.Ref), "CONTENT", string(s.layout.Ref), "LAYOUT").Replace(out.String()), nil
}

// value scans one value.
func value[T any](t testing.TB, w *world, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := w.pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

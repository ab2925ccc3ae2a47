package ledger_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

// world is a Millrace without services: its three sources, filled by hand.
type world struct {
	t   *testing.T
	url string
	dir string // of the blob store
	ledger.Sources
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, url: testkit.Vhost(t), dir: filepath.Join(t.TempDir(), "blobs")}
	w.Inbox = t.TempDir()
	w.Rejected = filepath.Join(w.Inbox, "rejected")
	w.Groups = pipeline.Groups([]time.Duration{time.Second}, 20)
	b, err := broker.Open(broker.Config{URL: w.url, Prefix: testkit.Prefix(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	w.Broker = b
	if err := b.Declare(t.Context(), w.Groups, pipeline.Topics()); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Open(t.Context(), testkit.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w.Postgres = pool
	if w.Blobs, err = blob.Open("file://" + w.dir); err != nil {
		t.Fatal(err)
	}
	return w
}

// content puts a document's content into the blob store and returns its id.
func (w *world) content(text string) string {
	w.t.Helper()
	ref, err := w.Blobs.PutBytes(w.t.Context(), []byte("%PDF-1.7 "+text))
	if err != nil {
		w.t.Fatal(err)
	}
	return ref.Hex()
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.Postgres.Exec(w.t.Context(), sql, args...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

// document puts content into the blob store and stores results of it, given as letters (r, p, c, x), as if an hour ago.
func (w *world) document(name, has string) string {
	w.t.Helper()
	id := w.content(name)
	w.store(id, name, has)
	return id
}

// store stores results of a document: what the sink would write.
func (w *world) store(id, name, has string) {
	w.t.Helper()
	w.exec(`insert into millrace.documents (document_id) values ($1) on conflict do nothing`, id)
	topics := map[rune]string{'r': event.TopicReceived, 'p': event.TopicParsed, 'c': event.TopicClassified, 'x': event.TopicExtracted}
	stages := map[rune]string{'r': pipeline.Generator, 'p': pipeline.Parser, 'c': pipeline.Classifier, 'x': pipeline.Extractor}
	cause := map[rune]rune{'p': 'r', 'c': 'p', 'x': 'c'}
	for i, letter := range has {
		var caused *string
		if c, ok := cause[letter]; ok {
			s := name + "-" + string(c)
			caused = &s
		}
		w.exec(`insert into millrace.events (event_id, document_id, topic, stage, stage_version, correlation_id, causation_id, published_at, stored_at)
			values ($1, $2, $3, $4, '1', $5, $6, now() - interval '1 hour' + $7 * interval '1 second', now() - interval '1 hour' + $7 * interval '1 second')`,
			name+"-"+string(letter), id, topics[letter], stages[letter], name+"-r", caused, i)
		at := time.Now().Add(-time.Hour)
		eventID := name + "-" + string(letter)
		switch letter {
		case 'r':
			w.exec(`insert into millrace.arrivals (document_id, arrival_id, event_id, name, source, media_type, size, content_ref, arrived_at)
				values ($1, $2, $2, $3, 'inbox', 'application/pdf', 9, 'sha256:' || $1, $4)`, id, eventID, name, at)
		case 'p':
			w.exec(`insert into millrace.parses (document_id, version, event_id, produced_at, layout_ref, layout_size, layout_type, content_ref, content_size,
				content_type, outcome, engine, pages, failed_pages, words)
				values ($1, '1', $2, $3, $4, 1, 'application/x-layout', 'sha256:' || $1, 9, 'application/pdf', 'complete', 'glyph/1', 1, '{}', 1)`,
				id, eventID, at, w.layout(name))
		case 'c':
			w.exec(`insert into millrace.classifications (document_id, version, event_id, produced_at, class, confidence, model, alternatives, layout_ref, layout_size, layout_type)
				values ($1, '1', $2, $3, 'invoice', 0.9, 'linear/1', '[]', $4, 1, 'application/x-layout')`, id, eventID, at, w.layout(name))
		case 'x':
			w.exec(`insert into millrace.extractions (document_id, version, event_id, produced_at, class, confidence, template, fields)
				values ($1, '1', $2, $3, 'invoice', 0.9, 'invoice/1', 0)`, id, eventID, at)
		}
	}
	w.exec(`select millrace.refresh(array[$1])`, id)
}

// send puts a message about a document into a group's queue.
func (w *world) send(group, topic, id string) {
	w.t.Helper()
	e := event.Envelope{ID: "m-" + id[:8], Type: topic, Subject: id}
	queue := broker.Group{Name: group, Topic: topic}.Queue()
	if err := w.Broker.SendToQueue(w.t.Context(), queue, broker.Message{ID: e.ID, Metadata: e.Metadata(), Body: []byte("{}")}); err != nil {
		w.t.Fatal(err)
	}
}

// die records a dead letter with deadletters and, if the sink knows of it, as a failure.
func (w *world) die(id, stage, topic, state, message string, sinkKnows bool) {
	w.t.Helper()
	w.exec(`insert into millrace.dead_letters (dead_letter_id, state, message_id, document_id, topic, consumer_group, queue, stage, class, kind,
		message, fingerprint, pattern, attempts, attempt_log, first_died_at, died_at, metadata, body)
		values ($1, $2, $3, $4, $5, $6, '', $6, 'permanent', '', '', '', '', 1, '[]', now() - interval '1 hour', now() - interval '1 hour', '{}', '')`,
		"l-"+message, state, message, id, topic, stage)
	if sinkKnows {
		w.fail(id, stage, topic, message)
	}
}

func (w *world) fail(id, stage, topic, message string) {
	w.t.Helper()
	w.exec(`insert into millrace.documents (document_id) values ($1) on conflict do nothing`, id)
	w.exec(`insert into millrace.failures (failure_id, message_id, consumer_group, failed_at, document_id, topic, stage, class, kind, message, attempts, metadata)
		values ($1, $2, $3, now() - interval '1 hour', $4, $5, $3, 'permanent', '', '', 1, '{}')`, "f-"+message, message, stage, id, topic)
	w.exec(`select millrace.refresh(array[$1])`, id)
}

// take draws up the ledger of a drained system.
func (w *world) take() ledger.Ledger {
	w.t.Helper()
	return w.takeWith(ledger.Options{})
}

func (w *world) takeWith(o ledger.Options) ledger.Ledger {
	w.t.Helper()
	l, err := ledger.Take(w.t.Context(), w.Sources, o)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// missing lists what a ledger misses: loss, stage and name (or the id's first digits).
func missing(l ledger.Ledger) string {
	var all []string
	for _, d := range l.Missing {
		name := d.Name
		if name == "" {
			name = d.ID[:8]
		}
		all = append(all, fmt.Sprintf("%s of %s: %s", d.Loss, d.Stage, name))
	}
	return strings.Join(all, "; ")
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

const deadline = time.Minute

// emit publishes an event in the name of a stage and waits for the broker's confirm.
func emit[Out event.Payload](t *testing.T, b *broker.Broker, stageName, id string, out Out) {
	t.Helper()
	emitter, err := stage.NewEmitter[Out](stage.Config{Name: stageName, Version: "1", Broker: b})
	if err != nil {
		t.Fatal(err)
	}
	if err := emitter.Emit(t.Context(), id, time.Now(), out); err != nil {
		t.Fatal(err)
	}
}

// TestTheSinkOnTheBroker runs the whole sink on RabbitMQ while its Postgres is killed: every document is stored in the end,
// and one whose layout is missing ends as a failure that can be queried.
func TestTheSinkOnTheBroker(t *testing.T) {
	server := testkit.PrivatePostgres(t)
	if err := migrations.Up(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, server.URL())
	prefix := testkit.Prefix(t)
	b, err := broker.Open(broker.Config{URL: testkit.Vhost(t), Prefix: prefix, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	tiers := []time.Duration{20 * time.Millisecond}
	if err := b.Declare(t.Context(), pipeline.Groups(tiers, 20), pipeline.Topics()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	cfg := stage.Config{Name: name, Version: "1", Broker: b, Workers: 2, Tiers: tiers, DeliveryLimit: 20, Log: slog.New(slog.DiscardHandler), Probe: w.pool.Ready}
	go func() { ended <- consume(ctx, cfg, newSink(w.pool, w.blobs, prefix)) }()

	const documents = 100
	class := event.Class{Label: "invoice", Confidence: 0.9}
	for i := range documents {
		s := newStory(w, t, fmt.Sprint("doc", i), "some text")
		lay := s.layout
		if i == 0 {
			lay.Ref = blob.RefOf([]byte("never stored"))
		}
		emit(t, b, "extractor", s.salt+"x", event.Extracted{DocumentID: s.id, Class: class, Template: "invoice/1", Fields: []event.Field{amount("grand_total", "1.00")}})
		emit(t, b, "classifier", s.salt+"c", event.Classified{DocumentID: s.id, Layout: lay, Class: class, Model: "linear/1"})
		emit(t, b, "parser", s.salt+"p", event.Parsed{DocumentID: s.id, Content: s.content, Layout: lay, Outcome: "complete", Engine: "glyph/1", Pages: 1})
		emit(t, b, "generator", s.salt+"r", event.Received{DocumentID: s.id, Content: s.content,
			Arrival: event.Arrival{ID: s.salt, Name: s.salt + ".pdf", Source: "inbox", At: s.start}})
		if i == documents/2 {
			if err := server.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, deadline, func() error {
		var stored, failed int
		err := w.pool.QueryRow(t.Context(), "select count(*) filter (where status = 'stored'), count(*) filter (where status = 'failed') from documents").Scan(&stored, &failed)
		if err != nil || stored != documents-1 || failed != 1 {
			return fmt.Errorf("%d stored, %d failed (%w)", stored, failed, err)
		}
		return nil
	})
	if got := value[string](t, w, "select failed_stage || ' ' || failure_class || ' ' || failure_kind from documents where status = 'failed'"); got != "sink permanent blob_missing" {
		t.Errorf("the failure is %q", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the sink ended with %v", err)
	}
}

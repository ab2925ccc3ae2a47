package reprocess_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/reprocess"
	"github.com/millrace/millrace/shared/testkit"
)

const patience = time.Minute

// world is a database with documents that have arrived and been classified, and a broker with the extractor's group and
// another one on its topics.
type world struct {
	*reprocess.Runs
	t        *testing.T
	services *broker.Broker
	ids      []string
}

func newWorld(t *testing.T, documents int) *world {
	t.Helper()
	cfg := broker.Config{URL: testkit.Vhost(t), Prefix: testkit.Prefix(t), Name: t.Name()}
	open := func() *broker.Broker {
		b, err := broker.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		return b
	}
	pool, err := postgres.Open(t.Context(), testkit.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w := &world{t: t, Runs: &reprocess.Runs{Broker: open(), Pool: pool}, services: open()}
	for i := range documents {
		id := fmt.Sprintf("%064x", i)
		w.ids = append(w.ids, id)
		w.sql(`insert into millrace.documents (document_id) values ('` + id + `');
			insert into millrace.classifications values ('` + id + `', '1', 'c` + id + `', now(), 'invoice', 0.9, 'linear/1', '[]', 'sha256:` + id + `', 9, 'application/json');
			insert into millrace.extractions values ('` + id + `', '1', 'x` + id + `', now(), 'invoice', 0.9, 'invoice/1', 0);
			select millrace.refresh(array['` + id + `'])`)
	}
	return w
}

func (w *world) sql(statements string, args ...any) {
	w.t.Helper()
	if _, err := w.Pool.Exec(w.t.Context(), statements, args...); err != nil {
		w.t.Fatal(err)
	}
}

func group(name, topic string) broker.Group { return broker.Group{Name: name, Topic: topic} }

func (w *world) declare(groups ...broker.Group) {
	w.t.Helper()
	if err := w.services.Declare(w.t.Context(), groups, nil); err != nil {
		w.t.Fatal(err)
	}
}

// waiting asserts how many messages wait for a group.
func (w *world) waiting(g broker.Group, want int) {
	w.t.Helper()
	testkit.Eventually(w.t, patience, func() error {
		stats, err := w.services.Stats(w.t.Context(), []broker.Group{g})
		if err == nil && stats[0].Ready != want {
			err = fmt.Errorf("%d messages wait for %s, not %d", stats[0].Ready, g.Queue(), want)
		}
		return err
	})
}

func (w *world) begin() reprocess.Run {
	w.t.Helper()
	run, err := w.Begin(w.t.Context(), reprocess.Request{Stage: "extractor", DocumentIDs: w.ids, Rate: 50, By: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// settle stores results of all documents that were sent, as the sink does.
func (w *world) settle(run string) {
	w.t.Helper()
	w.sql(`update millrace.reprocess_documents set state = 'done', version = '2', event_id = 'new' || document_id, produced_at = now(),
		payload = jsonb_build_object('document_id', document_id, 'class', '{"label":"invoice","confidence":0.9}'::jsonb, 'template', 'invoice/2',
			'fields', case when ordinal % 2 = 0 then '[{"name":"total","value":"1.00"}]'::jsonb else '[]' end),
		metadata = jsonb_build_object('id', 'new' || document_id, 'type', 'document.extracted.v1', 'shadow', run_id, 'subject', document_id,
			'started', '2026-01-01T00:00:00Z', 'stage_version', '2')
		where run_id = $1 and state = 'sent'`, run)
}

func TestAnInterruptedRunGoesOnAndIsSentToTheStageAlone(t *testing.T) {
	w := newWorld(t, 40)
	extractor, other := group("extractor", event.TopicClassified), group("sink", event.TopicClassified)
	run := w.begin()
	if _, err := w.Work(t.Context(), run.ID, nil); !errors.Is(err, broker.ErrNoQueue) || !strings.Contains(err.Error(), "start the service first") {
		t.Fatalf("without the stage's queue: %v", err)
	}
	w.declare(extractor, other)
	ctx, cancel := context.WithCancel(t.Context())
	got, err := w.Work(ctx, run.ID, func(p reprocess.Progress) {
		if p.Sent > 0 && p.Waiting > 0 {
			cancel()
		}
	})
	if fault.ClassOf(err) != fault.ClassInterrupted || got.Sent == 0 || got.Waiting == 0 {
		t.Fatalf("interrupted: %+v, %v", got, err)
	}
	sentBefore := got.Sent
	got, err = w.Work(t.Context(), run.ID, func(p reprocess.Progress) {
		if p.Waiting == 0 {
			w.settle(run.ID)
		}
	})
	if err != nil || got.State != reprocess.StateReady || got.Done != 40 {
		t.Errorf("resumed after %d: %+v, %v", sentBefore, got, err)
	}
	w.waiting(extractor, 40) // each once
	w.waiting(other, 0)
	first := w.take(extractor)
	if first.Metadata[event.KeyShadow] != run.ID || first.Metadata[event.KeyType] != event.TopicClassified || first.Metadata[event.KeyID] == "c"+w.ids[0] {
		t.Errorf("the stage gets %v", first.Metadata)
	}
}

// take returns one message of a group.
func (w *world) take(g broker.Group) broker.Message {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	s, err := w.services.Subscriber(broker.SubscriberConfig{Group: g, Prefetch: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	messages, err := s.Subscribe(ctx, g.Topic)
	if err != nil {
		w.t.Fatal(err)
	}
	select {
	case m := <-messages:
		m.Ack()
		return broker.Message{ID: m.UUID, Metadata: m.Metadata, Body: m.Payload}
	case <-time.After(testkit.Patience(patience)):
		w.t.Fatalf("no message for %s", g.Queue())
		return broker.Message{}
	}
}

func TestAnInterruptedPromotionGoesOnAndDiscardingItIsRefused(t *testing.T) {
	w := newWorld(t, 40)
	sink := group("sink", event.TopicExtracted)
	w.declare(sink)
	run := w.begin()
	if _, err := w.Promote(t.Context(), run.ID, false, "test", nil); err == nil || !strings.Contains(err.Error(), "--resume "+run.ID) {
		t.Errorf("a run that is not ready is promoted: %v", err)
	}
	w.sql("update millrace.reprocess_documents set state = 'sent'")
	w.settle(run.ID)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := w.Promote(ctx, run.ID, true, "test", func(p reprocess.Progress) {
		if p.Promoted >= 5 {
			cancel()
		}
	})
	if fault.ClassOf(err) != fault.ClassInterrupted {
		t.Fatalf("interrupted: %v", err)
	}
	if _, err := w.Discard(t.Context(), run.ID, "test"); err == nil || !strings.Contains(err.Error(), "--promote "+run.ID) {
		t.Errorf("a half promoted run is discarded: %v", err)
	}
	for range 2 { // a promoted run is promoted again
		got, err := w.Promote(t.Context(), run.ID, true, "test", nil)
		if err != nil || got.State != reprocess.StatePromoted || got.Promoted != 20 {
			t.Errorf("promoted: %+v, %v", got, err)
		}
	}
	w.waiting(sink, 20) // the changed ones, each once
	m := w.take(sink)
	e := event.ParseEnvelope(m.Metadata)
	if e.Shadow != "" || !e.Started.IsZero() || time.Since(e.Time) > time.Hour || e.ID != m.ID || !strings.HasPrefix(m.ID, "new") || e.StageVersion != "2" {
		t.Errorf("the promoted event is %+v", m)
	}
	if _, err := w.Discard(t.Context(), run.ID, "test"); err == nil {
		t.Error("a promoted run is discarded")
	}
}

func TestADiscardedRunIsGone(t *testing.T) {
	w := newWorld(t, 3)
	w.sql("delete from millrace.classifications where document_id = $1", w.ids[2])
	w.sql("select millrace.refresh($1)", w.ids)
	run := w.begin()
	if run.Missing != 1 || run.Waiting != 2 {
		t.Errorf("a document without a classification: %+v", run)
	}
	w.sql("update millrace.reprocess_documents set state = 'sent' where state = 'waiting'")
	w.settle(run.ID)
	d, err := w.Diff(t.Context(), run.ID, 3)
	if err != nil || d.Changed != 1 || d.Same != 1 || len(d.Missing) != 1 || d.Missing[0].Message != "no classification is stored" || d.Overtaken != 0 {
		t.Errorf("diff %+v, %v", d, err)
	}
	w.sql("update millrace.extractions set event_id = 'another' where document_id = $1", w.ids[0])
	if d, err = w.Diff(t.Context(), run.ID, 3); err != nil || d.Overtaken != 1 {
		t.Errorf("%d documents have another result since (%v)", d.Overtaken, err)
	}
	if got, err := w.Discard(t.Context(), run.ID, "test"); err != nil || got.State != reprocess.StateDiscarded {
		t.Errorf("discarded: %+v, %v", got, err)
	}
	if _, err := w.Diff(t.Context(), run.ID, 3); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a discarded run is compared: %v", err)
	}
	if _, err := w.Promote(t.Context(), run.ID, false, "test", nil); err == nil {
		t.Error("a discarded run is promoted")
	}
	if _, err := w.Get(t.Context(), "nosuch"); !errors.Is(err, reprocess.ErrNotFound) {
		t.Errorf("an unknown run: %v", err)
	}
}

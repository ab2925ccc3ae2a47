package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/testkit"
)

// waiting returns how many messages wait in each group's queue, those without any left out.
func (w *world) waiting() map[string]int {
	w.t.Helper()
	stats, err := w.Broker.Stats(w.t.Context(), w.Groups)
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]int{}
	for _, q := range stats {
		if q.Ready > 0 {
			all[q.Queue] = q.Ready
		}
	}
	return all
}

func TestRepairSendsEachDocumentWhereItIsMissed(t *testing.T) {
	queue := func(group, topic string) string { return broker.Group{Name: group, Topic: topic}.Queue() }
	parser, classifier := queue(pipeline.Parser, event.TopicReceived), queue(pipeline.Classifier, event.TopicParsed)
	tests := []struct {
		name string
		lose func(w *world)
		want map[string]int
	}{
		{"an answer", func(w *world) { w.document("a", "rp") }, map[string]int{classifier: 1}},
		{"a result that was made and not stored", func(w *world) { w.document("a", "rcx") }, map[string]int{parser: 1}},
		{"of several results the first: the others follow", func(w *world) { w.document("a", "rx") }, map[string]int{parser: 1}},
		{"what the stage needs is not stored yet: one stage further back",
			func(w *world) { w.send(pipeline.Sink, event.TopicParsed, w.document("a", "rx")) },
			map[string]int{parser: 1, queue(pipeline.Sink, event.TopicParsed): 1}},
		{"an arrival: everything follows again, under the same ids", func(w *world) { w.document("a", "pcx") },
			map[string]int{parser: 1, queue(pipeline.Sink, event.TopicReceived): 1}},
		{"content nobody heard of", func(w *world) { w.content("a") }, map[string]int{parser: 1, queue(pipeline.Sink, event.TopicReceived): 1}},
		{"a layout", func(w *world) { w.document("a", "rpcx"); w.lose(w.layout("a")) }, map[string]int{parser: 1}},
		{"a dead letter's message", func(w *world) { w.fail(w.document("a", "rp"), pipeline.Classifier, event.TopicParsed, "a-p") }, map[string]int{classifier: 1}},
		{"content cannot be repaired", func(w *world) { w.lose("sha256:" + w.document("a", "rpcx")) }, map[string]int{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.lose(w)
			l := w.take()
			if l.Total.Missing != 1 {
				t.Fatalf("missing: %s", missing(l))
			}
			done := 0
			r, err := ledger.Repair(t.Context(), w.Sources, l, func(n int) { done = n })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, w.waiting()); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if sent := int64(min(1, len(tt.want))); r.Sent != sent || len(r.Skipped) != int(1-sent) || done != int(sent) {
				t.Errorf("%+v, told of %d", r, done)
			}
		})
	}
}

func TestRepairSendsNothingWhileAQueueIsMissing(t *testing.T) {
	w := newWorld(t)
	w.content("a")
	l := w.take()
	w.Groups = pipeline.Groups([]time.Duration{time.Hour}, 20) // was never declared
	if _, err := ledger.Repair(t.Context(), w.Sources, l, nil); !errors.Is(err, broker.ErrNoQueue) {
		t.Errorf("repair: %v", err)
	}
	w.Groups = pipeline.Groups([]time.Duration{time.Second}, 20)
	if got := w.waiting(); len(got) != 0 {
		t.Errorf("sent all the same: %v", got)
	}
}

// TestRepairFindsTheFirstEventOfACorrectedDocument announces again a document whose arrival was never stored.
func TestRepairFindsTheFirstEventOfACorrectedDocument(t *testing.T) {
	w := newWorld(t)
	id := w.document("x", "pcx")
	w.exec(`insert into millrace.events (event_id, document_id, topic, stage, stage_version, correlation_id, causation_id, published_at)
		values ('k/class', $1, 'document.classified.v1', 'correction', 'correction/1', 'correction:k', 'k', now() - interval '1 minute')`, id)
	if _, err := ledger.Repair(t.Context(), w.Sources, w.take(), nil); err != nil {
		t.Fatal(err)
	}
	sub, err := w.Broker.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: pipeline.Parser, Topic: event.TopicReceived, Tiers: []time.Duration{time.Second}, DeliveryLimit: 20}})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := sub.Subscribe(t.Context(), event.TopicReceived)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case m := <-messages:
		m.Ack()
		if e := event.ParseEnvelope(m.Metadata); e.ID != "x-r" || e.CorrelationID != "x-r" {
			t.Errorf("the event is %+v", e)
		}
	case <-time.After(testkit.Patience(30 * time.Second)):
		t.Error("the parser is sent nothing")
	}
}

package backfill_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/backfill"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

const (
	topic    = event.TopicParsed
	patience = time.Minute
)

// world is a topic with a history and two groups: one was there from the beginning, one is new.
type world struct {
	*backfill.Filler
	t         *testing.T
	proxy     *testkit.TCPProxy // between the filler and the broker
	services  *broker.Broker    // of those that publish and consume; the filler's own declares nothing
	start     time.Time         // of the first event; each is a minute later than the one before
	published []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cfg := broker.Config{
		URL: testkit.Vhost(t), Prefix: testkit.Prefix(t), Name: t.Name(), History: broker.HistoryConfig{MaxBytes: 64 << 20},
		ConfirmTimeout: 2 * time.Second,
	}
	proxy := testkit.Proxy(t, cfg.URL)
	open := func(at string) *broker.Broker {
		cfg := cfg
		cfg.URL = at
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
	w := &world{t: t, proxy: proxy, services: open(cfg.URL), Filler: &backfill.Filler{Broker: open(proxy.URL(t, cfg.URL)), Pool: pool}, start: time.Now().Add(-24 * time.Hour).Truncate(time.Second)}
	w.declare("old")
	return w
}

func (w *world) declare(group string) {
	w.t.Helper()
	if err := w.services.Declare(w.t.Context(), []broker.Group{{Name: group, Topic: topic}}, nil); err != nil {
		w.t.Fatal(err)
	}
}

// publish publishes n events, a minute of their time apart.
func (w *world) publish(n int) {
	w.t.Helper()
	for range n {
		i := len(w.published)
		id := fmt.Sprintf("event-%03d", i)
		e := event.Envelope{ID: id, Source: "parser", Type: topic, Subject: "s", Time: w.start.Add(time.Duration(i) * time.Minute), CorrelationID: "c" + id, Attempt: 3}
		metadata := e.Metadata()
		metadata[event.KeyAttemptLog] = "[]"
		if err := w.services.Send(w.t.Context(), topic, broker.Message{ID: id, Metadata: metadata, Body: []byte(`{"n":"` + id + `"}`)}); err != nil {
			w.t.Fatal(err)
		}
		w.published = append(w.published, id)
	}
}

// drain returns the messages of a group's queue, of which there must be so many.
func (w *world) drain(group string, want int) []broker.Message {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	s, err := w.services.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: group, Topic: topic}, Prefetch: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	messages, err := s.Subscribe(ctx, topic)
	if err != nil {
		w.t.Fatal(err)
	}
	var got []broker.Message
	for len(got) < want {
		select {
		case m := <-messages:
			got = append(got, broker.Message{ID: m.UUID, Metadata: m.Metadata, Body: m.Payload})
			m.Ack()
		case <-time.After(testkit.Patience(patience)):
			w.t.Fatalf("group %s got %d messages, not %d", group, len(got), want)
		}
	}
	w.waiting(group, 0)
	return got
}

// waiting asserts how many messages wait in a group's queue.
func (w *world) waiting(group string, want int) {
	w.t.Helper()
	testkit.Eventually(w.t, patience, func() error {
		stats, err := w.Broker.Stats(w.t.Context(), []broker.Group{{Name: group, Topic: topic}})
		if err == nil && stats[0].Ready != want {
			return fmt.Errorf("%d messages wait for %s, not %d", stats[0].Ready, group, want)
		}
		return err
	})
}

func ids(messages []broker.Message) []string {
	out := make([]string, len(messages))
	for i, m := range messages {
		out[i] = m.ID
	}
	return out
}

func (w *world) run(r backfill.Request) backfill.Result {
	w.t.Helper()
	r.Topic, r.By = topic, "test"
	got, err := w.Run(w.t.Context(), r, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func TestANewGroupGetsTheWholeHistoryAndNobodyElseDoes(t *testing.T) {
	w := newWorld(t)
	w.publish(30)
	w.declare("new")
	w.publish(5) // reaches the new group by itself, and is in the range too: the end is fixed after the queue was there
	got := w.run(backfill.Request{Group: "new"})
	if got.Messages != 35 || got.Here != 35 || got.Resumed || !got.Reaches || got.State != "done" || got.Share() != 1 {
		t.Errorf("result %+v", got)
	}
	w.waiting("old", 35) // each once, as published
	messages := w.drain("new", 40)
	fed := messages[5:]
	if !slices.Equal(ids(fed), w.published) {
		t.Errorf("fed %v", ids(fed))
	}
	m := fed[7]
	if string(m.Body) != `{"n":"event-007"}` || m.Metadata[event.KeyCorrelationID] != "cevent-007" || m.Metadata[event.KeySource] != "parser" {
		t.Errorf("the message is not the original: %+v", m)
	}
	if m.Metadata[event.KeyAttempt] != "" || m.Metadata[event.KeyAttemptLog] != "" {
		t.Errorf("another group's attempts came along: %v", m.Metadata)
	}
}

func TestAnInterruptedBackfillGoesOnWhereItStopped(t *testing.T) {
	w := newWorld(t)
	w.publish(60)
	w.declare("new")
	ctx, cancel := context.WithCancel(t.Context())
	request := backfill.Request{Topic: topic, Group: "new", Rate: 50, By: "test"} // ten at once
	first, err := w.Run(ctx, request, func(r backfill.Result) {
		if r.Messages >= 20 {
			cancel()
		}
	})
	if fault.ClassOf(err) != fault.ClassInterrupted || first.State != "running" || first.Messages != 20 {
		t.Fatalf("interrupted: %+v, %v", first, err)
	}
	w.publish(3) // not part of it: the end is fixed
	request.Rate = 0
	second := w.run(request)
	if !second.Resumed || second.ID != first.ID || second.Here != 40 || second.Messages != 60 {
		t.Errorf("resumed: %+v", second)
	}
	got := ids(w.drain("new", 63))
	slices.Sort(got)
	if !slices.Equal(got, w.published) {
		t.Errorf("the group got %v", got)
	}
	if third := w.run(request); third.Resumed || third.ID == first.ID {
		t.Errorf("a finished back-fill was gone on with: %+v", third)
	}
}

// TestAPositionIsStoredOnlyAfterTheBrokersConfirm lets sending fail while reading goes on: what was not confirmed is fed by
// the next run.
func TestAPositionIsStoredOnlyAfterTheBrokersConfirm(t *testing.T) {
	w := newWorld(t)
	w.publish(40)
	w.declare("new")
	ctx, cancel := context.WithCancel(t.Context())
	request := backfill.Request{Topic: topic, Group: "new", Rate: 50, By: "test"} // ten at once
	first, err := w.Run(ctx, request, func(r backfill.Result) {
		switch {
		case r.Waiting: // for the broker, with a batch in hand
			cancel()
		case r.Messages == 20:
			w.proxy.Block(func(head []byte) bool { return bytes.Contains(head, []byte(t.Name()+" publish")) })
		}
	})
	if fault.ClassOf(err) != fault.ClassInterrupted || first.Messages != 20 {
		t.Fatalf("interrupted: %+v, %v", first, err)
	}
	w.proxy.Block(nil)
	request.Rate = 0
	got := w.run(request)
	if !got.Resumed || got.Messages != 40 || got.Here != 20 {
		t.Errorf("resumed: %+v", got)
	}
	if fed := ids(w.drain("new", 40)); !slices.Equal(fed, w.published) {
		t.Errorf("the group got %v", fed)
	}
}

func TestARangeOfTime(t *testing.T) {
	w := newWorld(t)
	w.publish(30)
	w.declare("new")
	at := func(i int) time.Time { return w.start.Add(time.Duration(i) * time.Minute) }
	r := backfill.Request{Topic: topic, Group: "new", From: at(10), To: at(19), Selection: "10 to 19", By: "test"}
	count, err := w.Count(t.Context(), r, nil)
	if err != nil || count.Messages != 10 {
		t.Errorf("the count is %+v, %v", count, err)
	}
	w.waiting("new", 0)
	if got := w.run(r); got.Messages != 10 || got.First != 10 || !got.Reaches {
		t.Errorf("result %+v", got)
	}
	if fed := ids(w.drain("new", 10)); !slices.Equal(fed, w.published[10:20]) {
		t.Errorf("fed %v", fed)
	}
	if got := w.run(backfill.Request{Group: "new", From: time.Now().Add(time.Hour)}); got.Messages != 0 || got.State != "done" {
		t.Errorf("a range in the future: %+v", got)
	}
	if got := w.run(backfill.Request{Group: "new", From: w.start.Add(-time.Hour)}); got.Messages != 30 || !got.Reaches {
		t.Errorf("a range from before the history: %+v", got)
	}
}

func TestAnEmptyHistoryIsFedAtOnce(t *testing.T) {
	w := newWorld(t)
	if got := w.run(backfill.Request{Group: "old"}); got.Messages != 0 || got.State != "done" || got.Share() != 1 {
		t.Errorf("result %+v", got)
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	w := newWorld(t)
	w.publish(20)
	_, err := w.Run(t.Context(), backfill.Request{Topic: topic, Group: "nobody", By: "test"}, nil)
	if !errors.Is(err, broker.ErrNoQueue) || !strings.Contains(err.Error(), `start the service "nobody" first`) {
		t.Errorf("a group without a queue: %v", err)
	}
	w.declare("new")
	ctx, cancel := context.WithCancel(t.Context())
	request := backfill.Request{Topic: topic, Group: "new", Rate: 10, Selection: "24h", From: w.start, By: "test"}
	var during error
	_, _ = w.Run(ctx, request, func(backfill.Result) {
		if during == nil {
			_, during = w.Run(t.Context(), request, nil)
		}
		cancel()
	})
	if !errors.Is(during, backfill.ErrBusy) {
		t.Errorf("a second one at the same time: %v", during)
	}
	request.Rate, request.Selection, request.From = 0, "", time.Time{}
	if _, err := w.Run(t.Context(), request, nil); err == nil || !strings.Contains(err.Error(), "asked for 24h, not for everything") {
		t.Errorf("another range than the unfinished one: %v", err)
	}
	request.Restart = true
	if got := w.run(request); got.Resumed || got.Here != 20 {
		t.Errorf("restarted: %+v", got)
	}
}

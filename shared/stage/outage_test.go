package stage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit"
)

// lastHealth keeps the last word of each check.
type lastHealth struct{ checks sync.Map }

func (h *lastHealth) Set(check string, err error) { h.checks.Store(check, fmt.Sprint(err)) }

func (h *lastHealth) last(check string) string {
	said, _ := h.checks.Load(check)
	text, _ := said.(string)
	return text
}

// gauge returns the value of the one gauge or counter with the name.
func gauge(t *testing.T, reg *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// The dependency is down for many looks of the breaker, and the probe is wrong each time: it says that all is well, so the
// stage pulls, fails and stops again. Retries and deliveries are as scarce as can be.
func TestAThousandMessagesWaitThroughALongOutage(t *testing.T) {
	t.Parallel()
	b, err := broker.Open(broker.Config{URL: testkit.Vhost(t), Prefix: testkit.Prefix(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	const n, cycles = 1000, 60
	health, reg := &lastHealth{}, prometheus.NewRegistry()
	cfg := Config{
		Name: "sink", Version: "1", Broker: b, Log: slog.New(slog.DiscardHandler), Health: health, Metrics: reg,
		Tiers: []time.Duration{}, DeliveryLimit: 1, Workers: 4, Prefetch: 300,
	}
	var down atomic.Bool
	var looks atomic.Int64
	down.Store(true)
	cfg.Probe = func(context.Context) error { looks.Add(1); return nil }
	stored := make(chan string, 10*n)
	l, err := newLoop(cfg, 1, 0, func(_ context.Context, in []Input[event.Received]) ([]event.None, []error) {
		if e := in[0].Envelope; e.Attempt != 0 {
			t.Errorf("%s has spent %d attempts", e.ID, e.Attempt)
		}
		if down.Load() {
			return nil, []error{fault.DependencyDown("postgres", errors.New("connection refused"))}
		}
		stored <- in[0].Envelope.ID
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l.breaker.first, l.breaker.most, l.breaker.backoff = time.Millisecond, 4*time.Millisecond, time.Millisecond
	watch := broker.Group{Name: "watch", Topic: event.TopicDeadLetter}
	if err := b.Declare(t.Context(), []broker.Group{l.group(), watch}, nil); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		id := fmt.Sprint("m", i)
		body, err := l.codec.Encode(event.Received{
			DocumentID: event.DocumentID([]byte(id)), Content: event.Blob{Ref: blob.RefOf([]byte(id)), MediaType: "text/plain"},
			Arrival: event.Arrival{ID: id, Source: "test", At: time.Now()},
		})
		if err != nil {
			t.Fatal(err)
		}
		m := broker.Message{ID: id, Metadata: event.Envelope{ID: id, Type: event.TopicReceived}.Metadata(), Body: body}
		if err := b.Send(t.Context(), event.TopicReceived, m); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.run(ctx) }()

	check, open := "sink/"+event.TopicReceived, 0
	testkit.Eventually(t, 2*time.Minute, func() error {
		if health.last(check) == "not pulling: connection refused" && gauge(t, reg, "millrace_stage_breaker_open") == 1 {
			open++
		}
		if looks.Load() < cycles || open == 0 {
			return fmt.Errorf("%d looks; seen open %d times; health says %q", looks.Load(), open, health.last(check))
		}
		return nil
	})
	down.Store(false)
	seen := map[string]int{}
	for len(seen) < n { // one may come twice: delivery is at least once
		select {
		case id := <-stored:
			seen[id]++
		case <-time.After(testkit.Patience(time.Minute)):
			t.Fatalf("%d of %d stored", len(seen), n)
		}
	}
	testkit.Eventually(t, time.Minute, func() error {
		if said := health.last(check); said != "<nil>" || gauge(t, reg, "millrace_stage_breaker_open") != 0 {
			return fmt.Errorf("after recovery health says %q", said)
		}
		stats, err := b.Stats(t.Context(), []broker.Group{l.group(), watch})
		if err != nil {
			return err
		}
		for _, st := range stats {
			if st.Ready+st.Retry+st.Suspect > 0 {
				return fmt.Errorf("left over: %+v", st)
			}
		}
		return nil
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

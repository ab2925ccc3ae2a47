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
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

const deadline = time.Minute

// TestTheServiceOnTheBroker runs the service while its Postgres is killed: meanwhile only a backlog builds, and in the end
// every letter is kept once. Then all are replayed, to a parser that handles all but one.
func TestTheServiceOnTheBroker(t *testing.T) {
	server := testkit.PrivatePostgres(t)
	if err := migrations.Up(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Open(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	prefix := testkit.Prefix(t)
	b, err := broker.Open(broker.Config{URL: testkit.Vhost(t), Prefix: prefix, Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	tiers := []time.Duration{20 * time.Millisecond}
	groups := pipeline.Groups(tiers, 20)
	if err := b.Declare(t.Context(), groups, pipeline.Topics()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	config := func(name string) stage.Config {
		return stage.Config{Name: name, Version: "1", Broker: b, Workers: 2, Tiers: tiers, DeliveryLimit: 20, Log: slog.New(slog.DiscardHandler), Probe: pool.Ready}
	}
	store := deadletter.NewStore(pool)
	go func() {
		ended <- consume(ctx, config(pipeline.DeadLetters), &keeper{store: store, prefix: prefix, now: time.Now})
	}()
	go func() {
		ended <- stage.Run(ctx, config(pipeline.Parser), func(ctx context.Context, in event.Received) (event.None, error) {
			if e, _ := event.FromContext(ctx); e.Replay == "" || in.Arrival.Name == "hopeless.pdf" {
				return event.None{}, fault.Permanent(fmt.Errorf("the font of %q is missing", in.Arrival.Name))
			}
			return event.None{}, nil
		})
	}()
	const letters = 60
	emitter, err := stage.NewEmitter[event.Received](config("generator"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range letters {
		id := fmt.Sprint("m", i)
		content := event.Blob{Ref: blob.RefOf([]byte(id)), Size: 1, MediaType: "application/pdf"}
		arrival := event.Arrival{ID: id, Name: id + ".pdf", Source: "inbox", At: time.Now()}
		if i == letters-1 {
			arrival.Name = "hopeless.pdf"
		}
		if err := emitter.Emit(t.Context(), id, time.Now(), event.Received{DocumentID: event.DocumentID([]byte(id)), Content: content, Arrival: arrival}); err != nil {
			t.Fatal(err)
		}
		if i == letters/3 {
			if err := server.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	testkit.Eventually(t, deadline, func() error { // what the killed Postgres does not take waits in the queue
		stats, err := b.Stats(t.Context(), groups)
		for _, q := range stats {
			if q.Group == pipeline.DeadLetters && q.Topic == event.TopicDeadLetter && q.Ready+q.Retry > letters/3 && q.Retry == 0 {
				return err
			}
		}
		return fmt.Errorf("no backlog builds: %+v (%w)", stats, err)
	})
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := func(want int, sql string) {
		t.Helper()
		testkit.Eventually(t, deadline, func() error {
			var n int
			if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil || n != want {
				return fmt.Errorf("%s: %d, want %d (%w)", sql, n, want, err)
			}
			return nil
		})
	}
	count(letters, "select count(*) from dead_letters where state = 'open' and deaths = 1 and stage = 'parser' and class = 'permanent'")
	count(1, "select count(distinct fingerprint) from dead_letters")

	chosen, err := store.Sendable(t.Context(), deadletter.Filter{Stage: pipeline.Parser})
	if err != nil {
		t.Fatal(err)
	}
	replayer := &deadletter.Replayer{Store: store, Broker: b, Wait: deadline}
	r, err := replayer.Start(t.Context(), deadletter.Plan{Letters: chosen, Canary: 2, Rate: 1000, MaxFailures: 0.2, By: "test"})
	if err != nil || r.State != deadletter.ReplayDone || r.Done != letters-1 || r.Failed != 1 {
		t.Errorf("replay %+v, %v", r, err)
	}
	count(letters-1, "select count(*) from dead_letters where state = 'resolved' and closed_by = 'parser' and deaths = 1")
	count(1, "select count(*) from dead_letters where state = 'open' and deaths = 2")
	stats, err := b.Stats(t.Context(), groups)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range stats {
		// The sink does not run here: it keeps the first arrival of each event and both deaths, and saw no replay.
		if q.Group == pipeline.Sink && q.Topic == event.TopicReceived && q.Ready != letters {
			t.Errorf("another group of the topic has %d messages", q.Ready)
		}
	}
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Errorf("a stage ended with %v", err)
		}
	}
}

package deadletter_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

// BenchmarkLetters stores letters in batches as the service does, and replays them as fast as it goes.
func BenchmarkLetters(b *testing.B) {
	const letters, batch = 5000, 50
	for b.Loop() {
		pool, err := postgres.Open(b.Context(), testkit.Database(b))
		if err != nil {
			b.Fatal(err)
		}
		store := deadletter.NewStore(pool)
		rabbit, err := broker.Open(broker.Config{URL: testkit.Vhost(b), Prefix: testkit.Prefix(b)})
		if err != nil {
			b.Fatal(err)
		}
		if err := rabbit.Declare(b.Context(), []broker.Group{{Name: "parser", Topic: event.TopicReceived}}, nil); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		for i := 0; i < letters; i += batch {
			deaths := make([]deadletter.Death, batch)
			for j := range deaths {
				deaths[j] = deadletter.Read(letter(fmt.Sprint("m", i+j), i, nil), prefix, began)
			}
			if err := errors.Join(store.Put(b.Context(), deaths)...); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(letters/time.Since(began).Seconds(), "stored/s")
		chosen, err := store.Sendable(b.Context(), deadletter.Filter{})
		if err != nil {
			b.Fatal(err)
		}
		began = time.Now()
		replayer := &deadletter.Replayer{Store: store, Broker: rabbit, Wait: -1}
		r, err := replayer.Start(b.Context(), deadletter.Plan{Letters: chosen, Rate: 1e6, MaxFailures: 1, By: "bench"})
		if err != nil || r.Sent != letters {
			b.Fatal(r, err)
		}
		b.ReportMetric(letters/time.Since(began).Seconds(), "sent/s")
		_ = rabbit.Close()
		pool.Close()
	}
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit"
)

// TestAKilledPostgresLosesNothing kills the server in the middle of the work, twice. A delivery that fails must blame the
// dependency, and is made again as the stage loop would make it, until it succeeds.
func TestAKilledPostgresLosesNothing(t *testing.T) {
	server := testkit.PrivatePostgres(t)
	if err := migrations.Up(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t, server.URL())
	const documents = 150
	var deliveries []delivery
	for i := range documents {
		deliveries = append(deliveries, whole(newStory(w, t, fmt.Sprint("doc", i), "some text"))...)
	}
	var stored, downs atomic.Int64
	var wg sync.WaitGroup
	problems := make(chan error, len(deliveries))
	for part := range slices.Chunk(deliveries, len(deliveries)/4+1) {
		wg.Go(func() {
			for _, d := range part {
				for err := d.to(t.Context(), w); err != nil; err = d.to(t.Context(), w) {
					if fault.ClassOf(err) != fault.ClassDependencyDown {
						problems <- fmt.Errorf("%s: %v: %w", d.name, fault.ClassOf(err), err)
						return
					}
					downs.Add(1)
					time.Sleep(5 * time.Millisecond) // the breaker's pause
				}
				stored.Add(1)
			}
		})
	}
	for _, share := range []int{3, 2} {
		testkit.Eventually(t, time.Minute, func() error {
			if n := stored.Load(); n < int64(len(deliveries)/share) {
				return fmt.Errorf("%d stored", n)
			}
			return nil
		})
		before := downs.Load()
		if err := server.Kill(); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, time.Minute, func() error {
			if downs.Load() == before {
				return errors.New("nobody noticed")
			}
			return nil
		})
		if err := w.pool.Ready(t.Context()); fault.ClassOf(err) != fault.ClassDependencyDown {
			t.Errorf("the probe says %v", err)
		}
		if err := server.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	close(problems)
	for err := range problems {
		t.Error(err)
	}
	if got := value[int](t, w, "select count(*) from documents where status = 'stored' and arrivals = 2 and fields = 2"); got != documents {
		t.Errorf("%d of %d documents are whole", got, documents)
	}
	if got := value[int](t, w, "select count(*) from millrace.events"); got != documents*5 {
		t.Errorf("%d events, want %d", got, documents*5)
	}
}

func TestAServerThatShutsDownIsDown(t *testing.T) {
	server := testkit.PrivatePostgres(t)
	w := worldOn(t, server.URL())
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := newStory(w, t, "s", "text")
	for _, d := range whole(s) {
		if err := d.to(t.Context(), w); fault.ClassOf(err) != fault.ClassDependencyDown || fault.KindOf(err) != "postgres" {
			t.Errorf("%s: %v %q: %v", d.name, fault.ClassOf(err), fault.KindOf(err), err)
		}
	}
}

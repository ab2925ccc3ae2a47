package feed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/services/generator/feed"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// tray is an intake that remembers.
type tray struct {
	mu       sync.Mutex
	arrivals map[string]string // id to name
	refuse   error
	taken    func(n int)
}

func (y *tray) Store(_ context.Context, r io.Reader, _, _ string) (event.Blob, error) {
	content, err := io.ReadAll(r)
	return event.Blob{Ref: blob.RefOf(content)}, err
}

func (y *tray) Announce(_ context.Context, content event.Blob, a event.Arrival) (event.Received, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.refuse != nil {
		return event.Received{}, y.refuse
	}
	if y.arrivals == nil {
		y.arrivals = map[string]string{}
	}
	y.arrivals[a.ID] = a.Name
	if y.taken != nil {
		y.taken(len(y.arrivals))
	}
	return event.Received{DocumentID: content.Ref.Hex(), Arrival: a}, nil
}

func document(i int64) (string, []byte, error) {
	return fmt.Sprintf("%d.pdf", i), fmt.Appendf(nil, "%%PDF-%d", i), nil
}

func start(t *testing.T, cfg feed.Config, y *tray) *feed.Feed {
	t.Helper()
	f, err := feed.New(cfg, y, document)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestStartedAgainItDoublesNoArrival(t *testing.T) {
	y := &tray{}
	ctx, cancel := context.WithCancel(t.Context())
	y.taken = func(n int) {
		if n == 20 {
			cancel()
		}
	}
	cfg := feed.Config{Stream: "seed 7", Count: 50}
	if err := start(t, cfg, y).Run(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(y.arrivals); n < 20 || n == 50 {
		t.Fatalf("%d arrivals before the stop", n)
	}
	y.taken = nil
	f := start(t, cfg, y)
	if err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(y.arrivals) != 50 || f.Sent() != 50 {
		t.Errorf("%d arrivals, want 50", len(y.arrivals))
	}
	names := slices.Collect(maps.Values(y.arrivals))
	slices.Sort(names)
	if len(slices.Compact(names)) != 50 {
		t.Errorf("names %q are not distinct", names)
	}
	other := start(t, feed.Config{Stream: "seed 8", Count: 50}, y)
	if err := other.Run(t.Context()); err != nil || len(y.arrivals) != 100 {
		t.Errorf("another stream shares arrivals: %d, want 100 (%v)", len(y.arrivals), err)
	}
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := &tray{}
		begin := time.Now()
		if err := start(t, feed.Config{Count: 21, Rate: 10}, y).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("21 documents at 10 per second took %s, want 2 s", took)
		}
	})
}

func TestItWaitsForADependency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := &tray{refuse: fault.DependencyDown("rabbitmq", errors.New("refused"))}
		f := start(t, feed.Config{Count: 5}, y)
		done := make(chan error)
		go func() { done <- f.Run(t.Context()) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		if f.Ready() == nil || f.Sent() != 0 {
			t.Errorf("Ready = %v after %d sent", f.Ready(), f.Sent())
		}
		y.mu.Lock()
		y.refuse = nil
		y.mu.Unlock()
		if err := <-done; err != nil || f.Sent() != 5 || f.Ready() != nil {
			t.Errorf("Run = %v, sent %d, Ready = %v", err, f.Sent(), f.Ready())
		}
	})
}

func TestADocumentThatCannotBeMadeIsAnError(t *testing.T) {
	broken := errors.New("no such layout")
	f, err := feed.New(feed.Config{Count: 3}, &tray{}, func(int64) (string, []byte, error) { return "", nil, broken })
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Run = %v, want %v", err, broken)
	}
	if _, err := feed.New(feed.Config{Count: -1}, &tray{}, document); err == nil {
		t.Error("a negative count is accepted")
	}
}

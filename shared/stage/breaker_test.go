package stage

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestBreakerWaitsForTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := time.Now().Add(10 * time.Minute)
		asked := 0
		b := newBreaker(func(context.Context) error {
			asked++
			if time.Now().Before(down) {
				return errors.New("still down")
			}
			return nil
		})
		opened := b.whenOpened()
		if !b.open(errors.New("database is away")) || b.open(errors.New("again")) {
			t.Fatal("open does not report the first opening only")
		}
		<-opened
		if err := b.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if b.why() != nil {
			t.Error("closed, yet with a reason")
		}
		if late := time.Since(down); late > 7*time.Second { // five, and jitter
			t.Errorf("resumed %v after recovery", late)
		}
		if asked < 10 || asked > 150 {
			t.Errorf("asked %d times in ten minutes", asked)
		}
	})
}

func TestBreakerWithoutProbeLetsTheNextMessageTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker(nil)
		var waits []time.Duration
		for range 3 {
			b.open(errors.New("down"))
			start := time.Now()
			if err := b.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			waits = append(waits, time.Since(start))
		}
		if waits[0] < breakerFirst || waits[1] < 2*breakerFirst || waits[2] < 4*breakerFirst {
			t.Errorf("delays do not double while nothing succeeds: %v", waits)
		}
		b.succeeded()
		b.open(errors.New("down"))
		start := time.Now()
		if err := b.wait(t.Context()); err != nil || time.Since(start) > 2*breakerFirst {
			t.Errorf("a success does not reset the delay: %v, %v", time.Since(start), err)
		}
	})
}

func TestBreakerWaitEndsWithItsContext(t *testing.T) {
	b := newBreaker(func(context.Context) error { return errors.New("down") })
	b.open(errors.New("down"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("wait returned %v", err)
	}
}

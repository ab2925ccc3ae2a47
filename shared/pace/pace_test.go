package pace_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/shared/pace"
)

func TestWorkIsSpreadEvenlyAndLostTimeIsNotMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.Pace{PerSecond: 10}
		began := time.Now()
		after := func(n int, want time.Duration) {
			t.Helper()
			if err := p.Wait(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(began); got != want {
				t.Errorf("due after %v, want %v", got, want)
			}
		}
		after(5, 0)
		after(5, 500*time.Millisecond)
		after(1, time.Second)
		time.Sleep(time.Minute) // the broker was away
		after(5, 61*time.Second)
		after(5, 61500*time.Millisecond)
	})
}

func TestWithoutALimitNothingWaits(t *testing.T) {
	var p pace.Pace
	if p.Batch(200) != 200 || p.Wait(t.Context(), 1000) != nil {
		t.Error("no limit is a limit")
	}
	slow := pace.Pace{PerSecond: 0.5}
	if slow.Batch(200) != 1 {
		t.Errorf("half a piece a second comes in batches of %d", slow.Batch(200))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := slow.Wait(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

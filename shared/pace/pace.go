// Package pace spreads work evenly over time. It knows nothing of the work.
package pace

import (
	"context"
	"time"
)

// batchesPerSecond is how evenly: work that may be done in batches comes in that many.
const batchesPerSecond = 5

// Pace lets so many pieces of work pass per second; 0 or less is no limit. It is for one goroutine.
type Pace struct {
	PerSecond float64
	due       time.Time
}

// Batch returns how many pieces to do at once, from 1 to most.
func (p *Pace) Batch(most int) int {
	if p.PerSecond <= 0 {
		return most
	}
	return min(most, max(1, int(p.PerSecond/batchesPerSecond)))
}

// Wait waits until the next n pieces are due, the first ones at once. Time in which nothing was asked for is not made up for.
// The error is that of ctx.
func (p *Pace) Wait(ctx context.Context, n int) error {
	if p.PerSecond <= 0 {
		return ctx.Err()
	}
	now := time.Now()
	if p.due.Before(now) {
		p.due = now
	}
	pause := p.due.Sub(now)
	p.due = p.due.Add(time.Duration(float64(n) / p.PerSecond * float64(time.Second)))
	return Sleep(ctx, pause)
}

// Sleep waits for d or until ctx ends, whose error it returns then.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

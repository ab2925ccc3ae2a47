package stage

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Delays of the breaker between opening and the next look; each look that fails doubles the delay.
const (
	breakerFirst = 500 * time.Millisecond
	breakerMost  = 5 * time.Second
)

// breaker keeps a stage from pulling messages while a dependency is down. It is safe for concurrent use.
type breaker struct {
	probe       func(context.Context) error // nil: none
	first, most time.Duration               // delays before the looks

	mu      sync.Mutex
	err     error         // why it is open; nil when closed
	opened  chan struct{} // closed when the breaker opens; replaced when it closes
	backoff time.Duration // delay before the next look; back to the first after a success
}

func newBreaker(probe func(context.Context) error) *breaker {
	return &breaker{probe: probe, first: breakerFirst, most: breakerMost, opened: make(chan struct{}), backoff: breakerFirst}
}

// open opens the breaker because of err; it reports whether it was closed before.
func (b *breaker) open(err error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return false
	}
	b.err = err
	close(b.opened)
	return true
}

// why returns the reason for being open, or nil when closed.
func (b *breaker) why() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// whenOpened returns a channel that is closed while the breaker is open.
func (b *breaker) whenOpened() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.opened
}

// succeeded forgets the history of failures.
func (b *breaker) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backoff = b.first
}

// wait returns nil when the breaker is closed, asking the probe again and again until then; it returns early only with
// ctx's error. Without a probe one delay is all it takes: the next message is the probe.
func (b *breaker) wait(ctx context.Context) error {
	for b.why() != nil {
		if err := sleep(ctx, b.nextDelay()); err != nil {
			return err
		}
		if b.probe == nil || b.ask(ctx) == nil {
			b.close()
		}
	}
	return ctx.Err()
}

func (b *breaker) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, breakerMost)
	defer cancel()
	return b.probe(ctx)
}

func (b *breaker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = nil
	b.opened = make(chan struct{})
}

// nextDelay returns the current delay with up to a quarter of jitter and doubles it for the next time.
func (b *breaker) nextDelay() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := b.backoff
	b.backoff = min(2*b.backoff, b.most)
	return d + rand.N(d/4) //nolint:gosec // jitter needs no secrecy
}

// sleep waits for d or for ctx, whichever ends first, and returns ctx's error in the latter case.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

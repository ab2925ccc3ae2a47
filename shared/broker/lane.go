package broker

import (
	"context"
	"sync"
	"time"
)

// lane is one confirm channel that many publishers share. It opens the channel when it is first needed and again after
// the broker has closed it or it has been given up.
type lane struct {
	link *link
	// turn holds a token while somebody opens the channel.
	turn chan struct{}

	mu      sync.Mutex
	current *confirmChannel
}

func newLane(l *link) *lane {
	return &lane{link: l, turn: make(chan struct{}, 1)}
}

func (l *lane) open() *confirmChannel {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil || l.current.ch.IsClosed() || l.current.givenUp() {
		return nil
	}
	return l.current
}

// channel returns the lane's open channel, waiting for the connection at most ConnectWait. A connection that is lost
// meanwhile is waited for again.
func (l *lane) channel(ctx context.Context) (*confirmChannel, error) {
	if c := l.open(); c != nil {
		return c, nil
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c := l.open(); c != nil {
		return c, nil
	}
	pause := backoff{min: 5 * time.Millisecond, max: 500 * time.Millisecond}
	for {
		s, err := l.link.within(ctx)
		if err != nil {
			return nil, err
		}
		c, err := l.openOn(ctx, s)
		if err == nil || ctx.Err() != nil {
			return c, err
		}
		pause.wait(ctx)
	}
}

func (l *lane) openOn(ctx context.Context, s *session) (*confirmChannel, error) {
	ch, err := openChannel(ctx, s)
	if err != nil {
		return nil, err
	}
	c := newConfirmChannel(s, ch, l.link.cfg)
	if err := bounded(ctx, s, func() error { return ch.Confirm(false) }); err != nil {
		go func() { _ = ch.Close() }()
		return nil, down("switch a channel to confirms: %w", err)
	}
	go c.write()
	go c.collect()
	l.mu.Lock()
	l.current = c
	l.mu.Unlock()
	return c, nil
}

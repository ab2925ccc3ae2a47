package broker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Broker is the connection of one process to RabbitMQ. It may be used by many goroutines at once.
type Broker struct {
	cfg     Config
	publish *link
	consume *link
	lanes   []*lane
	next    atomic.Uint64
	known   *declared

	mu          sync.Mutex
	subscribers map[*Subscriber]struct{}
	closed      bool
}

// Open starts connecting and returns at once: it fails for a bad configuration only, never because the broker is down.
func Open(cfg Config) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	b := &Broker{
		cfg:         cfg,
		publish:     openLink(cfg, "publish"),
		consume:     openLink(cfg, "consume"),
		known:       newDeclared(),
		subscribers: map[*Subscriber]struct{}{},
	}
	for range cfg.Channels {
		b.lanes = append(b.lanes, newLane(b.publish))
	}
	return b, nil
}

// Ready returns nil while both connections are open and RabbitMQ takes publishes, else a fault that says what is wrong.
func (b *Broker) Ready() error {
	err := errors.Join(b.publish.ready(), b.consume.ready())
	if reason := b.refuses(); reason != nil {
		return errors.Join(err, down("RabbitMQ takes no publishes for now: %s", *reason))
	}
	return err
}

// Blocked reports whether RabbitMQ refuses publishes for now because it is low on memory or disk. Publishes wait
// meanwhile, up to ConfirmTimeout.
func (b *Broker) Blocked() bool {
	return b.refuses() != nil
}

// refuses returns why RabbitMQ takes no publishes; nil while it does, or where nobody knows.
func (b *Broker) refuses() *string {
	s, _, _ := b.publish.state()
	if s == nil {
		return nil
	}
	return s.blocked.Load()
}

// Close is [Broker.Shutdown] within CloseTimeout: it drains what drains that fast.
func (b *Broker) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), b.cfg.CloseTimeout)
	defer cancel()
	return b.Shutdown(ctx)
}

// Shutdown drains the subscribers as long as ctx allows, then closes both connections; messages that are still unsettled
// go back to their queues. It returns within about CloseTimeout of ctx's end, also while the broker is down, and may be
// called more than once.
func (b *Broker) Shutdown(ctx context.Context) error {
	b.mu.Lock()
	already := b.closed
	b.closed = true
	subscribers := make([]*Subscriber, 0, len(b.subscribers))
	for s := range b.subscribers {
		subscribers = append(subscribers, s)
	}
	b.mu.Unlock()
	if already {
		return nil
	}
	errs := make([]error, len(subscribers))
	var wg sync.WaitGroup
	for i, s := range subscribers {
		wg.Go(func() { errs[i] = s.Shutdown(ctx) })
	}
	wg.Wait()
	deadline := time.Now().Add(b.cfg.CloseTimeout)
	wg.Go(func() { b.publish.close(deadline) })
	wg.Go(func() { b.consume.close(deadline) })
	wg.Wait()
	return errors.Join(errs...)
}

// qualify puts the prefix on a name: the one place where that happens.
func (b *Broker) qualify(name string) string { return b.cfg.Prefix + name }

// QualifiedName returns the name under which RabbitMQ knows an exchange or a queue, for messages to operators.
func (b *Broker) QualifiedName(name string) string { return b.qualify(name) }

// Marshaler returns the marshaler that this broker's publishers and subscribers use.
func (b *Broker) Marshaler() Marshaler { return Marshaler{Prefix: b.cfg.Prefix} }

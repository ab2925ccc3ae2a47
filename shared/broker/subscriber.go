package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// SubscriberConfig says which consumer group a subscriber belongs to and how much it takes at once.
type SubscriberConfig struct {
	// Group is the consumer group; its Topic is ignored, [Subscriber.Subscribe] names it.
	Group Group
	// Prefetch is how many messages are handed out before the first of them is settled. Default 16.
	Prefetch int
	// DrainTimeout bounds [Subscriber.Close]: how long emitted messages may take to be settled. Default 30 s.
	DrainTimeout time.Duration
}

// Subscriber is Watermill's message.Subscriber for one consumer group. It may be used by many goroutines at once.
type Subscriber struct {
	broker *Broker
	cfg    SubscriberConfig

	mu            sync.Mutex
	subscriptions map[*subscription]struct{}
	closed        bool
}

var (
	_ message.Subscriber           = (*Subscriber)(nil)
	_ message.SubscribeInitializer = (*Subscriber)(nil)
)

// Subscriber returns a subscriber for the group; closing the Broker closes it.
func (b *Broker) Subscriber(cfg SubscriberConfig) (*Subscriber, error) {
	cfg.Prefetch = cmp.Or(cfg.Prefetch, 16)
	cfg.DrainTimeout = cmp.Or(cfg.DrainTimeout, 30*time.Second)
	probe := cfg.Group
	probe.Topic = cmp.Or(probe.Topic, "topic")
	if err := probe.Validate(); err != nil {
		return nil, fmt.Errorf("subscriber: %w", err)
	}
	if cfg.Prefetch < 1 || cfg.Prefetch > 65535 {
		return nil, fmt.Errorf("subscriber of group %q: prefetch %d is not within 1 to 65535", cfg.Group.Name, cfg.Prefetch)
	}
	s := &Subscriber{broker: b, cfg: cfg, subscriptions: map[*subscription]struct{}{}}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, fmt.Errorf("subscriber of group %q: broker: %w", cfg.Group.Name, ErrClosed)
	}
	b.subscribers[s] = struct{}{}
	return s, nil
}

func (s *Subscriber) group(topic string) Group {
	g := s.cfg.Group
	g.Topic = topic
	return g
}

// SubscribeInitialize declares the group's queues on the topic without consuming, so that the group misses nothing that
// is published from now on.
func (s *Subscriber) SubscribeInitialize(topic string) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.broker.cfg.ConfirmTimeout)
	defer cancel()
	return s.broker.Declare(ctx, []Group{s.group(topic)}, nil)
}

// Subscribe returns the group's messages on the topic. Its queues are declared before it returns; where the broker stays
// down for ConnectWait that happens once it is back. Only a topology that cannot be declared is an error.
//
// Up to Prefetch messages are handed out before the first is settled, each to be acked or nacked on its own, in any order;
// a nacked message returns to the queue at once. A message may come twice: after a lost connection everything unsettled is
// delivered again. What cannot be unmarshalled goes to the dead letters and is not handed out.
//
// When ctx ends, the subscription drains: nothing new is handed out, what was prefetched goes back, and the channel closes
// once every emitted message is settled. The messages' contexts outlive ctx; they end when the message is settled, or when
// [Subscriber.Close] gives up on it.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	g := s.group(topic)
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if err := s.broker.Declare(ctx, []Group{g}, nil); isConfiguration(err) {
		return nil, fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	sub := newSubscription(ctx, s, g)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, fmt.Errorf("subscribe to %s: subscriber: %w", topic, ErrClosed)
	}
	s.subscriptions[sub] = struct{}{}
	s.mu.Unlock()
	go sub.run()
	return sub.out, nil
}

func (s *Subscriber) forget(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subscriptions, sub)
}

func (s *Subscriber) all() []*subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	subs := make([]*subscription, 0, len(s.subscriptions))
	for sub := range s.subscriptions {
		subs = append(subs, sub)
	}
	return subs
}

// Ready returns nil while every subscription has its consumer on the broker, else why one has not.
func (s *Subscriber) Ready() error {
	var errs []error
	for _, sub := range s.all() {
		if err := sub.ready(); err != nil {
			errs = append(errs, fmt.Errorf("group %s on %s: %w", sub.group.Name, sub.group.Topic, err))
		}
	}
	return errors.Join(errs...)
}

// Close is [Subscriber.Shutdown] within DrainTimeout.
func (s *Subscriber) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.DrainTimeout)
	defer cancel()
	return s.Shutdown(ctx)
}

// Shutdown drains every subscription as long as ctx allows. What is unsettled then goes back to its queue, its context is
// cancelled, and the error says how many messages those were. It may be called more than once.
func (s *Subscriber) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.broker.mu.Lock()
	delete(s.broker.subscribers, s)
	s.broker.mu.Unlock()
	subs := s.all()
	for _, sub := range subs {
		sub.stop()
	}
	var errs []error
	for _, sub := range subs {
		select {
		case <-sub.done:
			continue
		case <-ctx.Done():
		}
		if n := sub.abandon(); n > 0 {
			errs = append(errs, fmt.Errorf("group %s on %s: %d messages were not settled in time and go back to the queue", sub.group.Name, sub.group.Topic, n))
		}
		select {
		case <-sub.done:
		case <-time.After(s.broker.cfg.CloseTimeout):
			errs = append(errs, fmt.Errorf("group %s on %s: the consumer did not stop within %v", sub.group.Name, sub.group.Topic, s.broker.cfg.CloseTimeout))
		}
	}
	return errors.Join(errs...)
}

package broker

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/fault"
)

// ErrNoQueue says that a message could be put into no queue.
var ErrNoQueue = errors.New("no such queue")

// Publisher is Watermill's message.Publisher. It may be used by many goroutines at once, and is the faster for it.
type Publisher struct {
	broker *Broker
	closed atomic.Bool
}

var _ message.Publisher = (*Publisher)(nil)

// Publisher returns a publisher. All publishers of a Broker share its channels; closing one closes only itself.
func (b *Broker) Publisher() *Publisher { return &Publisher{broker: b} }

// destination is an exchange and a routing key, as the broker knows them.
type destination struct {
	exchange, key string
	// logical is the topic or the queue, without prefix.
	logical string
}

func (d destination) String() string {
	if d.exchange == "" {
		return "queue " + d.logical
	}
	return "topic " + d.logical
}

// Publish sends the messages to every consumer group of the topic and returns nil when the broker has confirmed them all,
// that is: when they are on disk in every queue. They are sent one after the other without waiting in between. The topic is
// declared when it is missing; without any group its messages wait in [UnroutedQueue].
//
// What the broker refuses or loses is published again until ConfirmTimeout, so a group may receive a message twice. On an
// error any of the messages may have been published: publish all of them again. An unavailable broker is a DependencyDown,
// a message that can never be published a Permanent fault, and the end of the first message's context ends the wait.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	if len(messages) == 0 {
		return nil
	}
	to := destination{exchange: p.broker.qualify(topic), logical: topic}
	return p.publish(messages[0].Context(), to, messages)
}

// PublishToQueue is [Publisher.Publish] to one queue, named as by [Group.Queue] or [Group.RetryQueue]: nobody else
// receives the messages. A queue that is missing is declared again when this Broker declared its group before; otherwise
// the error wraps [ErrNoQueue]. It ends with ctx; the messages' contexts play no part.
func (p *Publisher) PublishToQueue(ctx context.Context, queue string, messages ...*message.Message) error {
	if len(messages) == 0 {
		return nil
	}
	return p.publish(ctx, destination{key: p.broker.qualify(queue), logical: queue}, messages)
}

// Close makes every later Publish fail with [ErrClosed]; it closes nothing that others use.
func (p *Publisher) Close() error {
	p.closed.Store(true)
	return nil
}

func (p *Publisher) publish(ctx context.Context, to destination, messages []*message.Message) error {
	if p.closed.Load() {
		return fmt.Errorf("publish to %s: publisher: %w", to, ErrClosed)
	}
	pending := make([]*envelope, len(messages))
	marshaler := p.broker.Marshaler()
	for i, msg := range messages {
		publishing, err := marshaler.Marshal(msg)
		if err != nil {
			return fmt.Errorf("publish to %s: %w", to, err)
		}
		pending[i] = &envelope{publishing: publishing}
	}
	limit, cancel := context.WithTimeout(ctx, p.broker.cfg.ConfirmTimeout)
	defer cancel()
	err := p.broker.deliver(limit, to, pending)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("publish to %s: %w", to, ctx.Err())
	case limit.Err() != nil && fault.ClassOf(err) != fault.ClassDependencyDown:
		return down("publish to %s: not confirmed within %v: %w", to, p.broker.cfg.ConfirmTimeout, err)
	default:
		return fmt.Errorf("publish to %s: %w", to, err)
	}
}

// deliver publishes until everything is confirmed, ctx is done, or the reason is one that publishing again cannot cure.
func (b *Broker) deliver(ctx context.Context, to destination, pending []*envelope) error {
	pause := backoff{min: 20 * time.Millisecond, max: 2 * time.Second}
	lane := b.lanes[b.next.Add(1)%uint64(len(b.lanes))]
	lost := 0 // how often the destination has proved to be missing
	for {
		c, err := lane.channel(ctx)
		if err != nil {
			return err
		}
		if err := b.ensure(ctx, c.session, to, lost > 0); err != nil {
			if fault.ClassOf(err) != fault.ClassDependencyDown || ctx.Err() != nil {
				return err
			}
			pause.wait(ctx)
			continue
		}
		if err := unblocked(ctx, c.session); err != nil {
			return err
		}
		sendErr := c.send(ctx, to, pending)
		if ctx.Err() != nil {
			return ctx.Err() // the outcomes may still be on their way
		}
		var missing bool
		pending, missing = remaining(pending)
		if len(pending) == 0 {
			return nil
		}
		again, err := verdict(c.closeError(), missing, sendErr)
		if err != nil {
			return err
		}
		if again {
			if lost++; lost > 3 {
				return fmt.Errorf("%s vanishes as often as it is declared", to)
			}
		}
		pause.wait(ctx)
	}
}

// ensure sees to it that the destination exists; lost says that it has just proved not to.
func (b *Broker) ensure(ctx context.Context, s *session, to destination, lost bool) error {
	if to.exchange != "" {
		return b.ensureTopic(ctx, s, to.logical, lost)
	}
	if !lost {
		return nil
	}
	ok, err := b.ensureQueue(ctx, s, to.logical)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoQueue, b.qualify(to.logical))
	}
	return nil
}

// unblocked waits while the broker refuses publishes for lack of memory or disk.
func unblocked(ctx context.Context, s *session) error {
	pause := backoff{min: 20 * time.Millisecond, max: 500 * time.Millisecond}
	for {
		reason := s.blocked.Load()
		if reason == nil {
			return nil
		}
		if ctx.Err() != nil {
			return down("RabbitMQ refuses publishes: %s", *reason)
		}
		pause.wait(ctx)
	}
}

// remaining returns the messages that have to be published again, and whether any was returned as unroutable.
func remaining(all []*envelope) (rest []*envelope, missing bool) {
	for _, m := range all {
		if m.outcome != confirmed {
			rest = append(rest, m)
			missing = missing || m.outcome == unroutable
		}
	}
	return rest, missing
}

// verdict says whether the destination has to be declared again before the next attempt, or why there is no next.
func verdict(closed *amqp.Error, unroutable bool, sendErr error) (declareAgain bool, err error) {
	if closed == nil {
		if errors.Is(sendErr, amqp.ErrClosed) || sendErr == nil || code(sendErr) != 0 {
			return unroutable, nil
		}
		var e *amqp.Error
		if !errors.As(sendErr, &e) {
			// Not the broker's doing: the client cannot put this message into frames.
			return unroutable, sendErr
		}
		return unroutable, nil
	}
	switch closed.Code {
	case amqp.NotFound:
		return true, nil
	case amqp.PreconditionFailed:
		return false, fault.New(fault.ClassPermanent, "message_refused", "RabbitMQ refuses the message: %w", closed)
	case amqp.AccessRefused:
		return false, down("RabbitMQ does not let this user write there; grant the permission: %w", closed)
	default:
		return unroutable, nil
	}
}

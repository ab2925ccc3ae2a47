package broker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/fault"
)

// isConfiguration reports whether err is about what was asked for, not about the broker's state.
func isConfiguration(err error) bool { return fault.ClassOf(err) == fault.ClassPermanent }

// subscription is one Subscribe: a consumer that is registered again after every loss.
type subscription struct {
	subscriber *Subscriber
	broker     *Broker
	group      Group
	log        *slog.Logger
	out        chan *message.Message
	done       chan struct{}

	// stopping ends with the caller's context or a Close: drain. giveUp ends when Close has waited enough.
	stopping context.Context //nolint:containedctx // the life of the subscription, not of a call
	stop     context.CancelFunc
	giveUp   context.Context //nolint:containedctx // as above
	cancel   context.CancelFunc

	unsettled sync.WaitGroup
	count     atomic.Int64

	mu  sync.Mutex
	err error
}

func newSubscription(ctx context.Context, s *Subscriber, g Group) *subscription {
	sub := &subscription{
		subscriber: s, broker: s.broker, group: g,
		log:  s.broker.cfg.Log.With("group", g.Name, "topic", g.Topic),
		out:  make(chan *message.Message),
		done: make(chan struct{}),
		err:  down("the consumer is not registered yet"),
	}
	sub.stopping, sub.stop = context.WithCancel(ctx)
	sub.giveUp, sub.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return sub
}

func (s *subscription) ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *subscription) setReady(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// abandon stops waiting for emitted messages and returns how many there are.
func (s *subscription) abandon() int64 {
	n := s.count.Load()
	s.cancel()
	return n
}

func (s *subscription) run() {
	defer close(s.done)
	defer s.subscriber.forget(s)
	defer s.cancel()
	defer s.stop()
	defer close(s.out)
	pause := backoff{min: s.broker.cfg.BackoffMin, max: s.broker.cfg.BackoffMax}
	for s.stopping.Err() == nil {
		registered, err := s.consume()
		if s.stopping.Err() != nil {
			break
		}
		s.setReady(err)
		if registered {
			pause.reset()
		}
		s.log.Warn("consumer lost, registering again", "error", err)
		pause.wait(s.stopping)
	}
	// Emitted messages, of this consumer and of those before it, are settled or given up before the end is announced.
	s.unsettled.Wait()
}

// consume registers a consumer and hands out its messages until it is lost or the subscription stops.
func (s *subscription) consume() (registered bool, err error) {
	conn, err := s.broker.consume.session(s.stopping)
	if err != nil {
		return false, err
	}
	if err := s.declare(conn); err != nil {
		return false, err
	}
	ch, err := openChannel(s.stopping, conn)
	if err != nil {
		return false, err
	}
	c := &consumer{subscription: s, session: conn, ch: ch, tag: s.group.Name + "-" + uuid.NewString(), lost: make(chan struct{}), settling: make(chan settlement)}
	go c.watch(ch.NotifyClose(make(chan *amqp.Error, 1)))
	err = bounded(s.stopping, conn, func() error {
		if err := ch.Qos(s.subscriber.cfg.Prefetch, 0, false); err != nil {
			return err
		}
		deliveries, err := ch.Consume(s.broker.qualify(s.group.Queue()), c.tag, false, false, false, false, nil)
		c.deliveries = deliveries
		return err
	})
	if err != nil {
		go func() { _ = ch.Close() }()
		return false, explain(err, "consume from queue", s.broker.qualify(s.group.Queue()))
	}
	s.setReady(nil)
	go c.settle()
	return true, c.pump()
}

func (s *subscription) declare(conn *session) error {
	ctx, cancel := context.WithTimeout(s.stopping, s.broker.cfg.ConfirmTimeout)
	defer cancel()
	if err := s.broker.declareGroup(ctx, conn, s.group); err != nil {
		return err
	}
	s.broker.known.remember([]Group{s.group})
	return nil
}

// consumer is one registration at the broker.
type consumer struct {
	*subscription
	session    *session
	ch         *amqp.Channel
	tag        string
	deliveries <-chan amqp.Delivery
	// lost is closed when the channel is; cause, set before, says why.
	lost  chan struct{}
	cause error
	// held counts the messages of this channel that are emitted and not settled.
	held sync.WaitGroup
	// settling carries decisions to settle; it is closed when no message is held any more.
	settling chan settlement
}

func (c *consumer) watch(closed <-chan *amqp.Error) {
	c.cause = errors.New("channel closed")
	if e := <-closed; e != nil {
		c.cause = e
	}
	close(c.lost)
}

// pump emits deliveries. It returns when the consumer is lost, or drained after the subscription stopped.
func (c *consumer) pump() error {
	for {
		select {
		case <-c.stopping.Done():
			return c.drain()
		case d, ok := <-c.deliveries:
			if !ok {
				return c.ended()
			}
			msg, err := c.broker.Marshaler().Unmarshal(d)
			if err != nil {
				c.log.Error("message cannot be unmarshalled, it goes to the dead letters", "message", d.MessageId, "error", err)
				c.hold()
				c.settling <- settlement{d, toReject, c.release}
				continue
			}
			ctx, cancel := context.WithCancel(c.giveUp)
			msg.SetContext(ctx)
			select {
			case c.out <- msg:
				c.hold()
				go c.await(d, msg, cancel)
			case <-c.stopping.Done():
				cancel()
				return c.drain(d)
			case <-c.lost:
				// The broker delivers it again, to whoever consumes then.
				cancel()
				return c.ended()
			}
		}
	}
}

func (c *consumer) hold() {
	c.held.Add(1)
	c.unsettled.Add(1)
	c.count.Add(1)
}

func (c *consumer) release() {
	c.count.Add(-1)
	c.held.Done()
	c.unsettled.Done()
}

// await passes the receiver's decision on one emitted message on to settle.
func (c *consumer) await(d amqp.Delivery, msg *message.Message, cancel context.CancelFunc) {
	done := func() {
		cancel()
		c.release()
	}
	select {
	case <-msg.Acked():
		c.settling <- settlement{d, toAck, done}
	case <-msg.Nacked():
		c.settling <- settlement{d, toNack, done}
	case <-c.giveUp.Done():
		done()
	}
}

// settled takes note of an ack that did not reach the broker: the message will be delivered again.
func (c *consumer) settled(err error) {
	if err != nil {
		c.log.Debug("message could not be settled and will be delivered again", "error", err)
	}
}

// ended says why deliveries ended. After a cancel by the broker (its queue was deleted) the channel is still open: it
// stays so until the messages it delivered are settled.
func (c *consumer) ended() error {
	go c.close()
	select {
	case <-c.lost:
		return down("channel lost: %w", c.cause)
	default:
		return down("RabbitMQ cancelled the consumer: was queue %q deleted?", c.broker.qualify(c.group.Queue()))
	}
}

// drain cancels the consumer, gives back what was not emitted, the given messages first, waits for what was, and closes the channel, which sends
// all acks before.
func (c *consumer) drain(unseen ...amqp.Delivery) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.broker.cfg.CloseTimeout)
	defer cancel()
	if err := bounded(ctx, c.session, func() error { return c.ch.Cancel(c.tag, false) }); err == nil {
		for d := range c.deliveries {
			unseen = append(unseen, d)
		}
	}
	c.giveBack(unseen)
	c.close()
	return nil
}

// giveBack returns the messages that nobody has seen. That spends a delivery of each, which a subscriber that ends again and
// again must not do to the same message for ever: one that has spent half of what it has is published anew, to the end of its
// queue.
func (c *consumer) giveBack(unseen []amqp.Delivery) {
	var spent []amqp.Delivery
	var messages []*message.Message
	for _, d := range unseen {
		if msg, err := c.broker.Marshaler().Unmarshal(d); err == nil && deliveryCount(d) >= int64(c.group.workLimit()+1)/2 {
			spent, messages = append(spent, d), append(messages, msg)
			continue
		}
		c.settled(d.Nack(false, true))
	}
	err := c.broker.Publisher().PublishToQueue(c.giveUp, c.group.Queue(), messages...)
	for _, d := range spent {
		if err == nil {
			c.settled(d.Ack(false))
		} else {
			c.settled(d.Nack(false, true))
		}
	}
}

// close waits until no message is held and closes the channel; what was given up goes back to the queue.
func (c *consumer) close() {
	c.held.Wait()
	close(c.settling)
	ctx, cancel := context.WithTimeout(context.Background(), c.broker.cfg.CloseTimeout)
	defer cancel()
	if err := bounded(ctx, c.session, c.ch.Close); err != nil {
		c.log.Debug("close the consumer's channel", "error", err)
	}
}

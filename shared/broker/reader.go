package broker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/fault"
)

// ErrStop ends [Broker.ReadHistory] without an error.
var ErrStop = errors.New("stop reading")

const (
	headerOffset = "x-stream-offset"
	keyTime      = "time" // CloudEvents: when the event came to be

	historyPrefetch = 256
	// clockSkew is by how much the broker's clock may differ from the publishers': a read from a time starts that much
	// earlier and passes over what is too old.
	clockSkew = time.Minute
	// emptyWait is how long a history may keep silent before it counts as empty.
	emptyWait = 2 * time.Second
)

// HistoryStart says where to begin in a topic's history. The zero value is the oldest message that is kept.
type HistoryStart struct {
	// Offset of the first message to read; it counts where Time is zero. One that is not kept any more means the oldest.
	Offset int64
	// Time from which on messages are read, by the time in their envelope, or that of their publishing where they have none.
	Time time.Time
}

// HistoryEntry is one message of a topic's history.
type HistoryEntry struct {
	// Offset grows with every message of the topic, now and then by more than one, and stays the same for a message.
	Offset  int64
	Message Message
}

// ReadHistory calls f for the messages of a topic's history in the order of their offsets, and goes on with new ones as they
// come, until ctx ends or f returns an error, which it returns; [ErrStop] becomes nil. Neither are messages skipped nor
// handed out twice when the connection is lost meanwhile: it is waited for and reading goes on behind the last message. A
// message that is no Watermill message is passed over with a warning. Reading takes nothing away from anybody.
//
// A topic without a history is [ErrNoQueue].
func (b *Broker) ReadHistory(ctx context.Context, topic string, from HistoryStart, f func(HistoryEntry) error) error {
	r := &reader{broker: b, topic: topic, start: from, next: from.Offset, f: f}
	pause := backoff{min: b.cfg.BackoffMin, max: b.cfg.BackoffMax}
	missing := time.Time{} // since when the stream has not been there
	for {
		before := r.next
		err := r.read(ctx)
		switch {
		case errors.Is(err, ErrStop):
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("read the history of %s: %w", topic, ctx.Err())
		case r.failed, fault.ClassOf(err) == fault.ClassPermanent:
			return fmt.Errorf("read the history of %s: %w", topic, err)
		}
		if r.next > before {
			pause.reset()
		}
		// After a restart of the broker a stream may take a moment until it is there again.
		if !errors.Is(err, ErrNoQueue) {
			missing = time.Time{}
		} else if missing.IsZero() {
			missing = time.Now()
		} else if time.Since(missing) > b.cfg.ConnectWait {
			return fmt.Errorf("read the history of %s: %w", topic, err)
		}
		b.cfg.Log.Debug("history's reader lost, starting again", "topic", topic, "offset", r.next, "error", err)
		pause.wait(ctx)
	}
}

// reader is one ReadHistory.
type reader struct {
	broker *Broker
	topic  string
	start  HistoryStart
	next   int64 // offset to go on at, once something has been read
	begun  bool  // something has been read
	failed bool  // the error is f's
	f      func(HistoryEntry) error
}

// from is where the server shall begin.
func (r *reader) from() any {
	if !r.begun && !r.start.Time.IsZero() {
		return r.start.Time.Add(-clockSkew)
	}
	return r.next
}

// read reads over one channel until that is lost.
func (r *reader) read(ctx context.Context) error {
	s, err := r.broker.consume.session(ctx)
	if err != nil {
		return err
	}
	c, err := r.broker.openHistory(ctx, s, r.topic, r.from(), historyPrefetch)
	if err != nil {
		return err
	}
	defer c.close()
	for {
		d, err := c.receive(ctx)
		if err != nil {
			return err
		}
		if err := r.handle(d); err != nil {
			return err
		}
		if err := c.taken(d); err != nil {
			return err
		}
	}
}

// handle passes one message on.
func (r *reader) handle(d amqp.Delivery) error {
	offset, ok := d.Headers[headerOffset].(int64)
	if !ok {
		r.failed = true
		return fmt.Errorf("queue %q is no stream: its messages have no offset", r.broker.qualify(HistoryQueue(r.topic)))
	}
	if offset < r.next { // the server begins with a whole chunk
		return nil
	}
	msg, err := r.broker.Marshaler().Unmarshal(d)
	switch {
	case err != nil:
		r.broker.cfg.Log.Warn("message in the history cannot be unmarshalled; passed over", "topic", r.topic, "offset", offset, "error", err)
	case !r.start.Time.IsZero() && published(d, msg.Metadata).Before(r.start.Time):
	default:
		maps.DeleteFunc(msg.Metadata, func(key, _ string) bool { return strings.HasPrefix(key, metaPrefix) })
		if err := r.f(HistoryEntry{Offset: offset, Message: Message{ID: msg.UUID, Metadata: msg.Metadata, Body: msg.Payload}}); err != nil {
			r.failed = true
			return err
		}
	}
	r.next, r.begun = offset+1, true
	return nil
}

// published is when a message came to be. The AMQP timestamp counts whole seconds: its second has begun then.
func published(d amqp.Delivery, metadata map[string]string) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, metadata[keyTime]); err == nil {
		return t
	}
	return d.Timestamp.Add(time.Second - 1)
}

// HistoryEnd returns the offset of the last message in a topic's history: at least that of the last message that was
// confirmed before the call. ok is false when the history is empty. A topic without a history is [ErrNoQueue].
func (b *Broker) HistoryEnd(ctx context.Context, topic string) (last int64, ok bool, err error) {
	last, ok, err = b.historyEnd(ctx, topic)
	if err != nil {
		return 0, false, fmt.Errorf("find the end of the history of %s: %w", topic, err)
	}
	return last, ok, nil
}

func (b *Broker) historyEnd(ctx context.Context, topic string) (last int64, ok bool, err error) {
	s, err := b.consume.within(ctx)
	if err != nil {
		return 0, false, err
	}
	c, err := b.openHistory(ctx, s, topic, "last", 65535)
	if err != nil {
		return 0, false, err
	}
	defer c.close()
	note := func(d amqp.Delivery) {
		if offset, is := d.Headers[headerOffset].(int64); is {
			last, ok = offset, true
		}
	}
	first, err := c.first(ctx, b.cfg.ConnectWait)
	if err != nil {
		return 0, false, err
	}
	note(first)
	// RabbitMQ sends a chunk as a whole, and a prefetch that is larger than any chunk lets it. It begins with the last one:
	// when the end of the consumer is confirmed, everything has come that was there at its beginning.
	if err := bounded(ctx, s, func() error { return c.ch.Cancel(c.tag, false) }); err != nil {
		return 0, false, down("read stream %q: %w", c.queue, err)
	}
	for d := range c.deliveries {
		note(d)
	}
	return last, ok, nil
}

// historyReader is a consumer of a stream.
type historyReader struct {
	session    *session
	ch         *amqp.Channel
	queue, tag string
	prefetch   int
	deliveries <-chan amqp.Delivery
	unacked    int
}

// openHistory registers a consumer of a topic's stream.
func (b *Broker) openHistory(ctx context.Context, s *session, topic string, from any, prefetch int) (*historyReader, error) {
	ch, err := openChannel(ctx, s)
	if err != nil {
		return nil, err
	}
	c := &historyReader{session: s, ch: ch, queue: b.qualify(HistoryQueue(topic)), tag: "history-" + uuid.NewString(), prefetch: prefetch}
	opened := make(chan (<-chan amqp.Delivery), 1)
	err = bounded(ctx, s, func() error {
		if err := ch.Qos(prefetch, 0, false); err != nil {
			return err
		}
		deliveries, err := ch.Consume(c.queue, c.tag, false, false, false, false, amqp.Table{headerOffset: from})
		opened <- deliveries
		return err
	})
	if err == nil {
		c.deliveries = <-opened
		return c, nil
	}
	c.close()
	if code(err) == amqp.NotFound {
		return nil, down("%w: the topic has no history (see MILLRACE_HISTORY_MAX_BYTES): %w", ErrNoQueue, err)
	}
	return nil, explain(err, "stream", c.queue)
}

func (c *historyReader) close() {
	// The reply to a close is not worth waiting for.
	go func() { _ = c.ch.Close() }()
}

// receive waits for the next message.
func (c *historyReader) receive(ctx context.Context) (amqp.Delivery, error) {
	select {
	case d, ok := <-c.deliveries:
		if !ok {
			return d, down("RabbitMQ has ended the reader of stream %q", c.queue)
		}
		return d, nil
	case <-ctx.Done():
		return amqp.Delivery{}, ctx.Err()
	}
}

// first waits for the first message; it is the zero value where the stream is empty. RabbitMQ does not say so, so that is
// what emptyWait of silence means, unless its count of messages, which lags behind, knows better.
func (c *historyReader) first(ctx context.Context, patience time.Duration) (amqp.Delivery, error) {
	silent, cancel := context.WithTimeout(ctx, emptyWait)
	defer cancel()
	d, err := c.receive(silent)
	if err == nil || silent.Err() == nil || ctx.Err() != nil {
		return d, err
	}
	look := &declarer{ctx: ctx, session: c.session}
	defer look.close()
	q, _, err := look.inspect(c.queue)
	if err != nil || q.Messages == 0 {
		return amqp.Delivery{}, err
	}
	late, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if d, err = c.receive(late); late.Err() != nil && ctx.Err() == nil {
		return d, down("RabbitMQ counts %d messages in stream %q and sends none", q.Messages, c.queue)
	}
	return d, err
}

// taken acknowledges, which is what lets a stream send more; a few at a time.
func (c *historyReader) taken(d amqp.Delivery) error {
	if c.unacked++; c.unacked < c.prefetch/4 {
		return nil
	}
	c.unacked = 0
	if err := d.Ack(true); err != nil {
		return down("read on in stream %q: %w", c.queue, err)
	}
	return nil
}

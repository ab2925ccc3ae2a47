package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"
)

// Suspects returns how many messages wait in the group's queue of suspects.
func (b *Broker) Suspects(ctx context.Context, g Group) (int, error) {
	s, err := b.consume.within(ctx)
	if err != nil {
		return 0, fmt.Errorf("count the suspects of group %s: %w", g.Name, err)
	}
	d := &declarer{ctx: ctx, session: s}
	defer d.close()
	q, _, err := d.inspect(b.qualify(g.SuspectQueue()))
	if err != nil {
		return 0, fmt.Errorf("count the suspects of group %s: %w", g.Name, err)
	}
	return q.Messages, nil
}

// TakeSuspect takes one message out of the group's suspect queue and calls f with it, which acks or nacks it before it
// returns. taken is false where no message waits. Nothing is fetched ahead: a process that dies in f spends a delivery of
// this one message of the queue and of no other.
//
// What cannot be unmarshalled goes to the dead letters, and counts as taken. When the connection is lost meanwhile the message
// is delivered again; the error says so.
func (b *Broker) TakeSuspect(ctx context.Context, g Group, f func(*message.Message)) (taken bool, err error) {
	s, err := b.consume.within(ctx)
	if err != nil {
		return false, fmt.Errorf("take a suspect of group %s: %w", g.Name, err)
	}
	ch, err := openChannel(ctx, s)
	if err != nil {
		return false, fmt.Errorf("take a suspect of group %s: %w", g.Name, err)
	}
	queue := b.qualify(g.SuspectQueue())
	got := make(chan amqp.Delivery, 1)
	err = bounded(ctx, s, func() error {
		d, ok, err := ch.Get(queue, false)
		if ok {
			got <- d
		}
		return err
	})
	if err == nil && len(got) > 0 {
		taken = true
		err = b.settleAfter(<-got, f)
	}
	// Unlike other closes this one is waited for: it comes after the ack.
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.cfg.CloseTimeout)
	defer cancel()
	if closeErr := bounded(closing, s, ch.Close); err == nil && closeErr != nil && !errors.Is(closeErr, amqp.ErrClosed) {
		err = closeErr
	}
	return taken, explain(err, "queue", queue)
}

// settleAfter tells the broker what f has decided.
func (b *Broker) settleAfter(d amqp.Delivery, f func(*message.Message)) error {
	msg, err := b.Marshaler().Unmarshal(d)
	if err != nil {
		b.cfg.Log.Error("message cannot be unmarshalled, it goes to the dead letters", "message", d.MessageId, "error", err)
		return d.Reject(false)
	}
	f(msg)
	select {
	case <-msg.Acked():
		return d.Ack(false)
	default:
		return d.Nack(false, true)
	}
}

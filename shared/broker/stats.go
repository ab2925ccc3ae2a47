package broker

import (
	"context"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// QueueStats says what waits in a consumer group's queues, as RabbitMQ counts it now.
type QueueStats struct {
	// Group and Topic are empty for the queues that belong to no group: [UnroutedQueue] and [ParkedQueue].
	Group, Topic string
	Queue        string
	// Ready counts the messages that wait to be delivered; those that a consumer holds are not among them.
	Ready int
	// Retry counts the messages in the group's retry queues.
	Retry int
	// Suspect counts the messages that wait in the group's suspect queue.
	Suspect int
	// Consumers counts the subscriptions to the queue.
	Consumers int
	// Missing names the queues, of those that this entry sums up, that do not exist; it is empty when all is well.
	Missing []string
}

// Stats returns one entry for each group in the given order, then one for [UnroutedQueue] and one for [ParkedQueue]. It
// needs no management plugin. A queue that does not exist is named in its entry and does not keep the others from being
// counted.
func (b *Broker) Stats(ctx context.Context, groups []Group) ([]QueueStats, error) {
	s, err := b.consume.within(ctx)
	if err != nil {
		return nil, fmt.Errorf("count messages: %w", err)
	}
	d := &declarer{ctx: ctx, session: s}
	defer d.close()
	// size returns how many messages wait in a queue, and notes when it is missing.
	size := func(st *QueueStats, name string) (amqp.Queue, error) {
		q, found, err := d.inspect(b.qualify(name))
		if err != nil {
			return q, fmt.Errorf("count messages: %w", err)
		}
		if !found {
			st.Missing = append(st.Missing, name)
		}
		return q, nil
	}
	var all []QueueStats
	for _, g := range groups {
		st := QueueStats{Group: g.Name, Topic: g.Topic, Queue: g.Queue()}
		q, err := size(&st, st.Queue)
		if err != nil {
			return nil, err
		}
		st.Ready, st.Consumers = q.Messages, q.Consumers
		if q, err = size(&st, g.SuspectQueue()); err != nil {
			return nil, err
		}
		st.Suspect = q.Messages
		for _, tier := range g.Tiers {
			if q, err = size(&st, g.RetryQueue(tier)); err != nil {
				return nil, err
			}
			st.Retry += q.Messages
		}
		all = append(all, st)
	}
	for _, name := range []string{UnroutedQueue, ParkedQueue} {
		st := QueueStats{Queue: name}
		q, err := size(&st, name)
		if err != nil {
			return nil, err
		}
		st.Ready, st.Consumers = q.Messages, q.Consumers
		all = append(all, st)
	}
	return all, nil
}

func (d *declarer) inspect(name string) (q amqp.Queue, found bool, err error) {
	result := make(chan amqp.Queue, 1)
	err = d.call(func(ch *amqp.Channel) error {
		q, err := ch.QueueDeclarePassive(name, true, false, false, false, nil)
		result <- q
		return err
	})
	if code(err) == amqp.NotFound {
		return amqp.Queue{}, false, nil
	}
	if err != nil {
		return amqp.Queue{}, false, explain(err, "queue", name)
	}
	return <-result, true, nil
}

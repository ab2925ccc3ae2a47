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
	var all []QueueStats
	count := func(st QueueStats, retry []string) error {
		q, found, err := d.inspect(b.qualify(st.Queue))
		if err != nil {
			return fmt.Errorf("count messages: %w", err)
		}
		if !found {
			st.Missing = append(st.Missing, st.Queue)
		}
		st.Ready, st.Consumers = q.Messages, q.Consumers
		for _, name := range retry {
			q, found, err := d.inspect(b.qualify(name))
			if err != nil {
				return fmt.Errorf("count messages: %w", err)
			}
			if !found {
				st.Missing = append(st.Missing, name)
			}
			st.Retry += q.Messages
		}
		all = append(all, st)
		return nil
	}
	for _, g := range groups {
		var retry []string
		for _, tier := range g.Tiers {
			retry = append(retry, g.RetryQueue(tier))
		}
		if err := count(QueueStats{Group: g.Name, Topic: g.Topic, Queue: g.Queue()}, retry); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{UnroutedQueue, ParkedQueue} {
		if err := count(QueueStats{Queue: name}, nil); err != nil {
			return nil, err
		}
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

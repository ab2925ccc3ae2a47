package broker

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const (
	// DeadLetterTopic is the topic of messages that a consumer group gave up on.
	DeadLetterTopic = "dead_letter.v1"
	// UnroutedQueue keeps what was published to a topic that had no consumer group yet.
	UnroutedQueue = "unrouted"
	// ParkedQueue keeps dead letters that a consumer group of the dead-letter topic itself could not take: dead-lettering
	// them again would bring them back for ever.
	ParkedQueue = "parked"
	// DefaultDeliveryLimit is how often a queue delivers a message, when a group says nothing else, before the broker
	// dead-letters it. It is what RabbitMQ 4 uses; 3.10 has none of its own.
	DefaultDeliveryLimit = 20

	// SuspectAfter is how many deliveries of the work queue may fail before a message is a suspect: whoever has it then moves
	// it to [Group.SuspectQueue], where it is handled alone.
	SuspectAfter = 2

	suspectSuffix = ".suspect"
	groupsSuffix  = ".groups"

	// keepLimit stands for "no delivery limit" on the queues that only keep messages: RabbitMQ 4 would otherwise drop a
	// message after twenty deliveries, and 3.10 has no word for "none".
	keepLimit = 1 << 30
)

// Group is a consumer group of a topic: every group receives every message of the topic once.
type Group struct {
	// Name of the group, for instance "parser".
	Name string
	// Topic that the group consumes, for instance "document.received.v1".
	Topic string
	// Tiers are the delays of its retry queues, shortest first. There may be none.
	Tiers []time.Duration
	// DeliveryLimit is how many failed deliveries (crashes, nacks) a message survives in the suspect queue before the broker
	// dead-letters it; 0 means [DefaultDeliveryLimit]. The work queue allows [SuspectAfter] more. Changing it on existing
	// queues needs them to be declared anew.
	DeliveryLimit int
}

// Queue returns the name of the group's work queue.
func (g Group) Queue() string { return g.Name + "." + g.Topic }

// RetryQueue returns the name of the queue that holds a message for the given tier and then returns it to [Group.Queue].
func (g Group) RetryQueue(tier time.Duration) string { return g.Queue() + ".retry." + tierName(tier) }

// SuspectQueue returns the name of the queue of the messages that may have crashed their consumer. They are taken one by
// one by [Broker.TakeSuspect], while nothing else is in work.
func (g Group) SuspectQueue() string { return g.Queue() + suspectSuffix }

// limit is the delivery limit of the suspect queue, workLimit that of the work queue.
func (g Group) limit() int     { return cmp.Or(g.DeliveryLimit, DefaultDeliveryLimit) }
func (g Group) workLimit() int { return g.limit() + SuspectAfter }

// Validate reports what is wrong with the group.
func (g Group) Validate() error {
	var errs []error
	for what, name := range map[string]string{"name": g.Name, "topic": g.Topic} {
		if name == "" || len(name) > 60 || strings.ContainsAny(name, " \t\r\n/\\") {
			errs = append(errs, fmt.Errorf("the %s %q is empty, longer than 60 bytes or has a space or slash", what, name))
		}
	}
	for i, tier := range g.Tiers {
		if tier < time.Millisecond || i > 0 && tier <= g.Tiers[i-1] {
			errs = append(errs, fmt.Errorf("the retry tiers %v do not grow from at least 1ms", g.Tiers))
			break
		}
	}
	if g.DeliveryLimit < 0 {
		errs = append(errs, fmt.Errorf("the delivery limit %d is negative", g.DeliveryLimit))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("consumer group %q on %q: %w", g.Name, g.Topic, err)
	}
	return nil
}

// tierName is the delay as people write it: 10s, 1m, 1h30m.
func tierName(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// queue is a queue to be: its name on the broker and its arguments.
type queue struct {
	name string
	args amqp.Table
}

// exchange is a fanout exchange to be.
type exchange struct {
	name string
	args amqp.Table
}

// binding leads an exchange's messages into a queue.
type binding struct {
	queue, exchange string
}

// relay leads an exchange's messages on to another exchange.
type relay struct {
	to, from string
}

// plan is what has to exist, in an order in which every target exists before anything leads to it.
type plan struct {
	steps []any // queue, exchange, binding or relay
}

func (p *plan) add(steps ...any) { p.steps = append(p.steps, steps...) }

// base adds what every topic leads to: the unrouted and parked queues and the dead-letter exchange.
func (b *Broker) base(p *plan) {
	keep := amqp.Table{"x-queue-type": "quorum", "x-delivery-limit": keepLimit}
	unrouted := b.qualify(UnroutedQueue)
	p.add(
		queue{unrouted, keep},
		exchange{unrouted, nil},
		binding{unrouted, unrouted},
		queue{b.qualify(ParkedQueue), keep},
	)
	b.topic(p, DeadLetterTopic)
}

// topic adds a topic's exchanges and its history; base comes first. What is published to the topic's exchange goes on to
// the exchange that the groups are bound to, and to the history. Both exchanges have the alternate exchange: RabbitMQ looks
// at each exchange on the way, so what no group takes is unrouted although the history has it. The groups come before the
// history, so that at no moment the history alone swallows a message.
func (b *Broker) topic(p *plan, topic string) {
	alternate := amqp.Table{"alternate-exchange": b.qualify(UnroutedQueue)}
	from, to := b.qualify(topic), b.qualify(topic+groupsSuffix)
	p.add(exchange{to, alternate}, exchange{from, alternate}, relay{to, from})
	if b.cfg.History.MaxBytes > 0 {
		stream := b.qualify(HistoryQueue(topic))
		p.add(queue{stream, b.cfg.History.arguments()}, binding{stream, from})
	}
}

// group adds a group's queues; base and the group's topic come first.
func (b *Broker) group(p *plan, g Group) {
	work, suspects := b.qualify(g.Queue()), b.qualify(g.SuspectQueue())
	limited := func(name string, limit int) queue {
		exchange, key := b.qualify(DeadLetterTopic), name
		if g.Topic == DeadLetterTopic {
			exchange, key = "", b.qualify(ParkedQueue)
		}
		return queue{name, deadLettering(exchange, key, amqp.Table{"x-delivery-limit": limit})}
	}
	p.add(limited(suspects, g.limit()), limited(work, g.workLimit()))
	for _, tier := range g.Tiers {
		// Back to the group's queue by the default exchange, never to the topic: other groups must not see a retry.
		p.add(queue{b.qualify(g.RetryQueue(tier)), deadLettering("", work, amqp.Table{"x-message-ttl": tier.Milliseconds()})})
	}
	p.add(binding{work, b.qualify(g.Topic + groupsSuffix)})
}

// deadLettering completes a quorum queue's arguments. At-least-once dead-lettering needs reject-publish as its overflow:
// with any other, RabbitMQ silently falls back to at-most-once.
func deadLettering(exchange, key string, args amqp.Table) amqp.Table {
	args["x-queue-type"] = "quorum"
	args["x-dead-letter-exchange"] = exchange
	args["x-dead-letter-routing-key"] = key
	args["x-dead-letter-strategy"] = "at-least-once"
	args["x-overflow"] = "reject-publish"
	return args
}

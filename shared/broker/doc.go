// Package broker is Watermill on RabbitMQ: message.Publisher and message.Subscriber that lose nothing, and the topology
// they need.
//
// A [Broker] keeps two connections, one to publish and one to consume, and opens them again for ever. Publishing waits for
// the broker's confirm; subscribing hands out up to a prefetch of messages at once and drains on shutdown. Every topic is a
// fanout exchange; every consumer group has one quorum queue on it, retry queues that lead back to that queue only, and a
// dead-letter route. What no queue takes is kept in the queue "unrouted".
//
// All names given to and returned by this package are without the installation's prefix; the prefix is put on where a name
// goes to the broker and nowhere else. The package knows nothing of events, stages or error policies: it moves messages and
// says when it cannot. An unreachable broker is a fault.DependencyDown named "rabbitmq".
package broker

package broker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/testkit"
)

// ownPublisher and ownSubscriber each close the Broker that they have to themselves, as the suite expects. It leaves
// messages unsettled at Close on purpose, so that error is not one.
type ownPublisher struct {
	*broker.Publisher
	broker *broker.Broker
}

func (o ownPublisher) Close() error { return errors.Join(o.Publisher.Close(), o.broker.Close()) }

type ownSubscriber struct {
	*broker.Subscriber
	broker *broker.Broker
}

func (o ownSubscriber) Close() error {
	_ = o.Subscriber.Close()
	return o.broker.Close()
}

// TestWatermillSuite runs Watermill's own suite. Two features are off because no queueing system has them or because they
// are not ours to promise: exactly-once delivery, and old messages for a new subscriber (a queue forgets what is acked).
func TestWatermillSuite(t *testing.T) {
	for name, c := range map[string]struct {
		prefetch int
		features tests.Features
	}{
		// With one message at a time the order holds, also over a nack.
		"one at a time": {1, tests.Features{ConsumerGroups: true, Persistent: true, GuaranteedOrder: true, GuaranteedOrderWithSingleSubscriber: true}},
		"many at once":  {64, tests.Features{ConsumerGroups: true, Persistent: true, GuaranteedOrderWithSingleSubscriber: true}},
	} {
		t.Run(name, func(t *testing.T) {
			url, prefix := testkit.Vhost(t), testkit.Prefix(t)
			c.features.ForceShort = testing.Short()
			group := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
				publisher, err := broker.Open(broker.Config{URL: url, Prefix: prefix})
				if err != nil {
					t.Fatal(err)
				}
				subscriber, err := broker.Open(broker.Config{URL: url, Prefix: prefix})
				if err != nil {
					t.Fatal(err)
				}
				// The suite nacks a message more often than the usual delivery limit and still wants it back.
				g := broker.Group{Name: group, DeliveryLimit: 1000}
				s, err := subscriber.Subscriber(broker.SubscriberConfig{Group: g, Prefetch: c.prefetch, DrainTimeout: 100 * time.Millisecond})
				if err != nil {
					t.Fatal(err)
				}
				return ownPublisher{publisher.Publisher(), publisher}, ownSubscriber{s, subscriber}
			}
			tests.TestPubSub(t, c.features, func(t *testing.T) (message.Publisher, message.Subscriber) { return group(t, "suite") }, group)
		})
	}
}

// Programs on stock watermill-amqp join a topic by using our names and marshaler; the other way round its default
// marshaler reads what we send.
func TestInteropWithStockWatermill(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	f.declare()
	ours := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "ours"}})

	for name, marshaler := range map[string]wamqp.Marshaler{"its default marshaler": wamqp.DefaultMarshaler{}, "our marshaler": f.Marshaler()} {
		config := wamqp.NewDurablePubSubConfig(f.url, wamqp.GenerateQueueNameConstant(f.QualifiedName("stock with "+name)))
		config.Exchange.GenerateName = f.QualifiedName
		config.Exchange.Arguments = map[string]any{"alternate-exchange": f.QualifiedName(broker.UnroutedQueue)}
		config.Publish.ConfirmDelivery = true
		config.Marshaler = marshaler
		publisher, err := wamqp.NewPublisher(config, watermill.NopLogger{})
		if err != nil {
			t.Fatal(err)
		}
		subscriber, err := wamqp.NewSubscriber(config, watermill.NopLogger{})
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := subscriber.Subscribe(context.Background(), topic)
		if err != nil {
			t.Fatal(err)
		}
		for from, p := range map[string]message.Publisher{"stock": publisher, "ours": f.Publisher()} {
			sent := message.NewMessage(watermill.NewUUID(), []byte(`{"from":"`+from+`"}`))
			sent.Metadata.Set("correlation_id", "c1")
			if err := p.Publish(topic, sent); err != nil {
				t.Fatal(err)
			}
			for to, in := range map[string]<-chan *message.Message{"stock": theirs, "ours": ours} {
				got := receive(t, in)
				if !got.Equals(sent) {
					t.Errorf("%s, from %s to %s: %s %s", name, from, to, cmp.Diff(sent.Metadata, got.Metadata), got.UUID)
				}
				got.Ack()
			}
		}
		if err := errors.Join(subscriber.Close(), publisher.Close()); err != nil {
			t.Error(err)
		}
	}
}

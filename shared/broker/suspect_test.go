package broker_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/testkit"
)

func TestSuspectsAreTakenOneByOneAndDieAtTheirLimit(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	g := broker.Group{Name: "g", Topic: topic, DeliveryLimit: 2}
	dead := broker.Group{Name: "deadletters", Topic: broker.DeadLetterTopic}
	f.declare(g, dead)
	take := func(f2 func(*message.Message)) bool {
		t.Helper()
		taken, err := f.TakeSuspect(t.Context(), g, f2)
		if err != nil {
			t.Fatal(err)
		}
		return taken
	}
	if take(func(m *message.Message) { t.Errorf("%s out of an empty queue", m.UUID) }) {
		t.Error("taken out of an empty queue")
	}
	for _, id := range []string{"innocent", "poison"} {
		if err := f.SendToQueue(t.Context(), g.SuspectQueue(), broker.Message{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	take(func(m *message.Message) {
		if m.UUID != "innocent" {
			t.Errorf("got %s", m.UUID)
		}
		f.awaitReady(g.SuspectQueue(), 1) // nothing is fetched ahead
		m.Ack()
	})
	deliveries := 0
	testkit.Eventually(t, patience, func() error {
		if take(func(m *message.Message) { deliveries++; m.Nack() }) {
			return fmt.Errorf("delivered %d times", deliveries)
		}
		return nil
	})
	if deliveries != 3 {
		t.Errorf("%d deliveries with a limit of 2 that may fail", deliveries)
	}
	messages, err := f.subscriber(broker.SubscriberConfig{Group: dead}).Subscribe(t.Context(), broker.DeadLetterTopic)
	if err != nil {
		t.Fatal(err)
	}
	m := receive(t, messages)
	if m.UUID != "poison" || m.Metadata.Get(broker.MetaLastDeathReason) != "delivery_limit" || m.Metadata.Get(broker.MetaLastDeathQueue) != g.SuspectQueue() {
		t.Errorf("dead letter: %s %v", m.UUID, m.Metadata)
	}
	m.Ack()
	if err := f.channel().Publish("", f.QualifiedName(g.SuspectQueue()), false, false, amqp.Publishing{ContentEncoding: "br"}); err != nil {
		t.Fatal(err)
	}
	f.awaitReady(g.SuspectQueue(), 1)
	take(func(*message.Message) { t.Error("handed out what cannot be unmarshalled") })
	f.awaitReady(g.SuspectQueue(), 0)
	f.awaitReady(broker.ParkedQueue, 1) // the dead letters' subscriber cannot read it either
}

// The death that counts is the last one: a message may have expired in a retry queue long before.
func TestTheLatestDeathOfARetriedMessageIsKnown(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	tier := 50 * time.Millisecond
	g := broker.Group{Name: "g", Topic: topic, Tiers: []time.Duration{tier}, DeliveryLimit: 1}
	dead := broker.Group{Name: "deadletters", Topic: broker.DeadLetterTopic}
	f.declare(g, dead)
	if err := f.SendToQueue(t.Context(), g.RetryQueue(tier), broker.Message{ID: "m"}); err != nil {
		t.Fatal(err)
	}
	work := f.subscribe(t.Context(), broker.SubscriberConfig{Group: g})
	go func() {
		for m := range work {
			m.Nack()
		}
	}()
	messages, err := f.subscriber(broker.SubscriberConfig{Group: dead}).Subscribe(t.Context(), broker.DeadLetterTopic)
	if err != nil {
		t.Fatal(err)
	}
	m := receive(t, messages)
	if m.Metadata.Get(broker.MetaFirstDeathReason) != "expired" || m.Metadata.Get(broker.MetaLastDeathReason) != "delivery_limit" || m.Metadata.Get(broker.MetaLastDeathQueue) != g.Queue() {
		t.Errorf("metadata %v", m.Metadata)
	}
	m.Ack()
}

// A subscription that ends gives back what nobody has seen. However often that happens, it kills nothing.
func TestGivingBackKillsNothing(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	g := broker.Group{Name: "g", Topic: topic, DeliveryLimit: 1}
	dead := broker.Group{Name: "deadletters", Topic: broker.DeadLetterTopic}
	f.declare(g, dead)
	publish(t, f.Publisher(), ids(20)...)
	for range 6 {
		ctx, cancel := context.WithCancel(t.Context())
		messages := f.subscribe(ctx, broker.SubscriberConfig{Group: g, Prefetch: 100})
		f.awaitReady(g.Queue(), 0)
		cancel()
		for m := range messages { // seen after all: put back, as a stage does
			if err := f.SendToQueue(t.Context(), g.Queue(), broker.Message{ID: m.UUID}); err != nil {
				t.Error(err)
			}
			m.Ack()
		}
	}
	testkit.Eventually(t, patience, func() error {
		stats, err := f.Stats(t.Context(), []broker.Group{g, dead})
		if err == nil && (stats[0].Ready+stats[0].Suspect != 20 || stats[1].Ready != 0) {
			return fmt.Errorf("%+v", stats)
		}
		return err
	})
}

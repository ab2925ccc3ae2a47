package broker_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/testkit"
)

func TestUpToPrefetchMessagesAreOutAtOnceAndSettledOneByOne(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	messages := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 3})
	publish(t, f.Publisher(), ids(5)...)
	var out []*message.Message
	for range 3 {
		out = append(out, receive(t, messages))
	}
	f.awaitReady("g."+topic, 2)
	out[1].Ack()
	if m := receive(t, messages); m.UUID != "m003" {
		t.Errorf("got %s", m.UUID)
	}
	out[2].Nack()
	seen := map[string]bool{}
	for range 2 {
		m := receive(t, messages)
		seen[m.UUID+m.Metadata.Get(broker.MetaRedelivered)] = true
		m.Ack()
	}
	if !seen["m002true"] || !seen["m004"] {
		t.Errorf("got %v", seen)
	}
}

// watermill-amqp's marshaler would nack this for ever: a quorum queue adds an integer header on the first redelivery.
func TestRedeliveryOnAQuorumQueueCarriesItsCount(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	messages := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "g"}})
	publish(t, f.Publisher(), "m")
	for i, want := range []string{"", "1", "2"} {
		m := receive(t, messages)
		if got := m.Metadata.Get(broker.MetaDeliveryCount); m.UUID != "m" || got != want {
			t.Errorf("delivery %d: %s with count %q, want %q", i+1, m.UUID, got, want)
		}
		m.Nack()
	}
}

func TestTheDeliveryLimitLeadsToTheDeadLetters(t *testing.T) {
	t.Parallel()
	f := open(t, withHistory)
	dead := []broker.Group{{Name: "sink", Topic: broker.DeadLetterTopic}, {Name: "deadletters", Topic: broker.DeadLetterTopic}}
	f.declare(dead...)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	messages := f.subscribe(ctx, broker.SubscriberConfig{Group: broker.Group{Name: "g", DeliveryLimit: 2}})
	publish(t, f.Publisher(), "poison")
	go func() {
		for m := range messages {
			m.Nack()
		}
	}()
	for _, g := range dead {
		got, err := f.subscriber(broker.SubscriberConfig{Group: g}).Subscribe(context.Background(), broker.DeadLetterTopic)
		if err != nil {
			t.Fatal(err)
		}
		m := receive(t, got)
		if m.UUID != "poison" || m.Metadata.Get(broker.MetaFirstDeathReason) != "delivery_limit" ||
			m.Metadata.Get(broker.MetaLastDeathReason) != "delivery_limit" || m.Metadata.Get(broker.MetaLastDeathQueue) != "g."+topic ||
			m.Metadata.Get(broker.MetaFirstDeathQueue) != "g."+topic || m.Metadata.Get(broker.MetaDeath) == "" {
			t.Errorf("%s: got %s %v", g.Name, m.UUID, m.Metadata)
		}
		m.Ack()
	}
	f.awaitReady("g."+topic, 0)
}

// A dead letter that its own consumer cannot take must not come back to the dead letters.
func TestADeadLetterThatFailsIsParked(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	g := broker.Group{Name: "sink", Topic: broker.DeadLetterTopic, DeliveryLimit: 1}
	f.declare(g)
	messages, err := f.subscriber(broker.SubscriberConfig{Group: g}).Subscribe(context.Background(), broker.DeadLetterTopic)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Publisher().Publish(broker.DeadLetterTopic, message.NewMessage("m", nil)); err != nil {
		t.Fatal(err)
	}
	go func() {
		for m := range messages {
			m.Nack()
		}
	}()
	f.awaitReady(broker.ParkedQueue, 1)
	f.awaitReady(g.Queue(), 0)
}

func TestWhatCannotBeUnmarshalledGoesToTheDeadLettersAtOnce(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	f.declare(broker.Group{Name: "sink", Topic: broker.DeadLetterTopic})
	messages := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "g"}})
	if err := f.channel().Publish(f.QualifiedName(topic), "", false, false, amqp.Publishing{ContentEncoding: "br", Body: []byte("?")}); err != nil {
		t.Fatal(err)
	}
	f.awaitReady("sink."+broker.DeadLetterTopic, 1)
	publish(t, f.Publisher(), "good")
	if m := receive(t, messages); m.UUID != "good" {
		t.Errorf("got %q", m.UUID)
	} else {
		m.Ack()
	}
}

func TestADeletedQueueMakesNoPhantomsAndIsDeclaredAgain(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	s := f.subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}})
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, s.Ready)
	for i := range 10 {
		if _, err := f.channel().QueueDelete(f.QualifiedName("g."+topic), false, false, false); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, patience, func() error {
			if s.Ready() == nil {
				return nil
			}
			return s.Ready()
		})
		id := fmt.Sprint("m", i)
		testkit.Eventually(t, patience, func() error {
			q, err := f.channel().QueueDeclarePassive(f.QualifiedName("g."+topic), true, false, false, false, nil)
			if err == nil && q.Consumers == 0 {
				return fmt.Errorf("no consumer")
			}
			return err
		})
		publish(t, f.Publisher(), id)
		m := receive(t, messages)
		if m.UUID != id || string(m.Payload) != "{}" {
			t.Fatalf("got %q %q, want %s", m.UUID, m.Payload, id)
		}
		m.Ack()
	}
}

func TestDrainGivesBackWhatWaitsAndKeepsWhatRuns(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	messages := f.subscribe(ctx, broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 4})
	publish(t, f.Publisher(), ids(10)...)
	running := []*message.Message{receive(t, messages), receive(t, messages)}
	cancel()
	f.awaitReady("g."+topic, 8)
	for _, m := range running {
		if m.Context().Err() != nil {
			t.Error("the context of a running message has ended")
		}
	}
	select {
	case m, ok := <-messages:
		t.Fatalf("%v %v while messages run", m, ok)
	default:
	}
	running[0].Ack()
	running[1].Nack()
	for m := range messages {
		t.Errorf("%s after the end", m.UUID)
	}
	<-running[0].Context().Done()
	f.awaitReady("g."+topic, 9)
}

func TestCloseGivesUpOnWhatIsNeverSettled(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	s := f.subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}, DrainTimeout: 50 * time.Millisecond})
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, f.Publisher(), "stuck")
	m := receive(t, messages)
	if err := s.Close(); err == nil {
		t.Error("no word of the message that was given up")
	}
	<-m.Context().Done()
	if _, ok := <-messages; ok {
		t.Error("a message after Close")
	}
	f.awaitReady("g."+topic, 1)
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

func TestShutdownOfTheBrokerDrainsItsSubscribers(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	b := f.another(nil)
	s, err := b.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 50})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, f.Publisher(), ids(50)...)
	var handled []string
	first := receive(t, messages)
	closed := make(chan error)
	go func() { closed <- b.Shutdown(context.Background()) }()
	first.Ack()
	handled = append(handled, first.UUID)
	for m := range messages {
		handled = append(handled, m.UUID)
		m.Ack()
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	rest := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 50})
	want := slices.DeleteFunc(ids(50), func(id string) bool { return slices.Contains(handled, id) })
	for id := range collect(t, rest, want) {
		if slices.Contains(handled, id) {
			t.Errorf("%s was acked before the end and came again", id)
		}
	}
}

package broker_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
)

// TestAnAckStandsForNothingThatIsNotSettled acknowledges most messages at once and in any order; acks that are joined must not
// take along those that are still in hand.
func TestAnAckStandsForNothingThatIsNotSettled(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	s := f.subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 100})
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, f.Publisher(), ids(60)...)
	out := make([]*message.Message, 60)
	for i := range out {
		out[i] = receive(t, messages)
	}
	kept := map[string]bool{}
	for _, i := range rand.Perm(len(out)) {
		switch {
		case i >= 20 && i%7 == 0:
			kept[out[i].UUID] = true
		case i%11 == 5:
			out[i].Nack()
		default:
			out[i].Ack()
		}
	}
	for i := range out {
		if i%11 == 5 && !kept[out[i].UUID] {
			receive(t, messages).Ack()
		}
	}
	soon, cancel := context.WithTimeout(context.Background(), 5*time.Second) // for the acks to reach RabbitMQ
	defer cancel()
	if err := s.Shutdown(soon); err == nil {
		t.Error("the kept messages count as settled")
	}
	f.awaitReady("g."+topic, len(kept))
	again := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "g"}})
	for range len(kept) {
		m := receive(t, again)
		if !kept[m.UUID] {
			t.Errorf("%s comes again", m.UUID)
		}
		delete(kept, m.UUID)
		m.Ack()
	}
	f.awaitReady("g."+topic, 0)
}

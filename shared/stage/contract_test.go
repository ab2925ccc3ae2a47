package stage

import (
	"testing"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
)

// The broker package knows nothing of events, so the names that both must use are written in both; this is where they meet.
func TestBrokerAndEventsAgreeOnNames(t *testing.T) {
	for ours, theirs := range map[string]string{
		event.TopicDeadLetter:        broker.DeadLetterTopic,
		event.KeyBrokerDeathQueue:    broker.MetaLastDeathQueue,
		event.KeyBrokerDeathReason:   broker.MetaLastDeathReason,
		event.KeyBrokerDeliveryCount: broker.MetaDeliveryCount,
	} {
		if ours != theirs {
			t.Errorf("events say %q, the broker says %q", ours, theirs)
		}
	}
	g := broker.Group{Name: "g", Topic: "t"}
	if g.SuspectQueue() != g.Queue()+event.QueueSuspects {
		t.Errorf("the broker's queue of suspects is %s", g.SuspectQueue())
	}
	if event.MaxSize != broker.MaxMessageBytes {
		t.Errorf("events may have %d bytes, the broker takes %d", event.MaxSize, broker.MaxMessageBytes)
	}
}

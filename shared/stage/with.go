package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// With is the output of a stage that may publish further events beside its output, such as the parser, which announces the
// attachments of an e-mail: Run[In, With[Out, Further]]. All of them are confirmed before the input is acknowledged, the
// further ones first. What comes of a trial run is the output alone: further events are not published then.
type With[Out, Further event.Payload] struct {
	Output  Out              `json:"output"`
	Further []Event[Further] `json:"further,omitempty"`
}

// Event is an event that a stage has given its id: a function of the input's id, so that the same input makes the same events
// whenever it is handled. It begins a correlation of its own; its causation is the input.
type Event[P event.Payload] struct {
	ID      string `json:"id"`
	Payload P      `json:"payload"`
}

// Topic returns the output's topic.
func (w With[Out, Further]) Topic() string { return w.Output.Topic() }

// Subject returns the output's subject.
func (w With[Out, Further]) Subject() string { return w.Output.Subject() }

func (w With[Out, Further]) output() event.Payload { return w.Output }

// FurtherTopic returns the topic of the further events.
func (w With[Out, Further]) FurtherTopic() string {
	var further Further
	return further.Topic()
}

func (w With[Out, Further]) further() []Event[event.Payload] {
	all := make([]Event[event.Payload], len(w.Further))
	for i, f := range w.Further {
		all[i] = Event[event.Payload]{ID: f.ID, Payload: f.Payload}
	}
	return all
}

// spread is what [With] is to the loop, whatever its payloads are.
type spread interface {
	output() event.Payload
	FurtherTopic() string
	further() []Event[event.Payload]
}

// topicsOf returns the topics that a stage with this kind of output publishes on, in the order in which it does.
func topicsOf(out event.Payload) []string {
	var topics []string
	if w, ok := out.(spread); ok && w.FurtherTopic() != out.Topic() {
		topics = append(topics, w.FurtherTopic())
	}
	if topic := out.Topic(); topic != "" {
		topics = append(topics, topic)
	}
	return topics
}

// furtherOf makes the messages of the further events of an output, and returns their topic.
func (l *loop[In, Out]) furtherOf(ctx context.Context, started time.Time, in event.Envelope, out Out) (string, []*message.Message, error) {
	w, ok := any(out).(spread)
	if !ok || in.Shadow != "" {
		return "", nil, nil
	}
	var all []*message.Message
	ids := map[string]bool{in.ID: true}
	for _, f := range w.further() {
		if f.ID == "" || ids[f.ID] {
			return "", nil, fault.New(fault.ClassPermanent, "further_contract", "a further event of %s has the id %q: each needs one of its own", in.ID, f.ID)
		}
		ids[f.ID] = true
		e := event.Envelope{ID: f.ID, CausationID: in.ID, TraceParent: childTrace(in.TraceParent), Started: started}
		m, err := encode(ctx, l.codec, l.cfg, e, f.Payload)
		if err != nil {
			return "", nil, fmt.Errorf("make the further event %s: %w", f.ID, err)
		}
		all = append(all, m)
	}
	return w.FurtherTopic(), all, nil
}

package stage_test

import (
	"context"
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/stage"
)

// spreads is the output of a stage that announces a second document beside its output.
type spreads = stage.With[event.Parsed, event.Classified]

func spreading(_ context.Context, in event.Received) (spreads, error) {
	further := event.Classified{
		DocumentID: event.DocumentID([]byte("further")), Layout: in.Content, Class: event.Class{Label: "letter", Confidence: 1}, Model: "m/1",
	}
	return spreads{Output: parsed(in), Further: []stage.Event[event.Classified]{{ID: "further of " + in.Arrival.ID, Payload: further}}}, nil
}

func TestFurtherEventsArePublishedBesideTheOutput(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	further := collect[event.Classified](b, "other")
	start(b, cfg, spreading)
	b.send(cfg, "mail", func(e *event.Envelope) { e.Replay, e.DeadLetter = "replay-1", "letter-1" })
	if e := out.wait(t, 1)[0].Envelope; e.ID != event.OutputID("mail", "parser", "1", event.TopicParsed) || e.CorrelationID != "c-mail" {
		t.Errorf("the output's envelope: %+v", e)
	}
	got := further.wait(t, 1)[0]
	if e := got.Envelope; e.ID != "further of mail" || e.CausationID != "mail" || e.CorrelationID != e.ID || e.Source != "parser" || e.Replay != "" ||
		e.Subject != event.DocumentID([]byte("further")) {
		t.Errorf("the further event's envelope: %+v", e)
	}
}

func TestATrialRunPublishesNoFurtherEvents(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	shadow := collect[event.Shadow](b, "sink")
	further := collect[event.Classified](b, "other")
	start(b, cfg, spreading)
	b.send(cfg, "trial", func(e *event.Envelope) { e.Shadow = "run-1" })
	b.send(cfg, "real", func(*event.Envelope) {})
	if p := shadow.wait(t, 1)[0].Payload; p.OfTopic != event.TopicParsed {
		t.Errorf("shadow: %+v", p)
	}
	if all := further.wait(t, 1); len(all) != 1 || all[0].Envelope.CausationID != "real" {
		t.Errorf("further events: %+v", all)
	}
	if n := len(shadow.all()); n != 1 {
		t.Errorf("%d shadows", n)
	}
}

func TestFurtherEventsWithoutIDsOfTheirOwnAreRefused(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	dead := collect[event.DeadLetter](b, "deadletters")
	start(b, cfg, func(ctx context.Context, in event.Received) (spreads, error) {
		w, err := spreading(ctx, in)
		if in.Arrival.ID == "good" {
			return w, err
		}
		w.Further = append(w.Further, w.Further[0])
		return w, err
	})
	b.emit("twice", "good")
	if d := dead.wait(t, 1)[0].Payload; d.Kind != "further_contract" || d.Class != fault.ClassPermanent.String() {
		t.Errorf("dead letter: %+v", d)
	}
	if all := out.wait(t, 1); all[0].Envelope.CausationID != "good" {
		t.Errorf("outputs: %+v", all)
	}
}

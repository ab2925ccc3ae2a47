package stage_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
)

// send puts a message of the topic "received" into the stage's queue, marked as the marks say.
func (b *bench) send(cfg stage.Config, id string, mark func(e *event.Envelope)) {
	b.t.Helper()
	codec, err := event.NewCodec()
	if err != nil {
		b.t.Fatal(err)
	}
	in := received(id)
	body, err := codec.Encode(in)
	if err != nil {
		b.t.Fatal(err)
	}
	e := event.Envelope{ID: id, Type: in.Topic(), Subject: in.DocumentID, CorrelationID: "c-" + id}
	mark(&e)
	queue := broker.Group{Name: cfg.Name, Topic: in.Topic()}.Queue()
	if err := b.broker.SendToQueue(b.t.Context(), queue, broker.Message{ID: id, Metadata: e.Metadata(), Body: body}); err != nil {
		b.t.Fatal(err)
	}
}

// failing fails what is named "fails" and makes an output of the rest.
func failing(_ context.Context, in event.Received) (event.Parsed, error) {
	if in.Arrival.ID == "fails" {
		return event.Parsed{}, errors.New("try later")
	}
	return parsed(in), nil
}

func TestAReplayedMessageThatIsHandledIsSaidSo(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	dead := collect[event.DeadLetter](b, "deadletters")
	replayed := collect[event.Replayed](b, "keeper")
	start(b, cfg, failing)
	mark := func(e *event.Envelope) { e.Replay, e.DeadLetter = "replay-1", "letter-1" }
	b.send(cfg, "works", mark)
	b.send(cfg, "fails", mark)

	got := replayed.wait(t, 1)[0]
	if p := got.Payload; p.Replay != "replay-1" || p.DeadLetter != "letter-1" || p.Group != "parser" || p.DocumentID != received("works").DocumentID || p.At.IsZero() {
		t.Errorf("replayed: %+v", p)
	}
	if got.Envelope.CausationID != "works" || got.Envelope.CorrelationID != "c-works" {
		t.Errorf("envelope: %+v", got.Envelope)
	}
	if e := out.wait(t, 1)[0].Envelope; e.Replay != "" || e.DeadLetter != "" {
		t.Errorf("the replay is passed on: %+v", e)
	}
	d := dead.wait(t, 1)[0].Payload
	if d.Metadata[event.KeyReplay] != "replay-1" || d.Key() != "letter-1" {
		t.Errorf("a replayed message that fails again: %+v", d)
	}
	// The consumers of the dead letter have acknowledged it by now; they say nothing of the replay that it tells of.
	if n := len(replayed.all()); n != 1 {
		t.Errorf("%d times replayed", n)
	}
}

func TestTheOutputOfATrialRunGoesToTheShadowTopicOnly(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	shadow := collect[event.Shadow](b, "sink")
	dead := collect[event.DeadLetter](b, "deadletters")
	start(b, cfg, failing)
	b.send(cfg, "trial", func(e *event.Envelope) { e.Shadow = "run-1" })
	b.send(cfg, "fails", func(e *event.Envelope) { e.Shadow = "run-1" })
	b.send(cfg, "real", func(*event.Envelope) {})
	p := shadow.wait(t, 1)[0].Payload
	if p.Run != "run-1" || p.OfTopic != event.TopicParsed || p.Stage != "parser" || p.EventID != event.OutputID("trial", "parser", "1", event.TopicParsed) {
		t.Errorf("shadow: %+v", p)
	}
	if d := dead.wait(t, 1)[0].Payload; d.Metadata[event.KeyShadow] != "run-1" || d.Group != "parser" {
		t.Errorf("a trial that fails: %+v", d)
	}
	if all := out.wait(t, 1); len(all) != 1 || all[0].Envelope.CausationID != "real" || all[0].Envelope.Shadow != "" {
		t.Errorf("the real topic: %+v", all)
	}
	if n := len(shadow.all()); n != 1 {
		t.Errorf("%d shadows", n)
	}
}

func TestEveryFailedAttemptIsOnRecord(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	start(b, cfg, failing)
	b.emit("fails")
	d := dead.wait(t, 1)[0].Payload
	if d.Attempts != 3 || len(d.Log) != 3 {
		t.Fatalf("%d attempts with a log of %d: %+v", d.Attempts, len(d.Log), d.Log)
	}
	for i, a := range d.Log {
		if a.Class != "transient" || a.Error != "try later" || i > 0 && !a.At.After(d.Log[i-1].At) {
			t.Errorf("attempt %d: %+v", i+1, a)
		}
	}
	if d.Metadata[event.KeyAttempt] != "" {
		t.Errorf("the dead letter's consumers begin with %s attempts spent", d.Metadata[event.KeyAttempt])
	}
}

// What the dead letters' own consumer cannot take must neither come back for ever nor be described as another's failure.
func TestADeadLetterThatItsConsumerRefusesIsParked(t *testing.T) {
	b := newBench(t)
	cfg := b.config("deadletters")
	b.declare(cfg, event.TopicDeadLetter)
	var mu sync.Mutex
	calls := 0
	start(b, cfg, func(context.Context, event.DeadLetter) (event.None, error) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		return event.None{}, errors.New("no room")
	})
	metadata := map[string]string{event.KeyID: "m", event.KeyDeadGroup: "parser", event.KeyDeadClass: "permanent"}
	if err := b.broker.Send(t.Context(), event.TopicDeadLetter, broker.Message{ID: "m", Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
	b.awaitReady(broker.ParkedQueue, 1)
	b.awaitReady("deadletters."+event.TopicDeadLetter, 0)
	mu.Lock()
	defer mu.Unlock()
	if calls != 3 {
		t.Errorf("%d attempts, want one and two retries", calls)
	}
}

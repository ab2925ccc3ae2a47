package stagetest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/prometheus/client_golang/prometheus"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// shortTiers are the delays of the retries in the kit.
var shortTiers = [...]time.Duration{100 * time.Millisecond, 200 * time.Millisecond} //nolint:gochecknoglobals // a constant

// input is one message that the kit sends.
type input struct {
	id, document string
	metadata     map[string]string
	body         []byte
	fate         fate
	further      int // events that are to be made of it beside its output
}

// fate is how an input is to end.
type fate int

const (
	done fate = iota // with a result
	dead             // with a dead letter
)

// rig is the world of one promise: a topology of its own, the stage, and the kit's witnesses.
type rig[In, Out event.Payload] struct {
	*injector
	t   testing.TB
	kit *kit[In, Out]

	says    string // the promise
	url     string // of the broker
	prefix  string
	own     *broker.Broker // the kit's connection, which no proxy cuts
	proxy   *testkit.TCPProxy
	cfg     stage.Config
	health  *health
	metrics *prometheus.Registry
	log     *logTail
	outputs *observer // nil where the stage publishes nothing
	further *observer // on the topic of further events; nil where the stage makes none
	letters *observer // the dead letters; nil for a stage on their topic, whose own are parked
	parked  *parked   // what such a stage gives up on; nil for others
	inputs  []*input

	cancel context.CancelFunc // of the running stage
	ended  chan error
}

func newRig[In, Out event.Payload](t testing.TB, k *kit[In, Out], says, url string) *rig[In, Out] {
	t.Helper()
	r := &rig[In, Out]{
		injector: newInjector(), t: t, kit: k, says: says, url: url, prefix: testkit.Prefix(t),
		health: &health{}, metrics: prometheus.NewRegistry(), log: &logTail{},
	}
	t.Cleanup(r.remove)
	r.proxy = testkit.Proxy(t, url)
	r.own = r.open(broker.Config{URL: url, Prefix: r.prefix, Name: "kit", ConfirmTimeout: time.Minute, ConnectWait: time.Minute})
	log := slog.New(slog.NewTextHandler(r.log, nil))
	r.cfg = stage.Config{
		Name: k.subject.Name, Version: k.subject.Version, Log: log, Metrics: r.metrics, Health: r.health, Probe: k.subject.Probe,
		Workers: 4, Prefetch: 4*k.subject.Size + 4, Tiers: shortTiers[:], Timeout: k.patience(),
		DrainTimeout: k.patience(),
		Broker: r.open(broker.Config{
			URL: r.proxy.URL(t, url), Prefix: r.prefix, Name: k.subject.Name, Log: log,
			ConfirmTimeout: 10 * time.Second, ConnectWait: 500 * time.Millisecond, BackoffMin: 10 * time.Millisecond, BackoffMax: 200 * time.Millisecond,
		}),
	}
	if topicOf[In]() == event.TopicDeadLetter {
		r.parked = &parked{url: url, queue: r.prefix + broker.ParkedQueue}
		t.Cleanup(r.parked.close)
	} else {
		r.letters = observe(t, r.own, witness, event.TopicDeadLetter)
	}
	if topic := topicOf[Out](); topic != "" {
		r.outputs = observe(t, r.own, witness, topic)
	}
	if topic := furtherTopic[Out](); topic != "" {
		r.further = observe(t, r.own, furtherWitness, topic)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of the stage's log:\n%s", r.log)
		}
	})
	return r
}

func (r *rig[In, Out]) open(cfg broker.Config) *broker.Broker {
	r.t.Helper()
	b, err := broker.Open(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = b.Close() })
	return b
}

func (r *rig[In, Out]) group() broker.Group {
	return broker.Group{Name: r.cfg.Name, Topic: topicOf[In](), Tiers: r.cfg.Tiers, DeliveryLimit: r.cfg.DeliveryLimit}
}

func (r *rig[In, Out]) groups() []broker.Group { return []broker.Group{r.group()} }

// declare makes the stage's queues before anything is sent; start does it too.
func (r *rig[In, Out]) declare() {
	r.t.Helper()
	if err := r.own.Declare(r.t.Context(), r.groups(), nil); err != nil {
		r.t.Fatal(err)
	}
}

// remove deletes what the promise has made on the broker: queues cost it files, and there are many promises.
func (r *rig[In, Out]) remove() {
	conn, err := amqp.DialConfig(r.url, amqp.Config{Dial: amqp.DefaultDial(5 * time.Second)})
	if err != nil {
		r.t.Logf("the kit's queues stay: %v", err)
		return
	}
	defer func() { _ = conn.Close() }()
	ch, err := conn.Channel()
	if err != nil {
		r.t.Logf("the kit's queues stay: %v", err)
		return
	}
	queues := []string{broker.UnroutedQueue, broker.ParkedQueue}
	own := r.group()
	own.Tiers = shortTiers[:] // a promise may do without
	for _, g := range []broker.Group{own, {Name: witness, Topic: topicOf[In]()}, {Name: witness, Topic: topicOf[Out]()}, {Name: furtherWitness, Topic: furtherTopic[Out]()}, {Name: witness, Topic: event.TopicDeadLetter}} {
		queues = append(queues, g.Queue(), g.SuspectQueue())
		for _, tier := range g.Tiers {
			queues = append(queues, g.RetryQueue(tier))
		}
	}
	for _, name := range queues {
		if _, err := ch.QueueDelete(r.prefix+name, false, false, false); err != nil {
			r.t.Logf("the kit's queue %s%s stays: %v", r.prefix, name, err)
			return
		}
	}
}

// start runs the stage until stop, or until the promise has been looked at.
func (r *rig[In, Out]) start() {
	r.t.Helper()
	r.declare()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	r.cancel, r.ended = cancel, ended
	go func() { ended <- r.kit.subject.run(ctx, r.cfg, r.injector) }()
	r.t.Cleanup(func() {
		cancel()
		select { // a call that hangs, or an error, has been reported by now
		case err := <-ended:
			ended <- err
		case <-time.After(time.Second):
		}
	})
}

// stop shuts the stage down and waits for the drain.
func (r *rig[In, Out]) stop() {
	r.t.Helper()
	r.cancel()
	select {
	case err := <-r.ended:
		r.ended <- nil // for the clean-up
		if err != nil {
			r.broken("the stage ended with the error: %v", err)
		}
	case <-time.After(r.kit.patience()):
		r.broken("the stage did not end within %s of being told to%s", r.kit.patience(), r.hands())
	}
}

// make returns n new inputs, each about a document of its own.
func (r *rig[In, Out]) make(n int) []*input {
	r.t.Helper()
	inputs := make([]*input, n)
	for i := range inputs {
		inputs[i] = r.wrap(r.kit.subject.Inputs(int(r.kit.next.Add(1)-1)), done)
	}
	return inputs
}

// wrap makes the message that carries a payload.
func (r *rig[In, Out]) wrap(p In, f fate) *input {
	r.t.Helper()
	in := &input{id: fmt.Sprintf("%s%d", r.prefix, r.kit.next.Add(1)), document: p.Subject(), fate: f}
	if r.further != nil {
		in.further = r.kit.subject.Further(p)
	}
	switch special := any(p).(type) {
	case event.DeadLetter:
		in.metadata, in.body = maps.Clone(special.Metadata), special.Body
	case event.Shadow:
		in.metadata, in.body = maps.Clone(special.Metadata), special.Body
	default:
		codec, err := event.NewCodec()
		if err != nil {
			r.t.Fatal(err)
		}
		if in.body, err = codec.Encode(p); err != nil {
			r.t.Fatalf("stagetest.Subject: an input breaks its own schema: %v", err)
		}
		in.metadata = event.Envelope{
			Source: "stagetest", Type: p.Topic(), Subject: p.Subject(), Time: time.Now(), DataSchema: event.SchemaID(p.Topic()),
			StageVersion: "1", Started: time.Now(),
		}.Metadata()
	}
	in.metadata[event.KeyID] = in.id
	in.metadata[event.KeyCorrelationID] = "story of " + in.id
	r.inputs = append(r.inputs, in)
	return in
}

// send publishes the inputs on the stage's topic.
func (r *rig[In, Out]) send(inputs ...*input) {
	r.t.Helper()
	messages := make([]*message.Message, len(inputs))
	for i, in := range inputs {
		messages[i] = message.NewMessage(in.id, in.body)
		messages[i].Metadata = in.metadata
	}
	if err := r.own.Publisher().Publish(topicOf[In](), messages...); err != nil {
		r.t.Fatalf("send the inputs: %v", err)
	}
}

// holdPublishes keeps the stage from publishing anything, and lets it consume and acknowledge, until the returned function
// is called.
func (r *rig[In, Out]) holdPublishes() (release func()) {
	name := []byte(r.cfg.Name + " publish")
	r.proxy.Block(func(head []byte) bool { return bytes.Contains(head, name) })
	return func() { r.proxy.Block(nil) }
}

// eventually waits until ask returns nil; the promise is broken when that does not come.
func (r *rig[In, Out]) eventually(ask func() error) {
	r.t.Helper()
	testkit.Eventually(r.t, r.kit.subject.Patience, func() error {
		if err := ask(); err != nil {
			return fmt.Errorf("%s", r.verdict(err.Error()))
		}
		return nil
	})
}

// broken says that the promise is broken and goes on, to see what else is.
func (r *rig[In, Out]) broken(format string, args ...any) {
	r.t.Helper()
	r.t.Error(r.verdict(fmt.Sprintf(format, args...)))
}

func (r *rig[In, Out]) verdict(seen string) string {
	return "a promise of the delivery contract is broken\n  promised: " + r.says + "\n  seen:     " + seen +
		"\n  read on:  docs/adding-a-model.md, \"Proving a service\""
}

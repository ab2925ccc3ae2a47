package stagetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// errStaged is the error that the kit makes calls fail with.
var errStaged = errors.New("this call fails because the conformance kit wants it to")

// permanent: the call fails for good.
func permanent[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(5)
	inputs[2].fate = dead
	r.before = func(_ context.Context, c call) error {
		if c.id == inputs[2].id {
			return fault.New(fault.ClassPermanent, "staged", "%w", errStaged)
		}
		return nil
	}
	r.start()
	r.send(inputs...)
	r.conclude()
	r.letter(inputs[2], fault.ClassPermanent.String(), "staged", 1)
}

// refused: the stage's own logic says that an input can never succeed, and says the same each time.
func refused[In, Out event.Payload](r *rig[In, Out]) {
	poison := make([]*input, 0, 2*len(r.kit.subject.Poison))
	for _, p := range r.kit.subject.Poison {
		poison = append(poison, r.wrap(p, dead), r.wrap(p, dead))
	}
	inputs := r.make(4)
	r.start()
	r.send(inputs[:2]...)
	r.send(poison...)
	r.send(inputs[2:]...)
	r.conclude()
	letters := r.deadByID()
	for i, in := range poison {
		r.letter(in, fault.ClassPermanent.String(), letters[poison[i-i%2].id].Kind, 1)
		if letters[in.id].Kind == "" {
			r.broken("poison %d is refused without a kind: %s (use fault.New, so that failures of a kind can be found together)", i/2, letters[in.id].Message)
		}
	}
}

// unreadable: messages that break the envelope or the schema.
func unreadable[In, Out event.Payload](r *rig[In, Out]) {
	switch topicOf[In]() {
	case event.TopicDeadLetter, event.TopicShadow:
		r.t.Skip("every message on this topic can be read")
	}
	r.start()
	inputs := r.make(2)
	broken := []*input{
		{id: r.prefix + "version", body: inputs[0].body, metadata: event.Envelope{Type: topicOf[In]() + ".later"}.Metadata()},
		{id: r.prefix + "body", body: []byte("\x00 no JSON"), metadata: event.Envelope{Type: topicOf[In]()}.Metadata()},
		{id: r.prefix + "schema", body: []byte("[]"), metadata: event.Envelope{Type: topicOf[In]()}.Metadata()},
	}
	for _, b := range broken {
		b.metadata[event.KeyID], b.fate = b.id, dead
	}
	r.inputs = append(r.inputs, broken...)
	r.send(broken...)
	r.send(inputs...)
	bare := message.NewMessage("", []byte("nothing but a body"))
	if err := r.own.Publisher().Publish(topicOf[In](), bare); err != nil {
		r.t.Fatalf("send a message without an envelope: %v", err)
	}
	r.inputs = append(r.inputs, &input{body: bare.Payload, fate: dead})
	r.conclude()
	for _, b := range broken {
		if r.of(b.id).calls > 0 {
			r.broken("the function was called with a message that breaks the contract (%s)", b.id)
		}
		r.letter(b, fault.ClassPermanent.String(), r.deadByID()[b.id].Kind, 1)
	}
}

// transient: calls fail until the last attempt, with another group on the same topic.
func transient[In, Out event.Payload](r *rig[In, Out]) {
	bystander := observe(r.t, r.own, witness, topicOf[In]())
	inputs := r.make(5)
	r.before = func(_ context.Context, c call) error {
		if c.attempt < len(r.cfg.Tiers) {
			return errStaged
		}
		return nil
	}
	r.start()
	r.send(inputs...)
	r.conclude()
	seen := map[string]int{}
	for _, s := range bystander.all() {
		seen[s.metadata[event.KeyID]]++
	}
	for _, in := range inputs {
		if seen[in.id] != 1 {
			r.broken("another group on the topic got input %s %d times: a retry is for the group that failed", in.id, seen[in.id])
		}
		if n := r.of(in.id).attempts; n != len(r.cfg.Tiers) {
			r.broken("input %s was done after %d failed attempts; %d were to fail", in.id, n, len(r.cfg.Tiers))
		}
	}
	want := float64((len(inputs) + r.ownFurther()) * len(r.cfg.Tiers))
	if n := metric(r.t, r.metrics, "millrace_stage_messages_total", "retried"); n != want {
		r.broken("the metric millrace_stage_messages_total counts %v retried instead of %v", n, want)
	}
}

// exhausted: a call fails as long as there are attempts.
func exhausted[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(4)
	inputs[1].fate = dead
	r.before = func(_ context.Context, c call) error {
		if c.id == inputs[1].id {
			return errStaged
		}
		return nil
	}
	r.start()
	r.send(inputs...)
	r.conclude()
	attempts := len(r.cfg.Tiers) + 1
	r.letter(inputs[1], fault.ClassTransient.String(), "", attempts)
	if n := len(r.deadByID()[inputs[1].id].Log); n != attempts && r.parked == nil {
		r.broken("the dead letter lists %d attempts of %d", n, attempts)
	}
}

// dependencyDown: all calls fail because of a dependency, for longer than any attempts or deliveries would last.
func dependencyDown[In, Out event.Payload](r *rig[In, Out]) {
	r.cfg.Tiers, r.cfg.DeliveryLimit = []time.Duration{}, 2
	inputs := r.make(10)
	var up atomic.Bool
	r.before = func(context.Context, call) error {
		if up.Load() {
			return nil
		}
		return fault.DependencyDown("staged", errStaged)
	}
	probe := r.cfg.Probe
	var asked atomic.Int64
	r.cfg.Probe = func(ctx context.Context) error {
		asked.Add(1)
		if !up.Load() {
			return errStaged
		}
		if probe == nil {
			return nil
		}
		return probe(ctx)
	}
	r.start()
	r.send(inputs...)
	r.eventually(func() error {
		switch {
		case !r.health.said("not pulling"):
			return errors.New("readiness does not say that the stage has stopped pulling")
		case asked.Load() < 2:
			return fmt.Errorf("the probe was asked %d times", asked.Load())
		case metric(r.t, r.metrics, "millrace_stage_breaker_open", "") != 1:
			return errors.New("the metric millrace_stage_breaker_open is not 1")
		}
		return nil
	})
	calls := 0
	for _, h := range r.all() {
		calls += h.calls
	}
	if most := 2 * (r.cfg.Prefetch + r.cfg.Workers*r.kit.subject.Size); calls > most {
		r.broken("the function was called %d times while its dependency was down; %d is what may have been in hand", calls, most)
	}
	up.Store(true)
	r.await(inputs...)
	r.eventually(r.health.well)
	r.conclude()
	r.unspent(inputs...)
}

// interrupted: the function's context ends in the middle of a call, as in a shutdown that cannot wait; later the inputs
// come once more.
func interrupted[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(8)
	after := map[string]time.Duration{}
	for i, in := range inputs {
		after[in.id] = time.Duration(i*i) * 500 * time.Microsecond
	}
	r.limit = func(ctx context.Context, c call) context.Context {
		if c.nth > 1 {
			return ctx
		}
		ctx, cancel := context.WithCancel(ctx)
		if after[c.id] == 0 {
			cancel()
		}
		time.AfterFunc(after[c.id], cancel)
		return ctx
	}
	r.after = func(ctx context.Context, _ call, err error) error {
		if ctx.Err() == nil || fault.ClassOf(err) == fault.ClassPermanent {
			return err
		}
		return fault.Interrupted(err)
	}
	r.cfg.DeliveryLimit = 20
	r.start()
	r.send(inputs...)
	r.await(inputs...)
	r.send(inputs...)
	r.eventually(func() error { return r.called(2, inputs...) })
	r.conclude()
	r.unspent(inputs...)
}

// panics: one call panics.
func panics[In, Out event.Payload](r *rig[In, Out]) {
	inputs := r.make(7)
	inputs[3].fate = dead
	r.before = func(_ context.Context, c call) error {
		if c.id == inputs[3].id {
			panic(errStaged)
		}
		return nil
	}
	r.start()
	r.send(inputs...)
	r.conclude()
	r.letter(inputs[3], fault.ClassPermanent.String(), "panic", 1)
	if r.parked == nil && r.deadByID()[inputs[3].id].Stack == "" {
		r.broken("the dead letter of a panic has no stack")
	}
}

// stuck: one call hangs and does not look at its context.
func stuck[In, Out event.Payload](r *rig[In, Out]) {
	r.cfg.Timeout = 2 * time.Second
	inputs := r.make(5)
	entered, forever := make(chan struct{}), make(chan struct{})
	r.t.Cleanup(func() { close(forever) })
	r.before = func(_ context.Context, c call) error {
		if c.id == inputs[0].id && c.attempt == 0 {
			close(entered)
			<-forever
		}
		return nil
	}
	r.start()
	r.send(inputs[0])
	r.reached(entered)
	r.send(inputs[1:]...)
	r.conclude()
	if n := metric(r.t, r.metrics, "millrace_stage_stuck_total", ""); n < 1 {
		r.broken("the metric millrace_stage_stuck_total is %v", n)
	}
	if n := r.of(inputs[0].id).attempts; n != 1 {
		r.broken("input %s, whose call hung, had %d attempts before the one that was well instead of 1", inputs[0].id, n)
	}
}

// letter looks at the dead letter of an input.
func (r *rig[In, Out]) letter(in *input, class, kind string, attempts int) {
	r.t.Helper()
	d, ok := r.deadByID()[in.id]
	if !ok || r.parked != nil {
		return // await has said so; or it is parked as it came, without a reason of its own
	}
	if d.Class != class || d.Kind != kind || d.Attempts != attempts {
		r.broken("the dead letter of input %s says class %q, kind %q, attempts %s; it should say %q, %q, %d (%s)",
			in.id, d.Class, d.Kind, strconv.Itoa(d.Attempts), class, kind, attempts, d.Message)
	}
	if d.Group != r.cfg.Name || d.FromTopic != topicOf[In]() {
		r.broken("the dead letter of input %s names the group %q and the topic %q", in.id, d.Group, d.FromTopic)
	}
}

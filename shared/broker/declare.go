package broker

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/fault"
)

// Declare makes everything that the groups and topics need, targets first, and leaves what is already there alone. The
// topics are those that are published to; a group's own topic need not be named again. Groups of [DeadLetterTopic] are
// given like any other.
//
// A queue that exists with other arguments is a Permanent fault of kind "topology_drift" that says which, what differs and
// what to do. A user without the permission to configure may call Declare where everything is there already; what is
// missing then is a Permanent fault of kind "topology_missing". An unreachable broker is a DependencyDown.
func (b *Broker) Declare(ctx context.Context, groups []Group, topics []string) error {
	p := &plan{}
	b.base(p)
	seen := map[string]bool{DeadLetterTopic: true}
	add := func(topic string) {
		if !seen[topic] {
			seen[topic] = true
			b.topic(p, topic)
		}
	}
	for _, g := range groups {
		if err := g.Validate(); err != nil {
			return err
		}
		add(g.Topic)
	}
	for _, topic := range topics {
		add(topic)
	}
	for _, g := range groups {
		b.group(p, g)
	}
	s, err := b.consume.within(ctx)
	if err != nil {
		return fmt.Errorf("declare the topology: %w", err)
	}
	if err := declare(ctx, s, p); err != nil {
		return fmt.Errorf("declare the topology: %w", err)
	}
	b.known.remember(groups)
	return nil
}

// declared remembers what this process has declared, so that a publish declares what it needs once per connection and
// can declare again what was lost.
type declared struct {
	mu     sync.Mutex
	topics map[string]*session
	groups map[string]Group // by the name of every queue of the group
	// turn holds a token while somebody declares for a publish; the others wait for the outcome.
	turn chan struct{}
}

func newDeclared() *declared {
	return &declared{topics: map[string]*session{}, groups: map[string]Group{}, turn: make(chan struct{}, 1)}
}

func (d *declared) remember(groups []Group) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range groups {
		d.groups[g.Queue()], d.groups[g.SuspectQueue()] = g, g
		for _, tier := range g.Tiers {
			d.groups[g.RetryQueue(tier)] = g
		}
	}
}

func (d *declared) group(queue string) (Group, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g, ok := d.groups[queue]
	return g, ok
}

func (d *declared) topicOn(topic string, s *session) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.topics[topic] == s
}

func (d *declared) setTopic(topic string, s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.topics[topic] = s
}

// ensureTopic declares a topic's exchange once per connection; again says that the exchange has proved to be lost.
func (b *Broker) ensureTopic(ctx context.Context, s *session, topic string, again bool) error {
	if again {
		b.known.setTopic(topic, nil)
	}
	if b.known.topicOn(topic, s) {
		return nil
	}
	select {
	case b.known.turn <- struct{}{}:
		defer func() { <-b.known.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if b.known.topicOn(topic, s) {
		return nil
	}
	p := &plan{}
	b.base(p)
	if topic != DeadLetterTopic {
		b.topic(p, topic)
	}
	if err := declare(ctx, s, p); err != nil {
		return err
	}
	b.known.setTopic(topic, s)
	return nil
}

// ensureQueue declares anew the group that a lost queue belongs to; ok is false where this process never declared it.
func (b *Broker) ensureQueue(ctx context.Context, s *session, queue string) (ok bool, err error) {
	g, ok := b.known.group(queue)
	if !ok {
		return false, nil
	}
	return true, b.declareGroup(ctx, s, g)
}

func (b *Broker) declareGroup(ctx context.Context, s *session, g Group) error {
	p := &plan{}
	b.base(p)
	if g.Topic != DeadLetterTopic {
		b.topic(p, g.Topic)
	}
	b.group(p, g)
	return declare(ctx, s, p)
}

func declare(ctx context.Context, s *session, p *plan) error {
	d := &declarer{ctx: ctx, session: s}
	defer d.close()
	for _, step := range p.steps {
		var err error
		switch step := step.(type) {
		case queue:
			err = d.queue(step)
		case exchange:
			err = d.exchange(step)
		case binding:
			err = d.bind("queue", step.queue, func(ch *amqp.Channel) error { return ch.QueueBind(step.queue, "", step.exchange, false, nil) })
		case relay:
			err = d.bind("exchange", step.to, func(ch *amqp.Channel) error { return ch.ExchangeBind(step.to, "", step.from, false, nil) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// declarer works off a plan on one connection. A refusal closes an AMQP channel, so it opens a new one for each.
type declarer struct {
	ctx     context.Context //nolint:containedctx // lives as long as the one call that makes it
	session *session
	ch      *amqp.Channel
	// mayNot is set once the broker has refused to let this user configure: from then on things are looked for first.
	mayNot bool
}

func (d *declarer) call(f func(ch *amqp.Channel) error) error {
	if d.ch == nil || d.ch.IsClosed() {
		ch, err := openChannel(d.ctx, d.session)
		if err != nil {
			return err
		}
		d.ch = ch
	}
	ch := d.ch
	return bounded(d.ctx, d.session, func() error { return f(ch) })
}

func (d *declarer) close() {
	if ch := d.ch; ch != nil {
		// The reply to a close is not worth waiting for.
		go func() { _ = ch.Close() }()
	}
}

func (d *declarer) queue(q queue) error {
	return d.object("queue", q.name,
		func(ch *amqp.Channel) error {
			_, err := ch.QueueDeclare(q.name, true, false, false, false, q.args)
			return err
		},
		func(ch *amqp.Channel) error {
			_, err := ch.QueueDeclarePassive(q.name, true, false, false, false, nil)
			return err
		})
}

func (d *declarer) exchange(e exchange) error {
	return d.object("exchange", e.name,
		func(ch *amqp.Channel) error {
			return ch.ExchangeDeclare(e.name, amqp.ExchangeFanout, true, false, false, false, e.args)
		},
		func(ch *amqp.Channel) error {
			return ch.ExchangeDeclarePassive(e.name, amqp.ExchangeFanout, true, false, false, false, nil)
		})
}

func (d *declarer) object(kind, name string, active, passive func(ch *amqp.Channel) error) error {
	if d.mayNot {
		if err := d.call(passive); code(err) != amqp.NotFound {
			return explain(err, kind, name)
		}
		err := d.call(active)
		if code(err) == amqp.AccessRefused {
			return missing(err, kind, name)
		}
		return explain(err, kind, name)
	}
	err := d.call(active)
	if code(err) != amqp.AccessRefused {
		return explain(err, kind, name)
	}
	d.mayNot = true
	if err := d.call(passive); code(err) != amqp.NotFound {
		return explain(err, kind, name)
	}
	return missing(err, kind, name)
}

func (d *declarer) bind(kind, name string, bind func(ch *amqp.Channel) error) error {
	if d.mayNot {
		// Whoever made it has bound it; there is no way to look for a binding.
		return nil
	}
	err := d.call(bind)
	if code(err) == amqp.AccessRefused {
		d.mayNot = true
		return nil
	}
	return explain(err, "binding of "+kind, name)
}

// code returns the AMQP reply code of err, 0 when it has none.
func code(err error) int {
	var e *amqp.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func missing(err error, kind, name string) error {
	return fault.New(fault.ClassPermanent, "topology_missing",
		"%s %q does not exist and this user may not create it: let a user with the configure permission declare the topology first, or grant the permission: %w", kind, name, err)
}

// inequivalent reads RabbitMQ's text for a 406, for instance: inequivalent arg 'x-delivery-limit' for queue 'q' in vhost
// '/': received '10' but current is '20' (of type …).
var inequivalent = regexp.MustCompile(`inequivalent arg '([^']*)' for .*: received (.*) but current is (.*)$`)

// explain turns a refusal into a fault that says what to do.
func explain(err error, kind, name string) error {
	switch {
	case err == nil:
		return nil
	case code(err) == amqp.PreconditionFailed:
		differs := "it exists with other arguments"
		var e *amqp.Error
		if m := inequivalent.FindStringSubmatch(errorReason(err, e)); m != nil {
			differs = fmt.Sprintf("%s is %s on the broker, this version wants %s", m[1], m[3], m[2])
		}
		return fault.New(fault.ClassPermanent, "topology_drift",
			"%s %q: %s; use the settings it was made with, or let it run empty (a history is lost), delete it (rabbitmqctl delete_queue) and start again: %w", kind, name, differs, err)
	case code(err) == amqp.AccessRefused:
		return fault.New(fault.ClassPermanent, "topology_refused", "%s %q: RabbitMQ refuses access: %w", kind, name, err)
	case fault.ClassOf(err) == fault.ClassDependencyDown, errors.Is(err, context.Canceled):
		return fmt.Errorf("%s %q: %w", kind, name, err)
	default:
		return down("%s %q: %w", kind, name, err)
	}
}

func errorReason(err error, e *amqp.Error) string {
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

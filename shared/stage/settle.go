package stage

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// releasePause is how long a message is held before it is given back after a publish failed, so that a broker in trouble
// is not fed the same messages in a tight loop.
const releasePause = time.Second

// maxErrorText bounds the error and the stack kept in metadata: AMQP headers must fit one frame of 128 KiB.
const (
	maxErrorText = 4 << 10
	maxStackText = 16 << 10
)

// action is what happens to a message that failed.
type action int

const (
	actionRetry action = iota
	actionDeadLetter
	actionPutBack
	actionRelease
)

// decide is the delivery contract as a table: what to do with a message of which spent attempts were spent before the
// one that just failed, where there are tiers delays.
func decide(class fault.Class, spent, tiers int) action {
	switch class {
	case fault.ClassPermanent:
		return actionDeadLetter
	case fault.ClassDependencyDown:
		return actionPutBack
	case fault.ClassInterrupted:
		return actionRelease
	case fault.ClassTransient:
	}
	if spent < tiers {
		return actionRetry
	}
	return actionDeadLetter
}

// settler decides the fate of messages that did not succeed. A message is acknowledged only after its copy was confirmed
// by the broker elsewhere; when that fails it goes back to its queue.
type settler struct {
	cfg     Config
	group   broker.Group
	queue   string // where the messages come from
	pub     *broker.Publisher
	breaker *breaker
	meter   *meter
	log     *slog.Logger
}

// failed settles a message whose handling returned err.
func (s *settler) failed(ctx context.Context, m *message.Message, err error) {
	e := event.ParseEnvelope(m.Metadata)
	class := fault.ClassOf(err)
	if class == fault.ClassTransient && ctx.Err() != nil {
		class = fault.ClassInterrupted // whatever it says, it was cut short
	}
	log := s.log.With("document_id", e.Subject, "correlation_id", e.CorrelationID, "id", e.ID, "attempt", e.Attempt+1,
		"class", class.String(), "kind", fault.KindOf(err))
	switch decide(class, e.Attempt, len(s.cfg.Tiers)) {
	case actionRetry:
		delay := s.cfg.Tiers[e.Attempt]
		log.Warn("attempt failed; will be tried again", "delay", delay, "error", err)
		s.move(ctx, m, outcomeRetried, func(c *message.Message) error {
			c.Metadata[event.KeyAttempt] = strconv.Itoa(e.Attempt + 1)
			s.logAttempt(c, class, err)
			return s.pub.PublishToQueue(ctx, s.group.RetryQueue(delay), c)
		})
	case actionDeadLetter:
		log.Error("given up; the message goes to the dead letters", "error", err)
		s.move(ctx, m, outcomeDead, func(c *message.Message) error {
			if s.group.Topic == event.TopicDeadLetter {
				// On its own topic it would come back for ever, and as another message than the one that died.
				return s.pub.PublishToQueue(ctx, broker.ParkedQueue, c)
			}
			s.logAttempt(c, class, err)
			s.describe(c, e, class, err)
			return s.pub.Publish(event.TopicDeadLetter, c)
		})
	case actionPutBack:
		if s.breaker.open(err) {
			log.Warn("dependency down; no attempt is spent", "error", err)
		}
		s.putBack(ctx, m)
	case actionRelease:
		log.Info("interrupted; the message goes back", "error", err)
		m.Nack()
		s.meter.settled(outcomeReleased)
	}
}

// putBack returns a message to the end of its own queue as if it had never been delivered. Republishing, unlike a nack,
// does not count against the queue's delivery limit.
func (s *settler) putBack(ctx context.Context, m *message.Message) {
	s.move(ctx, m, outcomePutBack, func(c *message.Message) error {
		return s.pub.PublishToQueue(ctx, s.queue, c)
	})
}

// suspect moves a message to the queue of suspects, where it will be handled alone.
func (s *settler) suspect(ctx context.Context, m *message.Message) {
	e := event.ParseEnvelope(m.Metadata)
	s.log.Warn("deliveries of this message have ended without an answer; it will be handled alone",
		"document_id", e.Subject, "correlation_id", e.CorrelationID, "id", e.ID, "deliveries", m.Metadata[broker.MetaDeliveryCount])
	s.move(ctx, m, outcomeSuspect, func(c *message.Message) error {
		return s.pub.PublishToQueue(ctx, s.group.SuspectQueue(), c)
	})
}

// logAttempt adds the attempt that has failed to those that the message tells of. A dead letter tells of the attempts of the
// group that gave up on it.
func (s *settler) logAttempt(c *message.Message, class fault.Class, err error) {
	if s.group.Topic == event.TopicDeadLetter {
		return
	}
	event.AddAttempt(c.Metadata, event.Attempt{At: time.Now().UTC(), Class: class.String(), Kind: fault.KindOf(err), Error: err.Error()})
}

// unpublished settles a message whose output could not be published.
func (s *settler) unpublished(ctx context.Context, m *message.Message, err error) {
	if fault.ClassOf(err) == fault.ClassPermanent {
		s.failed(ctx, m, err)
		return
	}
	s.release(ctx, m, "the output could not be published; the input goes back", err)
}

// move publishes a copy of m elsewhere and acknowledges m once the copy is confirmed.
func (s *settler) move(ctx context.Context, m *message.Message, outcome string, publish func(*message.Message) error) {
	c := m.Copy()
	c.SetContext(ctx)
	if err := publish(c); err != nil {
		s.release(ctx, m, "a message could not be moved; it goes back", err)
		return
	}
	m.Ack()
	s.meter.settled(outcome)
}

func (s *settler) release(ctx context.Context, m *message.Message, what string, err error) {
	s.log.Warn(what, "id", m.UUID, "error", err)
	if s.cfg.Broker.Blocked() {
		s.breaker.open(err) // pulling more would spend deliveries on what cannot be answered
	}
	_ = sleep(ctx, releasePause) // shutdown cuts the pause short
	m.Nack()
	s.meter.settled(outcomeReleased)
}

// describe writes into the copy's metadata why it is a dead letter.
func (s *settler) describe(c *message.Message, e event.Envelope, class fault.Class, err error) {
	set := func(key, value string) {
		if value != "" {
			c.Metadata[key] = value
		}
	}
	set(event.KeyDeadStage, s.cfg.Name)
	set(event.KeyDeadGroup, s.group.Name)
	set(event.KeyDeadQueue, s.cfg.Broker.QualifiedName(s.group.Queue()))
	set(event.KeyDeadTopic, s.group.Topic)
	set(event.KeyDeadClass, class.String())
	set(event.KeyDeadKind, fault.KindOf(err))
	set(event.KeyDeadError, truncate(err.Error(), maxErrorText))
	set(event.KeyDeadAttempts, strconv.Itoa(e.Attempt+1))
	delete(c.Metadata, event.KeyAttempt) // the consumers of the dead letters, and a replay, have attempts of their own
	set(event.KeyDeadAt, time.Now().UTC().Format(time.RFC3339Nano))
	var p *panicError
	if errors.As(err, &p) {
		set(event.KeyDeadStack, truncate(p.stack, maxStackText))
	}
}

// truncate cuts s to at most limit bytes at a rune boundary.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := 0
	for i := range s {
		if i > limit {
			break
		}
		cut = i
	}
	return s[:cut]
}

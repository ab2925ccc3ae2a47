package stage

import (
	"context"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
)

// suspectLook is how often a running stage looks for suspects.
const suspectLook = time.Second

// suspicious reports whether a message has been delivered so often without an answer that it may be what crashes the process.
// RabbitMQ 4 lets a dead letter keep the count of the queue that it died in: only what was delivered before by this queue counts.
func suspicious(m *message.Message) bool {
	count, err := strconv.Atoi(m.Metadata[broker.MetaDeliveryCount])
	return err == nil && count >= broker.SuspectAfter && m.Metadata[broker.MetaRedelivered] != ""
}

// takeSuspects handles what waits in the group's suspect queue, one message after the other and each alone, until the queue
// is empty or ctx ends. Between two of them the calls that have waited get their turn.
func (l *loop[In, Out]) takeSuspects(ctx, work context.Context) error {
	for ctx.Err() == nil {
		waiting, err := l.cfg.Broker.Suspects(ctx, l.group())
		if err != nil || waiting == 0 {
			return err
		}
		if err := l.takeSuspect(ctx, work); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop[In, Out]) takeSuspect(ctx, work context.Context) error {
	l.cfg.Turns.calls.Lock()
	defer l.cfg.Turns.calls.Unlock()
	if ctx.Err() != nil { // the lock may have taken long
		return nil
	}
	_, err := l.cfg.Broker.TakeSuspect(ctx, l.group(), func(m *message.Message) {
		l.log.Warn("handling a suspect alone: its deliveries have ended without an answer before", "id", m.UUID)
		l.process(work, []*message.Message{m}, alone)
	})
	return err
}

// watchSuspects takes suspects as they come, until ctx ends.
func (l *loop[In, Out]) watchSuspects(ctx, work context.Context) {
	for sleep(ctx, suspectLook) == nil {
		if err := l.takeSuspects(ctx, work); err != nil {
			l.log.Debug("cannot take suspects now; looking again", "error", err)
		}
	}
}

package broker

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// refusalPatience is how long a channel may refuse all messages to a destination before another channel is tried.
const refusalPatience = time.Second

// doubts says when an open channel is no good any more. In a cluster of which a node has died, a channel that had published at
// that moment may go on refusing what is sent to a queue, or never answer, until the node is back, while a new channel is
// served at once (docs/adr/0015). It belongs to the goroutine that collects.
type doubts struct {
	channel *confirmChannel
	timer   *time.Timer
	since   map[destination]time.Time // of the first refusal after which nothing was confirmed
}

func newDoubts(c *confirmChannel) *doubts {
	return &doubts{channel: c, timer: time.NewTimer(c.patience), since: map[destination]time.Time{}}
}

// await waits for a confirm. It is false when the channel has been given up meanwhile, because none came in time: what is in
// flight counts as refused. While RabbitMQ takes no publishes at all, no channel would get one.
func (d *doubts) await(confirm *amqp.DeferredConfirmation) bool {
	select {
	case <-confirm.Done():
		return true
	default:
	}
	d.timer.Reset(d.channel.patience)
	for {
		select {
		case <-confirm.Done():
			return true
		case <-d.channel.stale:
			return false
		case <-d.timer.C:
			if d.channel.session.blocked.Load() == nil {
				d.channel.giveUp("RabbitMQ does not confirm what it was sent; publishing over another channel")
			}
			d.timer.Reset(d.channel.patience)
		}
	}
}

func (d *doubts) confirmed(to destination) { delete(d.since, to) }

func (d *doubts) refused(to destination) {
	if d.channel.ch.IsClosed() {
		return // that is why
	}
	first, before := d.since[to]
	if !before {
		d.since[to] = time.Now()
	} else if time.Since(first) > refusalPatience {
		d.channel.giveUp("RabbitMQ refuses what is sent to " + to.String() + "; publishing over another channel")
	}
}

// giveUp makes the lane open another channel. Its caller is the one that collects.
func (c *confirmChannel) giveUp(why string) {
	if c.givenUp() {
		return
	}
	close(c.stale)
	c.log.Warn(why)
	go func() {
		// The broker may not answer this either.
		ctx, cancel := context.WithTimeout(context.Background(), c.patience)
		defer cancel()
		_ = bounded(ctx, c.session, c.ch.Close)
	}()
}

func (c *confirmChannel) givenUp() bool {
	select {
	case <-c.stale:
		return true
	default:
		return false
	}
}

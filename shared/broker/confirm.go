package broker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// burstMessages is about how many messages are written with one system call.
const burstMessages = 64

// outcome is what became of one published message.
type outcome int

const (
	// refused: nacked by the broker, or the channel closed before the confirm. Whether it was stored is not known.
	refused outcome = iota
	confirmed
	unroutable
)

// envelope is a marshalled message on its way.
type envelope struct {
	publishing amqp.Publishing
	outcome    outcome
}

// job is the publishing of some messages to one destination.
type job struct {
	to       destination
	messages []*envelope
	// left counts the messages without an outcome; done is closed at zero, and only then the outcomes may be read.
	left int
	done chan struct{}
	// err is why a message could not be sent at all.
	err error
}

// inFlight is a message that awaits its confirm.
type inFlight struct {
	job     *job
	message *envelope
	confirm *amqp.DeferredConfirmation
}

// confirmChannel is one life of a lane's channel. One goroutine writes what has come in together as one burst, without
// waiting for confirms; another collects the confirms. A publisher wakes up once for all its messages.
type confirmChannel struct {
	session *session
	ch      *amqp.Channel
	jobs    chan *job
	// slots bounds what is in flight; sent carries it from write to collect. Returns can never outnumber the slots, so that
	// they never make the connection's reader wait.
	slots   chan struct{}
	sent    chan inFlight
	dead    chan struct{} // closed when the channel is
	returns chan amqp.Return
	// stale is closed when the channel is given up although it is open: see doubt.
	stale    chan struct{}
	patience time.Duration // for a confirm
	log      *slog.Logger

	mu  sync.Mutex
	err *amqp.Error
}

func newConfirmChannel(s *session, ch *amqp.Channel, cfg Config) *confirmChannel {
	c := &confirmChannel{
		session: s, ch: ch,
		jobs:     make(chan *job),
		slots:    make(chan struct{}, cfg.Window),
		sent:     make(chan inFlight, cfg.Window),
		dead:     make(chan struct{}),
		returns:  ch.NotifyReturn(make(chan amqp.Return, cfg.Window)),
		stale:    make(chan struct{}),
		patience: cfg.ConfirmTimeout / 3,
		log:      cfg.Log,
	}
	closing := ch.NotifyClose(make(chan *amqp.Error, 1))
	go func() {
		e := <-closing
		c.mu.Lock()
		c.err = e
		c.mu.Unlock()
		close(c.dead)
	}()
	return c
}

// send publishes the messages and waits until each has an outcome, or for ctx. The error is ctx's, or that of a message
// that could not be sent.
func (c *confirmChannel) send(ctx context.Context, to destination, messages []*envelope) error {
	for _, m := range messages {
		m.outcome = refused
	}
	j := &job{to: to, messages: messages, left: len(messages), done: make(chan struct{})}
	select {
	case c.jobs <- j:
	case <-c.dead:
		return nil
	case <-c.stale:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write sends bursts until the channel closes or is given up.
func (c *confirmChannel) write() {
	defer close(c.sent)
	for {
		select {
		case j := <-c.jobs:
			c.writeBurst(j)
		case <-c.dead:
			return
		case <-c.stale:
			return
		}
	}
}

// writeBurst sends a job and those that have come in meanwhile.
func (c *confirmChannel) writeBurst(first *job) {
	c.session.raw.cork()
	defer c.session.raw.uncork()
	c.writeJob(first)
	for n := len(first.messages); n < burstMessages; {
		select {
		case j := <-c.jobs:
			c.writeJob(j)
			n += len(j.messages)
		default:
			return
		}
	}
}

func (c *confirmChannel) writeJob(j *job) {
	for i, m := range j.messages {
		select {
		case c.slots <- struct{}{}:
		default:
			// The confirms that free a slot come only for what has left this machine.
			c.session.raw.uncork()
			select {
			case c.slots <- struct{}{}:
			case <-c.dead:
				c.fail(j, i, nil)
				return
			case <-c.stale:
				c.fail(j, i, nil)
				return
			}
			c.session.raw.cork()
		}
		confirm, err := c.ch.PublishWithDeferredConfirm(j.to.exchange, j.to.key, true, false, m.publishing)
		if err != nil {
			<-c.slots
			c.fail(j, i, err)
			return
		}
		c.sent <- inFlight{j, m, confirm}
	}
}

// fail gives up on the messages of a job from the given one on.
func (c *confirmChannel) fail(j *job, from int, err error) {
	j.err = err
	for range j.messages[from:] {
		c.sent <- inFlight{job: j}
	}
}

// collect gives every message its outcome, in the order in which they were sent.
func (c *confirmChannel) collect() {
	returned := map[returnKey]int{}
	doubts := newDoubts(c)
	defer doubts.timer.Stop()
	for f := range c.sent {
		if f.confirm != nil {
			if doubts.await(f.confirm) && f.confirm.Acked() {
				f.message.outcome = c.judge(returned, f)
				doubts.confirmed(f.job.to)
			} else {
				doubts.refused(f.job.to)
			}
			<-c.slots
		}
		if f.job.left--; f.job.left == 0 {
			close(f.job.done)
		}
	}
}

// returnKey recognises a returned message. Two messages in flight with the same id to the same place have the same fate.
type returnKey struct {
	exchange, key, id string
}

// judge says what became of an acked message: RabbitMQ sends a return before the confirm of the same message.
func (c *confirmChannel) judge(returned map[returnKey]int, f inFlight) outcome {
	for more := true; more; {
		select {
		case r, ok := <-c.returns:
			if more = ok; ok {
				returned[returnKey{r.Exchange, r.RoutingKey, r.MessageId}]++
			}
		default:
			more = false
		}
	}
	key := returnKey{f.job.to.exchange, f.job.to.key, f.message.publishing.MessageId}
	n := returned[key]
	if n == 0 {
		return confirmed
	}
	if returned[key] = n - 1; n == 1 {
		delete(returned, key)
	}
	return unroutable
}

// closeError returns why the broker closed the channel; nil while it is open or when the connection went with it. After a
// refused message of a closed channel, the reason is there.
func (c *confirmChannel) closeError() *amqp.Error {
	if !c.ch.IsClosed() {
		return nil
	}
	<-c.dead
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil && !errors.Is(c.err, amqp.ErrClosed) {
		return c.err
	}
	return nil
}

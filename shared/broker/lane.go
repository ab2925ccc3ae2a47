package broker

import (
	"context"
	"errors"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"
)

// lane is one confirm channel that many publishers share. It opens the channel when it is first needed and again after
// the broker has closed it.
type lane struct {
	link   *link
	window int
	// turn holds a token while somebody opens the channel.
	turn chan struct{}

	mu      sync.Mutex
	current *confirmChannel
}

func newLane(l *link, window int) *lane {
	return &lane{link: l, window: window, turn: make(chan struct{}, 1)}
}

func (l *lane) open() *confirmChannel {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil || l.current.ch.IsClosed() {
		return nil
	}
	return l.current
}

// channel returns the lane's open channel, waiting for the connection at most ConnectWait.
func (l *lane) channel(ctx context.Context) (*confirmChannel, error) {
	if c := l.open(); c != nil {
		return c, nil
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c := l.open(); c != nil {
		return c, nil
	}
	s, err := l.link.within(ctx)
	if err != nil {
		return nil, err
	}
	ch, err := openChannel(ctx, s)
	if err != nil {
		return nil, err
	}
	c := &confirmChannel{
		session: s, ch: ch,
		slots:    make(chan struct{}, l.window),
		closing:  ch.NotifyClose(make(chan *amqp.Error, 1)),
		returns:  ch.NotifyReturn(make(chan amqp.Return, l.window)),
		returned: map[returnKey]int{},
	}
	if err := bounded(ctx, s, func() error { return ch.Confirm(false) }); err != nil {
		go func() { _ = ch.Close() }()
		return nil, down("switch a channel to confirms: %w", err)
	}
	l.mu.Lock()
	l.current = c
	l.mu.Unlock()
	return c, nil
}

// confirmChannel is one life of a lane's channel.
type confirmChannel struct {
	session *session
	ch      *amqp.Channel
	// slots holds a token for each message that awaits its confirm. Returns can never outnumber them, so that the channel
	// of returns never makes the connection's reader wait.
	slots   chan struct{}
	closing chan *amqp.Error
	returns chan amqp.Return

	mu       sync.Mutex
	err      *amqp.Error
	returned map[returnKey]int
}

// returnKey recognises a returned message. Two messages in flight with the same id to the same place have the same fate.
type returnKey struct {
	exchange, key, id string
}

// outcome is what became of one published message.
type outcome int

const (
	confirmed outcome = iota
	refused           // nacked by the broker, or its channel was closed: whether it was stored is unknown
	unroutable
	unknown // no confirm before the context ended
)

// envelope is a marshalled message on its way.
type envelope struct {
	publishing amqp.Publishing
	outcome    outcome
}

// send publishes the messages one after the other without waiting in between, except for a free slot, and then waits for
// all confirms. It sets each message's outcome; the error is that of a send that failed or of ctx.
func (c *confirmChannel) send(ctx context.Context, to destination, messages []*envelope) error {
	pending := make([]*amqp.DeferredConfirmation, len(messages))
	settled := 0 // messages[:settled] have their outcome
	settleNext := func() {
		messages[settled].outcome = c.judge(to, messages[settled], pending[settled])
		<-c.slots
		settled++
	}
	var err error
	sent := 0
	for sent < len(messages) && err == nil {
		// Own confirms are taken while waiting for a slot: the slots may all be held by this very call.
		var oldest <-chan struct{}
		if settled < sent {
			oldest = pending[settled].Done()
		}
		select {
		case c.slots <- struct{}{}:
			pending[sent], err = c.ch.PublishWithDeferredConfirm(to.exchange, to.key, true, false, messages[sent].publishing)
			if err != nil {
				<-c.slots
				break
			}
			sent++
		case <-oldest:
			settleNext()
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	for _, m := range messages[sent:] {
		m.outcome = refused
	}
	for settled < sent {
		select {
		case <-pending[settled].Done():
			settleNext()
		case <-ctx.Done():
			c.abandon(to, messages[settled:sent], pending[settled:sent])
			return ctx.Err()
		}
	}
	return err
}

// judge says what became of a message whose confirm is done.
func (c *confirmChannel) judge(to destination, m *envelope, confirm *amqp.DeferredConfirmation) outcome {
	if !confirm.Acked() {
		return refused
	}
	// RabbitMQ sends a return before the confirm of the same message.
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		select {
		case r, ok := <-c.returns:
			if ok {
				c.returned[returnKey{r.Exchange, r.RoutingKey, r.MessageId}]++
				continue
			}
		default:
		}
		break
	}
	if len(c.returned) == 0 {
		return confirmed
	}
	key := returnKey{to.exchange, to.key, m.publishing.MessageId}
	n := c.returned[key]
	if n == 0 {
		return confirmed
	}
	if n == 1 {
		delete(c.returned, key)
	} else {
		c.returned[key] = n - 1
	}
	return unroutable
}

// abandon frees the slots of messages that nobody waits for any more, once their confirms arrive or the channel closes.
func (c *confirmChannel) abandon(to destination, messages []*envelope, pending []*amqp.DeferredConfirmation) {
	rest := make([]*envelope, len(messages))
	for i, m := range messages {
		m.outcome = unknown
		rest[i] = &envelope{publishing: amqp.Publishing{MessageId: m.publishing.MessageId}}
	}
	go func() {
		for i, confirm := range pending {
			<-confirm.Done()
			c.judge(to, rest[i], confirm)
			<-c.slots
		}
	}()
}

// closeError returns why the broker closed the channel; nil while it is open or when the connection went with it.
func (c *confirmChannel) closeError() *amqp.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case e, ok := <-c.closing:
		if ok {
			c.err = e
		}
	default:
	}
	if c.err != nil && !errors.Is(c.err, amqp.ErrClosed) {
		return c.err
	}
	return nil
}

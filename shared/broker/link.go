package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/fault"
)

// ErrClosed is what every call on a closed Broker, Publisher or Subscriber returns.
var ErrClosed = errors.New("closed")

// session is one life of a connection.
type session struct {
	conn *amqp.Connection
	raw  *corkedConn
	// lost is closed when the connection is gone; err, set before, says why.
	lost chan struct{}
	err  error
	// blocked holds the reason while the broker refuses publishes (low on memory or disk); nil otherwise.
	blocked atomic.Pointer[string]
}

// link keeps one connection open: it dials until it succeeds and again whenever the connection is lost. Of several nodes
// it stays with the one that answered last.
type link struct {
	cfg    Config
	urls   []string
	node   int // index of the URL to dial; used by run only
	role   string
	log    *slog.Logger
	ctx    context.Context //nolint:containedctx // the life of the link, not of a call
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	current *session
	err     error
	// changed is closed and replaced whenever current or err changes.
	changed chan struct{}
}

func openLink(cfg Config, role string) *link {
	ctx, cancel := context.WithCancel(context.Background())
	l := &link{
		cfg: cfg, urls: cfg.urls(), role: role, log: cfg.Log.With("connection", role), ctx: ctx, cancel: cancel,
		done: make(chan struct{}), changed: make(chan struct{}), err: errors.New("still connecting"),
	}
	go l.run()
	return l
}

func (l *link) run() {
	defer close(l.done)
	pause := backoff{min: l.cfg.BackoffMin, max: l.cfg.BackoffMax}
	for l.ctx.Err() == nil {
		s, err := l.dialAny()
		if err != nil {
			l.set(nil, err)
			l.log.Warn("connect to RabbitMQ", "error", err, "attempt", pause.attempts+1)
			pause.wait(l.ctx)
			continue
		}
		l.set(s, nil)
		l.log.Info("connected to RabbitMQ", "version", s.conn.Properties["version"])
		select {
		case <-s.lost:
			l.set(nil, s.err)
			l.log.Warn("connection to RabbitMQ lost", "error", s.err)
			pause.reset()
			pause.wait(l.ctx)
		case <-l.ctx.Done():
		}
	}
}

// dialAny tries every node once, beginning with the one of the last connection. The error is that of the last.
func (l *link) dialAny() (s *session, err error) {
	for range l.urls {
		if s, err = l.dial(l.urls[l.node]); err == nil || l.ctx.Err() != nil {
			return s, err
		}
		l.node = (l.node + 1) % len(l.urls)
	}
	return nil, err
}

func (l *link) dial(url string) (*session, error) {
	s := &session{lost: make(chan struct{})}
	properties := amqp.NewConnectionProperties()
	properties.SetClientConnectionName(l.cfg.Name + " " + l.role)
	conn, err := amqp.DialConfig(url, amqp.Config{
		Heartbeat:  l.cfg.Heartbeat,
		Properties: properties,
		Dial: func(network, address string) (net.Conn, error) {
			raw, err := (&net.Dialer{Timeout: l.cfg.DialTimeout}).DialContext(l.ctx, network, address)
			if err != nil {
				return nil, err
			}
			s.raw = &corkedConn{Conn: raw}
			return s.raw, raw.SetDeadline(time.Now().Add(l.cfg.DialTimeout))
		},
	})
	if err != nil {
		if s.raw != nil {
			_ = s.raw.Close()
		}
		return nil, explainDial(err)
	}
	s.conn = conn
	closed := conn.NotifyClose(make(chan *amqp.Error, 1))
	blocked := conn.NotifyBlocked(make(chan amqp.Blocking, 16))
	go func() {
		for b := range blocked {
			if b.Active {
				s.blocked.Store(&b.Reason)
				l.log.Warn("RabbitMQ refuses publishes for now", "reason", b.Reason)
			} else {
				s.blocked.Store(nil)
				l.log.Info("RabbitMQ takes publishes again")
			}
		}
	}()
	go func() {
		s.err = errors.New("connection closed")
		if e := <-closed; e != nil {
			s.err = e
		}
		close(s.lost)
	}()
	return s, nil
}

// explainDial adds what to do to the refusals that a person has to resolve.
func explainDial(err error) error {
	var e *amqp.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case errors.Is(err, amqp.ErrCredentials), e.Code == amqp.AccessRefused:
		return fmt.Errorf("RabbitMQ refuses the user or its password, or the user may not enter the vhost: %w", err)
	case e.Code == amqp.NotAllowed:
		return fmt.Errorf("RabbitMQ has no such vhost or the user may not enter it: %w", err)
	default:
		return err
	}
}

func (l *link) set(s *session, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.current, l.err = s, err
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *link) state() (s *session, changed <-chan struct{}, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current, l.changed, l.err
}

// session returns the open connection, waiting for one as long as ctx allows; then it says why there is none.
func (l *link) session(ctx context.Context) (*session, error) {
	for {
		s, changed, err := l.state()
		if s != nil {
			return s, nil
		}
		select {
		case <-changed:
		case <-l.ctx.Done():
			return nil, fmt.Errorf("%s connection: %w", l.role, ErrClosed)
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, ctx.Err()
			}
			return nil, down("%s connection to RabbitMQ is down: %w", l.role, err)
		}
	}
}

// within is [link.session] with a wait of at most ConnectWait.
func (l *link) within(ctx context.Context) (*session, error) {
	if s, _, _ := l.state(); s != nil {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(ctx, l.cfg.ConnectWait)
	defer cancel()
	return l.session(ctx)
}

func (l *link) ready() error {
	s, _, err := l.state()
	if s == nil {
		return down("%s connection to RabbitMQ is down: %w", l.role, err)
	}
	return nil
}

// close says goodbye to the broker until the deadline, then drops the connection. It does not wait for a broker that is
// down.
func (l *link) close(deadline time.Time) {
	s, _, _ := l.state()
	l.cancel()
	if s != nil {
		// An error means that the broker did not answer in time; the socket is closed either way.
		_ = s.conn.CloseDeadline(deadline)
		_ = s.raw.Close()
	}
	select {
	case <-l.done:
	case <-time.After(time.Until(deadline)):
	}
	l.set(nil, ErrClosed)
}

// bounded runs f, a call that waits for the broker's answer, and returns when f does, when ctx is done or when the
// connection is lost, whichever is first. f may go on in the background until the broker answers.
func bounded(ctx context.Context, s *session, f func() error) error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	select {
	case err := <-result:
		return err
	case <-s.lost:
		return down("connection to RabbitMQ lost: %w", s.err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openChannel opens a channel; a channel that opens after ctx is done is closed again.
func openChannel(ctx context.Context, s *session) (*amqp.Channel, error) {
	opened := make(chan *amqp.Channel, 1)
	err := bounded(ctx, s, func() error {
		ch, err := s.conn.Channel()
		if err != nil {
			return down("open a channel: %w", err)
		}
		opened <- ch
		return nil
	})
	if err != nil {
		go func() {
			select {
			case ch := <-opened:
				_ = ch.Close()
			case <-s.lost:
			}
		}()
		return nil, err
	}
	return <-opened, nil
}

// down is a fault of the broker's: nothing is wrong with the message.
func down(format string, args ...any) error {
	return fault.DependencyDown(dependency, fmt.Errorf(format, args...))
}

// backoff is an exponential pause with jitter.
type backoff struct {
	min, max time.Duration
	attempts int
}

func (b *backoff) next() time.Duration {
	d := b.max
	if b.attempts < 30 {
		d = min(b.max, b.min<<b.attempts)
	}
	b.attempts++
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter
}

func (b *backoff) reset() { b.attempts = 0 }

// wait pauses for the next interval or until ctx is done.
func (b *backoff) wait(ctx context.Context) {
	timer := time.NewTimer(b.next())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

package broker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/servers"
	"github.com/millrace/millrace/shared/testkit"
)

// behindProxy opens a broker whose network fails on demand.
func behindProxy(t *testing.T, change func(c *broker.Config)) (*fixture, *broker.Broker, *testkit.TCPProxy) {
	t.Helper()
	f := open(t, nil)
	proxy := testkit.Proxy(t, f.url)
	b := f.another(func(c *broker.Config) {
		c.URL = proxy.URL(t, f.url)
		c.BackoffMin, c.BackoffMax = time.Millisecond, 20*time.Millisecond
		if change != nil {
			change(c)
		}
	})
	return f, b, proxy
}

// watermill-amqp leaks a pooled channel for a dropped connection and then hangs for ever.
func TestPublishingSurvivesAHundredDroppedConnections(t *testing.T) {
	t.Parallel()
	f, b, proxy := behindProxy(t, nil)
	f.declare(broker.Group{Name: "g", Topic: topic})
	p := b.Publisher()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	var confirmed []string
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				id := fmt.Sprintf("%d-%d", w, i)
				if err := p.Publish(topic, message.NewMessage(id, []byte("{}"))); err != nil {
					t.Errorf("publish: %v", err)
					return
				}
				mu.Lock()
				confirmed = append(confirmed, id)
				mu.Unlock()
			}
		})
	}
	for cuts := 0; cuts < 100; {
		testkit.Eventually(t, patience, b.Ready)
		if proxy.Cut() > 0 {
			cuts++
		}
	}
	close(stop)
	wg.Wait()
	publish(t, p, "last")
	messages := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 200})
	collect(t, messages, append(confirmed, "last"))
}

func TestASubscriptionSurvivesDroppedConnections(t *testing.T) {
	t.Parallel()
	f, b, proxy := behindProxy(t, nil)
	s, err := b.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		testkit.Eventually(t, patience, s.Ready)
		id := fmt.Sprint("m", i)
		publish(t, f.Publisher(), id)
		held := receive(t, messages)
		for held.UUID != id { // the one before, delivered again
			held.Ack()
			held = receive(t, messages)
		}
		proxy.Cut()
		again := receive(t, messages)
		for again.UUID != id { // one whose ack the cut has swallowed
			again.Ack()
			again = receive(t, messages)
		}
		if again.Metadata.Get(broker.MetaRedelivered) != "true" {
			t.Fatalf("got %s %v, want %s again", again.UUID, again.Metadata, id)
		}
		held.Ack() // on a channel that is gone: without effect, without harm
		again.Ack()
	}
	f.awaitReady("g."+topic, 0)
}

func TestABrokerThatIsDownIsSaidSo(t *testing.T) {
	t.Parallel()
	b, err := broker.Open(broker.Config{URL: "amqp://guest:guest@127.0.0.1:1/", ConnectWait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatalf("subscribe must wait in the background: %v", err)
	}
	_, statsErr := b.Stats(context.Background(), nil)
	for what, err := range map[string]error{
		"Ready": b.Ready(), "Subscriber.Ready": s.Ready(), "Stats": statsErr,
		"Declare": b.Declare(context.Background(), nil, nil),
		"Publish": b.Publisher().Publish(topic, message.NewMessage("m", nil)),
	} {
		if what != "Ready" && what != "Subscriber.Ready" && fault.KindOf(err) != "rabbitmq" {
			t.Errorf("%s: kind %q", what, fault.KindOf(err))
		}
		if err == nil {
			t.Errorf("%s is fine", what)
		} else if what != "Ready" && fault.ClassOf(err) != fault.ClassDependencyDown {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errors.Join(s.Close(), b.Close()); err != nil {
		t.Errorf("close: %v", err)
	}
	if _, ok := <-messages; ok {
		t.Error("a message from nowhere")
	}
}

// Of the nodes of a cluster any will do: one that is away is passed over, and one that goes away is left.
func TestTheNodesOfAClusterAreTriedInTurn(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	first, second := testkit.Proxy(t, f.url), testkit.Proxy(t, f.url)
	var said bytes.Buffer
	b := f.another(func(c *broker.Config) {
		c.URL = "amqp://guest:s3cret@127.0.0.1:1/, " + first.URL(t, f.url) + "," + second.URL(t, f.url)
		c.BackoffMin, c.BackoffMax = time.Millisecond, 20*time.Millisecond
		c.Log = slog.New(slog.NewTextHandler(&said, nil))
	})
	testkit.Eventually(t, patience, b.Ready)
	first.Refuse(true) // before the cut, after which it takes a millisecond to be back
	if first.Cut() != 2 {
		t.Error("the first node that answers has not both connections")
	}
	testkit.Eventually(t, patience, func() error {
		if n := second.Clients(); n != 2 {
			return fmt.Errorf("the second node has %d connections, not both", n)
		}
		if err := b.Ready(); err != nil {
			return err
		}
		return b.Send(t.Context(), topic, broker.Message{ID: "m"})
	})
	second.Refuse(true)
	second.Cut()
	testkit.Eventually(t, patience, func() error {
		err := b.Ready()
		if err == nil {
			return errors.New("no node is left, yet the broker is ready")
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the password is shown: %v", err)
		}
		return nil
	})
	first.Refuse(false)
	testkit.Eventually(t, patience, b.Ready)
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if strings.Contains(said.String(), "s3cret") {
		t.Errorf("the password is logged: %s", said.String())
	}
}

// A dead network answers nothing and closes nothing. watermill-amqp's Subscriber.Close hangs there.
func TestCloseIsBoundedWhileTheNetworkIsDead(t *testing.T) {
	t.Parallel()
	f, b, proxy := behindProxy(t, func(c *broker.Config) {
		c.CloseTimeout, c.ConfirmTimeout = 200*time.Millisecond, 200*time.Millisecond
	})
	s, err := b.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}, DrainTimeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, f.Publisher(), "held")
	receive(t, messages)
	testkit.Eventually(t, patience, func() error {
		return b.Publisher().Publish("other.v1", message.NewMessage("m", nil))
	})
	proxy.Stall()
	if err := b.Publisher().Publish(topic, message.NewMessage("m", nil)); fault.KindOf(err) != "rabbitmq" {
		t.Errorf("publish into a dead network: %v", err)
	}
	done := make(chan struct{})
	go func() {
		_, _ = s.Close(), b.Close()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(testkit.Patience(patience)):
		t.Fatal("Close hangs")
	}
	for range messages {
	}
}

func startPrivate(t *testing.T) *servers.RabbitMQ {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a RabbitMQ of its own")
	}
	r, err := servers.StartRabbitMQ(context.Background(), servers.RabbitMQConfig{Dir: t.TempDir()})
	if errors.Is(err, servers.ErrNoRabbitMQ) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// The broker is killed under load: what was confirmed arrives, both halves come back by themselves, and the history has it
// all. (A stream is not synced to disk; it survives the death of the broker, not that of the machine.)
func TestKillUnderLoadLosesNothing(t *testing.T) {
	server := startPrivate(t)
	b, err := broker.Open(broker.Config{URL: server.URL(), History: keep(), BackoffMax: 500 * time.Millisecond, ConfirmTimeout: 2 * time.Minute, ConnectWait: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	s, err := b.Subscriber(broker.SubscriberConfig{Group: broker.Group{Name: "g"}, Prefetch: 64})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := s.Subscribe(context.Background(), topic)
	if err != nil {
		t.Fatal(err)
	}
	// RabbitMQ 3.10 forgets a quorum queue that was declared less than about a second before a SIGKILL (docs/adr/0001): an
	// orderly restart puts the declaration on disk, and is the first thing to survive.
	testkit.Eventually(t, patience, s.Ready)
	if err := server.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	const publishers, each = 8, 400
	var want []string
	var wg sync.WaitGroup
	underWay := make(chan struct{}, publishers)
	for w := range publishers {
		for i := range each {
			want = append(want, fmt.Sprintf("%d-%d", w, i))
		}
		wg.Go(func() {
			for i := range each {
				if i == each/4 {
					underWay <- struct{}{}
				}
				if err := b.Publisher().Publish(topic, message.NewMessage(fmt.Sprintf("%d-%d", w, i), []byte("{}"))); err != nil {
					t.Errorf("publish: %v", err)
				}
			}
		})
	}
	for range publishers {
		<-underWay
	}
	server.Kill()
	if err := server.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	collect(t, messages, want)
	wg.Wait()
	testkit.Eventually(t, patience, func() error { return errors.Join(b.Ready(), s.Ready()) })
	publish(t, b.Publisher(), "afterwards")
	last, ok, err := b.HistoryEnd(t.Context(), topic)
	if err != nil || !ok {
		t.Fatalf("the end of the history: %v, %v", ok, err)
	}
	missing := map[string]bool{"afterwards": true}
	for _, id := range want {
		missing[id] = true
	}
	err = b.ReadHistory(t.Context(), topic, broker.HistoryStart{}, func(e broker.HistoryEntry) error {
		delete(missing, e.Message.ID)
		if e.Offset >= last {
			return broker.ErrStop
		}
		return nil
	})
	if err != nil || len(missing) > 0 {
		t.Errorf("%d messages are not in the history: %v", len(missing), err)
	}
}

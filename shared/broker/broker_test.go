package broker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit"
)

// patience is how long a test waits for what has to happen; on an idle machine nothing here takes a second.
const patience = 60 * time.Second

const topic = "things.v1"

// fixture is a vhost, a broker on it and a raw connection to look behind it.
type fixture struct {
	*broker.Broker
	t      *testing.T
	url    string
	prefix string
	raw    *amqp.Connection
}

func open(t *testing.T, change func(c *broker.Config)) *fixture {
	t.Helper()
	f := &fixture{t: t, url: testkit.Vhost(t), prefix: testkit.Prefix(t)}
	raw, err := amqp.Dial(f.url)
	if err != nil {
		t.Fatal(err)
	}
	f.raw = raw
	t.Cleanup(func() { _ = raw.Close() })
	f.Broker = f.another(change)
	return f
}

// another opens one more Broker on the same vhost.
func (f *fixture) another(change func(c *broker.Config)) *broker.Broker {
	f.t.Helper()
	cfg := broker.Config{URL: f.url, Prefix: f.prefix}
	if change != nil {
		change(&cfg)
	}
	b, err := broker.Open(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() {
		if err := b.Close(); err != nil {
			f.t.Logf("close: %v", err)
		}
	})
	return b
}

func (f *fixture) channel() *amqp.Channel {
	f.t.Helper()
	ch, err := f.raw.Channel()
	if err != nil {
		f.t.Fatal(err)
	}
	return ch
}

func (f *fixture) declare(groups ...broker.Group) {
	f.t.Helper()
	if err := f.Declare(context.Background(), groups, []string{topic}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) subscriber(cfg broker.SubscriberConfig) *broker.Subscriber {
	f.t.Helper()
	s, err := f.Subscriber(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *fixture) subscribe(ctx context.Context, cfg broker.SubscriberConfig) <-chan *message.Message {
	f.t.Helper()
	messages, err := f.subscriber(cfg).Subscribe(ctx, topic)
	if err != nil {
		f.t.Fatal(err)
	}
	return messages
}

// awaitReady waits until a queue has the number of messages that wait in it.
func (f *fixture) awaitReady(queue string, want int) {
	f.t.Helper()
	testkit.Eventually(f.t, patience, func() error {
		ch := f.channel()
		defer func() { _ = ch.Close() }()
		q, err := ch.QueueDeclarePassive(f.QualifiedName(queue), true, false, false, false, nil)
		if err == nil && q.Messages != want {
			return fmt.Errorf("%s has %d messages, want %d", queue, q.Messages, want)
		}
		return err
	})
}

func publish(t *testing.T, p message.Publisher, ids ...string) {
	t.Helper()
	messages := make([]*message.Message, len(ids))
	for i, id := range ids {
		messages[i] = message.NewMessage(id, []byte(`{}`))
	}
	if err := p.Publish(topic, messages...); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, messages <-chan *message.Message) *message.Message {
	t.Helper()
	select {
	case m, ok := <-messages:
		if !ok {
			t.Fatal("the subscription has ended")
		}
		return m
	case <-time.After(testkit.Patience(patience)):
		t.Fatal("no message")
	}
	return nil
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("m%03d", i)
	}
	return all
}

func TestEveryGroupReceivesEveryMessageInOrder(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	first := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "first"}})
	second := f.subscribe(context.Background(), broker.SubscriberConfig{Group: broker.Group{Name: "second"}})
	publish(t, f.Publisher(), ids(100)...)
	for _, messages := range []<-chan *message.Message{first, second} {
		for _, id := range ids(100) {
			m := receive(t, messages)
			if m.UUID != id {
				t.Fatalf("got %s, want %s", m.UUID, id)
			}
			m.Ack()
		}
	}
	if err := f.Ready(); err != nil {
		t.Error(err)
	}
}

func TestASinglePublishMayBeLargerThanTheWindow(t *testing.T) {
	t.Parallel()
	f := open(t, func(c *broker.Config) { c.Window = 8 })
	f.declare(broker.Group{Name: "g", Topic: topic})
	publish(t, f.Publisher(), ids(500)...)
	f.awaitReady("g."+topic, 500)
}

func TestMessagesWithoutAGroupWaitInUnrouted(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	publish(t, f.Publisher(), "early")
	f.awaitReady(broker.UnroutedQueue, 1)
}

func TestPublishToAQueueThatIsMissing(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	g := broker.Group{Name: "g", Topic: topic, Tiers: []time.Duration{time.Hour}}
	m := message.NewMessage("m", nil)
	if err := f.Publisher().PublishToQueue(context.Background(), g.Queue(), m); !errors.Is(err, broker.ErrNoQueue) {
		t.Fatalf("a queue that nobody declared: %v", err)
	}
	f.declare(g)
	for _, queue := range []string{g.Queue(), g.SuspectQueue(), g.RetryQueue(time.Hour)} {
		if _, err := f.channel().QueueDelete(f.QualifiedName(queue), false, false, false); err != nil {
			t.Fatal(err)
		}
		if err := f.Publisher().PublishToQueue(context.Background(), queue, m); err != nil {
			t.Fatalf("a lost queue that this process knows: %v", err)
		}
		f.awaitReady(queue, 1)
	}
}

func TestALostExchangeIsDeclaredAgain(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	p := f.Publisher()
	publish(t, p, "before")
	f.awaitReady(broker.UnroutedQueue, 1)
	if err := f.channel().ExchangeDelete(f.QualifiedName(topic), false, false); err != nil {
		t.Fatal(err)
	}
	publish(t, p, "after")
	f.awaitReady(broker.UnroutedQueue, 2)
}

// Without its alternate exchange a broker would confirm what it drops: every publish is mandatory for that reason.
func TestALostAlternateExchangeLosesNothing(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	p := f.Publisher()
	publish(t, p, "before")
	f.awaitReady(broker.UnroutedQueue, 1)
	ch := f.channel()
	if err := ch.ExchangeDelete(f.QualifiedName(broker.UnroutedQueue), false, false); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDelete(f.QualifiedName(broker.UnroutedQueue), false, false, false); err != nil {
		t.Fatal(err)
	}
	publish(t, p, "after")
	f.awaitReady(broker.UnroutedQueue, 1)
}

func TestPublishRefusesWhatCanNeverBePublished(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	err := f.Publisher().Publish(topic, message.NewMessage("big", make([]byte, broker.MaxMessageBytes+1)))
	if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != "message_too_large" {
		t.Errorf("too large: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := message.NewMessageWithContext(ctx, "late", nil)
	if err := f.Publisher().Publish(topic, m); fault.ClassOf(err) != fault.ClassInterrupted {
		t.Errorf("a cancelled context: %v", err)
	}
	p := f.Publisher()
	_ = p.Close()
	if err := p.Publish(topic, message.NewMessage("m", nil)); !errors.Is(err, broker.ErrClosed) {
		t.Errorf("a closed publisher: %v", err)
	}
	publish(t, f.Publisher(), "still open")
}

func TestARetryReturnsToItsGroupOnly(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	tier := 100 * time.Millisecond
	g := broker.Group{Name: "g", Topic: topic, Tiers: []time.Duration{tier, time.Hour}}
	f.declare(g, broker.Group{Name: "other", Topic: topic})
	m := message.NewMessage("again", []byte("body"))
	m.Metadata.Set("attempt", "2")
	if err := f.Publisher().PublishToQueue(context.Background(), g.RetryQueue(tier), m); err != nil {
		t.Fatal(err)
	}
	got := receive(t, f.subscribe(context.Background(), broker.SubscriberConfig{Group: g}))
	if got.UUID != "again" || string(got.Payload) != "body" || got.Metadata.Get("attempt") != "2" {
		t.Errorf("got %s %s %v", got.UUID, got.Payload, got.Metadata)
	}
	if got.Metadata.Get(broker.MetaFirstDeathReason) != "expired" || got.Metadata.Get(broker.MetaFirstDeathQueue) != g.RetryQueue(tier) {
		t.Errorf("metadata %v", got.Metadata)
	}
	got.Ack()
	f.awaitReady("other."+topic, 0)
}

func TestStatsCountsAndNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	g := broker.Group{Name: "g", Topic: topic, Tiers: []time.Duration{time.Hour}}
	gone := broker.Group{Name: "gone", Topic: topic}
	dead := broker.Group{Name: "deadletters", Topic: broker.DeadLetterTopic}
	f.declare(g, dead)
	publish(t, f.Publisher(), "a", "b")
	if err := f.Publisher().PublishToQueue(context.Background(), g.RetryQueue(time.Hour), message.NewMessage("c", nil)); err != nil {
		t.Fatal(err)
	}
	if err := f.SendToQueue(context.Background(), g.SuspectQueue(), broker.Message{ID: "s"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Publisher().Publish(broker.DeadLetterTopic, message.NewMessage("d", nil)); err != nil {
		t.Fatal(err)
	}
	if err := f.Publisher().Publish("nobody.v1", message.NewMessage("e", nil)); err != nil {
		t.Fatal(err)
	}
	want := []broker.QueueStats{
		{Group: "g", Topic: topic, Queue: "g." + topic, Ready: 2, Retry: 1, Suspect: 1},
		{Group: "gone", Topic: topic, Queue: "gone." + topic, Missing: []string{"gone." + topic, "gone." + topic + ".suspect"}},
		{Group: "deadletters", Topic: broker.DeadLetterTopic, Queue: "deadletters." + broker.DeadLetterTopic, Ready: 1},
		{Queue: broker.UnroutedQueue, Ready: 1},
		{Queue: broker.ParkedQueue},
	}
	testkit.Eventually(t, patience, func() error {
		got, err := f.Stats(context.Background(), []broker.Group{g, gone, dead})
		if err != nil {
			return err
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("got  %+v\nwant %+v", got, want)
		}
		return nil
	})
}

func TestArgumentsThatHaveDriftedAreNamed(t *testing.T) {
	t.Parallel()
	f := open(t, nil)
	f.declare(broker.Group{Name: "g", Topic: topic})
	changed := broker.Group{Name: "g", Topic: topic, DeliveryLimit: 7}
	err := f.Declare(context.Background(), []broker.Group{changed}, nil)
	if fault.KindOf(err) != "topology_drift" || fault.ClassOf(err) != fault.ClassPermanent {
		t.Fatalf("%v", err)
	}
	for _, word := range []string{f.QualifiedName(changed.SuspectQueue()), "x-delivery-limit is '20' on the broker, this version wants '7'", "rabbitmqctl delete_queue"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
	if _, err := f.subscriber(broker.SubscriberConfig{Group: changed}).Subscribe(context.Background(), topic); fault.KindOf(err) != "topology_drift" {
		t.Errorf("subscribe: %v", err)
	}
}

func TestGroupNamesAndValidation(t *testing.T) {
	g := broker.Group{Name: "parser", Topic: event.TopicReceived}
	for tier, want := range map[time.Duration]string{
		time.Second: "1s", 10 * time.Second: "10s", time.Minute: "1m", 10 * time.Minute: "10m", time.Hour: "1h",
		90 * time.Minute: "1h30m", 100 * time.Millisecond: "100ms", 90 * time.Second: "1m30s",
	} {
		if got := g.RetryQueue(tier); got != "parser.document.received.v1.retry."+want {
			t.Errorf("%v: %s", tier, got)
		}
	}
	if event.TopicDeadLetter != broker.DeadLetterTopic {
		t.Error("the dead-letter topic has two names")
	}
	for _, bad := range []broker.Group{
		{}, {Name: "g"}, {Name: "a b", Topic: "t"}, {Name: strings.Repeat("x", 61), Topic: "t"},
		{Name: "g", Topic: "t", DeliveryLimit: -1}, {Name: "g", Topic: "t", Tiers: []time.Duration{2, 1}},
		{Name: "g", Topic: "t", Tiers: []time.Duration{time.Minute, time.Second}},
	} {
		if bad.Validate() == nil {
			t.Errorf("%+v is valid", bad)
		}
	}
}

func TestConfigurationNeverShowsThePassword(t *testing.T) {
	for _, c := range []broker.Config{
		{URL: "http://user:s3cret@host/"}, {URL: "amqp://user:s3cret@host/,http://user:s3cret@host/"}, {URL: "amqp://user:s3cret@host/,"}, {URL: "amqp://user:s3cret@host:port/"}, {URL: ""},
		{URL: "amqp://h", Channels: 65}, {URL: "amqp://h", BackoffMin: time.Minute}, {URL: "amqp://h", Heartbeat: time.Millisecond},
	} {
		_, err := broker.Open(c)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// collected gathers message ids until all the wanted ones are there.
func collect(t *testing.T, messages <-chan *message.Message, want []string) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for slices.ContainsFunc(want, func(id string) bool { return seen[id] == 0 }) {
		m := receive(t, messages)
		seen[m.UUID]++
		m.Ack()
	}
	return seen
}

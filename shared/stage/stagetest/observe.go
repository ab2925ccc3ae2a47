package stagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/prometheus/client_golang/prometheus"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/millrace/millrace/shared/broker"
)

// witness is the name of the kit's own consumer group.
const witness = "witness"

// furtherWitness is another one, for further events: they may be on a topic that has a witness already.
const furtherWitness = "further-witness"

// markerKey is on the message that an observer waits for to know that it has seen everything before it.
const markerKey = "stagetest_marker"

// sighting is a message that an observer got.
type sighting struct {
	metadata map[string]string
	body     string
}

// observer is a consumer group of the kit on a topic. It keeps what it gets.
type observer struct {
	broker *broker.Broker
	group  broker.Group
	done   chan struct{}

	mu     sync.Mutex
	seen   []sighting
	marker string // the last that has come
}

// observe declares the group, so that it misses nothing from now on, and starts to read.
func observe(t testing.TB, b *broker.Broker, name, topic string) *observer {
	t.Helper()
	o := &observer{broker: b, group: broker.Group{Name: name, Topic: topic}, done: make(chan struct{})}
	sub, err := b.Subscriber(broker.SubscriberConfig{Group: o.group, Prefetch: 100})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	messages, err := sub.Subscribe(ctx, topic)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	go func() {
		defer close(o.done)
		for m := range messages {
			o.keep(m)
			m.Ack()
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-o.done
	})
	return o
}

func (o *observer) keep(m *message.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if marker := m.Metadata[markerKey]; marker != "" {
		o.marker = marker
		return
	}
	o.seen = append(o.seen, sighting{metadata: m.Metadata, body: string(m.Payload)})
}

func (o *observer) all() []sighting {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.seen)
}

// mark puts a marker behind everything that is in the observer's queue now.
func (o *observer) mark(ctx context.Context, marker string) error {
	m := message.NewMessage(marker, nil)
	m.Metadata.Set(markerKey, marker)
	return o.broker.Publisher().PublishToQueue(ctx, o.group.Queue(), m)
}

// marked returns nil once the marker has come, and all that was before it.
func (o *observer) marked(marker string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.marker != marker {
		return fmt.Errorf("the kit has not read all of %s yet", o.group.Topic)
	}
	return nil
}

// parked reads the queue of what a stage on the dead-letter topic gives up on. It is not for concurrent use.
type parked struct {
	url, queue string
	conn       *amqp.Connection
	seen       []sighting
}

// all returns what has been parked so far; while the broker is away that is what was seen before.
func (p *parked) all() []sighting {
	if p.conn == nil || p.conn.IsClosed() {
		var err error
		if p.conn, err = amqp.Dial(p.url); err != nil {
			p.conn = nil
			return p.seen
		}
	}
	ch, err := p.conn.Channel()
	if err != nil {
		return p.seen
	}
	defer func() { _ = ch.Close() }()
	for {
		d, ok, err := ch.Get(p.queue, true)
		if err != nil || !ok {
			return p.seen
		}
		m, err := broker.Marshaler{}.Unmarshal(d)
		if err != nil {
			continue
		}
		p.seen = append(p.seen, sighting{metadata: m.Metadata, body: string(m.Payload)})
	}
}

func (p *parked) close() {
	if p.conn != nil {
		_ = p.conn.Close()
	}
}

// health remembers what the stage said of itself.
type health struct {
	mu    sync.Mutex
	state map[string]error
	past  []string
}

// Set implements stage.Health.
func (h *health) Set(check string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state == nil {
		h.state = map[string]error{}
	}
	h.state[check] = err
	if err != nil {
		h.past = append(h.past, err.Error())
	}
}

// said reports whether the stage ever said something that contains text.
func (h *health) said(text string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.past, func(s string) bool { return strings.Contains(s, text) })
}

// well returns what is wrong now.
func (h *health) well() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var wrong []error
	for check, err := range h.state {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("health says of %s: %w", check, err))
		}
	}
	return errors.Join(wrong...)
}

// metric returns the value of one of the stage's metrics, of one outcome where that is not empty.
func metric(t testing.TB, reg *prometheus.Registry, name, outcome string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			is := outcome == ""
			for _, l := range m.GetLabel() {
				is = is || l.GetName() == "outcome" && l.GetValue() == outcome
			}
			if is {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// logTail keeps the end of a log.
type logTail struct {
	mu    sync.Mutex
	lines []string
}

// Write implements io.Writer; the handler writes one record at a time.
func (l *logTail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.TrimSpace(string(p)))
	l.lines = l.lines[max(0, len(l.lines)-30):]
	return len(p), nil
}

func (l *logTail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

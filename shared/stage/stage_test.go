package stage_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

const deadline = 30 * time.Second

// bench is a broker with a vhost of its own and what the tests do with it.
type bench struct {
	t      *testing.T
	broker *broker.Broker
}

func newBench(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b, err := broker.Open(broker.Config{URL: testkit.Vhost(t), Prefix: testkit.Prefix(t), Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return &bench{t: t, broker: b}
}

func (b *bench) config(name string) stage.Config {
	return stage.Config{
		Name: name, Version: "1", Broker: b.broker, Log: slog.New(slog.DiscardHandler),
		Tiers: []time.Duration{10 * time.Millisecond, 20 * time.Millisecond},
	}
}

// start runs a stage until the returned function is called, which waits for the drain.
func start[In, Out event.Payload](b *bench, cfg stage.Config, f stage.Func[In, Out]) (stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan error, 1)
	go func() { done <- stage.Run(ctx, cfg, f) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					b.t.Errorf("stage %s: %v", cfg.Name, err)
				}
			case <-time.After(testkit.Patience(deadline)):
				b.t.Errorf("stage %s does not drain", cfg.Name)
			}
		})
	}
	b.t.Cleanup(stop)
	return stop
}

// declare makes queues before anything is published, so that nothing goes to the unrouted queue.
func (b *bench) declare(cfg stage.Config, topics ...string) {
	b.t.Helper()
	var groups []broker.Group
	for _, topic := range topics {
		groups = append(groups, broker.Group{Name: cfg.Name, Topic: topic, Tiers: cfg.Tiers, DeliveryLimit: cfg.DeliveryLimit})
	}
	if err := b.broker.Declare(b.t.Context(), groups, nil); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) emit(ids ...string) {
	b.t.Helper()
	e, err := stage.NewEmitter[event.Received](b.config("generator"))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, id := range ids {
		if err := e.Emit(b.t.Context(), id, time.Now(), received(id)); err != nil {
			b.t.Fatal(err)
		}
	}
}

func received(name string) event.Received {
	content := []byte(name)
	return event.Received{
		DocumentID: event.DocumentID(content),
		Content:    event.Blob{Ref: blob.RefOf(content), Size: int64(len(content)), MediaType: "application/pdf"},
		Arrival:    event.Arrival{ID: name, Name: name, Source: "test", At: time.Now()},
	}
}

func parsed(in event.Received) event.Parsed {
	return event.Parsed{DocumentID: in.DocumentID, Content: in.Content, Layout: in.Content, Outcome: "complete", Engine: "test/1", Pages: 1}
}

// collector is a group of its own on a topic that keeps what it gets.
type collector[P event.Payload] struct {
	mu   sync.Mutex
	seen []stage.Input[P]
}

func collect[P event.Payload](b *bench, name string) *collector[P] {
	b.t.Helper()
	c := &collector[P]{}
	var p P
	cfg := b.config(name)
	b.declare(cfg, p.Topic())
	start(b, cfg, func(ctx context.Context, in P) (event.None, error) {
		e, _ := event.FromContext(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = append(c.seen, stage.Input[P]{Envelope: e, Payload: in})
		return event.None{}, nil
	})
	return c
}

func (c *collector[P]) all() []stage.Input[P] {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]stage.Input[P](nil), c.seen...)
}

func (c *collector[P]) wait(t *testing.T, n int) []stage.Input[P] {
	t.Helper()
	testkit.Eventually(t, deadline, func() error {
		if got := len(c.all()); got < n {
			return fmt.Errorf("%d of %d messages have come", got, n)
		}
		return nil
	})
	return c.all()
}

func TestRunPublishesWithAnEnvelopeThatTellsWhereItCameFrom(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	start(b, cfg, func(_ context.Context, in event.Received) (event.Parsed, error) { return parsed(in), nil })
	b.emit("one")
	got := out.wait(t, 1)[0]
	e := got.Envelope
	if got.Payload.DocumentID != received("one").DocumentID || e.Subject != got.Payload.DocumentID {
		t.Errorf("document: %+v", got)
	}
	if e.CausationID != "one" || e.CorrelationID != "one" || e.Source != "parser" || e.StageVersion != "1" || e.Type != event.TopicParsed {
		t.Errorf("envelope: %+v", e)
	}
	if e.ID != event.OutputID("one", "parser", "1", event.TopicParsed) {
		t.Errorf("id %s is not the one that the same work always gives", e.ID)
	}
	if e.TraceParent == "" || e.Started.IsZero() || e.Time.Before(e.Started) {
		t.Errorf("trace or times: %+v", e)
	}
}

func TestTransientFailureIsRetriedThenDeadLettered(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	var attempts sync.Map
	start(b, cfg, func(ctx context.Context, in event.Received) (event.None, error) {
		e, _ := event.FromContext(ctx)
		n, _ := attempts.LoadOrStore(in.Arrival.ID, new(atomic.Int64))
		if calls := n.(*atomic.Int64).Add(1); int(calls) != e.Attempt+1 {
			t.Errorf("call %d says that %d attempts are spent", calls, e.Attempt)
		}
		if in.Arrival.ID == "recovers" && e.Attempt == 2 {
			return event.None{}, nil
		}
		return event.None{}, errors.New("try later")
	})
	b.emit("recovers", "never")
	got := dead.wait(t, 1)
	d := got[0].Payload
	if d.ID != "never" || d.Attempts != 3 || d.Class != "transient" || d.Message != "try later" || d.Group != "parser" || d.FromTopic != event.TopicReceived {
		t.Errorf("dead letter: %+v", d)
	}
	n, _ := attempts.Load("recovers")
	testkit.Eventually(t, deadline, func() error {
		if n.(*atomic.Int64).Load() != 3 {
			return errors.New("the message that recovers has not had its third attempt")
		}
		return nil
	})
	if len(dead.all()) != 1 {
		t.Errorf("%d dead letters", len(dead.all()))
	}
}

func TestPermanentFailuresAndPanicsAreDeadLetteredAtOnce(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	var calls atomic.Int64
	start(b, cfg, func(_ context.Context, in event.Received) (event.None, error) {
		calls.Add(1)
		if in.Arrival.ID == "panics" {
			panic("boom")
		}
		return event.None{}, fault.New(fault.ClassPermanent, "encrypted", "needs a password")
	})
	b.emit("encrypted", "panics")
	byID := map[string]event.DeadLetter{}
	for _, in := range dead.wait(t, 2) {
		byID[in.Payload.ID] = in.Payload
	}
	if d := byID["encrypted"]; d.Kind != "encrypted" || d.Class != "permanent" || d.Attempts != 1 || !strings.Contains(string(d.Body), "arrival") {
		t.Errorf("permanent: %+v", d)
	}
	if d := byID["panics"]; d.Kind != "panic" || !strings.Contains(d.Stack, "stage_test.go") {
		t.Errorf("panic: kind %q, stack %q", d.Kind, d.Stack)
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls for two messages", calls.Load())
	}
}

func TestWhatCannotBeDecodedIsDeadLetteredNotDropped(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	start(b, cfg, func(context.Context, event.Received) (event.None, error) {
		t.Error("the function saw a message that breaks the contract")
		return event.None{}, nil
	})
	later := message.NewMessage("later", []byte(`{}`))
	later.Metadata = event.Envelope{ID: "later", Type: "document.received.v2"}.Metadata()
	broken := message.NewMessage("broken", []byte("\x00not json"))
	broken.Metadata = event.Envelope{ID: "broken", Type: event.TopicReceived}.Metadata()
	bare := message.NewMessage("bare", nil)
	if err := b.broker.Publisher().Publish(event.TopicReceived, later, broken, bare); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, in := range dead.wait(t, 3) {
		kinds[in.Payload.Kind]++
	}
	if kinds["unknown_version"] != 1 || kinds["invalid_payload"] != 1 || kinds["invalid_envelope"] != 1 {
		t.Errorf("kinds: %v", kinds)
	}
}

func TestDependencyDownSpendsNoAttemptAndResumes(t *testing.T) {
	b := newBench(t)
	var down atomic.Bool
	down.Store(true)
	health := &healthRecord{}
	cfg := b.config("sink")
	cfg.Tiers, cfg.DeliveryLimit = []time.Duration{}, 3 // a single spent attempt, or a few deliveries, would already be fatal
	cfg.Health = health
	cfg.Probe = func(context.Context) error {
		if down.Load() {
			return errors.New("connection refused")
		}
		return nil
	}
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	var stored sync.Map
	var refused atomic.Int64
	start(b, cfg, func(_ context.Context, in event.Received) (event.None, error) {
		if down.Load() {
			refused.Add(1)
			return event.None{}, fault.DependencyDown("postgres", errors.New("connection refused"))
		}
		stored.Store(in.Arrival.ID, true)
		return event.None{}, nil
	})
	const n = 100
	for i := range n {
		b.emit(fmt.Sprint("m", i))
	}
	testkit.Eventually(t, deadline, func() error { return health.has("not pulling: connection refused") })
	asked := refused.Load()
	if asked > int64(2*cfg.Workers+8) {
		t.Errorf("the dependency was asked %d times while down", asked)
	}
	down.Store(false)
	testkit.Eventually(t, deadline, func() error {
		count := 0
		stored.Range(func(any, any) bool { count++; return true })
		if count != n {
			return fmt.Errorf("%d of %d stored", count, n)
		}
		return nil
	})
	if len(dead.all()) != 0 {
		t.Errorf("%d dead letters", len(dead.all()))
	}
	testkit.Eventually(t, deadline, func() error { return health.well("sink/" + event.TopicReceived) })
}

func TestShutdownFinishesWhatIsInHand(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	out := collect[event.Parsed](b, "next")
	entered, leave := make(chan struct{}), make(chan struct{})
	var calls atomic.Int64
	stop := start(b, cfg, func(ctx context.Context, in event.Received) (event.Parsed, error) {
		calls.Add(1)
		entered <- struct{}{}
		<-leave
		return parsed(in), ctx.Err()
	})
	b.emit("in hand")
	<-entered
	go func() { close(leave) }()
	stop()
	out.wait(t, 1)
	again := start(b, cfg, func(_ context.Context, in event.Received) (event.Parsed, error) {
		calls.Add(1)
		return parsed(in), nil
	})
	b.emit("later")
	out.wait(t, 2)
	again()
	if calls.Load() != 2 {
		t.Errorf("%d calls for two messages: what was in hand came again", calls.Load())
	}
}

func TestDrainTimeoutGivesTheMessageBack(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	cfg.DrainTimeout = 50 * time.Millisecond
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	out := collect[event.Parsed](b, "next")
	entered := make(chan struct{})
	stop := start(b, cfg, func(ctx context.Context, _ event.Received) (event.Parsed, error) {
		entered <- struct{}{}
		<-ctx.Done()
		return event.Parsed{}, errors.New("cut short")
	})
	b.emit("slow")
	<-entered
	stop()
	var attempt atomic.Int64
	start(b, cfg, func(ctx context.Context, in event.Received) (event.Parsed, error) {
		e, _ := event.FromContext(ctx)
		attempt.Store(int64(e.Attempt))
		return parsed(in), nil
	})
	out.wait(t, 1)
	if attempt.Load() != 0 || len(dead.all()) != 0 {
		t.Errorf("an interrupted message spent %d attempts, %d dead letters", attempt.Load(), len(dead.all()))
	}
}

func TestBatchSettlesEachInputByItself(t *testing.T) {
	b := newBench(t)
	cfg := b.config("sink")
	cfg.Workers = 1
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	out := collect[event.Parsed](b, "next")
	ids := []string{"a", "bad", "b", "panics", "c", "d"}
	b.emit(ids...)
	var largest atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- stage.Batch(ctx, cfg, 10, 200*time.Millisecond, func(_ context.Context, in []stage.Input[event.Received]) ([]event.Parsed, []error) {
			largest.Store(max(largest.Load(), int64(len(in))))
			outs, errs := make([]event.Parsed, len(in)), make([]error, len(in))
			for i := range in {
				switch in[i].Payload.Arrival.ID {
				case "bad":
					errs[i] = fault.Permanent(errors.New("bad row"))
				case "panics":
					panic("boom")
				default:
					outs[i] = parsed(in[i].Payload)
				}
			}
			return outs, errs
		})
	}()
	out.wait(t, 4)
	dead.wait(t, 2)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if largest.Load() < 2 {
		t.Error("nothing was batched")
	}
	if len(out.all()) != 4 || len(dead.all()) != 2 {
		t.Errorf("%d outputs and %d dead letters", len(out.all()), len(dead.all()))
	}
}

func TestStuckFunctionIsAbandoned(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	cfg.Timeout, cfg.Tiers = 20*time.Millisecond, []time.Duration{}
	b.declare(cfg, event.TopicReceived)
	dead := collect[event.DeadLetter](b, "deadletters")
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	start(b, cfg, func(context.Context, event.Received) (event.None, error) {
		<-forever
		return event.None{}, nil
	})
	b.emit("hangs")
	if d := dead.wait(t, 1)[0].Payload; d.Kind != "stuck" {
		t.Errorf("dead letter: %+v", d)
	}
}

func TestRetryReturnsToItsOwnGroupOnly(t *testing.T) {
	b := newBench(t)
	cfg := b.config("parser")
	b.declare(cfg, event.TopicReceived)
	other := collect[event.Received](b, "other")
	var calls atomic.Int64
	start(b, cfg, func(context.Context, event.Received) (event.None, error) {
		if calls.Add(1) == 1 {
			return event.None{}, errors.New("once more")
		}
		return event.None{}, nil
	})
	b.emit("m")
	testkit.Eventually(t, deadline, func() error {
		if calls.Load() < 2 {
			return errors.New("not retried")
		}
		return nil
	})
	b.emit("last") // by the time the other group has it, it would have had the retry too
	if got := other.wait(t, 2); len(got) != 2 || got[1].Payload.Arrival.ID != "last" {
		t.Errorf("the other group saw %d messages", len(got))
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []stage.Config{{}, {Name: "Parser", Version: "1"}, {Name: "parser"}} {
		err := stage.Run(t.Context(), cfg, func(context.Context, event.Received) (event.None, error) { return event.None{}, nil })
		if err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

type healthRecord struct {
	mu    sync.Mutex
	state map[string]error
	past  []string
}

func (h *healthRecord) Set(check string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state == nil {
		h.state = make(map[string]error)
	}
	h.state[check] = err
	if err != nil {
		h.past = append(h.past, err.Error())
	}
}

func (h *healthRecord) has(text string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.past {
		if p == text {
			return nil
		}
	}
	return fmt.Errorf("health never said %q but %q", text, h.past)
}

func (h *healthRecord) well(check string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state[check]
}

// awaitReady waits until a queue has the number of messages that wait in it.
func (b *bench) awaitReady(queue string, want int) {
	b.t.Helper()
	testkit.Eventually(b.t, deadline, func() error {
		group, topic, _ := strings.Cut(queue, ".")
		stats, err := b.broker.Stats(b.t.Context(), []broker.Group{{Name: group, Topic: topic}})
		if err != nil {
			return err
		}
		for _, st := range stats {
			if st.Queue == queue && st.Ready != want {
				return fmt.Errorf("%s has %d messages, want %d", queue, st.Ready, want)
			}
		}
		return nil
	})
}

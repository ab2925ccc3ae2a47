package deadletter_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

// world is a store, and a broker with the queues of the parser and of another group of the same topic.
type world struct {
	t      *testing.T
	store  *deadletter.Store
	pool   *postgres.Pool
	broker *broker.Broker
	groups []broker.Group
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store, pool := open(t)
	b, err := broker.Open(broker.Config{URL: testkit.Vhost(t), Prefix: testkit.Prefix(t), Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	w := &world{t: t, store: store, pool: pool, broker: b}
	for _, name := range []string{"parser", "sink"} {
		w.groups = append(w.groups, broker.Group{Name: name, Topic: event.TopicReceived})
	}
	if err := b.Declare(t.Context(), w.groups, nil); err != nil {
		t.Fatal(err)
	}
	return w
}

// fill stores n letters and returns them.
func (w *world) fill(n int) []event.DeadLetter {
	w.t.Helper()
	letters := make([]event.DeadLetter, n)
	for i := range letters {
		letters[i] = letter(fmt.Sprint("m", i), i, nil)
	}
	put(w.t, w.store, letters...)
	return letters
}

func (w *world) replayer() *deadletter.Replayer {
	return &deadletter.Replayer{Store: w.store, Broker: w.broker, CanaryWait: time.Minute, Wait: -1}
}

// plan returns a plan for what the filter selects now.
func (w *world) plan(f deadletter.Filter) deadletter.Plan {
	w.t.Helper()
	letters, err := w.store.Sendable(w.t.Context(), f)
	if err != nil {
		w.t.Fatal(err)
	}
	return deadletter.Plan{Selection: f, Letters: letters, Rate: 1e6, MaxFailures: 0.2, By: "me@here"}
}

func (w *world) start(p deadletter.Plan) deadletter.Replay {
	w.t.Helper()
	r, err := w.replayer().Start(w.t.Context(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// ready returns how many messages wait in the queues of the two groups.
func (w *world) ready() (parser, sink int) {
	w.t.Helper()
	stats, err := w.broker.Stats(w.t.Context(), w.groups)
	if err != nil {
		w.t.Fatal(err)
	}
	return stats[0].Ready, stats[1].Ready
}

// answer plays the parser with replayed messages: it tells of each whether it was handled, as the service would.
func (w *world) answer(handled func(metadata map[string]string) bool) {
	w.receive(func(m map[string]string) {
		replay, letter := m[event.KeyReplay], m[event.KeyDeadLetter]
		var errs []error
		if handled(m) {
			errs = w.store.Settle(w.t.Context(), []event.Replayed{{Replay: replay, DeadLetter: letter, Group: "parser", At: time.Now()}})
		} else {
			died := event.ReadDeadLetter(map[string]string{event.KeyID: m[event.KeyID], event.KeyReplay: replay, event.KeyDeadLetter: letter,
				event.KeyDeadGroup: "parser", event.KeyDeadClass: "transient", event.KeyDeadError: "again", event.KeyDeadAt: time.Now().Format(time.RFC3339Nano)}, nil)
			errs = w.store.Put(w.t.Context(), []deadletter.Death{deadletter.Read(died, prefix, time.Now())})
		}
		if err := errors.Join(errs...); err != nil {
			w.t.Error(err)
		}
	})
}

// receive calls f for what comes to the parser's queue, until the test ends.
func (w *world) receive(f func(metadata map[string]string)) {
	w.t.Helper()
	sub, err := w.broker.Subscriber(broker.SubscriberConfig{Group: w.groups[0]})
	if err != nil {
		w.t.Fatal(err)
	}
	messages, err := sub.Subscribe(context.WithoutCancel(w.t.Context()), event.TopicReceived)
	if err != nil {
		w.t.Fatal(err)
	}
	var ended sync.WaitGroup
	ended.Go(func() {
		for m := range messages {
			f(m.Metadata)
			m.Ack()
		}
	})
	w.t.Cleanup(func() { _ = sub.Close(); ended.Wait() })
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	if err := w.pool.QueryRow(w.t.Context(), sql, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func TestAReplayGoesToTheGroupThatFailedAndToNoOther(t *testing.T) {
	w := newWorld(t)
	w.fill(3)
	r := w.start(w.plan(deadletter.Filter{}))
	if r.State != deadletter.ReplayDone || r.Sent != 3 || r.Total != 3 || r.CreatedBy != "me@here" {
		t.Errorf("replay %+v", r)
	}
	if parser, sink := w.ready(); parser != 3 || sink != 0 {
		t.Errorf("%d messages reached the group that failed, %d another", parser, sink)
	}
	if n := w.count("select count(*) from millrace.dead_letters where state = 'replaying' and replay_id = $1", r.ID); n != 3 {
		t.Errorf("%d letters wait for their outcome", n)
	}
}

func TestAReplayedMessageIsAsItFirstCame(t *testing.T) {
	w := newWorld(t)
	l := letter("m1", 0, func(m map[string]string) {
		m[event.KeyAttempt], m["amqp_delivery_count"], m["own"], m[event.KeyShadow] = "3", "2", "kept", "trial"
	})
	put(t, w.store, l)
	seen := make(chan map[string]string, 1)
	w.receive(func(m map[string]string) { seen <- m })
	r := w.start(w.plan(deadletter.Filter{Shadow: "trial"}))
	want := map[string]string{
		event.KeyID: "m1", event.KeyType: event.TopicReceived, event.KeySubject: event.DocumentID([]byte("m1")), event.KeyCorrelationID: "m1",
		"own": "kept", event.KeyShadow: "trial", event.KeyReplay: r.ID, event.KeyDeadLetter: l.Key(),
	}
	got := <-seen
	maps.DeleteFunc(got, func(key, _ string) bool { return strings.HasPrefix(key, "amqp_") }) // the reader's own
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the metadata differ (-want +got):\n%s", diff)
	}
}

func TestTwoReplaysAtOnceSendEachLetterOnce(t *testing.T) {
	w := newWorld(t)
	const n = 300
	w.fill(n)
	var replays [3]deadletter.Replay
	plan := w.plan(deadletter.Filter{})
	var wg sync.WaitGroup
	for i := range replays {
		wg.Go(func() {
			var err error
			if replays[i], err = w.replayer().Start(t.Context(), plan); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var sent, skipped int64
	for _, r := range replays {
		sent, skipped = sent+r.Sent, skipped+r.Skipped
	}
	if parser, _ := w.ready(); parser != n || sent != n || skipped != 2*n {
		t.Errorf("%d messages in the queue, %d said to be sent, %d skipped", parser, sent, skipped)
	}
	if n := w.count("select count(*) from millrace.replay_items where state = 'skipped' and detail !~ '^the replay .* sent it meanwhile$'"); n != 0 {
		t.Errorf("%d are skipped without saying why", n)
	}
}

func TestACanaryThatFailsStopsTheReplay(t *testing.T) {
	w := newWorld(t)
	w.fill(20)
	w.answer(func(map[string]string) bool { return false })
	p := w.plan(deadletter.Filter{})
	p.Canary = 2
	r := w.start(p)
	if r.State != deadletter.ReplayStopped || !strings.Contains(r.Stopped, "canaries failed") || r.Failed+r.Sent != 2 || r.Waiting != 18 {
		t.Errorf("replay %+v", r)
	}
	testkit.Eventually(t, time.Minute, func() error {
		if n := w.count("select count(*) from millrace.dead_letters where state = 'open'"); n != 20 {
			return fmt.Errorf("%d letters are open", n)
		}
		return nil
	})
	items, err := w.store.Items(t.Context(), r.ID)
	if err != nil || items[0].State != deadletter.ItemFailed || items[0].Detail != "again" || items[2].State != deadletter.ItemWaiting {
		t.Errorf("items %+v, %v", items[:3], err)
	}
}

func TestCanariesOfWhichThereIsNoWordStopTheReplay(t *testing.T) {
	w := newWorld(t)
	w.fill(3)
	p := w.plan(deadletter.Filter{})
	p.Canary = 1
	replayer := w.replayer()
	replayer.CanaryWait = time.Nanosecond
	r, err := replayer.Start(t.Context(), p)
	if err != nil || r.State != deadletter.ReplayStopped || !strings.Contains(r.Stopped, "no word of 1 of 1 canaries") || r.Sent != 1 || r.Waiting != 2 {
		t.Errorf("replay %+v, %v", r, err)
	}
	// Only who asks for them by id gets letters of which there was no word.
	if letters, err := w.store.Sendable(t.Context(), deadletter.Filter{}); err != nil || len(letters) != 2 {
		t.Errorf("%d letters can be sent, %v", len(letters), err)
	}
	if letters, err := w.store.Sendable(t.Context(), deadletter.Filter{State: deadletter.StateReplaying}); err != nil || len(letters) != 1 {
		t.Errorf("%d letters without word can be sent, %v", len(letters), err)
	}
}

func TestTooManyFailuresStopTheReplay(t *testing.T) {
	w := newWorld(t)
	w.fill(400)
	w.answer(func(map[string]string) bool { return false })
	p := w.plan(deadletter.Filter{})
	p.Rate = 100
	r := w.start(p)
	if r.State != deadletter.ReplayStopped || !strings.Contains(r.Stopped, "more than the share of 0.2") || r.Waiting == 0 {
		t.Errorf("replay %+v", r)
	}
}

func TestAReplayThatSucceedsResolvesItsLetters(t *testing.T) {
	w := newWorld(t)
	letters := w.fill(30)
	w.answer(func(m map[string]string) bool { return m[event.KeyID] != "m7" })
	p := w.plan(deadletter.Filter{})
	p.Canary = 3
	replayer := w.replayer()
	replayer.Wait = time.Minute
	r, err := replayer.Start(t.Context(), p)
	if err != nil || r.State != deadletter.ReplayDone || r.Done != 29 || r.Failed != 1 {
		t.Errorf("replay %+v, %v", r, err)
	}
	if d := get(t, w.store, letters[7]); d.State != deadletter.StateOpen || d.Deaths != 2 || d.Message != "again" {
		t.Errorf("the letter that failed again: %+v", d.Letter)
	}
	d := get(t, w.store, letters[0])
	if d.State != deadletter.StateResolved || len(d.History) != 3 || d.History[1].What != "sent" || d.History[1].Actor != "me@here" || d.History[1].Replay != r.ID {
		t.Errorf("a letter that was handled: %+v", d)
	}
	if again := w.plan(deadletter.Filter{}); len(again.Letters) != 1 {
		t.Errorf("%d letters could be sent again", len(again.Letters))
	}
}

func TestTheSetIsFrozen(t *testing.T) {
	w := newWorld(t)
	w.fill(2)
	p := w.plan(deadletter.Filter{Stage: "parser"})
	late := letter("late", 1, nil)
	put(t, w.store, late)
	if r := w.start(p); r.Total != 2 || r.Sent != 2 {
		t.Errorf("replay %+v", r)
	}
	if d := get(t, w.store, late); d.State != deadletter.StateOpen {
		t.Errorf("a letter that died after the choice is %s", d.State)
	}
}

func TestAMissingQueueIsSaidAndTheLetterStaysOpen(t *testing.T) {
	w := newWorld(t)
	letters := w.fill(2)
	gone := letter("gone", 5, func(m map[string]string) {
		m[event.KeyDeadGroup], m[event.KeyDeadQueue] = "tagger", prefix+"tagger."+event.TopicReceived
	})
	put(t, w.store, gone)
	r := w.start(w.plan(deadletter.Filter{}))
	if r.State != deadletter.ReplayStopped || !strings.Contains(r.Stopped, "the queue tagger."+event.TopicReceived+" does not exist") || r.Sent != 2 || r.Waiting != 1 {
		t.Errorf("replay %+v", r)
	}
	if d := get(t, w.store, gone); d.State != deadletter.StateOpen {
		t.Errorf("the letter is %s", d.State)
	}
	if d := get(t, w.store, letters[0]); d.State != deadletter.StateReplaying {
		t.Errorf("a letter of another group is %s", d.State)
	}
	if err := w.broker.Declare(t.Context(), []broker.Group{{Name: "tagger", Topic: event.TopicReceived}}, nil); err != nil {
		t.Fatal(err)
	}
	if r, err := w.replayer().Resume(t.Context(), r.ID); err != nil || r.State != deadletter.ReplayDone || r.Sent != 3 {
		t.Errorf("resumed: %+v, %v", r, err)
	}
}

func TestAnInterruptedReplayStopsCleanlyAndCanGoOn(t *testing.T) {
	w := newWorld(t)
	w.fill(50)
	p := w.plan(deadletter.Filter{})
	p.Rate = 100
	ctx, cancel := context.WithCancel(t.Context())
	replayer := w.replayer()
	replayer.Progress = func(p deadletter.Progress) {
		if p.Sent > 0 {
			cancel()
		}
	}
	r, err := replayer.Start(ctx, p)
	if err != nil || r.State != deadletter.ReplayStopped || r.Stopped != "interrupted" || r.Sending != 0 || r.Sent == 0 || r.Waiting == 0 {
		t.Errorf("replay %+v, %v", r, err)
	}
	if n := w.count("select count(*) from millrace.dead_letters where state = 'open'"); n != int(r.Waiting) {
		t.Errorf("%d letters are open, %d were not sent", n, r.Waiting)
	}
	r, err = w.replayer().Resume(t.Context(), r.ID)
	if parser, _ := w.ready(); err != nil || r.State != deadletter.ReplayDone || r.Sent != 50 || parser != 50 {
		t.Errorf("resumed: %+v, %v; %d messages in the queue", r, err, parser)
	}
	if _, err := w.replayer().Resume(t.Context(), r.ID); err == nil || !strings.Contains(err.Error(), "nothing left to send") {
		t.Errorf("resuming what is done: %v", err)
	}
}

func TestAReplayWhoseProgramDiedIsTakenOver(t *testing.T) {
	w := newWorld(t)
	letters := w.fill(3)
	r := w.start(w.plan(deadletter.Filter{}))
	// As a program leaves it that is killed between the claim of one letter and the broker's confirm.
	kill := func(heartbeat string) {
		_, err := w.pool.Exec(t.Context(), "update millrace.replays set state = 'running', finished_at = null, heartbeat_at = now() - $2::interval where replay_id = $1", r.ID, heartbeat)
		if err == nil {
			_, err = w.pool.Exec(t.Context(), "update millrace.replay_items set state = 'sending' where dead_letter_id = $1", letters[1].Key())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	kill("10 seconds")
	if _, err := w.replayer().Resume(t.Context(), r.ID); err == nil || !strings.Contains(err.Error(), "is run by me@here") {
		t.Errorf("resuming what still runs: %v", err)
	}
	if p := w.plan(deadletter.Filter{}); len(p.Letters) != 0 {
		t.Errorf("%d letters of a running replay can be sent", len(p.Letters))
	}
	kill("2 minutes")
	p := w.plan(deadletter.Filter{})
	if len(p.Letters) != 1 || p.Letters[0].ID != letters[1].Key() {
		t.Fatalf("a dead program blocks %d letters: %+v", len(p.Letters), p.Letters)
	}
	resumed, err := w.replayer().Resume(t.Context(), r.ID)
	if parser, _ := w.ready(); err != nil || resumed.State != deadletter.ReplayDone || resumed.Sent != 3 || parser != 4 {
		t.Errorf("resumed: %+v, %v; %d messages in the queue", resumed, err, parser)
	}
	if other := w.start(p); other.Skipped != 1 {
		t.Errorf("what was chosen before its replay was resumed is sent once more: %+v", other)
	}
	kill("2 minutes")
	if other := w.start(w.plan(deadletter.Filter{})); other.Sent != 1 {
		t.Errorf("another replay: %+v", other)
	}
	if again, err := w.replayer().Resume(t.Context(), r.ID); err != nil || again.Skipped != 1 {
		t.Errorf("a letter that another replay has is sent by its old one: %+v, %v", again, err)
	}
}

func TestClosedLettersAreNotSent(t *testing.T) {
	w := newWorld(t)
	letters := w.fill(3)
	p := w.plan(deadletter.Filter{})
	closed, err := w.store.Discard(t.Context(), []string{letters[0].Key(), letters[1].Key()}, "a test", "me@here")
	if err != nil || len(closed) != 2 {
		t.Fatalf("%v, %v", closed, err)
	}
	if d := get(t, w.store, letters[0]); d.State != deadletter.StateDiscarded || d.Reason != "a test" || d.ClosedBy != "me@here" || d.History[1].What != "discarded" {
		t.Errorf("a discarded letter: %+v", d)
	}
	if opened, err := w.store.Reopen(t.Context(), []string{letters[1].Key(), letters[2].Key()}, "", "me@here"); err != nil || len(opened) != 1 {
		t.Errorf("opened %v, %v", opened, err)
	}
	if r := w.start(p); r.Sent != 2 || r.Skipped != 1 {
		t.Errorf("replay %+v", r)
	}
}

func TestAnEditKeepsTheOriginalAndIsSent(t *testing.T) {
	w := newWorld(t)
	l := w.fill(1)[0]
	edit := func(from, to string) error {
		return w.store.Edit(t.Context(), l.Key(), []byte(from), []byte(to), "-a\n+b", "me@here")
	}
	if err := errors.Join(edit(`{"id":"m0"}`, `{"id":1}`), edit(`{"id":1}`, `{"id":2}`)); err != nil {
		t.Fatal(err)
	}
	if err := edit(`{"id":"m0"}`, `{"id":3}`); !errors.Is(err, deadletter.ErrNotOpen) {
		t.Errorf("editing what changed meanwhile: %v", err)
	}
	d := get(t, w.store, l)
	if string(d.Body) != `{"id":2}` || string(d.OriginalBody) != `{"id":"m0"}` || !d.Edited || len(d.History) != 3 || d.History[2].Detail != "-a\n+b" {
		t.Errorf("edited: %+v", d)
	}
	r := w.start(w.plan(deadletter.Filter{}))
	if r.Sent != 1 {
		t.Errorf("replay %+v", r)
	}
	if err := edit(`{"id":2}`, `{"id":4}`); !errors.Is(err, deadletter.ErrNotOpen) {
		t.Errorf("editing what is being replayed: %v", err)
	}
	put(t, w.store, again(l, r.ID, 60))
	if d := get(t, w.store, l); string(d.Body) != `{"id":2}` {
		t.Errorf("after it died again its payload is %s", d.Body)
	}
}

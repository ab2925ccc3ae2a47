package deadletter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

const prefix = "test."

var start = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// open returns a store on a database of its own.
func open(t *testing.T) (*deadletter.Store, *postgres.Pool) {
	t.Helper()
	pool, err := postgres.Open(t.Context(), testkit.Database(t)+"&synchronous_commit=off")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return deadletter.NewStore(pool), pool
}

// letter is a message that the parser gave up on, told so many seconds after the start.
func letter(id string, second int, change func(metadata map[string]string)) event.DeadLetter {
	metadata := map[string]string{
		event.KeyID: id, event.KeyType: event.TopicReceived, event.KeySubject: event.DocumentID([]byte(id)), event.KeyCorrelationID: id,
		event.KeyDeadStage: "parser", event.KeyDeadGroup: "parser", event.KeyDeadQueue: prefix + "parser." + event.TopicReceived,
		event.KeyDeadTopic: event.TopicReceived, event.KeyDeadClass: "transient", event.KeyDeadError: "page 3 is away",
		event.KeyDeadAttempts: "3", event.KeyDeadAt: start.Add(time.Duration(second) * time.Second).Format(time.RFC3339Nano),
	}
	event.AddAttempt(metadata, event.Attempt{At: start.Add(time.Duration(second) * time.Second), Class: "transient", Error: fmt.Sprint("try at ", second)})
	if change != nil {
		change(metadata)
	}
	return event.ReadDeadLetter(metadata, []byte(`{"id":"`+id+`"}`))
}

// again is letter after a replay.
func again(of event.DeadLetter, replay string, second int) event.DeadLetter {
	return letter(of.ID, second, func(m map[string]string) {
		m[event.KeyDeadLetter], m[event.KeyReplay] = of.Key(), replay
		m[event.KeyDeadError] = "page 4 is away"
	})
}

func put(t *testing.T, s *deadletter.Store, letters ...event.DeadLetter) {
	t.Helper()
	var deaths []deadletter.Death
	for _, l := range letters {
		deaths = append(deaths, deadletter.Read(l, prefix, time.Now()))
	}
	if err := errors.Join(s.Put(t.Context(), deaths)...); err != nil {
		t.Fatal(err)
	}
}

func settle(t *testing.T, s *deadletter.Store, of event.DeadLetter, replay string) {
	t.Helper()
	word := event.Replayed{Replay: replay, DeadLetter: of.Key(), Group: "parser", At: start.Add(time.Hour)}
	if err := errors.Join(s.Settle(t.Context(), []event.Replayed{word})...); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s *deadletter.Store, of event.DeadLetter) deadletter.Detail {
	t.Helper()
	d, err := s.Get(t.Context(), of.Key())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestALetterIsKeptWithAllThatIsKnown(t *testing.T) {
	s, _ := open(t)
	l := letter("m1", 0, func(m map[string]string) {
		m[event.KeyDeadError], m[event.KeyDeadStack] = "bad \x00 byte \xff in 'x'", "goroutine 1"
	})
	put(t, s, l)
	d := get(t, s, l)
	if d.State != deadletter.StateOpen || d.Queue != "parser."+event.TopicReceived || d.Group != "parser" || d.Stage != "parser" || d.Topic != event.TopicReceived ||
		d.Message != "bad  byte \uFFFD in 'x'" || d.Stack != "goroutine 1" || d.Attempts != 3 || d.Deaths != 1 || !d.DiedAt.Equal(start) || d.MessageID != "m1" {
		t.Errorf("letter %+v", d)
	}
	if string(d.Body) != `{"id":"m1"}` || len(d.Log) != 1 || d.Log[0].Error != "try at 0" || d.Metadata[event.KeyDeadGroup] != "parser" {
		t.Errorf("body %s, log %v, metadata %v", d.Body, d.Log, d.Metadata)
	}
	if len(d.History) != 1 || d.History[0].What != "died" || d.History[0].Actor != "parser" {
		t.Errorf("history %+v", d.History)
	}
	if encoded, err := json.Marshal(d); err != nil || !strings.Contains(string(encoded), `"payload":{"id":"m1"}`) {
		t.Errorf("as JSON: %s, %v", encoded, err)
	}
}

func TestWhatTheBrokerDeadLetteredNamesItsGroup(t *testing.T) {
	group := broker.Group{Name: "parser", Topic: event.TopicReceived}
	for _, queue := range []string{group.Queue(), group.SuspectQueue()} {
		for _, kind := range []string{event.TopicReceived, ""} { // a message that is no event has no type
			d := deadletter.Read(event.ReadDeadLetter(map[string]string{
				event.KeyType: kind, event.KeyBrokerDeathQueue: queue, event.KeyBrokerDeathReason: "delivery_limit",
			}, []byte("x")), prefix, start)
			if d.Group != "parser" || d.Stage != "parser" || d.Topic != event.TopicReceived || d.Queue != group.Queue() || d.Class != "crashed" || !d.At.Equal(start) {
				t.Errorf("from %s: %+v", queue, d)
			}
		}
	}
}

func TestRedeliveryChangesNothing(t *testing.T) {
	s, _ := open(t)
	l := letter("m1", 0, nil)
	put(t, s, l, l) // in one batch
	first := get(t, s, l)
	put(t, s, l)
	put(t, s, again(l, "r1", 60))
	second := get(t, s, l)
	put(t, s, l, again(l, "r1", 60))
	if diff := cmp.Diff(second, get(t, s, l)); diff != "" {
		t.Errorf("a second delivery changed (-want +got):\n%s", diff)
	}
	if first.Deaths != 1 || second.Deaths != 2 || second.Attempts != 6 || len(second.Log) != 2 || second.Message != "page 4 is away" || second.Fingerprint != first.Fingerprint {
		t.Errorf("died once: %+v; twice: %+v", first.Letter, second.Letter)
	}
	settle(t, s, l, "r2")
	done := get(t, s, l)
	settle(t, s, l, "r2")
	put(t, s, l, again(l, "r1", 60))
	if diff := cmp.Diff(done, get(t, s, l)); diff != "" || done.State != deadletter.StateResolved || done.ClosedBy != "parser" {
		t.Errorf("state %s; a second delivery changed (-want +got):\n%s", done.State, diff)
	}
}

// TestTheOrderOfNewsDoesNotMatter delivers all that happened to a letter in every order, the first of it twice.
func TestTheOrderOfNewsDoesNotMatter(t *testing.T) {
	s, _ := open(t)
	var want deadletter.Detail
	for n, order := range permutations([]int{0, 1, 2, 3}) {
		l := letter(fmt.Sprint("m", n), 0, nil)
		for _, i := range append(order, order[0]) {
			switch i {
			case 0:
				put(t, s, l)
			case 1:
				put(t, s, again(l, "r1", 60))
			case 2:
				put(t, s, again(l, "r2", 120))
			case 3:
				settle(t, s, l, "r3")
			}
		}
		d := get(t, s, l)
		if len(d.History) != 4 || d.History[0].What != "died" || d.History[3].What != "resolved" {
			t.Errorf("history after %v: %+v", order, d.History)
		}
		d.ID, d.MessageID, d.DocumentID, d.Body, d.Metadata, d.Replay = "", "", "", nil, nil, ""
		if n == 0 {
			want = d
		}
		if diff := cmp.Diff(want, d); diff != "" || d.State != deadletter.StateResolved {
			t.Errorf("after %v it is %s and differs (-want +got):\n%s", order, d.State, diff)
		}
	}
}

func permutations(in []int) [][]int {
	if len(in) == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for i := range in {
		for _, rest := range permutations(slices.Concat(in[:i:i], in[i+1:])) {
			all = append(all, append([]int{in[i]}, rest...))
		}
	}
	return all
}

func TestListsAndGroupsFollowTheFilter(t *testing.T) {
	s, _ := open(t)
	change := func(key, value string) func(map[string]string) {
		return func(m map[string]string) { m[key] = value }
	}
	put(t, s,
		letter("m1", 1, nil), letter("m2", 2, change(event.KeyDeadError, "page 77 is away")),
		letter("m3", 3, change(event.KeyDeadClass, "permanent")), letter("m4", 4, change(event.KeyDeadKind, "encrypted")),
		letter("m5", 5, change(event.KeyDeadStage, "sink")), letter("m6", 6, change(event.KeyShadow, "trial")))
	fingerprint, _ := deadletter.Fingerprint("parser", "transient", "", "page 1 is away")
	tests := map[string]struct {
		filter deadletter.Filter
		want   string
	}{
		"all of real work": {deadletter.Filter{}, "m5 m4 m3 m2 m1"},
		"limit":            {deadletter.Filter{Limit: 2}, "m5 m4"},
		"stage":            {deadletter.Filter{Stage: "sink"}, "m5"},
		"class":            {deadletter.Filter{Class: "permanent"}, "m3"},
		"kind":             {deadletter.Filter{Kind: "encrypted"}, "m4"},
		"text":             {deadletter.Filter{Text: "PAGE 77"}, "m2"},
		"fingerprint":      {deadletter.Filter{Fingerprint: fingerprint[:6]}, "m2 m1"},
		"document":         {deadletter.Filter{Document: "sha256:" + event.DocumentID([]byte("m3"))[:10]}, "m3"},
		"time":             {deadletter.Filter{Since: start.Add(2 * time.Second), Until: start.Add(4 * time.Second)}, "m3 m2"},
		"state":            {deadletter.Filter{State: deadletter.StateResolved}, ""},
		"trial run":        {deadletter.Filter{Shadow: "trial"}, "m6"},
		"ids":              {deadletter.Filter{IDs: []string{letter("m1", 1, nil).Key()}}, "m1"},
	}
	for name, tt := range tests {
		letters, err := s.List(t.Context(), tt.filter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range letters {
			got = append(got, l.MessageID)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", name, got, tt.want)
		}
	}
	groups, err := s.Groups(t.Context(), deadletter.Filter{})
	if err != nil || len(groups) != 4 || groups[0].Fingerprint != fingerprint || groups[0].Open != 2 || groups[0].Pattern != "page <n> is away" ||
		groups[0].Example != letter("m2", 2, change(event.KeyDeadError, "page 77 is away")).Key() {
		t.Errorf("groups %+v, %v", groups, err)
	}
	if open, err := s.CountOpen(t.Context()); err != nil || len(open) == 0 || sum(open) != 5 {
		t.Errorf("open: %v, %v", open, err)
	}
}

func TestIDsMayBeAbbreviated(t *testing.T) {
	s, _ := open(t)
	l := letter("m1", 0, nil)
	put(t, s, l)
	if id, err := s.Find(t.Context(), strings.ToUpper(l.Key()[:6])); id != l.Key() || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if _, err := s.Find(t.Context(), "ffff"); !errors.Is(err, deadletter.ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
	for _, bad := range []string{"", "abc", "zzzz", "ab%f"} {
		if _, err := s.Find(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "not the id") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func sum(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// A stage that is killed between the confirm of a dead letter and its acknowledgement gives up on the message a second time.
func TestAMessageThatDiesTwiceIsOneLetter(t *testing.T) {
	s, _ := open(t)
	first, second := letter("m1", 0, nil), letter("m1", 5, nil)
	put(t, s, first)
	put(t, s, second, first)
	d := get(t, s, second)
	if d.Deaths != 2 || d.State != deadletter.StateOpen || !d.DiedAt.Equal(start.Add(5*time.Second)) || len(d.History) != 2 {
		t.Errorf("letter %+v", d)
	}
	if letters, err := s.List(t.Context(), deadletter.Filter{}); err != nil || len(letters) != 1 {
		t.Errorf("%d letters, %v", len(letters), err)
	}
}

func TestAClosedLetterOpensWhenItsMessageComesAgainAndDies(t *testing.T) {
	s, _ := open(t)
	l := letter("m1", 0, nil)
	put(t, s, l)
	settle(t, s, l, "r1") // an hour later
	put(t, s, letter("m1", 5, nil))
	if d := get(t, s, l); d.State != deadletter.StateResolved {
		t.Errorf("a death from before it was resolved makes it %s", d.State)
	}
	put(t, s, letter("m1", 2*3600, nil))
	if d := get(t, s, l); d.State != deadletter.StateOpen || d.ClosedAt != nil || d.Deaths != 3 {
		t.Errorf("after a new death it is %s, closed at %v, %d deaths", d.State, d.ClosedAt, d.Deaths)
	}
}

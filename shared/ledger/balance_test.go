package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
)

// now is the database's clock in these tests; old is before any grace, young within it.
var (
	now   = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	old   = now.Add(-time.Hour)
	young = now.Add(-time.Second)
)

// at returns a document whose results are given as letters: r(eceived), p(arsed), c(lassified), (e)x(tracted).
func at(id, has string, seen time.Time, deaths ...Death) State {
	s := State{ID: id, Seen: seen, Deaths: deaths, Last: Seen{At: seen, Topic: event.TopicReceived}}
	for i, letter := range "rpcx" {
		s.Has[i] = slices.Contains([]rune(has), letter)
	}
	return s
}

func group(name, topic string, ready, retry, consumers int) broker.QueueStats {
	return broker.QueueStats{Group: name, Topic: topic, Queue: name + "." + topic, Ready: ready, Retry: retry, Consumers: consumers}
}

func died(stage, topic string) Death { return Death{Stage: stage, Topic: topic} }

func number(n int64) *int64 { return &n }

func TestBalance(t *testing.T) {
	parser := func(ready int) broker.QueueStats {
		return group(pipeline.Parser, event.TopicReceived, ready, 0, 0)
	}
	sinkOf := func(topic string, ready int) broker.QueueStats { return group(pipeline.Sink, topic, ready, 0, 0) }
	tests := []struct {
		name    string
		s       Snapshot
		total   Total
		missing string // ids, * for uncertain ones
		short   string
	}{
		{name: "nothing at all", s: Snapshot{}},
		{name: "all stored", s: Snapshot{Complete: 7, Rejected: number(2)}, total: Total{Accepted: 9, Stored: 7, Rejected: number(2)}},
		{name: "just heard of: in somebody's hands",
			s: Snapshot{States: []State{at("a", "r", young)}}, total: Total{Accepted: 1, InFlight: 1}},
		{name: "its message waits",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{parser(1)}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "its message waits for a retry",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{group(pipeline.Parser, event.TopicReceived, 0, 1, 0)}},
			total: Total{Accepted: 1, Retry: 1}},
		{name: "its message is a suspect",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{{Group: pipeline.Parser, Topic: event.TopicReceived, Suspect: 1}}},
			total: Total{Accepted: 1, Retry: 1}},
		{name: "its answer waits at the sink",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{sinkOf(event.TopicParsed, 1)}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "a message of another stage does not help",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{sinkOf(event.TopicClassified, 1), group(pipeline.Classifier, event.TopicParsed, 1, 0, 0)}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "no queue has it",
			s:     Snapshot{Complete: 1, States: []State{at("a", "rp", old), at("b", "rp", young)}},
			total: Total{Accepted: 3, Stored: 1, InFlight: 1, Missing: 1}, missing: "a"},
		{name: "an unrecorded dead letter may be it",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{sinkOf(event.TopicDeadLetter, 1)}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "deadletters may be ahead of the sink's loss",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{group(pipeline.DeadLetters, event.TopicDeadLetter, 1, 0, 0)}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "what deadletters holds and the sink has recorded is not it",
			s:     Snapshot{Unfiled: 1, States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{group(pipeline.DeadLetters, event.TopicDeadLetter, 1, 0, 0)}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "a dead letter that could not be taken in may be it",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{{Queue: broker.ParkedQueue, Ready: 1}}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "what met no queue will never be taken from there",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{{Queue: broker.UnroutedQueue, Ready: 1}}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "too few messages, and nobody can say whose",
			s:     Snapshot{States: []State{at("a", "r", old), at("b", "r", old.Add(-1)), at("c", "r", young)}, Queues: []broker.QueueStats{parser(1)}},
			total: Total{Accepted: 3, InFlight: 2, Missing: 1}, missing: "b* a*", short: "1 of 2"},
		{name: "a consumer's hands are full while its queue is long",
			s:     Snapshot{States: []State{at("a", "r", old), at("b", "r", old)}, Queues: []broker.QueueStats{group(pipeline.Parser, event.TopicReceived, 1, 0, 1)}},
			total: Total{Accepted: 2, InFlight: 2}},
		{name: "an idle consumer holds nothing",
			s:     Snapshot{States: []State{at("a", "r", old)}, Queues: []broker.QueueStats{group(pipeline.Parser, event.TopicReceived, 0, 0, 1)}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "dead",
			s:     Snapshot{States: []State{at("a", "r", old, died(pipeline.Parser, event.TopicReceived))}},
			total: Total{Accepted: 1, Dead: 1}},
		{name: "dead, and its message waits for deadletters",
			s: Snapshot{Unfiled: 1, States: []State{at("a", "r", old, Death{Stage: pipeline.Parser, Topic: event.TopicReceived, Unfiled: true})},
				Queues: []broker.QueueStats{group(pipeline.DeadLetters, event.TopicDeadLetter, 1, 0, 0)}},
			total: Total{Accepted: 1, Dead: 1}},
		{name: "dead, and its message is gone",
			s:     Snapshot{Unfiled: 1, States: []State{at("a", "r", old, Death{Stage: pipeline.Parser, Topic: event.TopicReceived, Unfiled: true})}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "dead, and its message may be in the hands of deadletters",
			s:     Snapshot{Unfiled: 1, States: []State{at("a", "r", young, Death{Stage: pipeline.Parser, Topic: event.TopicReceived, Unfiled: true})}},
			total: Total{Accepted: 1, Dead: 1}},
		{name: "discarded",
			s:     Snapshot{States: []State{at("a", "r", old, Death{Stage: pipeline.Parser, Topic: event.TopicReceived, Discarded: true})}},
			total: Total{Accepted: 1, Discarded: 1}},
		{name: "an open dead letter counts before a discarded one",
			s:     Snapshot{States: []State{at("a", "r", old, Death{Stage: pipeline.Parser, Topic: event.TopicReceived, Discarded: true}, died(pipeline.Parser, event.TopicReceived))}},
			total: Total{Accepted: 1, Dead: 1}},
		{name: "a dead letter of an earlier stage explains nothing",
			s:     Snapshot{States: []State{at("a", "rp", old, died(pipeline.Parser, event.TopicReceived))}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "dead, and the sink never stored the arrival",
			s:     Snapshot{States: []State{at("a", "", old, died(pipeline.Parser, event.TopicReceived))}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "dead, and the arrival waits at the sink",
			s:     Snapshot{States: []State{at("a", "", old, died(pipeline.Parser, event.TopicReceived))}, Queues: []broker.QueueStats{sinkOf(event.TopicReceived, 1)}},
			total: Total{Accepted: 1, Dead: 1}},
		{name: "the sink gave up on a result",
			s:     Snapshot{States: []State{at("a", "rcx", old, died(pipeline.Sink, event.TopicParsed))}},
			total: Total{Accepted: 1, Dead: 1}},
		{name: "a result that a later one shows was lost on the way to the sink",
			s:     Snapshot{States: []State{at("a", "rcx", old)}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "the parser's queue does not explain what only the sink has to store",
			s:     Snapshot{States: []State{at("a", "rcx", old)}, Queues: []broker.QueueStats{parser(1)}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "it waits at the sink",
			s:     Snapshot{States: []State{at("a", "rcx", old)}, Queues: []broker.QueueStats{sinkOf(event.TopicParsed, 1)}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "one message at the sink for one of two kinds",
			s:     Snapshot{States: []State{at("a", "rcx", old), at("b", "r", old)}, Queues: []broker.QueueStats{sinkOf(event.TopicParsed, 1)}},
			total: Total{Accepted: 2, InFlight: 1, Missing: 1}, missing: "a* b*", short: "1 of 2"},
		{name: "content nobody has heard of",
			s:     Snapshot{Unannounced: []Content{{"a", old}, {"b", young}}},
			total: Total{Accepted: 2, InFlight: 1, Missing: 1}, missing: "a"},
		{name: "content whose event waits at the sink",
			s:     Snapshot{Unannounced: []Content{{"a", old}}, Queues: []broker.QueueStats{sinkOf(event.TopicReceived, 1)}},
			total: Total{Accepted: 1, InFlight: 1}},
		{name: "lost content of a stored document",
			s:     Snapshot{Complete: 2, LostStored: 1, Lost: []Document{{ID: "a", Loss: LossContent, Certain: true}}},
			total: Total{Accepted: 2, Stored: 1, Missing: 1}, missing: "a"},
		{name: "lost content of one on its way counts once",
			s:     Snapshot{States: []State{at("a", "r", young)}, Lost: []Document{{ID: "a", Loss: LossContent, Certain: true}}},
			total: Total{Accepted: 1, Missing: 1}, missing: "a"},
		{name: "what the source still has was not accepted",
			s: Snapshot{NotAccepted: []Document{{ID: "a"}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.s.At = now
			l := Balance(tt.s, time.Minute)
			if diff := cmp.Diff(tt.total, l.Total); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
			if got := names(l); got != tt.missing {
				t.Errorf("missing %q, want %q", got, tt.missing)
			}
			short := ""
			for _, s := range l.Shortages {
				short += fmt.Sprintf("%d of %d", s.Missing, s.Among)
			}
			if short != tt.short {
				t.Errorf("short %q, want %q", short, tt.short)
			}
			if l.Balanced() != (tt.total.Missing == 0) {
				t.Errorf("balanced: %v", l.Balanced())
			}
			checkSums(t, l)
		})
	}
}

func names(l Ledger) string {
	out := ""
	for _, d := range l.Missing {
		if out != "" {
			out += " "
		}
		if out += d.ID; !d.Certain {
			out += "*"
		}
	}
	return out
}

// checkSums checks that every equation holds.
func checkSums(t *testing.T, l Ledger) {
	t.Helper()
	sum := l.Total.Stored + l.Total.InFlight + l.Total.Retry + l.Total.Dead + l.Total.Discarded + l.Total.Missing
	if l.Total.Rejected != nil {
		sum += *l.Total.Rejected
	}
	if sum != l.Total.Accepted {
		t.Errorf("the total's parts make %d, not %d", sum, l.Total.Accepted)
	}
	for _, s := range l.Stages {
		if got := s.Done + s.InFlight + s.Retry + s.Dead + s.Discarded + s.Rejected + s.Missing; got != s.In {
			t.Errorf("the parts of %s make %d, not %d: %+v", s.Stage, got, s.In, s)
		}
		if min(s.Done, s.InFlight, s.Retry, s.Dead, s.Missing) < 0 {
			t.Errorf("%s has a negative part: %+v", s.Stage, s)
		}
	}
}

func TestStagesCountTheirOwn(t *testing.T) {
	l := Balance(Snapshot{
		At: now, Complete: 10, Rejected: number(1),
		States: []State{
			at("a", "r", young), at("b", "r", old), // the parser's, one of them lost
			at("c", "rp", young), at("d", "rp", old, died(pipeline.Classifier, event.TopicParsed)),
			at("e", "rcx", young), // the sink's
		},
		Unannounced: []Content{{"f", young}},
	}, time.Minute)
	want := []Stage{
		{Stage: "generator", In: 17, Done: 15, InFlight: 1, Rejected: 1},
		{Stage: "parser", In: 15, Done: 13, InFlight: 1, Missing: 1},
		{Stage: "classifier", In: 13, Done: 11, InFlight: 1, Dead: 1},
		{Stage: "extractor", In: 11, Done: 11},
		{Stage: "sink", In: 11, Done: 10, InFlight: 1},
	}
	if diff := cmp.Diff(want, l.Stages); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	checkSums(t, l)
}

func TestOnlyWhatEveryLookHasMissedIsMissing(t *testing.T) {
	s := Snapshot{At: now, States: []State{at("a", "r", old), at("b", "r", old)}}
	l := balance(s, patience{grace: time.Minute, suspects: map[string]bool{"b": true, "z": true}})
	if got := names(l); got != "b" || l.Total.InFlight != 1 {
		t.Errorf("missing %q, in flight %d", got, l.Total.InFlight)
	}
	s.Queues = []broker.QueueStats{group(pipeline.Parser, event.TopicReceived, 1, 0, 0)}
	if l = balance(s, patience{grace: time.Minute, suspects: map[string]bool{"b": true}}); l.Total.Missing != 0 {
		t.Errorf("b may be the message that waits; missing: %v", l.Missing)
	}
}

func TestWhereADocumentWasSeenLastIsToldInWords(t *testing.T) {
	l := Balance(Snapshot{
		At: now, States: []State{at("a", "rp", old), at("b", "rc", young)}, Unannounced: []Content{{"c", old}},
	}, 0)
	want := map[string]struct {
		loss        Loss
		stage, text string
	}{
		"a": {LossAnswer, "classifier", "document.parsed.v1 is stored; the classifier's answer to it is nowhere"},
		"b": {LossResult, "parser", "document.parsed.v1 was made, as later results show; it was never stored"},
		"c": {LossAnnouncement, "generator", "its content is in the blob store; no event of it was ever stored"},
	}
	for _, d := range l.Missing {
		w := want[d.ID]
		if d.Loss != w.loss || d.Stage != w.stage || d.Last.Text != w.text || d.Last.At.IsZero() {
			t.Errorf("%+v, want %+v", d, w)
		}
		delete(want, d.ID)
	}
	if len(want) > 0 {
		t.Errorf("not named: %v", want)
	}
}

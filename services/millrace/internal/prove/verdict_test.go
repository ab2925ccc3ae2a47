package prove

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/query"
)

const (
	goodID = "aa11"
	badID  = "bb22"
)

// sound returns books with one of everything, and what a run leaves when nothing went wrong.
func sound() (*books, found) {
	b := newBooks()
	b.document(goodID, "good.pdf", "")
	b.document(goodID, "again.pdf", "")
	b.document(badID, "bad.pdf", "encrypted")
	b.file("note.pdf", "not_a_pdf")
	b.message("p1", event.TopicReceived, "invalid_payload", []broker.Group{
		{Name: pipeline.Parser, Topic: event.TopicReceived}, {Name: pipeline.Sink, Topic: event.TopicReceived}, {Name: pipeline.Sink, Topic: event.TopicParsed},
	})
	f := found{
		Documents: map[string]storedDocument{
			goodID: {Status: query.StatusStored, Arrivals: 2},
			badID:  {Status: query.StatusFailed, Stage: pipeline.Parser, Kind: "encrypted", Arrivals: 1},
		},
		Events: map[string]map[string]int{goodID: {}, badID: {event.TopicReceived: 1}},
		Failures: []failure{
			{MessageID: "m1", DocumentID: badID, Group: pipeline.Parser, Kind: "encrypted", Recorded: 1},
			{MessageID: "p1", Group: pipeline.Parser, Kind: "invalid_payload", Recorded: 2},
			{MessageID: "p1", Group: pipeline.Sink, Kind: "invalid_payload", Recorded: 1},
		},
		Refused: map[string]int{"note.pdf": 1}, Reasons: map[string]string{"note.pdf": "not_a_pdf"}, Queues: map[string]int{},
	}
	for _, topic := range topics() {
		f.Events[goodID][topic] = 2
	}
	return b, f
}

func TestARunWithoutHarmPasses(t *testing.T) {
	b, f := sound()
	v := judge(b, f)
	if !v.Passed() {
		t.Fatalf("it does not pass: %+v", v)
	}
	if v.Documents != 2 || v.Arrivals != 3 || v.Stored != 1 || v.Failed != 1 || v.DeadLetters != 3 || v.Again != 1 || v.Refused != 1 {
		t.Errorf("the figures are wrong: %+v", v)
	}
}

func TestEveryHarmIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(*books, *found)
		list func(Verdict) []Finding
		says string
	}{
		"a document that never came": {func(_ *books, f *found) { delete(f.Documents, goodID) }, lost, "good.pdf aa11: it never reached the database"},
		"a document that stopped half-way": {func(_ *books, f *found) { f.Documents[goodID] = storedDocument{Status: "parsed", Arrivals: 2} },
			lost, "its status is parsed"},
		"an arrival that is gone": {func(_ *books, f *found) {
			f.Documents[goodID] = storedDocument{Status: query.StatusStored, Arrivals: 1}
		}, lost, "1 of its 2 arrivals"},
		"an event that is gone":          {func(_ *books, f *found) { f.Events[goodID][event.TopicParsed] = 1 }, lost, "1 of 2 events on document.parsed.v1"},
		"a dead letter that is gone":     {func(_ *books, f *found) { f.Failures = f.Failures[1:] }, lost, "0 of 1 dead letters (encrypted)"},
		"a poison's dead letter is gone": {func(_ *books, f *found) { f.Failures = f.Failures[:2] }, lost, "sink has no dead letter"},
		"a refused file that is gone":    {func(_ *books, f *found) { f.Refused = nil }, lost, "note.pdf"},
		"an arrival too many": {func(_ *books, f *found) {
			f.Documents[goodID] = storedDocument{Status: query.StatusStored, Arrivals: 3}
		}, doubled, "3 arrivals are on record"},
		"an event too many":             {func(_ *books, f *found) { f.Events[goodID][event.TopicExtracted] = 3 }, doubled, "3 events on document.extracted.v1"},
		"a document that nobody put in": {func(_ *books, f *found) { f.Documents["cc33"] = storedDocument{} }, doubled, "nobody put it in"},
		"a value that is there twice":   {func(_ *books, f *found) { f.Fields = []string{goodID} }, doubled, "good.pdf"},
		"a file that was refused twice": {func(_ *books, f *found) { f.Refused["note.pdf"] = 2 }, doubled, "refused 2 times"},
		"a good document that died": {func(_ *books, f *found) {
			f.Documents[goodID] = storedDocument{Status: query.StatusFailed, Arrivals: 2}
			f.Failures = append(f.Failures, failure{MessageID: "m2", DocumentID: goodID, Group: pipeline.Extractor, Class: "transient", Kind: "x"})
		}, unexpected, "extractor gave up: transient, x"},
		"a good one that died and lived on": {func(_ *books, f *found) {
			f.Failures = append(f.Failures, failure{MessageID: "m2", DocumentID: goodID, Group: pipeline.Sink, Class: "transient"})
		}, unexpected, "sink gave up"},
		"an unreadable one that is stored":  {func(_ *books, f *found) { f.Documents[badID] = storedDocument{Status: query.StatusStored, Arrivals: 1} }, unexpected, "it is stored, though"},
		"an unreadable one of another kind": {func(_ *books, f *found) { f.Failures[0].Kind = "crashed" }, unexpected, "crashed"},
		"a good file that was refused":      {func(_ *books, f *found) { f.Refused["good.pdf"] = 1; f.Reasons["good.pdf"] = "empty" }, unexpected, "it was refused as empty"},
		"a message that is left":            {func(_ *books, f *found) { f.Queues["sink.document.parsed.v1"] = 4 }, unfinished, "4 messages are left"},
		"a file that is left":               {func(_ *books, f *found) { f.Inbox = 1 }, unfinished, "1 files are left"},
	} {
		t.Run(name, func(t *testing.T) {
			b, f := sound()
			c.harm(b, &f)
			v := judge(b, f)
			r := Report{Verdict: v}
			r.conclude()
			if v.Passed() || r.Passed {
				t.Fatal("it passes")
			}
			var all []string
			for _, one := range c.list(v) {
				all = append(all, one.String())
			}
			if !strings.Contains(strings.Join(all, "\n"), c.says) {
				t.Errorf("%q is not among %q; all: %+v", c.says, all, v)
			}
		})
	}
}

func lost(v Verdict) []Finding       { return v.Lost }
func doubled(v Verdict) []Finding    { return v.Doubled }
func unexpected(v Verdict) []Finding { return v.Unexpected }
func unfinished(v Verdict) []Finding { return v.Unfinished }

func TestAFaultThatCouldNotBeInflictedFailsTheProof(t *testing.T) {
	b, f := sound()
	r := Report{Verdict: judge(b, f), Faults: []FaultRecord{{Name: "disk-full", Error: "no such device"}}}
	if r.conclude(); r.Passed {
		t.Error("it passes")
	}
	r = Report{Verdict: judge(b, f), Faults: []FaultRecord{{Name: "disk-full", Skipped: "needs root"}}}
	if r.conclude(); !r.Passed {
		t.Errorf("one that was left out, with a word, fails it: %v", r.Reasons)
	}
}

func TestARunWithoutDocumentsProvesNothing(t *testing.T) {
	r := Report{Verdict: judge(newBooks(), found{})}
	if r.conclude(); r.Passed {
		t.Error("it passes")
	}
}

func TestTheLedgerHasToAgree(t *testing.T) {
	rejected := int64(1)
	agreeing := ledger.Ledger{Total: ledger.Total{Stored: 1, Dead: 1, Rejected: &rejected}}
	for name, c := range map[string]struct {
		change func(*ledger.Ledger)
		list   func(Verdict) []Finding
		says   string
	}{
		"it misses one": {func(l *ledger.Ledger) {
			l.Missing = []ledger.Document{{ID: goodID, Loss: ledger.LossLayout, Stage: pipeline.Parser, Last: ledger.Seen{Text: "seen at noon"}}}
		}, lost, "seen at noon"},
		"it counts one twice": {func(l *ledger.Ledger) { l.Doubled = []ledger.Doubled{{What: "event", DocumentID: goodID, Text: "two"}} }, doubled, "two"},
		"it counts fewer":     {func(l *ledger.Ledger) { l.Total.Stored = 0 }, unfinished, "it counts 0, the harness 1"},
	} {
		t.Run(name, func(t *testing.T) {
			l := agreeing
			c.change(&l)
			b, f := sound()
			v := judge(b, f)
			v.reconcile(l)
			if v.Passed() || !strings.Contains(fmt.Sprint(c.list(v)), c.says) {
				t.Errorf("it passes, or does not say %q: %+v", c.says, v)
			}
		})
	}
	b, f := sound()
	v := judge(b, f)
	if v.reconcile(agreeing); !v.Passed() {
		t.Errorf("an agreeing ledger fails it: %+v", v)
	}
}

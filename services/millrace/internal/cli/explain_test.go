package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/query"
)

// told is when the stories of these tests happen.
var told = time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC)

// storyOf returns the story of a document with the results of the given stages.
func storyOf(status string, stages ...string) query.Story {
	var s query.Story
	s.ID, s.Name, s.Status = strings.Repeat("ab", 32), "bill.pdf", status
	s.ReceivedAt = &told
	topics := map[string]string{pipeline.Generator: event.TopicReceived, pipeline.Parser: event.TopicParsed,
		pipeline.Classifier: event.TopicClassified, pipeline.Extractor: event.TopicExtracted}
	for i, stage := range stages {
		at := told.Add(time.Duration(i) * time.Second)
		s.Timeline = append(s.Timeline, query.Step{At: at, Stage: stage, Topic: topics[stage], Outcome: "done"})
		if stage == pipeline.Generator {
			s.ArrivalList = []query.Arrival{{Name: s.Name, Source: "inbox", At: at}}
		} else {
			s.Versions = append(s.Versions, query.Version{Stage: stage, Version: "1", Current: true, At: at, Result: "glyph/1"})
		}
	}
	return s
}

// deadStory is of a document that the parser gave up on.
func deadStory(state string) query.Story {
	s := storyOf(query.StatusFailed, pipeline.Generator)
	s.Failures = []query.Failure{{At: told, Stage: pipeline.Parser, Group: pipeline.Parser, Topic: event.TopicReceived, Class: "permanent", Kind: "encrypted",
		Message: "needs its password", Attempts: 2, MessageID: "m1", Open: true}}
	s.DeadLetters = []query.DeadLetter{{ID: "d1", State: state, Stage: pipeline.Parser, Group: pipeline.Parser, Topic: event.TopicReceived, Class: "permanent",
		Kind: "encrypted", Message: "needs its password", MessageID: "m1", DiedAt: told, Reason: "a test", Attempts: 2,
		Log:     []event.Attempt{{At: told, Class: "transient", Error: "the disk \x1b[2J sneezed"}, {At: told.Add(time.Second), Class: "permanent", Kind: "encrypted", Error: "needs its password"}},
		History: []query.Happening{{At: told, What: "died"}, {At: told.Add(time.Minute), What: "sent", Actor: "anna@desk", Replay: "r1"}}}}
	return s
}

func TestWhereADocumentIsNow(t *testing.T) {
	queues := func(stage, topic string, ready, retry int) []broker.QueueStats {
		return []broker.QueueStats{{Group: stage, Topic: topic, Ready: ready, Retry: retry}}
	}
	stored := storyOf(query.StatusStored, pipeline.Generator, pipeline.Parser, pipeline.Classifier, pipeline.Extractor)
	later := told.Add(2100 * time.Millisecond)
	stored.StoredAt = &later
	tests := []struct {
		name     string
		story    query.Story
		queues   []broker.QueueStats
		queueErr error
		now      string
		next     string
	}{
		{"stored", stored, nil, nil, "stored 2.1 s after it arrived", "millrace show abababababab"},
		{"waiting", storyOf("classified", pipeline.Generator, pipeline.Parser, pipeline.Classifier), queues(pipeline.Extractor, event.TopicClassified, 214, 2), nil,
			"waiting for the extractor since 2026-03-04 05:06:09: in its queue, in its hands, or its answer is on the way to the sink; 214 messages wait there, 2 more for another try",
			"millrace status --watch"},
		{"out of sight", storyOf("parsed", pipeline.Generator, pipeline.Parser), nil, nil,
			"waiting for the classifier since 2026-03-04 05:06:08: in its queue, in its hands, or its answer is on the way to the sink; no message waits there, so it is in somebody's hands, or lost",
			"millrace status, millrace reconcile"},
		{"without the broker", storyOf("received", pipeline.Generator), nil, errors.New("away"),
			"waiting for the parser since 2026-03-04 05:06:07: in its queue, in its hands, or its answer is on the way to the sink; RabbitMQ does not say how many wait there",
			"millrace status, millrace reconcile"},
		{"made and not stored", storyOf("classified", pipeline.Generator, pipeline.Classifier, pipeline.Extractor), queues(pipeline.Sink, event.TopicParsed, 1, 0), nil,
			"waiting for the sink to store what the parser found; 1 message waits there, 0 more for another try", "millrace status --watch"},
		{"dead", deadStory("open"), nil, nil, "dead since 2026-03-04 05:06:07: the parser gave up: encrypted: needs its password",
			"millrace dead-letters show d1, millrace dead-letters replay d1"},
		{"sent again", deadStory("replaying"), nil, nil, "sent to the parser again; it had given up: encrypted: needs its password",
			"millrace dead-letters show d1, millrace dead-letters replay d1"},
		{"discarded", deadStory("discarded"), nil, nil, "discarded (a test): the parser gave up: encrypted: needs its password", "millrace dead-letters show d1"},
		{"handled after a replay, and the answer is under way", deadStory("resolved"), queues(pipeline.Sink, event.TopicParsed, 1, 0), nil,
			"waiting for the parser since 2026-03-04 05:06:07: in its queue, in its hands, or its answer is on the way to the sink; 1 message waits there, 0 more for another try",
			"millrace status --watch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := explain(tt.story, tt.queues, tt.queueErr, time.UTC)
			if got := strings.Join(e.Summary, " | "); got != tt.now {
				t.Errorf("now:  %s\nwant: %s", got, tt.now)
			}
			if got := strings.Join(e.Next, ", "); got != tt.next {
				t.Errorf("next %s, want %s", got, tt.next)
			}
		})
	}
}

func TestTheStoryAsPeopleReadIt(t *testing.T) {
	var sb strings.Builder
	if err := writeExplanation(&sb, explain(deadStory("open"), nil, nil, time.UTC), 110, time.UTC); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.txt", sb.String())
}

func TestTheLedgerAsPeopleReadIt(t *testing.T) {
	rejected := int64(2)
	document := func(name, stage, text string) ledger.Document {
		return ledger.Document{ID: strings.Repeat("cd", 32), Name: name, Stage: stage, Certain: true, Last: ledger.Seen{At: told, Text: text}}
	}
	r := reconciliation{Ledger: ledger.Ledger{
		Total:       ledger.Total{Accepted: 113, Stored: 100, InFlight: 5, Retry: 1, Dead: 2, Discarded: 1, Rejected: &rejected, Missing: 2},
		Stages:      []ledger.Stage{{Stage: "generator", In: 113, Done: 111, Rejected: 2}, {Stage: "parser", In: 111, Done: 100, InFlight: 5, Retry: 1, Dead: 2, Discarded: 1, Missing: 2}},
		Missing:     []ledger.Document{document("bill\x1b[2J.pdf", "parser", "document.received.v1 is stored; the parser's answer to it is nowhere")},
		Shortages:   []ledger.Shortage{{Stage: "parser", Missing: 1, Among: 3}},
		NotAccepted: []ledger.Document{document("scan.pdf", "generator", "the inbox still holds it")},
		Doubled:     []ledger.Doubled{{What: "event", DocumentID: strings.Repeat("ef", 32), Stage: "parser", Times: 2, Text: "answers on document.parsed.v1 to event e1"}},
		Strays:      ledger.Strays{Unrouted: 1, Parked: 2, DeadUnnamed: 3, NoQueue: []string{"parser.document.received.v1"}},
	}}
	var sb strings.Builder
	if err := writeReconciliation(&sb, r, 110, time.UTC); err != nil {
		t.Fatal(err)
	}
	r = reconciliation{Ledger: r.Ledger, Repaired: &ledger.Repaired{Sent: 1, Skipped: []ledger.Skipped{{ID: strings.Repeat("cd", 32), Why: "its content is gone"}}}}
	sb.WriteString("---\n")
	writeVerdict(&sb, r)
	sb.WriteString("---\n")
	writeVerdict(&sb, reconciliation{Balanced: true})
	golden(t, "reconcile.txt", sb.String())
}

package ledger_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/testkit"
)

// layout stores a layout that no other document has and returns its reference.
func (w *world) layout(name string) string {
	w.t.Helper()
	encoded, err := layout.Encode(&layout.Document{Engine: "test", Info: map[string]string{"title": name}})
	if err != nil {
		w.t.Fatal(err)
	}
	claim, err := layoutstore.Put(w.t.Context(), w.Blobs, encoded)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(claim.Ref)
}

// lose removes a blob.
func (w *world) lose(ref string) {
	w.t.Helper()
	h := blob.Ref(ref).Hex()
	if err := os.Remove(filepath.Join(w.dir, h[:2], h)); err != nil {
		w.t.Fatal(err)
	}
}

// everywhere puts a document into every place that a document can be in.
func (w *world) everywhere() ledger.Total {
	w.document("stored", "rpcx")
	w.send(pipeline.Sink, event.TopicReceived, w.content("announced"))
	w.send(pipeline.Parser, event.TopicReceived, w.document("received", "r"))
	w.send(pipeline.Classifier, event.TopicParsed, w.document("parsed", "rp"))
	w.send(pipeline.Sink, event.TopicExtracted, w.document("classified", "rpc"))
	w.send(pipeline.Sink, event.TopicClassified, w.document("overtaken", "rpx"))
	w.layout("made and not announced yet")
	w.die(w.document("dead", "r"), pipeline.Parser, event.TopicReceived, "open", "dead-r", true)
	w.die(w.document("replaying", "rp"), pipeline.Classifier, event.TopicParsed, "replaying", "replaying-p", true)
	w.die(w.document("discarded", "r"), pipeline.Parser, event.TopicReceived, "discarded", "discarded-r", true)
	w.die(w.document("unfiled", "r"), pipeline.Parser, event.TopicReceived, "open", "unfiled-r", false)
	n := int64(1)
	if err := os.MkdirAll(w.Rejected, 0o750); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"notes.txt", "notes.txt.reason.txt", "alone.reason.txt"} {
		if err := os.WriteFile(filepath.Join(w.Rejected, name), nil, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return ledger.Total{Accepted: 11, Stored: 1, InFlight: 5, Dead: 3, Discarded: 1, Rejected: &n}
}

func TestEverythingIsAccountedForWhereverItIs(t *testing.T) {
	w := newWorld(t)
	want := w.everywhere()
	l := w.take()
	if diff := cmp.Diff(want, l.Total); diff != "" {
		t.Errorf("total (-want +got):\n%s", diff)
	}
	if !l.Balanced() {
		t.Errorf("missing: %s; doubled: %+v", missing(l), l.Doubled)
	}
}

func TestWhatIsThrownAwayIsNamed(t *testing.T) {
	queue := func(group, topic string) string { return broker.Group{Name: group, Topic: topic}.Queue() }
	for _, tt := range []struct{ queue, missing string }{
		{queue(pipeline.Parser, event.TopicReceived), "answer of parser: received"},
		{queue(pipeline.Classifier, event.TopicParsed), "answer of classifier: parsed"},
		{queue(pipeline.Sink, event.TopicExtracted), "answer of extractor: classified"},
		{queue(pipeline.Sink, event.TopicClassified), "result of classifier: overtaken"},
		{queue(pipeline.Sink, event.TopicReceived), "announcement of generator: "},
	} {
		t.Run(tt.queue, func(t *testing.T) {
			w := newWorld(t)
			w.everywhere()
			if n := testkit.Purge(t, w.url, w.Broker.QualifiedName(tt.queue)); n != 1 {
				t.Fatalf("%d messages were there", n)
			}
			l := w.take()
			if got := missing(l); !strings.HasPrefix(got, tt.missing) || l.Total.Missing != 1 || l.Balanced() {
				t.Errorf("missing: %s", got)
			}
			if l.Total.Accepted != 11 {
				t.Errorf("%d accepted", l.Total.Accepted)
			}
			if age := time.Since(l.Missing[0].Last.At); l.Missing[0].Loss != ledger.LossAnnouncement && (age < 30*time.Minute || age > 2*time.Hour) {
				t.Errorf("seen last at %v", l.Missing[0].Last.At)
			}
		})
	}
}

func TestWhenSomeOfSeveralAreLostTheNumberIsKnown(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"one", "two", "three"} {
		w.send(pipeline.Parser, event.TopicReceived, w.document(name, "r"))
	}
	if !testkit.TakeOne(t, w.url, w.Broker.QualifiedName(broker.Group{Name: pipeline.Parser, Topic: event.TopicReceived}.Queue())) {
		t.Fatal("no message was there")
	}
	l := w.take()
	want := []ledger.Shortage{{Stage: pipeline.Parser, Missing: 1, Among: 3}}
	if diff := cmp.Diff(want, l.Shortages); diff != "" || len(l.Missing) != 3 || l.Missing[0].Certain || l.Total.Missing != 1 || l.Total.InFlight != 2 {
		t.Errorf("%s\n%+v", diff, l)
	}
}

func TestAMissingQueueHoldsNothing(t *testing.T) {
	w := newWorld(t)
	w.document("received", "r")
	w.Groups = pipeline.Groups([]time.Duration{time.Hour}, 20) // was never declared
	l := w.take()
	if missing(l) != "answer of parser: received" || len(l.Strays.NoQueue) == 0 {
		t.Errorf("missing %q, no queue %v", missing(l), l.Strays.NoQueue)
	}
}

func TestWhatTheBlobStoreLostIsNamed(t *testing.T) {
	w := newWorld(t)
	w.lose("sha256:" + w.document("content", "rpcx"))
	w.document("layout", "rpcx")
	w.lose(w.layout("layout"))
	l := w.take()
	if got := missing(l); got != "content of generator: content; layout of parser: layout" || l.Total.Missing != 2 || l.Total.Stored != 0 {
		t.Errorf("missing: %s; %+v", got, l.Total)
	}
}

func TestWhatTheInboxStillHoldsIsNotAccepted(t *testing.T) {
	w := newWorld(t)
	claimed := filepath.Join(w.Inbox, ".millrace", "claimed", "0197c0de-0000-7000-8000-000000000000")
	if err := os.MkdirAll(claimed, 0o750); err != nil {
		t.Fatal(err)
	}
	id := w.content("crashed after the claim")
	path := filepath.Join(claimed, "0197c0de-1111-7000-8000-000000000000_scan.pdf")
	if err := os.WriteFile(path, []byte("%PDF-1.7 crashed after the claim"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := w.take()
	if !l.Balanced() || len(l.NotAccepted) != 1 || l.NotAccepted[0].ID != id || l.NotAccepted[0].Name != "scan.pdf" || l.Total.Accepted != 0 {
		t.Errorf("not accepted: %+v; missing: %s; %+v", l.NotAccepted, missing(l), l.Total)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if l = w.take(); missing(l) != "announcement of generator: "+id[:8] {
		t.Errorf("without the file: %s", missing(l))
	}
}

func TestDeadLettersThatNameNoDocumentMakeNone(t *testing.T) {
	w := newWorld(t)
	poison := strings.Repeat("ab", 32)
	w.die(poison, pipeline.Parser, event.TopicReceived, "open", "poison", true)
	w.die(strings.Repeat("cd", 32), pipeline.Parser, event.TopicReceived, "open", "poison-2", false)
	w.exec(`insert into millrace.failures (failure_id, message_id, consumer_group, failed_at, topic, stage, class, kind, message, attempts, metadata)
		values ('none', '', 'parser', now(), 'document.received.v1', 'parser', 'permanent', 'invalid_envelope', '', 1, '{}')`)
	l := w.take()
	if !l.Balanced() || l.Total.Accepted != 0 || l.Strays.DeadUnnamed != 3 {
		t.Errorf("%+v, missing %s, %d unnamed", l.Total, missing(l), l.Strays.DeadUnnamed)
	}
}

func TestTrialRunsNeverCount(t *testing.T) {
	w := newWorld(t)
	id := w.document("stored", "rpc")
	w.send(pipeline.Extractor, event.TopicClassified, id)
	w.die(id, pipeline.Extractor, event.TopicClassified, "open", "trial", true)
	w.exec(`update millrace.failures set metadata = '{"shadow": "run"}'`)
	w.exec(`update millrace.dead_letters set shadow = 'run'`)
	if l := w.take(); l.Total.InFlight != 1 || l.Total.Dead != 0 {
		t.Errorf("%+v", l.Total)
	}
}

func TestADeadLetterWhoseMessageIsGoneIsMissing(t *testing.T) {
	w := newWorld(t)
	id := w.document("dead", "r")
	w.fail(id, pipeline.Parser, event.TopicReceived, "dead-r")
	w.send(pipeline.DeadLetters, event.TopicDeadLetter, id)
	if l := w.take(); !l.Balanced() || l.Total.Dead != 1 {
		t.Errorf("while it waits: missing %q, %+v", missing(l), l.Total)
	}
	testkit.Purge(t, w.url, w.Broker.QualifiedName(broker.Group{Name: pipeline.DeadLetters, Topic: event.TopicDeadLetter}.Queue()))
	if l := w.take(); missing(l) != "dead_letter of parser: dead" {
		t.Errorf("missing %q, %+v", missing(l), l.Total)
	}
}

func TestAReplayThatWasHandledAndWhoseResultIsGoneIsMissing(t *testing.T) {
	w := newWorld(t)
	w.die(w.document("replayed", "r"), pipeline.Parser, event.TopicReceived, "resolved", "replayed-r", true)
	if l := w.take(); missing(l) != "answer of parser: replayed" {
		t.Errorf("missing %q, %+v", missing(l), l.Total)
	}
}

func TestADeadLetterForWantOfTheContentExplainsItsLoss(t *testing.T) {
	w := newWorld(t)
	id := w.document("gone", "r")
	w.die(id, pipeline.Parser, event.TopicReceived, "open", "gone-r", true)
	w.exec(`update millrace.failures set kind = 'blob_missing'`)
	w.lose("sha256:" + id)
	if l := w.take(); !l.Balanced() || l.Total.Dead != 1 {
		t.Errorf("missing %q, %+v", missing(l), l.Total)
	}
}

func TestWhatIsThereTwiceIsNamed(t *testing.T) {
	w := newWorld(t)
	w.document("answered", "rpcx")
	id := w.document("arrived", "rpcx")
	w.exec(`insert into millrace.events (event_id, document_id, topic, stage, stage_version, causation_id, published_at)
		select 'another', document_id, topic, stage, stage_version, causation_id, published_at from millrace.events where event_id = 'answered-p'`)
	w.exec(`insert into millrace.events (event_id, document_id, topic, stage, published_at) values ('again', $1, $2, 'generator', now())`, id, event.TopicReceived)
	l := w.take()
	if l.Balanced() || len(l.Doubled) != 2 || l.Doubled[0].What != "event" || l.Doubled[0].Times != 2 || l.Doubled[1].What != "arrival" || l.Doubled[1].DocumentID != id {
		t.Errorf("doubled: %+v", l.Doubled)
	}
	w.exec(`update millrace.events set stage_version = '2' where event_id = 'another'`)
	w.exec(`delete from millrace.events where event_id = 'again'`)
	if l = w.take(); len(l.Doubled) != 0 {
		t.Errorf("another version's answer is no double: %+v", l.Doubled)
	}
}

func TestWhatIsAttachedToAMailIsNoDouble(t *testing.T) {
	w := newWorld(t)
	w.document("mail", "rpcx")
	for _, name := range []string{"bill", "terms"} {
		w.document(name, "rpcx")
		w.exec(`update millrace.events set causation_id = 'mail-r', stage = 'parser' where event_id = $1`, name+"-r")
	}
	if l := w.take(); !l.Balanced() || l.Total.Stored != 3 {
		t.Errorf("missing %q, doubled %+v, total %+v", missing(l), l.Doubled, l.Total)
	}
}

// TestWhatIsInSomebodysHandsIsWatched is about a message that left a long queue a moment ago: no count shows it, and the
// document was last heard of long before the grace.
func TestWhatIsInSomebodysHandsIsWatched(t *testing.T) {
	w := newWorld(t)
	id := w.document("slow", "r")
	looks := 0
	l := w.takeWith(ledger.Options{Grace: time.Minute, Watching: func(l ledger.Ledger, until time.Time) {
		if missing(l) != "answer of parser: slow" || time.Until(until) < 50*time.Second {
			t.Errorf("watched: %s until %v", missing(l), until)
		}
		if looks++; looks == 2 {
			w.store(id, "slow", "p")
			w.send(pipeline.Classifier, event.TopicParsed, id)
		}
	}})
	if looks != 2 || !l.Balanced() || l.Total.InFlight != 1 {
		t.Errorf("after %d looks: missing %q, %+v", looks, missing(l), l.Total)
	}
}

func TestWhatIsInNobodysHandsIsMissingAfterTheGrace(t *testing.T) {
	w := newWorld(t)
	w.document("lost", "r")
	begin := time.Now()
	l := w.takeWith(ledger.Options{Grace: time.Second})
	if missing(l) != "answer of parser: lost" || time.Since(begin) < time.Second {
		t.Errorf("missing %q after %v", missing(l), time.Since(begin))
	}
}

func TestWhatWasHeardOfWithinTheGraceIsNotWatched(t *testing.T) {
	w := newWorld(t)
	w.document("busy", "r")
	w.exec(`update millrace.events set stored_at = now()`)
	l := w.takeWith(ledger.Options{Grace: time.Hour, Watching: func(ledger.Ledger, time.Time) { t.Error("watched") }})
	if !l.Balanced() || l.Total.InFlight != 1 {
		t.Errorf("missing %q, %+v", missing(l), l.Total)
	}
}

func TestASourceThatIsDownIsAnErrorNotALoss(t *testing.T) {
	w := newWorld(t)
	w.document("stored", "rpcx")
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	if l, err := ledger.Take(t.Context(), w.Sources, ledger.Options{}); err == nil {
		t.Errorf("without its blob store: %+v", l.Total)
	}
}

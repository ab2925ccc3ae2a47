package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/correction"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/rebuild"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

func (s story) corrected(id string, second int, class string, fields ...event.CorrectedField) delivery {
	return deliver(id, (*sink).corrected, s.envelope(id, correction.Stage, correction.Version, "", second), event.Corrected{
		DocumentID: s.id, Correction: s.salt + "-" + id, Author: "anna", At: s.start.Add(time.Duration(second) * time.Second), Class: class, Fields: fields,
		Note: "as printed",
	})
}

// reclassified is the classification that goes with a correction.
func (s story) reclassified(id, of, class string, second int) delivery {
	e := s.envelope(id, correction.Stage, correction.Version, of, second)
	e.CorrelationID = correction.CorrelationPrefix + of
	return deliver(id, (*sink).classified, e, event.Classified{
		DocumentID: s.id, Layout: s.layout, Class: event.Class{Label: class, Confidence: 1}, Model: "person:anna",
	})
}

// reread is what the extractor finds because of a correction.
func (s story) reread(id, version, of, class string, second int, fields ...event.Field) delivery {
	e := s.envelope(id, "extractor", version, of+"-class", second)
	e.CorrelationID = correction.CorrelationPrefix + of
	return deliver(id, (*sink).extracted, e, event.Extracted{
		DocumentID: s.id, Class: event.Class{Label: class, Confidence: 1}, Template: class + "/" + version, Fields: fields,
	})
}

func corrects(name, kind string, values ...string) event.CorrectedField {
	return event.CorrectedField{Name: name, Type: kind, Values: values}
}

// rectified is a document whose class and values a person corrects, and that arrives again later, so that the model reads it as
// it did at first.
func rectified(s story) []delivery {
	return []delivery{
		s.classified("classified", "1", "parsed", "invoice", 11),
		s.extracted("extracted", "1", "classified", 12, amount("grand_total", "119.00")),
		s.corrected("corrected", 60, "receipt", corrects("grand_total", "amount", "120.00"), corrects("due_date", "date")),
		s.reclassified("reclassified", "corrected", "receipt", 60),
		s.reread("reread", "1", "corrected", "receipt", 61, amount("grand_total", "121.00"), amount("tip", "2.00")),
		s.extracted("extracted-again", "1", "classified-again", 90, amount("grand_total", "118.00")),
	}
}

// disputed is a document that is corrected twice, of which what was read for the first correction comes late.
func disputed(s story) []delivery {
	return []delivery{
		s.corrected("first", 60, "receipt", corrects("grand_total", "amount", "120.00"), corrects("tip", "amount", "1.00")),
		s.corrected("second", 61, "letter", corrects("grand_total", "amount", "119.00")),
		s.reread("reread2", "1", "second", "letter", 62, amount("grand_total", "5.00")),
		s.reread("reread1", "1", "first", "receipt", 63, amount("grand_total", "6.00"), amount("tip", "2.00")),
		s.extracted("extracted", "2", "classified", 99, amount("grand_total", "118.00")),
	}
}

// lines returns rows of text of a view.
func (w *world) lines(t testing.TB, sql string, args ...any) string {
	t.Helper()
	found, err := w.pool.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

const (
	sqlShownFields = `select concat_ws(' ', name, value, as_number, 'was', original, corrected_by, extract(epoch from corrected_at)::bigint, source)
		from fields where document_id = $1 order by name, value`
	sqlShownClass = `select concat_ws(' ', class, confidence, 'was', original_class, corrected_by, extract(epoch from corrected_at)::bigint)
		from documents where document_id = $1`
)

func TestWhatAPersonSaysWinsOverWhateverModelsReadLater(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "rectified", "a text")
	w.play(t, append([]delivery{s.received("received", "till.pdf", 0), s.parsed("parsed", "1", "received", 10)}, rectified(s)...)...)
	w.play(t, s.classified("newer", "2", "parsed2", "contract", 100), s.extracted("extracted2", "2", "newer", 101, amount("grand_total", "117.00")))
	at := s.start.Add(time.Minute).Unix()
	if got, want := w.lines(t, sqlShownClass, s.id), fmt.Sprintf("receipt 1 was contract anna %d", at); got != want {
		t.Errorf("the class is %q, want %q", got, want)
	}
	want := fmt.Sprintf("grand_total 120.00 120.00 was {121.00} anna %d person:anna\ntip 2.00 2.00 was rule:total/1", at)
	if got := w.lines(t, sqlShownFields, s.id); got != want {
		t.Errorf("the fields are\n%s\nwant\n%s", got, want)
	}
	if got := w.lines(t, "select class || ' ' || model from classifications where document_id = $1", s.id); got != "receipt person:anna" {
		t.Errorf("the classification is %q", got)
	}
	history := w.lines(t, `select concat_ws(' ', version, name, coalesce(value, 'none'), current) from field_history where document_id = $1
		order by version, name, value`, s.id)
	if want := strings.Join([]string{"1 grand_total 118.00 f", "1 for receipt grand_total 121.00 f", "1 for receipt tip 2.00 t",
		"2 grand_total 117.00 f", "correction due_date none t", "correction grand_total 120.00 t"}, "\n"); history != want {
		t.Errorf("the history is\n%s\nwant\n%s", history, want)
	}
	corrections := w.lines(t, `select concat_ws(' ', what, name, original, corrected, current, author, note) from corrections where document_id = $1 order by what, name`, s.id)
	if want := "class {contract} {receipt} t anna as printed\nfield due_date {} {} t anna as printed\nfield grand_total {121.00} {120.00} t anna as printed"; corrections != want {
		t.Errorf("the corrections are\n%s\nwant\n%s", corrections, want)
	}
	timeline := w.lines(t, "select concat_ws(' ', stage, topic, outcome, author, detail) from timeline where document_id = $1 and author is not null", s.id)
	if want := "correction document.corrected.v1 done anna class: contract -> receipt; due_date: none -> none; grand_total: 121.00 -> 120.00"; timeline != want {
		t.Errorf("the timeline says %q, want %q", timeline, want)
	}
}

func TestEveryOrderOfCorrectionsGivesTheSameRows(t *testing.T) {
	w := newWorld(t)
	everyOrder(t, w, map[string]tale{
		"rectified": {rectified, []string{`"class": "receipt", `, `"original_class": "invoice"`, `"extraction_version": "1 for receipt"`, `"value": null`}},
		"disputed":  {disputed, []string{`"class": "letter", `, `"extraction_version": "1 for letter"`}},
	})
	if got := w.lines(t, sqlShownFields, newStory(w, t, "reference-disputed", "").id); !strings.Contains(got, "grand_total 119.00 119.00 was {5.00}") || !strings.Contains(got, "tip 1.00 1.00 was {}") {
		t.Errorf("the fields of a document that was corrected twice:\n%s", got)
	}
}

func TestACorrectionMakesNoDocument(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "phantom", "")
	dead := s.failed("sink", event.TopicCorrected, "malformed", 70)
	w.play(t, s.corrected("corrected", 60, "receipt", corrects("tip", "amount", "1.00")), dead)
	for _, view := range []string{"documents", "fields", "classifications"} {
		if n := value[int](t, w, "select count(*)::int from "+view); n != 0 {
			t.Errorf("%s has %d rows of a document that never came", view, n)
		}
	}
	if got := w.lines(t, "select concat_ws(' ', document_id = $1, document, name, corrected) from corrections where what = 'field'", s.id); got != "t tip {1.00}" {
		t.Errorf("the correction is %q", got)
	}
	if n := value[int](t, w, "select count(*)::int from failures where document_id is null and open"); n != 1 {
		t.Errorf("%d failures are on record, want 1", n)
	}
	w.play(t, s.received("received", "late.pdf", 80))
	if got := w.lines(t, sqlShownClass, s.id); !strings.HasPrefix(got, "receipt 1 was anna") {
		t.Errorf("when it comes its class is %q", got)
	}
}

func TestACorrectionThatDiedDoesNotMakeItsDocumentFailed(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "unfinished", "a text")
	w.play(t, s.received("received", "a.pdf", 0), s.parsed("parsed", "1", "received", 10), s.failed("sink", event.TopicCorrected, "corrected", 70))
	if got := value[string](t, w, "select status from documents where document_id = $1", s.id); got != "parsed" {
		t.Errorf("the document is %s", got)
	}
	if n := value[int](t, w, "select count(*)::int from failures where document_id = $1 and open", s.id); n != 1 {
		t.Errorf("%d failures are open, want 1", n)
	}
	w.play(t, s.corrected("corrected", 60, "receipt"))
	if n := value[int](t, w, "select count(*)::int from failures where open"); n != 0 {
		t.Errorf("%d failures are open when the correction was stored after all", n)
	}
}

// TestADocumentThatAppearsWhileItIsCorrected lets both be stored at the same time, again and again.
func TestADocumentThatAppearsWhileItIsCorrected(t *testing.T) {
	w := newWorld(t)
	other := newSink(w.pool, w.blobs, "test.") // another process: not in the same transaction
	const rounds = 60
	var ids []string
	for i := range rounds {
		s := newStory(w, t, fmt.Sprint("race", i), "")
		ids = append(ids, s.id)
		var both sync.WaitGroup
		both.Go(func() { w.play(t, s.received("received", "a.pdf", 0)) })
		both.Go(func() { (&world{sink: other, pool: w.pool}).play(t, s.corrected("corrected", 60, "receipt")) })
		both.Wait()
	}
	if n := value[int](t, w, "select count(*)::int from documents where class = 'receipt' and document_id = any($1)", ids); n != rounds {
		t.Errorf("%d of %d documents have their corrected class", n, rounds)
	}
}

// TestACorrectionWaitsForADocumentInTheMaking holds back the transaction that makes the document.
func TestACorrectionWaitsForADocumentInTheMaking(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "making", "")
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	statements, err := queueAll(rows{documents: []string{s.id}})
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range statements { // all that the sink does but the commit
		if _, err := tx.Exec(t.Context(), st.SQL, st.Arguments...); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- s.corrected("corrected", 60, "receipt").to(t.Context(), w) }()
	waiting := `select exists (select from pg_locks where locktype = 'advisory' and not granted
		and database = (select oid from pg_database where datname = current_database()))`
	testkit.Eventually(t, 30*time.Second, func() error {
		if value[bool](t, w, waiting) {
			return nil
		}
		if len(done) > 0 {
			t.Fatalf("the correction was stored without waiting (%v)", <-done)
		}
		return errors.New("the correction does not wait")
	})
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := value[string](t, w, "select coalesce(class, '') from documents where document_id = $1", s.id); got != "receipt" {
		t.Errorf("the class is %q", got)
	}
}

func TestARedeliveredCorrectionIsStoredOnce(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "twice", "")
	p := event.Corrected{DocumentID: s.id, Correction: "c", Author: "an\x00na", At: s.start, Fields: []event.CorrectedField{
		corrects("iban", "identifier", "DE1", "DE2"), corrects("iban", "identifier", "DE3"), corrects("date", "date", "not a date"), corrects("n", "number", "1e9"),
	}}
	in := stage.Input[event.Corrected]{Envelope: event.Envelope{ID: "e"}, Payload: p}
	for range 2 {
		if _, errs := w.corrected(t.Context(), []stage.Input[event.Corrected]{in, in}); slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
			t.Fatal(errs)
		}
	}
	got := w.lines(t, "select concat_ws(' ', ordinal, name, value, as_number, as_date) from millrace.corrected_fields order by ordinal")
	if want := "1 iban DE1\n2 iban DE2\n3 iban DE3\n4 date not a date\n5 n 1e9"; got != want {
		t.Errorf("the values are\n%s\nwant\n%s", got, want)
	}
	if n := value[int](t, w, "select count(*)::int from millrace.corrections where author = 'anna'"); n != 1 {
		t.Errorf("%d corrections are stored", n)
	}
}

// TestACorrectedDocumentIsMadeAgainAsCorrected asks for what a stage is sent when it runs again.
func TestACorrectedDocumentIsMadeAgainAsCorrected(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "again", "a text")
	newer := s
	newer.layout = w.layoutOf(t, "en", "a better text")
	w.play(t, append(rectified(s), s.parsed("parsed", "1", "received", 10), newer.parsed("parsed2", "2", "received", 200),
		newer.classified("classified2", "2", "parsed2", "contract", 201))...)
	made, err := rebuild.Input(t.Context(), w.pool, event.TopicClassified, []string{s.id})
	if err != nil {
		t.Fatal(err)
	}
	e := event.ParseEnvelope(made[0].Salted("run").Metadata)
	if !correction.Caused(e) || e.Source != correction.Stage || e.StageVersion != correction.Version {
		t.Errorf("the envelope is %+v", e)
	}
	assertBody(t, event.Classified{DocumentID: s.id, Layout: newer.layout, Class: event.Class{Label: "receipt", Confidence: 1}, Model: "person:anna"}, made[0])
}

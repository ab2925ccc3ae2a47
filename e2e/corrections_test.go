package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/query"
	"github.com/millrace/millrace/shared/reprocess"
	"github.com/millrace/millrace/shared/testkit"
)

const (
	shownTotal = `select concat_ws(' ', value, as_number, corrected_by) from fields where document_id = $1 and name = 'grand_total'`
	shownClass = `select concat_ws(' ', class, confidence, 'was', original_class, corrected_by) from documents where document_id = $1`
	// extractions counts what the extractor has found in a document, each time that it looked.
	extractions = `select count(*) from millrace.events where document_id = $1 and stage = 'extractor'`
)

// checkCorrected asserts that a document is shown as anna corrected it.
func checkCorrected(t *testing.T, s *system.System, id, when string) {
	t.Helper()
	if got := text(t, s, shownTotal, id); got != "1234.50 1234.50 anna" {
		t.Errorf("%s its total is %q", when, got)
	}
	if got := text(t, s, shownClass, id); got != "receipt 1 was invoice anna" {
		t.Errorf("%s its class is %q", when, got)
	}
	if n := s.Count(`select count(*) from versions where document_id = $1 and stage = 'extractor' and current and version like '% for receipt' and result like 'receipt/%'`, id); n != 1 {
		t.Errorf("%s what was read for its class is not current", when)
	}
	if n := s.Count(`select count(*) from fields where document_id = $1 and name = 'currency'`, id); n != 0 {
		t.Errorf("%s it has a currency, which it has not", when)
	}
}

// TestACorrectedDocumentStaysCorrected corrects a document's class and fields, lets it arrive again, and promotes what the
// classifier and the extractor say of it when they look again.
func TestACorrectedDocumentStaysCorrected(t *testing.T) {
	s := settled(t)
	id := text(t, s, `select min(document_id) from fields where class = 'invoice' and name = 'grand_total'`)
	first := text(t, s, `select value from fields where document_id = $1 and name = 'grand_total'`, id)
	c := mustRun[event.Corrected](t, s, "correct", id[:12], "--class", "receipt", "--field", "grand_total=1.234,50", "--field", "currency=",
		"--author", "anna", "--note", "the till's copy", "--json")
	if c.DocumentID != id || len(c.Fields) != 2 || c.Fields[0].Values[0] != "1234.50" {
		t.Errorf("the correction is %+v", c)
	}
	s.WaitCount(time.Minute, 2, extractions, id)
	s.WaitCount(time.Minute, 3, `select count(*) from corrections where document_id = $1`, id)
	checkCorrected(t, s, id, "corrected,")
	shown := mustRun[query.Detail](t, s, "show", id, "--json")
	if shown.CorrectedBy != "anna" || shown.OriginalClass != "invoice" || len(shown.Corrections) != 3 || shown.Corrections[0].Note != "the till's copy" {
		t.Errorf("show says %+v, %+v", shown.Document, shown.Corrections)
	}
	if n := s.Count(`select count(*) from field_history where document_id = $1 and name = 'grand_total' and value = $2 and not current`, id, first); n == 0 {
		t.Errorf("the first total, %s, is not in the history", first)
	}
	for command, want := range map[string]string{"explain": "grand_total: ", "corrections": "the till's copy", "documents": "person"} {
		args := []string{command, id[:12]}
		if command == "documents" {
			args = []string{command, "--class", "receipt"}
		}
		if out, code, err := millrace(t.Context(), s, args...); code != 0 || err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s exits with %d, %v and does not say %q:\n%s", command, code, err, want, out)
		}
	}

	blobs, err := blob.Open(s.Env["MILLRACE_BLOB_URL"])
	if err != nil {
		t.Fatal(err)
	}
	content, err := blobs.Get(t.Context(), blob.Ref("sha256:"+id), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	s.Drop("again.pdf", content)
	s.WaitCount(time.Minute, 3, extractions, id)
	checkCorrected(t, s, id, "after it came again,")

	for i, stage := range []string{"classifier", "extractor"} {
		d := mustRun[reprocess.Diff](t, s, "reprocess", "--stage", stage, "--id", id, "--json")
		run := mustRun[reprocess.Run](t, s, "reprocess", "--promote", d.Run.ID, "--json")
		if run.Promoted != 1 {
			t.Errorf("%s: %+v", stage, run)
		}
		s.WaitCount(time.Minute, 4+i, extractions, id)
		checkCorrected(t, s, id, "when the "+stage+" looked again,")
	}
	if b, code := reconcile(t, s, "--grace", "0"); code != 0 || b.Total.Accepted != audited || b.Total.Stored != audited {
		t.Errorf("reconcile exits with %d: %+v", code, b.Total)
	}
}

// TestCorrectionsAreNoDocuments publishes a correction of a document that never came, and one that is none.
func TestCorrectionsAreNoDocuments(t *testing.T) {
	s := settled(t)
	never, id := event.DocumentID([]byte("never")), text(t, s, `select min(document_id) from documents`)
	for i, body := range []string{
		fmt.Sprintf(`{"document_id":%q,"correction":"c1","author":"eve","at":"2026-03-04T05:06:07Z","class":"receipt"}`, never),
		fmt.Sprintf(`{"document_id":%q,"correction":"c2","at":"yesterday"}`, id),
		fmt.Sprintf(`{"document_id":%q,"correction":"c3","at":"yesterday"}`, never),
	} {
		subject := []string{never, id, never}[i]
		e := event.Envelope{ID: fmt.Sprint("e", i), Source: "a test", Type: event.TopicCorrected, Subject: subject, Time: time.Now(), DataSchema: event.SchemaID(event.TopicCorrected)}
		if err := s.Broker.Send(t.Context(), event.TopicCorrected, broker.Message{ID: e.ID, Metadata: e.Metadata(), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	s.WaitCount(time.Minute, 1, `select count(*) from corrections where document_id = $1 and document is null`, never)
	s.WaitCount(time.Minute, 2, `select count(*) from dead_letters where topic = 'document.corrected.v1' and state = 'open'`)
	s.WaitCount(time.Minute, 2, `select count(*) from failures where open and topic = 'document.corrected.v1'`)
	if n := s.Count(allDocuments); n != audited {
		t.Errorf("there are %d documents, not %d", n, audited)
	}
	if n := s.Count(storedDocuments); n != audited {
		t.Errorf("%d documents are stored, not %d", n, audited)
	}
	testkit.Eventually(t, time.Minute, func() error {
		if b, code := reconcile(t, s, "--grace", "0"); code != 0 || b.Total.Accepted != audited || b.Total.Stored != audited || b.Total.Dead != 0 {
			return fmt.Errorf("reconcile exits with %d: %+v", code, b.Total)
		}
		return nil
	})
}

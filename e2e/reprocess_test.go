package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/reprocess"
	"github.com/millrace/millrace/shared/testkit"
)

// otherTemplate reads less from invoices than the built-in one, and one field more.
const otherTemplate = `template: invoice
version: 99
fields:
  - name: invoice_number
    type: identifier
    labels:
      en: [invoice number, invoice no]
      de: [Rechnungsnummer, Rechnung Nr]
      fr: [numéro de facture, facture n°]
      es: [número de factura, factura n°]
      nl: [factuurnummer]
  - name: first_date_of_all
    type: date
    guess: [first_date]
`

// shownResults is everything that people see of the results, as one text.
const shownResults = `select md5(string_agg(r, '|' order by r)) from (
	select concat_ws(' ', document_id, name, value, ordinal) r from fields
	union all select concat_ws(' ', document_id, status, class, fields, stored_at) from documents
	union all select concat_ws(' ', document_id, stage, version, current, produced_at, result) from versions) x`

func text(t *testing.T, s *system.System, sql string, args ...any) string {
	t.Helper()
	var v string
	if err := s.Database.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// withOtherTemplates starts the extractor again with other templates, and with them another version.
func withOtherTemplates(t *testing.T, s *system.System) {
	t.Helper()
	dir := filepath.Join(s.Dir, "templates")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "invoice.yaml"), []byte(otherTemplate), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Env["MILLRACE_TEMPLATES"] = dir
	s.Signal(pipeline.Extractor, syscall.SIGTERM)
	s.Start(pipeline.Extractor)
}

// TestATrialRunChangesNothingUntilItIsPromoted runs the extractor again with other templates.
func TestATrialRunChangesNothingUntilItIsPromoted(t *testing.T) {
	s := settled(t)
	invoices := s.Count(`select count(*) from documents where class = 'invoice'`)
	if invoices < 2 {
		t.Fatalf("only %d of the documents are invoices", invoices)
	}
	old := text(t, s, `select distinct version from versions where stage = 'extractor'`)
	before, rows := text(t, s, shownResults), s.Count(results)
	withOtherTemplates(t, s)

	d := mustRun[reprocess.Diff](t, s, "reprocess", "--stage", "extractor", "--class", "invoice", "--json")
	if d.Run.State != reprocess.StateReady || d.Run.Done != int64(invoices) || d.Changed != invoices || len(d.Replaces) != 0 {
		t.Errorf("the run is %+v, %d changed, replaces %v", d.Run, d.Changed, d.Replaces)
	}
	fields := make(map[string]reprocess.FieldChange)
	for _, f := range d.Fields {
		fields[f.Name] = f
	}
	if f := fields["grand_total"]; f.Removed == 0 || f.Same != 0 || len(f.Examples) == 0 || f.Examples[0].Before == "" || f.Examples[0].After != "" {
		t.Errorf("grand_total: %+v", f)
	}
	if f := fields["first_date_of_all"]; f.Added == 0 || f.Removed != 0 {
		t.Errorf("first_date_of_all: %+v", f)
	}
	if f := fields["invoice_number"]; f.Same == 0 {
		t.Errorf("invoice_number: %+v", f)
	}
	if text(t, s, shownResults) != before || s.Count(results) != rows {
		t.Error("the trial run has changed results")
	}
	discarded := mustRun[reprocess.Run](t, s, "reprocess", "--discard", d.Run.ID, "--json")
	if discarded.State != reprocess.StateDiscarded || text(t, s, shownResults) != before || s.Count(results) != rows {
		t.Errorf("after discarding (%s) results are others", discarded.State)
	}

	again := mustRun[reprocess.Diff](t, s, "reprocess", "--stage", "extractor", "--where", "class = 'invoice' and pages > 0", "--json")
	for range 2 { // promoting twice does no harm
		run := mustRun[reprocess.Run](t, s, "reprocess", "--promote", again.Run.ID, "--json")
		if run.State != reprocess.StatePromoted || run.Promoted != int64(invoices) {
			t.Errorf("promoted: %+v", run)
		}
	}
	testkit.Eventually(t, time.Minute, func() error {
		if stored := s.Count(storedDocuments); stored != audited {
			t.Fatalf("only %d documents are stored while results are promoted", stored)
		}
		if n := s.Count(`select count(*) from versions where stage = 'extractor' and current and version <> $1`, old); n != invoices {
			return fmt.Errorf("%d of %d invoices have the new version", n, invoices)
		}
		return nil
	})
	for query, want := range map[string]int{
		`select count(*) from versions v join documents using (document_id) where class = 'invoice' and stage = 'extractor' and not current and version = '` + old + `'`: invoices,
		`select count(*) from fields where class = 'invoice' and name = 'grand_total'`:                                                                                   0,
		`select count(*) from fields where class <> 'invoice' and name = 'first_date_of_all'`:                                                                            0,
		`select count(*) from (select document_id, name, value, page, bbox from millrace.fields group by 1, 2, 3, 4, 5, version having count(*) > 1) x`:                  0,
		allDocuments: audited,
		allFailures:  0,
		`select count(*) from (select document_id from millrace.parses group by 1 having count(*) > 1) x`:          0,
		`select count(*) from (select document_id from millrace.classifications group by 1 having count(*) > 1) x`: 0,
	} {
		if got := s.Count(query); got != want {
			t.Errorf("%s gives %d, not %d", query, got, want)
		}
	}
	if n := s.Count(`select count(*) from field_history where not current and name = 'grand_total' and version = $1`, old); n == 0 {
		t.Error("the old fields are not in field_history")
	}
}

// TestADocumentThatFailsInATrialRunIsNotFailed runs the parser again for documents of which one has lost its content.
func TestADocumentThatFailsInATrialRunIsNotFailed(t *testing.T) {
	s := settled(t)
	id := text(t, s, `select min(document_id) from documents`)
	removeContent(t, s, id)
	code, stdout, stderr := runCLI(t, commandLine(t, s, "reprocess", "--stage", "parser", "--limit", "5", "--id", id, "--json"))
	if code != 3 || !strings.Contains(string(stdout), "blob_missing") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if s.Count(storedDocuments) != audited || s.Count(allFailures) != 0 {
		t.Error("the failure of a trial run counts as the document's")
	}
	d := mustRun[reprocess.Diff](t, s, "reprocess", "--stage", "parser", "--where", "document_id <> '"+id+"'", "--json")
	if len(d.Replaces) != 1 || d.Changed != 0 || d.Same != audited-1 {
		t.Errorf("the same parser again: %+v", d)
	}
}

// removeContent removes a document's content from the blob store.
func removeContent(t *testing.T, s *system.System, id string) {
	t.Helper()
	removed := 0
	err := filepath.WalkDir(filepath.Join(s.Dir, "blobs"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.Contains(strings.ReplaceAll(path, string(filepath.Separator), ""), id) {
			removed++
			return os.Remove(path)
		}
		return err
	})
	if err != nil || removed != 1 {
		t.Fatalf("%d blobs were removed: %v", removed, err)
	}
}

package query_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// correct stores corrections of the documents that filled makes, as the sink does.
func correct(t *testing.T, pool *postgres.Pool) {
	t.Helper()
	_, err := pool.Exec(t.Context(), strings.NewReplacer("@invoice", id("abcdef1"), "@broken", id("b00000"), "@never", id("d00000")).Replace(`
		insert into millrace.corrections (correction_id, event_id, document_id, author, at, class, note) values
			('k1', 'k1', '@invoice', 'anna', '2026-02-01', 'letter', null), ('k2', 'k2', '@invoice', 'ben', '2026-02-02', 'receipt', 'page 2'),
			('k3', 'k3', '@broken', 'anna', '2026-02-03', 'letter', null), ('k4', 'k4', '@never', 'anna', '2026-02-04', 'letter', null);
		insert into millrace.corrected_fields (correction_id, ordinal, document_id, at, name, type, value, as_number) values
			('k1', 1, '@invoice', '2026-02-01', 'grand_total', 'amount', '100.00', 100), ('k1', 2, '@invoice', '2026-02-01', 'currency', 'currency', null, null),
			('k2', 1, '@invoice', '2026-02-02', 'grand_total', 'amount', '120.00', 120), ('k2', 2, '@invoice', '2026-02-02', 'iban', 'identifier', 'DE1', null);
		select millrace.refresh(array['@invoice', '@broken'])`))
	if err != nil {
		t.Fatal(err)
	}
}

func TestGetTellsOfCorrections(t *testing.T) {
	pool := filled(t)
	correct(t, pool)
	d, err := query.Get(t.Context(), pool, "abcdef1")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	if d.Class != "receipt" || d.Confidence != 1 || d.OriginalClass != "invoice" || d.CorrectedBy != "ben" || !d.CorrectedAt.Equal(at) {
		t.Errorf("the document is %+v", d.Document)
	}
	var fields []string
	for _, f := range d.FieldList {
		fields = append(fields, strings.Join([]string{f.Name, f.Value, f.CorrectedBy, strings.Join(f.Original, "+")}, " "))
	}
	if diff := cmp.Diff([]string{"grand_total 120.00 ben 119.00", "iban DE1 ben "}, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if len(d.Corrections) != 6 || d.Corrections[0].What != "class" || d.Corrections[0].Current || !d.Corrections[1].Current || d.Corrections[1].Name != "currency" {
		t.Errorf("corrections %+v", d.Corrections)
	}
	var told []string
	for _, s := range d.Timeline {
		if s.Author != "" {
			told = append(told, s.Stage+" "+s.Author+" "+s.Detail)
		}
	}
	want := []string{"correction anna class: invoice -> letter; currency: EUR -> none; grand_total: 119.00 -> 100.00",
		"correction ben class: invoice -> receipt; grand_total: 119.00 -> 120.00; iban: none -> DE1"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func TestCorrectionsAreListed(t *testing.T) {
	pool := filled(t)
	if list, err := query.Corrections(t.Context(), pool, "", 10); err != nil || len(list) != 0 {
		t.Errorf("before there are any: %+v, %v", list, err)
	}
	correct(t, pool)
	list, err := query.Corrections(t.Context(), pool, "", 3)
	if err != nil || len(list) != 3 || list[0].DocumentID != id("d00000") || list[0].Document != "" || list[1].Document != "broken.pdf" || list[2].Note != "page 2" {
		t.Errorf("the latest: %+v, %v", list, err)
	}
	if list, err = query.Corrections(t.Context(), pool, "abcdef1", 10); err != nil || len(list) != 6 {
		t.Errorf("of one document: %+v, %v", list, err)
	}
	if _, err = query.Corrections(t.Context(), pool, "ffffff", 10); !errors.Is(err, query.ErrNotFound) {
		t.Errorf("of none: %v", err)
	}
}

func TestCorrectedClassesAreThoseThatStand(t *testing.T) {
	pool := filled(t)
	correct(t, pool)
	got, err := query.CorrectedClasses(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	want := []query.CorrectedClass{{DocumentID: id("abcdef1"), Class: "receipt", Layout: "l1", Author: "ben", At: time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)}}
	if diff := cmp.Diff(want, got, cmp.Transformer("UTC", time.Time.UTC)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if classes, err := query.Classes(t.Context(), pool); err != nil || strings.Join(classes, " ") != "letter receipt" {
		t.Errorf("classes %v, %v", classes, err)
	}
}

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/event"
)

func TestArraysHoldRowsColumnByColumn(t *testing.T) {
	type key struct{ ID string }
	type row struct {
		key
		Note   *string
		hidden int
		Box    [2]float64
		Last   int
	}
	note := "note"
	got := arrays([]row{{key{"a"}, nil, 1, [2]float64{1, 2}, 5}, {key{"b"}, &note, 2, [2]float64{3, 4}, 6}})
	if d := cmp.Diff([]any{[]string{"a", "b"}, []*string{nil, &note}, []float64{1, 2, 3, 4}, []int{5, 6}}, got); d != "" {
		t.Errorf("columns (-want +got):\n%s", d)
	}
}

func TestMomentsAreRoundedAsPostgresRounds(t *testing.T) {
	w := newWorld(t)
	second := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	for _, ns := range []time.Duration{0, 1, 499, 500, 501, 999, 1_500, 2_500, 123_456_500, 123_457_500, 999_999_499, 999_999_500, 999_999_999} {
		at := second.Add(ns)
		want := value[time.Time](t, w, "select $1::text::timestamptz", at.Format(time.RFC3339Nano))
		if got := moment(at); !got.Equal(want) {
			t.Errorf("%v becomes %v, in Postgres %v", at, got, want)
		}
	}
	if !moment(time.Time{}).IsZero() {
		t.Error("no time became one")
	}
}

// TestEveryValueIsStoredInItsColumn gives every value of an event another content, where its schema lets it.
func TestEveryValueIsStoredInItsColumn(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "story-1", "text")
	s.layout.Size = 100 // whatever the packing of layouts makes it
	e := func(id, stage string) event.Envelope { return s.envelope(id, stage, "1", "cause", 7) }
	box := [4]float64{1, 2, 3, 4.5}
	cells := []event.Cell{
		{Name: "position", Value: "P", Type: "identifier"}, {Name: "item_number", Value: "N", Type: "identifier"}, {Name: "description", Value: "D", Type: "text"},
		{Name: "date", Value: "2026-01-02", Type: "date"}, {Name: "value_date", Value: "2026-01-03", Type: "date"}, {Name: "quantity", Value: "1.0", Type: "number"},
		{Name: "unit", Value: "U", Type: "text"}, {Name: "unit_price", Value: "2.00", Type: "amount"}, {Name: "discount", Value: "3", Type: "number"},
		{Name: "tax_rate", Value: "4.5", Type: "number"}, {Name: "amount", Value: "-5.10", Type: "amount"}, {Name: "balance", Value: "6", Type: "amount"},
	}
	w.play(t,
		deliver("received", (*sink).received, e("received", "generator"), event.Received{DocumentID: s.id, Content: s.content,
			Arrival: event.Arrival{ID: "arrival", Name: "a.pdf", Source: "http", At: s.start, Parent: "mail"}}),
		deliver("parsed", (*sink).parsed, e("parsed", "parser"), event.Parsed{DocumentID: s.id, Content: s.content, Layout: s.layout, Outcome: "partial",
			Engine: "glyph/1", Reason: "repaired", Language: "en", Pages: 9, FailedPages: []int{3, 7}, Words: 40}),
		deliver("classified", (*sink).classified, e("classified", "classifier"), event.Classified{DocumentID: s.id, Layout: s.layout, Model: "linear/1",
			Class: event.Class{Label: "invoice", Confidence: 0.5}, Alternatives: []event.Class{{Label: "receipt", Confidence: 0.25}}}),
		deliver("extracted", (*sink).extracted, e("extracted", "extractor"), event.Extracted{
			DocumentID: s.id, Class: event.Class{Label: "order", Confidence: 0.75}, Template: "order/2", OmittedItems: 4,
			Fields: []event.Field{
				{Name: "date", Value: "2026-01-02", Type: "date", Raw: "2 Jan", Page: 3, BBox: box, Confidence: 0.25, Source: "rule"},
				{Name: "total", Value: "1.50", Type: "amount", BBox: [4]float64{5, 6, 7, 8}, Confidence: 0.75, Source: "model"}},
			Items: []event.Item{
				{Kind: "line_item", Cells: cells, Page: 2, BBox: box, Confidence: 0.5, Source: "table"},
				{Kind: "transaction", Cells: cells[:0], BBox: [4]float64{5, 6, 7, 8}, Confidence: 1, Source: "lines"}},
			Checks: []event.Check{{Name: "sum", Holds: true, Detail: "1 + 1"}, {Name: "balance"}}}))
	got, err := w.dump(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "columns.golden")
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/event"
)

// lineItem is a row of an invoice.
func lineItem(description, quantity, price, total string) event.Item {
	return event.Item{
		Kind: "line_item", Page: 1, BBox: [4]float64{1, 2, 3, 4}, Confidence: 0.98, Source: "invoice/1#table+product+sum",
		Cells: []event.Cell{
			{Name: "description", Value: description, Type: "text"}, {Name: "quantity", Value: quantity, Type: "number"},
			{Name: "unit_price", Value: price, Type: "amount"}, {Name: "amount", Value: total, Type: "amount"}, {Name: "colour", Value: "blue", Type: "text"},
		},
	}
}

// withRows is an extraction with items and checks.
func (s story) withRows(id, version string, second int, items []event.Item, checks []event.Check) delivery {
	return deliver(id, (*sink).extracted, s.envelope(id, "extractor", version, "classified", second), event.Extracted{
		DocumentID: s.id, Class: event.Class{Label: "invoice", Confidence: 0.9}, Template: "invoice/" + version,
		Fields: []event.Field{amount("net_total", "30.00")}, Items: items, OmittedItems: 2, Checks: checks,
	})
}

func texts(t *testing.T, w *world, sql string) []string {
	t.Helper()
	found, err := w.pool.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRowsAndChecksAreStoredTypedAndReplacedAsAWhole(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	booking := event.Item{Kind: "transaction", Confidence: 0.5, Source: "bank_statement/1#table", Cells: []event.Cell{
		{Name: "date", Value: "2024-02-30", Type: "date"}, {Name: "value_date", Value: "2024-02-29", Type: "date"},
		{Name: "amount", Value: "-1e9", Type: "amount"}, {Name: "balance", Value: "-7.50", Type: "amount"},
	}}
	first := s.withRows("first", "1", 2, []event.Item{lineItem("Old", "1", "1.00", "1.00"), lineItem("Older", "1", "1.00", "1.00"), lineItem("Oldest", "1", "1.00", "1.00")},
		[]event.Check{{Name: "line_items", Holds: false, Detail: "old"}, {Name: "products", Holds: true}})
	second := s.withRows("second", "1", 3, []event.Item{lineItem("Oak", "2.5", "12.00", "30.00"), booking}, []event.Check{{Name: "line_items", Holds: true, Detail: "sum of 1 amounts 30.00 = net_total 30.00"}})
	want := []string{`Oak|2.5 × 12.00 = 30.00|"colour"`}
	// Whatever the order, and however often they come, the later result stands.
	for _, order := range [][]delivery{{first, second, second}, {second, first}} {
		w.play(t, s.received("received", "a.pdf", 0), s.classified("classified", "1", "parsed", "invoice", 1))
		w.play(t, order...)
		got := texts(t, w, `select description || '|' || quantity || ' × ' || unit_price || ' = ' || amount || '|' || (cells -> 4 -> 'name')::text from line_items`)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("line items (-want +got):\n%s", d)
		}
	}
	if got := texts(t, w, "select concat_ws('|', date, value_date, amount, balance) from transactions"); len(got) != 1 || got[0] != "2024-02-29|-7.50" {
		t.Errorf("transactions %q; a date that is none and a number with an exponent must be in cells alone", got)
	}
	if got := texts(t, w, "select name || ' ' || holds || ' ' || detail from checks"); len(got) != 1 || got[0] != "line_items true sum of 1 amounts 30.00 = net_total 30.00" {
		t.Errorf("checks %q", got)
	}
	if n := value[int](t, w, "select omitted_items from millrace.extractions"); n != 2 {
		t.Errorf("%d omitted items", n)
	}
}

func TestTheViewsShowTheRowsOfTheCurrentVersion(t *testing.T) {
	w := newWorld(t)
	s := newStory(w, t, "s", "text")
	w.play(t, s.received("received", "a.pdf", 0), s.classified("classified", "1", "parsed", "invoice", 1),
		s.withRows("new", "2", 5, []event.Item{lineItem("New", "1", "1.00", "1.00")}, nil),
		s.withRows("old", "1", 2, []event.Item{lineItem("Old", "1", "1.00", "1.00")}, []event.Check{{Name: "products"}}))
	if got := texts(t, w, "select document || ' ' || class || ' ' || description from line_items"); len(got) != 1 || got[0] != "a.pdf invoice New" {
		t.Errorf("line items %q", got)
	}
	if n := value[int](t, w, "select count(*) from checks"); n != 0 {
		t.Errorf("%d checks of an old version are shown", n)
	}
	if n := value[int](t, w, "select count(*) from millrace.items"); n != 2 {
		t.Errorf("%d rows are kept, want those of both versions", n)
	}
}

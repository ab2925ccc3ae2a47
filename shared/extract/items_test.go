package extract_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

// wantedItems turns the truth into the event's form.
func wantedItems(t synthetic.Truth) []event.Item {
	out := make([]event.Item, len(t.Items))
	for i, it := range t.Items {
		out[i].Kind = it.Kind
		for _, c := range it.Cells {
			out[i].Cells = append(out[i].Cells, event.Cell{Name: c.Name, Value: c.Value, Type: c.Type})
		}
	}
	return out
}

// TestSyntheticRows reads the rows of synthetic documents of every layout and language, and prints figures by layout.
func TestSyntheticRows(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	e, err := extract.New(extract.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"invoice", "purchase_order", "receipt", "bank_statement"} {
		t.Run(kind, func(t *testing.T) {
			source, err := synthetic.New(synthetic.Config{Seed: 31, Kinds: []string{kind}})
			if err != nil {
				t.Fatal(err)
			}
			all, byLayout, checks := score.Rows{}, map[string]*score.Rows{}, map[string][2]int{}
			for range 120 {
				d, err := source.Next()
				if err != nil {
					t.Fatal(err)
				}
				doc, err := pdf.Read(t.Context(), d.PDF, pdf.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				r := e.Extract(doc, kind)
				if byLayout[d.Layout] == nil {
					byLayout[d.Layout] = &score.Rows{}
				}
				all.Add(d.Name+" "+d.Layout+" "+d.Language, wantedItems(d.Truth), r.Items)
				byLayout[d.Layout].Add(d.Name, wantedItems(d.Truth), r.Items)
				for _, c := range r.Checks {
					n := checks[c.Name]
					if n[1]++; c.Holds {
						n[0]++
					}
					checks[c.Name] = n
				}
			}
			var sb strings.Builder
			if err := all.Write(&sb); err != nil {
				t.Fatal(err)
			}
			for _, name := range slices.Sorted(maps.Keys(byLayout)) {
				fmt.Fprintf(&sb, "  %s: rows F1 %.3f, cells F1 %.3f\n", name, byLayout[name].Rows.F1(), byLayout[name].Cells.F1())
			}
			fmt.Fprintf(&sb, "  checks that hold: %v\n", checks)
			t.Log("\n" + sb.String() + strings.Join(all.Misses(25), "\n"))
			if all.Rows.F1() < 0.95 || all.Cells.F1() < 0.95 {
				t.Errorf("rows F1 %.3f, cells F1 %.3f; both must be at least 0.95", all.Rows.F1(), all.Cells.F1())
			}
		})
	}
}

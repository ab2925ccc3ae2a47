package reprocess

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/event"
)

func encoded(t *testing.T, p event.Payload) payload {
	t.Helper()
	body, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return payload{body: body}
}

func extracted(fields ...string) event.Extracted {
	var x event.Extracted
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		x.Fields = append(x.Fields, event.Field{Name: name, Value: value})
	}
	return x
}

func TestFieldsAreComparedByNameAndValue(t *testing.T) {
	before := extracted("total=1.00", "vat=A", "vat=B", "vat=C", "gone=x", "date=2026-01-01")
	after := extracted("date=2026-01-01", "total=2.00", "vat=C", "vat=A", "vat=D", "vat=E", "new=y")
	got := compareExtracted(encoded(t, before), encoded(t, after))
	want := []Change{
		{"date", Same, "2026-01-01", "2026-01-01"},
		{"gone", Removed, "x", ""},
		{"new", Added, "", "y"},
		{"total", Changed, "1.00", "2.00"},
		{"vat", Same, "A", "A"},
		{"vat", Same, "C", "C"},
		{"vat", Changed, "B", "D"},
		{"vat", Added, "", "E"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if changed(compareExtracted(encoded(t, after), encoded(t, after))) {
		t.Error("a result differs from itself")
	}
}

func TestRowsAndChecksAreComparedToo(t *testing.T) {
	row := func(description, amount string) event.Item {
		return event.Item{Kind: "line_item", Cells: []event.Cell{{Name: "description", Value: description}, {Name: "amount", Value: amount}}}
	}
	before := event.Extracted{Items: []event.Item{row("Bolt", "1.00"), row("Nut", "2.00")}, Checks: []event.Check{{Name: "line_items"}}}
	after := event.Extracted{Items: []event.Item{row("Bolt", "1.00"), row("Nut", "3.00")}, Checks: []event.Check{{Name: "line_items", Holds: true}}}
	want := []Change{
		{"check line_items", Changed, "does not hold", "holds"},
		{"line_item", Same, "description=Bolt, amount=1.00", "description=Bolt, amount=1.00"},
		{"line_item", Changed, "description=Nut, amount=2.00", "description=Nut, amount=3.00"},
	}
	if diff := cmp.Diff(want, compareExtracted(encoded(t, before), encoded(t, after))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParsesAreComparedByWhatTheySay(t *testing.T) {
	size := func(n int64) *int64 { return &n }
	before := encoded(t, event.Parsed{Outcome: "partial", Pages: 3, FailedPages: []int{2}, Words: 10, Language: "en"})
	after := encoded(t, event.Parsed{Outcome: "complete", Pages: 3, Words: 12})
	before.textSize, after.textSize = size(100), size(130)
	var got []string
	for _, c := range compareParsed(before, after) {
		got = append(got, fmt.Sprintf("%s %s %s>%s", c.Name, c.Kind, c.Before, c.After))
	}
	want := []string{
		"outcome changed partial>complete", "pages same 3>3", "failed pages changed 1>0", "words changed 10>12",
		"text size changed 100>130", "language removed en>", "layout same >",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestADiffCountsByClassAndVersion(t *testing.T) {
	stage, err := StageNamed("classifier")
	if err != nil {
		t.Fatal(err)
	}
	c := newCounter(stage, 1)
	add := func(before, after, state string) {
		r := result{DocumentID: "d", State: state, BeforeVersion: "1", Version: "2", Failure: "broken"}
		if before != "" {
			r.Before = encoded(t, event.Classified{Class: event.Class{Label: before}}).body
		} else {
			r.BeforeVersion = ""
		}
		if after != "" {
			r.Payload = encoded(t, event.Classified{Class: event.Class{Label: after}}).body
		}
		c.add(r)
	}
	for range 2 {
		add("invoice", "receipt", "done")
	}
	add("invoice", "invoice", "done")
	add("", "letter", "done")
	add("invoice", "", "failed")
	add("", "", "missing")
	add("invoice", "", "sent")
	d := c.diff()
	if d.Same != 1 || d.Changed != 2 || d.New != 1 || len(d.Failures) != 1 || len(d.Missing) != 1 || len(d.Replaces) != 0 {
		t.Errorf("diff %+v", d)
	}
	wantClasses := []ClassChange{
		{Before: "invoice", After: "receipt", Documents: 2, Changed: 2, Examples: []Example{{DocumentID: "d", Before: "invoice", After: "receipt"}}},
		{Before: "", After: "letter", Documents: 1, Changed: 1, Examples: []Example{{DocumentID: "d", After: "letter"}}},
		{Before: "invoice", After: "invoice", Documents: 1},
	}
	if diff := cmp.Diff(wantClasses, d.Classes); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]VersionPair{{"1", "2", 3}, {"", "2", 1}}, d.Versions); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

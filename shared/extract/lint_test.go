package extract_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/millrace/millrace/shared/extract"
)

func TestTheBuiltInTemplatesAreClean(t *testing.T) {
	got, err := extract.Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range got {
		if len(l.Problems) > 0 || l.Template == "" {
			t.Errorf("%s: %v", l.File, l.Problems)
		}
	}
	if len(got) < 12 {
		t.Errorf("%d templates were checked", len(got))
	}
}

func TestLintTellsEveryProblemOfEveryFile(t *testing.T) {
	dir := folder(t, map[string]string{
		"ours.yaml":     goodHead + "fields:\n  - {name: A, type: money, labels: {en: [a]}}\n",
		"gb/theirs.yml": "keywords: ['(']\nfields: {x: '['}\n", "gb/fine.yml": borrowed, "text.txt": "no template",
	})
	got, err := extract.Lint(dir)
	if err != nil || len(got) != 3 {
		t.Fatalf("%d files, %v", len(got), err)
	}
	if fine := got[0]; fine.Template != "invoice2data/fine.yml" || len(fine.Problems) != 0 || fine.File != filepath.Join(dir, "gb", "fine.yml") {
		t.Errorf("the good one: %+v", fine)
	}
	for _, l := range got[1:] {
		if l.Template != "" || len(l.Problems) != 2 || l.Problems[0].File != l.File || l.Problems[0].Line == 0 {
			t.Errorf("%s: %q %v", l.File, l.Template, l.Problems)
		}
	}
	one, err := extract.Lint(filepath.Join(dir, "ours.yaml"))
	if err != nil || len(one) != 1 || one[0].File != filepath.Join(dir, "ours.yaml") {
		t.Errorf("one file: %+v, %v", one, err)
	}
	if _, err := extract.Lint(filepath.Join(dir, "absent.yaml")); err == nil {
		t.Error("a file that is not there is no problem")
	}
}

func TestNearMissesTellWhatTheyLack(t *testing.T) {
	dir := folder(t, map[string]string{"oak.yml": borrowed, "elm.yml": "keywords: [Oak, Elm Street]\n", "mine.yaml": goodHead + "fields:\n  - {name: ticket, type: identifier, labels: {en: [ticket no]}}\n"})
	e, err := extract.New(extract.Config{TemplateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	matches := e.Matches(sheetOf(cell{50, 50, "Oak Timber"}, cell{50, 90, "No A-17"}, cell{50, 120, "Ticket no 17-A"}), "ticket")
	if !matches[0].Used || matches[0].Template != "ticket/3" || matches[0].Found != 1 || matches[0].Wanted != 1 {
		t.Errorf("first is %+v", matches[0])
	}
	for template, lacks := range map[string][]string{"invoice2data/oak.yml": {"date", "amount"}, "invoice2data/elm.yml": {`"Elm Street"`}} {
		i := slices.IndexFunc(matches, func(m extract.Match) bool { return m.Template == template })
		if i < 0 || !slices.Equal(matches[i].Lacks, lacks) || matches[i].Used {
			t.Errorf("%s: %+v", template, matches)
		}
	}
}

func TestExplainTellsWhatLost(t *testing.T) {
	doc := sheetOf(cell{50, 50, "Invoice number: A-17"}, cell{50, 70, "Invoice: B-18"}, cell{50, 90, "Total due: 12.00"})
	for _, r := range newExtractor(t).Explain(doc, "invoice").Rules {
		switch {
		case r.Name == "invoice_number" && (r.Labels != 2 || len(r.Lost) != 1 || r.Lost[0].Value != "B-18"):
			t.Errorf("%+v", r)
		case r.Name == "due_date" && (r.Labels != 0 || len(r.Lost) != 0):
			t.Errorf("%+v", r)
		}
	}
}

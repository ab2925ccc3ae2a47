package extract_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract"
)

const borrowed = `issuer: Oak Timber
keywords: ['Oak\s+Timber']
fields:
  amount: 'Payable\s{3,}([\d.]+)'
  date: 'Date: (\S+)'
  invoice_number: 'No (\S+)'
options: {date_formats: ['%d/%m/%Y']}
`

func TestAFolderMayHoldBothKindsOfTemplates(t *testing.T) {
	dir := folder(t, map[string]string{
		"gb/oak.yml": borrowed, "notes.json": `{"a": 1}`,
		"mine.yaml": "template: invoice\nversion: 7\nfields:\n  - {name: delivery_note, type: identifier, labels: {en: [delivery note]}}\n",
	})
	e, err := extract.New(extract.Config{TemplateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	doc := sheetOf(cell{50, 50, "Oak Timber"}, cell{50, 70, "Date: 03/04/2025"}, cell{50, 90, "No A-17"}, cell{50, 110, "Payable"}, cell{300, 110, "117.50"}, cell{50, 130, "Delivery note: L-55"})
	res := e.Extract(doc, "invoice")
	got := map[string]string{}
	for _, f := range res.Fields {
		got[f.Name] = f.Value + " " + f.Source
		if f.Name == "amount" && (f.Page != 1 || f.BBox[0] < 299) {
			t.Errorf("the amount stands on page %d at %v", f.Page, f.BBox)
		}
	}
	for name, want := range map[string]string{
		"amount": "117.50 invoice2data/oak.yml#amount", "grand_total": "117.50 invoice2data/oak.yml#amount", "issue_date": "2025-04-03 invoice2data/oak.yml#date",
		"issuer": "Oak Timber invoice2data/oak.yml#issuer", "delivery_note": "L-55 invoice/7#delivery_note.label",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if res.Template != "invoice2data/oak.yml" {
		t.Errorf("the template is %s", res.Template)
	}
	if other := e.Extract(sheetOf(cell{50, 130, "Delivery note: L-55"}), "invoice"); other.Template != "invoice/7" || len(other.Fields) != 1 {
		t.Errorf("another document is read by %s: %v", other.Template, other.Fields)
	}
}

func TestBorrowedTemplatesChangeTheFingerprint(t *testing.T) {
	e, err := extract.New(extract.Config{TemplateDir: folder(t, map[string]string{"oak.yml": borrowed})})
	if err != nil {
		t.Fatal(err)
	}
	if e.Fingerprint() == newExtractor(t).Fingerprint() {
		t.Error("their results would have the ids of results without them")
	}
}

func TestABorrowedTemplateMayReadAlone(t *testing.T) {
	dir := folder(t, map[string]string{"oak.yml": borrowed, "broken.yml": "keywords: [a]\nfields: {x: '('}\n"})
	e, err := extract.New(extract.Config{TemplateFile: filepath.Join(dir, "oak.yml")})
	if err != nil {
		t.Fatal(err)
	}
	res := e.Extract(sheetOf(cell{50, 50, "Invoice number: B-1"}), "invoice")
	if res.Template != "invoice2data/oak.yml" || res.Fields == nil || len(res.Fields) != 0 {
		t.Errorf("a document that it does not fit: %+v", res)
	}
	var problem *extract.TemplateError
	if _, err := extract.New(extract.Config{TemplateFile: filepath.Join(dir, "broken.yml")}); !errors.As(err, &problem) || problem.Field != "fields.x" || !strings.Contains(problem.File, "broken.yml") {
		t.Errorf("a broken one: %v", err)
	}
}

func TestValuesOfTextThatTheTemplateChangedKeepTheirPlace(t *testing.T) {
	text := strings.NewReplacer(`Oak\s+Timber`, "OakTimber", `\s{3,}`, "", "Date: ", "Date:", "No ", "No").Replace(borrowed)
	dir := folder(t, map[string]string{"oak.yml": strings.Replace(text, "options: {", "options: {remove_whitespace: true, ", 1)})
	e, err := extract.New(extract.Config{TemplateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	doc := sheetOf(cell{50, 50, "Oak Timber"}, cell{50, 70, "Date: 03/04/2025"}, cell{50, 90, "No A-17"}, cell{50, 110, "Payable"}, cell{300, 110, "117 .50"})
	for _, f := range e.Extract(doc, "invoice").Fields {
		if f.Name == "amount" && (f.Value != "117.50" || f.Page != 1 || f.BBox[0] < 299 || f.BBox[1] < 100) {
			t.Errorf("amount %q on page %d at %v", f.Value, f.Page, f.BBox)
		}
	}
}

package extract_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract"
)

// folder writes files of the given names and texts.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const goodHead = "template: ticket\nversion: 3\n"

func TestTemplateProblemsNameFileLineAndField(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		line       int
		field      string
		says       string
	}{
		{"not YAML", "template: [\n", 0, "", ""},
		{"an unknown key", goodHead + "feilds: []\n", 3, "feilds", "unknown field"},
		{"an unknown key in a field", goodHead + "fields:\n  - name: a\n    type: text\n    lables: {en: [a]}\n", 6, "lables", "unknown field"},
		{"no class", "version: 1\nfields:\n  - {name: a, type: text, labels: {en: [a]}}\n", 1, "template", "must name a class"},
		{"no version", "template: ticket\nfields:\n  - {name: a, type: text, labels: {en: [a]}}\n", 1, "version", "must be 1 or more"},
		{"no fields", goodHead, 1, "fields", "there are none"},
		{"a wrong type", goodHead + "fields:\n  - name: a\n    type: money\n    labels: {en: [a]}\n", 5, "fields[0].type", `"money" is not a type`},
		{"a wrong format", goodHead + "fields:\n  - name: a\n    type: identifier\n    format: isbn\n    labels: {en: [a]}\n", 6, "fields[0].format", `"isbn" is not a format`},
		{"a wrong direction", goodHead + "fields:\n  - name: a\n    type: text\n    labels: {en: [a]}\n    where: [left]\n", 7, "fields[0].where", "use right or below"},
		{"a name twice", goodHead + "fields:\n  - {name: a, type: text, labels: {en: [a]}}\n  - {name: a, type: text, labels: {en: [b]}}\n", 5, "fields[1].name", "already a field"},
		{"a broken expression", goodHead + "fields:\n  - name: a\n    type: text\n    patterns:\n      - id: p\n        match: '(?P<value>['\n", 8, "fields[0].patterns[0].match", "regular expression"},
		{"an expression without a value", goodHead + "fields:\n  - name: a\n    type: text\n    patterns:\n      - {id: p, match: 'x'}\n", 7, "fields[0].patterns[0].match", "(?P<value>"},
		{"no way to find it", goodHead + "fields:\n  - {name: a, type: text}\n", 4, "fields[0]", "nothing says how"},
		{"an unknown section", goodHead + "fields:\n  - {name: a, type: party, section: seller}\n", 4, "fields[0].section", "no section"},
		{"an unknown fallback", goodHead + "fields:\n  - {name: a, type: text, fallback: b}\n", 4, "fields[0].fallback", "no field"},
		{"a check on text", goodHead + "fields:\n  - {name: a, type: text, labels: {en: [a]}}\nchecks:\n  - {id: c, sum: [a, a], equals: a}\n", 6, "checks[0].sum[0]", "not an amount"},
		{"an unknown guess", goodHead + "fields:\n  - {name: a, type: text, guess: [luck]}\n", 4, "fields[0].guess[0]", `"luck" is not known`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := folder(t, map[string]string{"mine.yaml": tc.text})
			_, err := extract.New(extract.Config{TemplateDir: dir})
			var problem *extract.TemplateError
			if !errors.As(err, &problem) {
				t.Fatalf("got %v, want a TemplateError", err)
			}
			if !strings.HasSuffix(problem.File, "mine.yaml") || tc.line != 0 && problem.Line != tc.line || problem.Field != tc.field || !strings.Contains(problem.Text, tc.says) {
				t.Errorf("got  %s\nwant line %d, field %s, a text with %q", err, tc.line, tc.field, tc.says)
			}
		})
	}
}

func TestAllProblemsOfAFolderAreReported(t *testing.T) {
	dir := folder(t, map[string]string{"a.yaml": goodHead, "b.yml": "template: X\nversion: 0\n", "notes.txt": "not a template"})
	_, err := extract.New(extract.Config{TemplateDir: dir})
	for _, want := range []string{"a.yaml:1: fields", "b.yml:1: template", "b.yml:2: version"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestTwoTemplatesOfAClassInOneFolderAreAnError(t *testing.T) {
	text := goodHead + "fields:\n  - {name: a, type: text, labels: {en: [a]}}\n"
	_, err := extract.New(extract.Config{TemplateDir: folder(t, map[string]string{"a.yaml": text, "b.yaml": text})})
	if err == nil || !strings.Contains(err.Error(), "already the template in") {
		t.Errorf("got %v", err)
	}
}

func TestAMissingFolderIsAnError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nowhere")
	if _, err := extract.New(extract.Config{TemplateDir: dir}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v, want an error that names %s", err, dir)
	}
}

func TestAFolderReplacesAndAddsClasses(t *testing.T) {
	dir := folder(t, map[string]string{
		"ticket.yaml":  goodHead + "fields:\n  - {name: ticket_number, type: identifier, labels: {en: [ticket]}}\n",
		"invoice.yaml": "template: invoice\nversion: 41\nfields:\n  - {name: job, type: identifier, labels: {en: [job no]}}\n",
	})
	e, err := extract.New(extract.Config{TemplateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(e.Classes(), "ticket") || !slices.Contains(e.Classes(), "receipt") {
		t.Errorf("classes = %v", e.Classes())
	}
	if res := e.Extract(sheetOf(cell{50, 100, "Ticket: T-9"}), "ticket"); res.Template != "ticket/3" || field(res.Fields, "ticket_number").Value != "T-9" {
		t.Errorf("ticket: %+v", res)
	}
	if res := e.Extract(sheetOf(cell{50, 100, "Job no. 12"}, cell{50, 120, "Invoice number 7"}), "invoice"); res.Template != "invoice/41" || len(res.Fields) != 1 {
		t.Errorf("invoice: %+v", res)
	}
}

func TestAPatternForLinesReadsTheLinesWithItsNearWords(t *testing.T) {
	dir := folder(t, map[string]string{"ticket.yaml": goodHead + `fields:
  - name: ticket_number
    type: identifier
    patterns: [{id: code, on: line, near: [Booked, ticket], match: '(?P<value>[A-Z]-\d+)'}]
`})
	e, err := extract.New(extract.Config{TemplateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	res := e.Extract(sheetOf(cell{50, 100, "Seat A-1"}, cell{50, 140, "We booked T-9 for you"}, cell{50, 180, "Gate B-2"}), "ticket")
	if got := field(res.Fields, "ticket_number").Value; got != "T-9" {
		t.Errorf("got %q", got)
	}
}

package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/synthetic"
)

// samples writes n synthetic documents and returns their paths and what they truly say.
func samples(t *testing.T, n int, kinds ...string) (paths []string, documents []synthetic.Document) {
	t.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: 5, Kinds: kinds, Languages: []string{"en"}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for range n {
		d, err := source.Next()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, d.Name)
		if err := os.WriteFile(path, d.PDF, 0o600); err != nil {
			t.Fatal(err)
		}
		paths, documents = append(paths, path), append(documents, d)
	}
	return paths, documents
}

func TestInspectPrintsOneObjectPerFileInOrder(t *testing.T) {
	paths, documents := samples(t, 6, "invoice")
	r := run(t, nil, append([]string{"inspect", "--json"}, paths...)...)
	if r.code != ExitOK || r.err != "" {
		t.Fatalf("exit code %d, said %q", r.code, r.err)
	}
	results := objects[inspect.Result](t, r.out)
	if len(results) != len(paths) {
		t.Fatalf("%d results for %d files", len(results), len(paths))
	}
	for i, got := range results {
		if got.File != paths[i] || got.DocumentID == nil || *got.DocumentID != blob.RefOf(documents[i].PDF).Hex() || got.Error != nil {
			t.Errorf("result %d is of %s: %+v", i, got.File, got.Error)
		}
		if got.Pages < 1 || got.Engine == "" || got.Class == nil || got.Class.Model == "" || len(got.Fields) == 0 {
			t.Errorf("%s: %d pages, engine %q, class %+v, %d fields", got.File, got.Pages, got.Engine, got.Class, len(got.Fields))
		}
		if total, _ := documents[i].Truth.Value("grand_total"); !slices.ContainsFunc(got.Fields, func(f inspect.Field) bool {
			return f.Value == total && f.Page > 0 && f.BBox[2] > f.BBox[0]
		}) {
			t.Errorf("%s: no field has the total %s with its place", got.File, total)
		}
	}
}

// TestInspectJSONHasExactlyTheDocumentedKeys holds the keys and their order; see docs/cli.md.
func TestInspectJSONHasExactlyTheDocumentedKeys(t *testing.T) {
	paths, _ := samples(t, 1, "receipt")
	r := run(t, nil, "inspect", "--json", paths[0], filepath.Join(t.TempDir(), "absent.pdf"))
	good, bad, _ := strings.Cut(strings.TrimSpace(r.out), "\n")
	wantTop := []string{"file", "document_id", "pages", "text", "engine", "class", "fields", "error"}
	for line, more := range map[string][]string{good: {"items", "checks"}, bad: nil} {
		if diff := cmp.Diff(append(slices.Clone(wantTop), more...), keys(t, line)); diff != "" {
			t.Errorf("keys differ (-want +got):\n%s", diff)
		}
	}
	var raw struct {
		Class, Error json.RawMessage
		Fields       []json.RawMessage
	}
	if err := json.Unmarshal([]byte(good), &raw); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"label", "confidence", "model"}, keys(t, string(raw.Class))); diff != "" {
		t.Errorf("keys of class differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"name", "value", "type", "page", "bbox", "confidence", "source"}, keys(t, string(raw.Fields[0]))); diff != "" {
		t.Errorf("keys of a field differ (-want +got):\n%s", diff)
	}
	if string(raw.Error) != "null" {
		t.Errorf("error = %s", raw.Error)
	}
	if !regexp.MustCompile(`"document_id":null,"pages":0,"text":"","engine":"","class":null,"fields":\[\],"error":\{"kind":"missing","message":"[^"]+"\}\}$`).MatchString(bad) {
		t.Errorf("a file that is not there: %s", bad)
	}
}

// keys returns the keys of a JSON object in the order in which they stand.
func keys(t *testing.T, object string) []string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		out = append(out, key.(string))
	}
	return out
}

func TestInspectSaysWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, _ := samples(t, 1, "letter")
	tests := []struct{ path, kind string }{
		{file("text.pdf", "hello, I am no PDF", 0o600), "not_a_pdf"},
		{file("empty.pdf", "", 0o600), "empty"},
		{filepath.Join(dir, "absent with ü.pdf"), "missing"},
		{os.DevNull, "not_a_file"},
	}
	if os.Geteuid() != 0 { // root may read everything
		tests = append(tests, struct{ path, kind string }{file("locked.pdf", "%PDF-1.7", 0o000), "no_permission"})
	}
	args := []string{"inspect", "--json"}
	for _, tt := range tests {
		args = append(args, tt.path)
	}
	r := run(t, nil, append(args, good[0])...)
	if r.code != ExitSomeDocuments {
		t.Errorf("exit code %d, want %d", r.code, ExitSomeDocuments)
	}
	results := objects[inspect.Result](t, r.out)
	for i, tt := range tests {
		if got := results[i].Error; got == nil || got.Kind != tt.kind || got.Message == "" {
			t.Errorf("%s: %+v, want kind %s", tt.path, got, tt.kind)
		}
	}
	if last := results[len(results)-1]; last.Error != nil {
		t.Errorf("the good file after the bad ones: %+v", last.Error)
	}
	people := run(t, nil, "inspect", tests[0].path)
	if people.code != ExitSomeDocuments || !strings.Contains(people.out, "not_a_pdf: ") {
		t.Errorf("for people: exit code %d, %q", people.code, people.out)
	}
}

func TestInspectReadsStandardInputAndFolders(t *testing.T) {
	paths, documents := samples(t, 2, "contract")
	r := runWith(t, bytes.NewReader(documents[0].PDF), nil, "inspect", "--json", "--no-text", "-", filepath.Dir(paths[0]))
	results := objects[inspect.Result](t, r.out)
	if r.code != ExitOK || len(results) != 3 {
		t.Fatalf("exit code %d, %d results", r.code, len(results))
	}
	if results[0].File != "-" || *results[0].DocumentID != blob.RefOf(documents[0].PDF).Hex() || results[0].Text != "" {
		t.Errorf("standard input: %+v", results[0])
	}
	if empty := run(t, nil, "inspect", t.TempDir()); empty.code != ExitFailed || !strings.Contains(empty.err, "no documents") {
		t.Errorf("an empty folder: exit code %d, %q", empty.code, empty.err)
	}
}

func TestInspectWithABrokenTemplateNamesIt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte("class: [broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	paths, _ := samples(t, 1, "letter")
	r := run(t, nil, "inspect", "--templates", dir, paths[0])
	if r.code != ExitFailed || !strings.Contains(r.err, "mine.yaml") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
}

func TestInspectForPeople(t *testing.T) {
	id := strings.Repeat("ab", 32)
	var sb strings.Builder
	for _, r := range []inspect.Result{
		{
			File: "bills/bill\x1b[2J.pdf", DocumentID: &id, Pages: 2, Engine: "glyph/1", Text: "A\n\nB\n1\n2\n3\n4\n5\n6\n7\n8\n",
			Class: &inspect.Class{Label: "invoice", Confidence: 0.987, Model: "doctype/1"},
			Fields: []inspect.Field{
				{Name: "grand_total", Value: "119.00", Type: "amount", Page: 2, Confidence: 0.9, Source: "invoice/1#grand_total.label"},
				{Name: "seller_name", Value: "A very long name of a company that does not fit into the terminal", Page: 1, Confidence: 0.5, Source: "invoice/1#seller_name.letterhead"},
			},
			Items: []event.Item{
				{Kind: "line_item", Confidence: 0.98, Cells: []event.Cell{{Name: "description", Value: "Oak\x1b[2J boards", Type: "text"}, {Name: "amount", Value: "90.00", Type: "amount"}}},
				{Kind: "line_item", Confidence: 0.4, Cells: []event.Cell{{Name: "description", Value: "Glue", Type: "text"}, {Name: "quantity", Value: "2", Type: "number"}, {Name: "amount", Value: "7.50", Type: "amount"}}},
			},
			Checks: []event.Check{{Name: "line_items", Holds: false, Detail: "sum of 2 amounts 97.50 ≠ net_total 100.00"}, {Name: "dates", Holds: true, Detail: "issue_date ≤ due_date"}},
		},
		{File: "broken.pdf", Error: &inspect.Error{Kind: "damaged", Message: "the file\nis damaged"}},
	} {
		if err := writeInspected(&sb, r, 90); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "inspect.txt", sb.String())
}

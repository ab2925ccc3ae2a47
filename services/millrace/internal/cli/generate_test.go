package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/synthetic"
)

// contents returns the files of a folder by name.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]byte)
	for _, e := range entries {
		if out[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestTheSameSeedGivesTheSameDocuments(t *testing.T) {
	var runs []map[string][]byte
	for _, seed := range []string{"7", "7", "8"} {
		dir := t.TempDir()
		if r := run(t, nil, "generate", "--count", "5", "--seed", seed, "--out", dir, "--sidecar"); r.code != ExitOK {
			t.Fatalf("exit code %d: %s", r.code, r.err)
		}
		runs = append(runs, contents(t, dir))
	}
	if len(runs[0]) != 10 {
		t.Errorf("5 documents with sidecars are %d files", len(runs[0]))
	}
	if !maps.EqualFunc(runs[0], runs[1], bytes.Equal) {
		t.Error("the same seed gave other documents")
	}
	if maps.EqualFunc(runs[0], runs[2], bytes.Equal) {
		t.Error("another seed gave the same documents")
	}
}

func TestASidecarSaysWhatItsDocumentIs(t *testing.T) {
	dir := t.TempDir()
	r := run(t, nil, "generate", "--count", "3", "--kinds", "invoice,receipt", "--languages", "de", "--out", dir, "--sidecar", "--json")
	if r.code != ExitOK {
		t.Fatal(r.err)
	}
	files := contents(t, dir)
	for _, d := range objects[generated](t, r.out) {
		name := filepath.Base(d.File)
		if !bytes.HasPrefix(files[name], []byte("%PDF-")) {
			t.Errorf("%s is no PDF", name)
		}
		var truth synthetic.Truth
		if err := json.Unmarshal(files[strings.TrimSuffix(name, ".pdf")+".truth.json"], &truth); err != nil {
			t.Fatalf("sidecar of %s: %v", name, err)
		}
		if truth.Class != d.Class || d.Language != "de" || !slices.Contains([]string{"invoice", "receipt"}, d.Class) || len(truth.Fields) == 0 {
			t.Errorf("%s: %+v, sidecar of class %s with %d fields", name, d, truth.Class, len(truth.Fields))
		}
	}
}

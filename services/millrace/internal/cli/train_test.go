package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/shared/modelstore"
)

// filed puts synthetic documents into a folder with a sub-folder for each kind.
func filed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, kind := range []string{"invoice", "resume"} {
		if err := os.Mkdir(filepath.Join(dir, kind), 0o750); err != nil {
			t.Fatal(err)
		}
		paths, _ := samples(t, 6, kind)
		for _, path := range paths {
			if err := os.Rename(path, filepath.Join(dir, kind, filepath.Base(path))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestTrainInstallAndRollBack(t *testing.T) {
	dir, models := filed(t), filepath.Join(t.TempDir(), "models")
	args := func(more ...string) []string {
		return append([]string{"train", "--folder", dir, "--only", "--models", models, "--json"}, more...)
	}
	r := run(t, nil, args()...)
	if r.code != ExitOK {
		t.Fatalf("exit code %d, said %q", r.code, r.err)
	}
	got := objects[trained](t, r.out)[0]
	if got.Documents != 12 || got.HeldBack.Documents != 12 || got.InUse == nil || got.Installed || got.Name == "" || len(got.Labels) != 2 {
		t.Errorf("got %+v", got)
	}
	inUse := func() string {
		for _, m := range objects[listedModel](t, run(t, nil, "models", "--models", models, "--json").out) {
			if m.InUse {
				return m.Name
			}
		}
		return ""
	}
	if inUse() != modelstore.BuiltIn {
		t.Errorf("%s is in use, though nothing was installed", inUse())
	}
	if again := objects[trained](t, run(t, nil, args("--install")...).out)[0]; again.Name != got.Name || inUse() != got.Name {
		t.Errorf("the same documents gave %s and %s; %s is in use", got.Name, again.Name, inUse())
	}
	if r := run(t, nil, "models", "rollback", "--models", models); r.code != ExitOK || inUse() != modelstore.BuiltIn {
		t.Errorf("rolled back, %s is in use: %s", inUse(), r.err)
	}
	if r := run(t, nil, "models", "use", got.Name, "--models", models); r.code != ExitOK || inUse() != got.Name {
		t.Errorf("%s is in use: %s", inUse(), r.err)
	}
	paths, _ := samples(t, 1, "letter")
	for setting, model := range map[string]string{models: got.Model, filepath.Join(models, got.Name+".model"): got.Model, "": "doctype/1"} {
		r := run(t, []string{"MILLRACE_CLASSIFIER_MODEL=" + setting}, "inspect", "--json", paths[0])
		if class := objects[inspect.Result](t, r.out)[0].Class; class == nil || !strings.HasPrefix(class.Model, model) || model == "" {
			t.Errorf("with the model %q inspect uses %+v, want %s: %s", setting, class, model, r.err)
		}
	}
	if r := run(t, nil, "models", "--models", models); !strings.Contains(r.out, "in use  "+got.Name) || !strings.Contains(r.out, modelstore.BuiltIn) {
		t.Errorf("the table says\n%s", r.out)
	}
	if r := run(t, nil, "models", "use", "absent", "--models", models); r.code != ExitFailed || !strings.Contains(r.err, "millrace models") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
}

func TestTrainListsWhatItCannotReadAndWritesAFile(t *testing.T) {
	dir := filed(t)
	if err := os.WriteFile(filepath.Join(dir, "invoice", "broken.pdf"), []byte("%PDF-1.7 and nothing more"), 0o600); err != nil {
		t.Fatal(err)
	}
	// What the parser reads can be learned from, not only PDF.
	if err := os.WriteFile(filepath.Join(dir, "resume", "plain.txt"), []byte("Carla Mendes\nWork experience\nEngineer, Delta Systems\nSkills: Go, SQL\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	table, out := filepath.Join(dir, "labels.csv"), filepath.Join(t.TempDir(), "my.model")
	var rows strings.Builder
	rows.WriteString("path,label\n")
	for _, kind := range []string{"invoice", "resume"} {
		entries, err := os.ReadDir(filepath.Join(dir, kind))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			rows.WriteString(kind + "/" + e.Name() + "," + kind + "\n")
		}
	}
	if err := os.WriteFile(table, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r := run(t, nil, "train", "--csv", table, "--only", "--out", out)
	if r.code != ExitSomeDocuments || !strings.Contains(r.err, "broken.pdf") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
	for _, want := range []string{"learned from 13 documents", "macro-F1", "calibration error", "in use: doctype/1+", out} {
		if !strings.Contains(r.out, want) {
			t.Errorf("the report lacks %q:\n%s", want, r.out)
		}
	}
	if info, err := os.Stat(out); err != nil || info.Size() == 0 {
		t.Errorf("the model: %v", err)
	}
}

func TestTrainRefuses(t *testing.T) {
	dir := filed(t)
	entries, err := os.ReadDir(filepath.Join(dir, "invoice"))
	if err != nil {
		t.Fatal(err)
	}
	same, err := os.ReadFile(filepath.Join(dir, "invoice", entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "resume", "same.pdf"), same, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"train"}, ExitUsage, "--folder"},
		{[]string{"train", "--folder", dir, "--name", "My Model"}, ExitUsage, "--name"},
		{[]string{"train", "--folder", dir, "--install", "--out", "x"}, ExitUsage, "--out"},
		{[]string{"train", "--folder", dir, "--only"}, ExitFailed, "same.pdf"},
		{[]string{"train", "--folder", t.TempDir()}, ExitFailed, "sub-folders"},
		{[]string{"train", "--csv", filepath.Join(dir, "absent.csv")}, ExitFailed, "absent.csv"},
	} {
		if r := run(t, []string{"MILLRACE_DATA_DIR=" + t.TempDir()}, tc.args...); r.code != tc.code || !strings.Contains(r.err, tc.says) {
			t.Errorf("%v: exit code %d, said %q, want %d and %q", tc.args, r.code, r.err, tc.code, tc.says)
		}
	}
	file := filepath.Join(t.TempDir(), "x.model")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(t, []string{"MILLRACE_CLASSIFIER_MODEL=" + file}, "models"); r.code != ExitFailed || !strings.Contains(r.err, "names a file") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
}

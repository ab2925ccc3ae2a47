package modelstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/modelstore"
)

// filled returns a store with two versions: one that was saved with a report, one that was copied there.
func filled(t *testing.T) (modelstore.Store, string, string) {
	t.Helper()
	m, err := classify.Default()
	if err != nil {
		t.Fatal(err)
	}
	s := modelstore.At(filepath.Join(t.TempDir(), "models"))
	first, err := s.Save(m, map[string]any{"macro_f1": 0.9})
	if err != nil {
		t.Fatal(err)
	}
	content, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstore.Replace(filepath.Join(s.Dir(), "copied.model"), content); err != nil {
		t.Fatal(err)
	}
	return s, first, "copied"
}

// chosen returns which version the store points to.
func chosen(t *testing.T, s modelstore.Store) string {
	t.Helper()
	path, ok, err := s.Chosen()
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return "none"
	}
	return strings.TrimSuffix(filepath.Base(path), ".model")
}

func TestAFolderThatIsNotThereHoldsNothing(t *testing.T) {
	s := modelstore.At(filepath.Join(t.TempDir(), "absent"))
	list, err := s.List()
	current, err2 := s.Current()
	if err != nil || err2 != nil || len(list) != 0 || current != modelstore.BuiltIn || chosen(t, s) != "none" {
		t.Errorf("%v, %v, %q; %v, %v", list, chosen(t, s), current, err, err2)
	}
	if _, err := s.Rollback(); !errors.Is(err, modelstore.ErrNoPrevious) {
		t.Errorf("rollback: %v", err)
	}
	if err := s.Use(modelstore.BuiltIn); err != nil {
		t.Error(err)
	}
}

func TestUseAndRollback(t *testing.T) {
	s, first, second := filled(t)
	if chosen(t, s) != "none" {
		t.Error("saving a model has put it to use")
	}
	for _, step := range []struct{ use, want, previous string }{
		{first, first, modelstore.BuiltIn},
		{second, second, first},
		{second, second, first}, // again changes nothing
		{"", first, second},     // back
		{"", second, first},     // and back
		{modelstore.BuiltIn, ".", second},
		{"", second, modelstore.BuiltIn},
	} {
		var err error
		if step.use == "" {
			_, err = s.Rollback()
		} else {
			err = s.Use(step.use)
		}
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.List()
		if err != nil {
			t.Fatal(err)
		}
		previous := modelstore.BuiltIn
		for _, v := range list {
			if v.InUse != (v.Name == step.want) {
				t.Errorf("%+v: %s in use: %t", step, v.Name, v.InUse)
			}
			if v.Previous {
				previous = v.Name
			}
		}
		if got := chosen(t, s); got != step.want || previous != step.previous {
			t.Errorf("%+v: %s is in use, %s was", step, got, previous)
		}
	}
}

func TestWhatCannotBeUsedIsRefusedAndChangesNothing(t *testing.T) {
	s, first, second := filled(t)
	if err := s.Use(first); err != nil {
		t.Fatal(err)
	}
	if err := modelstore.Replace(filepath.Join(s.Dir(), second+".model"), []byte("no model")); err != nil {
		t.Fatal(err)
	}
	if err := s.Use(second); !errors.Is(err, classify.ErrModelFile) {
		t.Errorf("a broken file: %v", err)
	}
	for _, name := range []string{"absent", "", "../" + first, "a/b", ".hidden"} {
		if err := s.Use(name); !errors.Is(err, modelstore.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if got := chosen(t, s); got != first {
		t.Errorf("%s is in use now", got)
	}
	if err := modelstore.Replace(filepath.Join(s.Dir(), "current"), []byte("../../etc/passwd\n")); err != nil {
		t.Fatal(err)
	}
	if path, _, err := s.Chosen(); err == nil {
		t.Errorf("a choice outside the folder is followed: %s", path)
	}
}

func TestSaveKeepsTheReportAndLeavesNothingBeside(t *testing.T) {
	s, first, _ := filled(t)
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if has := strings.Contains(string(v.Report), `"macro_f1": 0.9`); has != (v.Name == first) || v.Size == 0 || v.SavedAt.IsZero() {
			t.Errorf("%+v", v)
		}
	}
	entries, err := os.ReadDir(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"copied.model", first + ".json", first + ".model"}, names); diff != "" {
		t.Error(diff)
	}
	m, err := s.Load(first)
	if err != nil || !strings.HasPrefix(first, "doctype-") || !strings.HasSuffix(m.Name(), strings.TrimPrefix(first, "doctype-")) {
		t.Errorf("%s holds %v (%v)", first, m, err)
	}
}

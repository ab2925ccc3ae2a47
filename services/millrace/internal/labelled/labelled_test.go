package labelled

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// tree writes files and returns the folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// named returns label and path of files, relative to dir.
func named(t *testing.T, dir string, files []File) []string {
	t.Helper()
	var out []string
	for _, f := range files {
		rel, err := filepath.Rel(dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f.Label+" "+filepath.ToSlash(rel))
	}
	return out
}

func TestSubFoldersAreLabels(t *testing.T) {
	dir := tree(t, map[string]string{
		"invoice/a.pdf": "", "invoice/2024/b.PDF": "", "Tax form/c.txt": "", "loose.pdf": "", ".git/x": "", "invoice/.hidden": "", "invoice/.cache/y": "",
	})
	files, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Tax form Tax form/c.txt", "invoice invoice/2024/b.PDF", "invoice invoice/a.pdf"}, named(t, dir, files)); diff != "" {
		t.Error(diff)
	}
	for _, dir := range []string{tree(t, map[string]string{"loose.pdf": ""}), filepath.Join(dir, "absent"), tree(t, map[string]string{" a/b.pdf": ""})} {
		if files, err := Folder(dir); err == nil {
			t.Errorf("%s gave %v", dir, files)
		}
	}
}

func TestCSV(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		want    []string
		says    string
	}{
		"as it is":        {"a.pdf,invoice\n\"b, c.pdf\",letter,more\n", []string{"invoice a.pdf", "letter b, c.pdf"}, ""},
		"header":          {"path,label\nsub/a.pdf,invoice\n", []string{"invoice sub/a.pdf"}, ""},
		"other columns":   {"\ufefflabel,licence,path\ninvoice,CC0,a.pdf\n", []string{"invoice a.pdf"}, ""},
		"empty":           {"", nil, "names no documents"},
		"only the header": {"path,label\n", nil, "names no documents"},
		"no label":        {"path,label\na.pdf,invoice\nb.pdf\n", nil, "line 3"},
		"odd label":       {"a.pdf,in/voice\n", nil, "line 1"},
		"broken":          {"a.pdf,\"invoice\n", nil, "quote"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"labels.csv": tc.content})
			files, err := CSV(filepath.Join(dir, "labels.csv"))
			if tc.says != "" {
				if err == nil || !strings.Contains(err.Error(), tc.says) {
					t.Errorf("got %v and %v, want an error about %q", files, err, tc.says)
				}
				return
			}
			if diff := cmp.Diff(tc.want, named(t, dir, files)); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

// plain takes content for text, and refuses what is empty.
func plain(_ context.Context, _ string, content []byte) (*layout.Document, error) {
	if len(content) == 0 {
		return nil, fault.New(fault.ClassPermanent, "empty", "the file is empty")
	}
	return &layout.Document{Info: map[string]string{"text": string(content)}}, nil
}

func TestFilesAreReadOnceInTheirOrder(t *testing.T) {
	dir := tree(t, map[string]string{"letter/a": "one", "letter/b": "", "letter/c": "one", "letter/d": "two", "letter/e": "three"})
	files, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, File{Path: filepath.Join(dir, "absent"), Label: "letter"})
	var c Collection
	var told []int
	if err := c.Add(t.Context(), files, 2, plain, func(n int) { told = append(told, n) }); err != nil {
		t.Fatal(err)
	}
	var texts, kinds []string
	for _, d := range c.Documents {
		texts = append(texts, d.Layout.Info["text"])
	}
	for _, u := range c.Unread {
		kinds = append(kinds, filepath.Base(u.Name)+" "+u.Kind)
	}
	if diff := cmp.Diff([]string{"one", "two", "three"}, texts); diff != "" || c.Twice != 1 {
		t.Errorf("%s, %d twice", diff, c.Twice)
	}
	if diff := cmp.Diff([]string{"b empty", "absent missing"}, kinds); diff != "" || len(told) != 6 {
		t.Errorf("%s, told %v", diff, told)
	}
}

func TestOneDocumentWithTwoLabelsIsAnErrorThatNamesBoth(t *testing.T) {
	dir := tree(t, map[string]string{"letter/a.pdf": "same", "invoice/b.pdf": "same", "invoice/c.pdf": "other"})
	files, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	var c Collection
	err = c.Add(t.Context(), files, 4, plain, func(int) {})
	var conflict *Conflict
	if !errors.As(err, &conflict) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"a.pdf", "b.pdf", `"letter"`, `"invoice"`, "its folder"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

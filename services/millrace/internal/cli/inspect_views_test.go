package cli

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
)

func TestInspectShowsWordsAndTheirPlaces(t *testing.T) {
	paths, _ := samples(t, 1, "invoice")
	for _, engine := range []string{"glyph", "pdfium"} {
		r := run(t, nil, "inspect", "--json", "--words", "--layout", "--engine", engine, "--pages", "1", paths[0])
		if r.code != ExitOK {
			t.Fatalf("exit code %d: %s", r.code, r.err)
		}
		got := objects[inspect.Result](t, r.out)[0]
		if got.Engine != engine+"/1" || got.Pages != 1 || len(got.Words) != len(strings.Fields(got.Text)) || len(got.Words) == 0 {
			t.Errorf("%d words of %d pages by %s", len(got.Words), got.Pages, got.Engine)
		}
		if w := got.Words[0]; w.Page != 1 || w.Text == "" || w.Size <= 0 || w.BBox[2] <= w.BBox[0] || w.BBox[3] <= w.BBox[1] {
			t.Errorf("the first word is %+v", w)
		}
		if laid, read := len(strings.Fields(got.Layout)), len(got.Words); laid != read || !strings.Contains(got.Layout, "   ") {
			t.Errorf("%d words laid out of %d:\n%s", laid, read, got.Layout)
		}
	}
	people := run(t, nil, "inspect", "--words", "--layout", paths[0])
	if people.code != ExitOK || !strings.Contains(people.out, "WEIGHT") {
		t.Errorf("for people: %d, %s", people.code, people.out)
	}
}

func TestInspectDrawsPages(t *testing.T) {
	paths, _ := samples(t, 1, "letter")
	folder := filepath.Join(t.TempDir(), "pictures")
	r := run(t, nil, "inspect", "--json", "--png", folder, paths[0])
	if r.code != ExitOK {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	got := objects[inspect.Result](t, r.out)[0]
	if len(got.Pictures) != got.Pages {
		t.Fatalf("%d pictures of %d pages", len(got.Pictures), got.Pages)
	}
	f, err := os.Open(got.Pictures[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	red := 0
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if r, g, b, _ := picture.At(x, y).RGBA(); r>>8 == 220 && g == 0 && b == 0 {
				red++
			}
		}
	}
	if red < 1000 {
		t.Errorf("%d pixels of boxes in %v", red, picture.Bounds())
	}
}

func TestInspectChecksWhatItIsAsked(t *testing.T) {
	paths, _ := samples(t, 1, "letter")
	tests := []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--pages", "5-2"}, ExitUsage, "2-5"},
		{[]string{"--pages", "x"}, ExitUsage, "2-5"},
		{[]string{"--pages", "99"}, ExitSomeDocuments, "no_such_page"},
		{[]string{"--engine", "word"}, ExitUsage, "glyph"},
		{[]string{"--ocr", "tlh"}, ExitFailed, "tesseract"},
		{[]string{"--passwords", filepath.Join(t.TempDir(), "absent")}, ExitFailed, "passwords"},
	}
	for _, tt := range tests {
		r := run(t, nil, append([]string{"inspect", paths[0]}, tt.args...)...)
		if r.code != tt.code || !strings.Contains(r.out+r.err, tt.says) {
			t.Errorf("%v: exit code %d, %q", tt.args, r.code, r.out+r.err)
		}
	}
}

func TestPageRanges(t *testing.T) {
	for text, want := range map[string][2]int{"": {0, 0}, "3": {3, 3}, "2-5": {2, 5}, "7-": {7, 0}, " 2 - 5 ": {2, 5}} {
		if from, to, err := pageRange(text); err != nil || from != want[0] || to != want[1] {
			t.Errorf("%q is %d to %d (%v)", text, from, to, err)
		}
	}
}

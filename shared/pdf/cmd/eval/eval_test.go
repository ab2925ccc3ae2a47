package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Child()
	os.Exit(m.Run())
}

func TestScores(t *testing.T) {
	tests := []struct {
		name, got, want string
		bag, order      float64
	}{
		{"the same", "a b c", "a b c", 1, 1},
		{"the same words in another order", "c b a", "a b c", 1, 1.0 / 3},
		{"a word too few", "a b", "a b c", 0.8, 2.0 / 3},
		{"nothing in common", "x y", "a b", 0, 0},
		{"nothing", "", "a", 0, 0},
		{"compatible characters", "ﬁne", "fine", 1, 1},
		{"a word twice", "a a", "a", 2.0 / 3, 0.5},
	}
	for _, tt := range tests {
		got, want := wordsOf(tt.got), wordsOf(tt.want)
		if bag, in := f1(got, want), order(got, want); math.Abs(bag-tt.bag) > 1e-9 || math.Abs(in-tt.order) > 1e-9 {
			t.Errorf("%s: bag %v, order %v, want %v and %v", tt.name, bag, in, tt.bag, tt.order)
		}
	}
}

func TestWithoutDocumentsItSaysSo(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"--data", filepath.Join(t.TempDir(), "missing")}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "skipped: there are no documents") {
		t.Errorf("it says %q", out.String())
	}
}

func TestTheCausesOfALowScoreAreNamed(t *testing.T) {
	tests := []struct{ name, ours, pdftotext, want string }{
		{"nothing", "a b", "a b", ""},
		{"direction marks", "שלום ab", "\u202bשלום\u202c ab", "direction marks"},
		{"codes", "ab", "ab\x15", "codes without a meaning"},
		{"words", "PDFfile", "PDF file", "where words are parted (1.000 without)"},
		{"line ends", "Positions- betrag", "Positionsbetrag", "words broken at the end of a line"},
		{"repetition", "a b a b a b", "a b", "how often text"},
		{"other words", "abc", "xyz", `missing 1: ["xyz"]; extra 1: ["abc"]`},
	}
	for _, tt := range tests {
		got := explain(strings.Fields(tt.ours), strings.Fields(tt.pdftotext))
		if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

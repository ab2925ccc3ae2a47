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

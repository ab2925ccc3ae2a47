package corpus

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func source(t *testing.T, cfg Config) *Source {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDocumentsDependOnSeedLabelAndIndexOnly(t *testing.T) {
	a, b, other := source(t, Config{Seed: 1}), source(t, Config{Seed: 1}), source(t, Config{Seed: 2})
	for _, label := range a.Labels() {
		for i := range 5 {
			x, err := a.Document(label, i)
			if err != nil {
				t.Fatal(err)
			}
			y, err := b.Document(label, i)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(x, y) {
				t.Fatalf("%s %d differs between two sources of one seed", label, i)
			}
		}
		x, _ := a.Document(label, 7)
		y, _ := other.Document(label, 7)
		if reflect.DeepEqual(x, y) {
			t.Errorf("%s 7 is the same for two seeds", label)
		}
	}
}

func TestEveryTypeIsWrittenInEveryLanguage(t *testing.T) {
	s := source(t, Config{})
	for _, label := range s.Labels() {
		seen := map[string]int{}
		for i := range 120 {
			d, err := s.Document(label, i)
			if err != nil {
				t.Fatal(err)
			}
			seen[d.Language]++
			text := d.Layout.Text()
			if strings.ContainsAny(text, "{}") {
				t.Errorf("%s %d has a placeholder left:\n%s", label, i, text)
			}
			if label != Background && d.Layout.Words() < 5 {
				t.Errorf("%s %d has %d words", label, i, d.Layout.Words())
			}
		}
		if len(seen) != 5 {
			t.Errorf("%s: languages %v, want five", label, seen)
		}
	}
}

func TestFoldsShareNoPhrases(t *testing.T) {
	const folds = 4
	all := source(t, Config{})
	for fold := range folds {
		train := source(t, Config{Folds: folds, Fold: fold})
		test := source(t, Config{Folds: folds, Fold: fold, HeldOut: true})
		for _, label := range all.Labels() {
			for section, phrases := range all.books[label].phrases {
				for _, p := range phrases {
					a, b := slices.Contains(train.books[label].phrases[section], p), slices.Contains(test.books[label].phrases[section], p)
					if a == b {
						t.Errorf("%s [%s] %q: in training %t, in test %t", label, section, p, a, b)
					}
				}
			}
		}
	}
}

func TestFamiliarPhrases(t *testing.T) {
	count := func(familiar float64) int {
		s, n := source(t, Config{Folds: 4, HeldOut: true, Familiar: familiar}), 0
		for _, b := range s.books {
			for _, p := range b.phrases {
				n += len(p)
			}
		}
		return n
	}
	none, some, every := count(0), count(0.5), count(1)
	if none >= some || some >= every {
		t.Errorf("phrases with a familiar share of 0, 0.5 and 1: %d, %d, %d", none, some, every)
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	for _, cfg := range []Config{{Folds: -1}, {Folds: 4, Fold: 4}, {Fold: -1}, {Familiar: 2}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
	if _, err := source(t, Config{}).Document("poem", 0); err == nil || !strings.Contains(err.Error(), "poem") {
		t.Errorf("got %v for an unknown label", err)
	}
}

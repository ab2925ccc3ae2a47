package synthetic

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func source(t testing.TB, cfg Config) *Source {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(t testing.TB, s *Source, i int64) Document {
	t.Helper()
	doc, err := s.At(i)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheSameSeedAndIndexAlwaysGiveTheSameDocument(t *testing.T) {
	a, b := source(t, Config{Seed: 42}), source(t, Config{Seed: 42})
	for i := range int64(60) {
		first := at(t, a, 59-i) // in another order than b
		again := at(t, b, 59-i)
		if sha256.Sum256(first.PDF) != sha256.Sum256(again.PDF) {
			t.Errorf("document %d (%s) differs between two sources", 59-i, first.Name)
		}
		if d := cmp.Diff(first.Truth, again.Truth); d != "" {
			t.Errorf("truth of document %d differs:\n%s", 59-i, d)
		}
	}
}

func TestDocumentsOfOneAndOfSeveralSeedsDiffer(t *testing.T) {
	seen := map[[32]byte]string{}
	for seed := range int64(3) {
		s := source(t, Config{Seed: seed})
		for i := range int64(100) {
			doc := at(t, s, i)
			name := fmt.Sprintf("seed %d, document %d", seed, i)
			sum := sha256.Sum256(doc.PDF)
			if other, ok := seen[sum]; ok {
				t.Errorf("%s has the same bytes as %s", name, other)
			}
			seen[sum] = name
		}
	}
}

func TestNextGivesEveryConcurrentCallerAnotherDocument(t *testing.T) {
	s := source(t, Config{Seed: 7})
	const callers, each = 8, 12
	var mu sync.Mutex
	names := map[string][32]byte{}
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range each {
				doc, err := s.Next()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				names[doc.Name] = sha256.Sum256(doc.PDF)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(names) != callers*each {
		t.Fatalf("got %d different names, want %d", len(names), callers*each)
	}
	for i := range int64(callers * each) {
		doc := at(t, s, i)
		if names[doc.Name] != sha256.Sum256(doc.PDF) {
			t.Errorf("%s differs from what Next gave", doc.Name)
		}
	}
}

func TestEveryKindLanguageAndLayoutIsProduced(t *testing.T) {
	want := map[string]bool{}
	for _, k := range catalogue() {
		for _, a := range choose(k, nil).layouts {
			want[k.name+" "+a.layout.name+" "+a.language] = true
		}
		if len(k.layouts) < 2 {
			t.Errorf("%s has only %d layouts", k.name, len(k.layouts))
		}
	}
	s := source(t, Config{Seed: 1})
	for i := int64(0); i < 20000 && len(want) > 0; i++ {
		c := s.kinds[s.kindAt(i)]
		a := c.layouts[newDice(s.seed, i, "document").IntN(len(c.layouts))]
		delete(want, c.kind.name+" "+a.layout.name+" "+a.language)
	}
	if len(want) > 0 {
		t.Errorf("never produced: %v", want)
	}
}

func TestEveryStretchOfTheStreamHasAllKinds(t *testing.T) {
	s := source(t, Config{Seed: 9})
	n := len(Kinds())
	for start := range 5 {
		seen := map[string]bool{}
		for i := range n {
			seen[at(t, s, int64(start*n+i)).Kind] = true
		}
		if len(seen) != n {
			t.Errorf("documents %d to %d have %d of %d kinds", start*n, start*n+n-1, len(seen), n)
		}
	}
}

func TestConfigRestrictsKindsAndLanguages(t *testing.T) {
	s := source(t, Config{Kinds: []string{"invoice", "letter"}, Languages: []string{"nl", "es"}})
	for i := range int64(40) {
		doc := at(t, s, i)
		if !slices.Contains([]string{"invoice", "letter"}, doc.Kind) || !slices.Contains([]string{"nl", "es"}, doc.Language) {
			t.Errorf("document %d is %s in %s", i, doc.Kind, doc.Language)
		}
	}
	for name, cfg := range map[string]Config{
		"unknown kind":     {Kinds: []string{"poem"}},
		"unknown language": {Languages: []string{"tlh"}},
		"nothing left":     {Kinds: []string{"scientific_paper"}, Languages: []string{"nl"}},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := s.At(-1); err == nil {
		t.Error("a negative index is accepted")
	}
}

func TestFilesAreWholePDFs(t *testing.T) {
	s := source(t, Config{Seed: 3})
	for i := range int64(100) {
		doc := at(t, s, i)
		if !bytes.HasPrefix(doc.PDF, []byte("%PDF-1.")) || !bytes.HasSuffix(bytes.TrimSpace(doc.PDF), []byte("%%EOF")) {
			t.Errorf("%s lacks the header or the trailer", doc.Name)
		}
		if len(doc.PDF) > 60<<10 {
			t.Errorf("%s (%s) has %d bytes", doc.Name, doc.Layout, len(doc.PDF))
		}
		if doc.Truth.Class != doc.Kind || doc.Truth.Language != doc.Language || doc.Truth.Layout != doc.Layout || doc.Truth.Index != i || doc.Truth.Seed != 3 {
			t.Errorf("%s: the truth %+v does not describe the document", doc.Name, doc.Truth)
		}
	}
}

// TestTextsStayOnThePageAndApart catches what the eye would: overprinted, clipped and unencodable text.
func TestTextsStayOnThePageAndApart(t *testing.T) {
	s := source(t, Config{Seed: 11})
	for i := range int64(400) {
		pages := map[int][]placed{}
		doc, err := s.render(i, func(p placed) { pages[p.page] = append(pages[p.page], p) })
		if err != nil {
			t.Fatal(err)
		}
		where := fmt.Sprintf("%s (%s, %s)", doc.Name, doc.Layout, doc.Language)
		for n, texts := range pages {
			checkPage(t, fmt.Sprintf("%s page %d", where, n), texts)
		}
	}
}

func checkPage(t *testing.T, where string, texts []placed) {
	t.Helper()
	for j, a := range texts {
		if a.x0 < 4 || a.x1 > a.width-3 || a.y0 < 2 || a.y1 > a.height-4 {
			t.Errorf("%s: %q at %.0f..%.0f, %.0f leaves the page of %.0f x %.0f", where, a.text, a.x0, a.x1, a.y1, a.width, a.height)
		}
		for _, b := range texts[j+1:] {
			if strings.TrimSpace(a.text) == "" || strings.TrimSpace(b.text) == "" {
				continue
			}
			if min(a.x1, b.x1)-max(a.x0, b.x0) > 1.5 && min(a.y1, b.y1)-max(a.y0, b.y0) > 1.5 {
				t.Errorf("%s: %q overlaps %q", where, a.text, b.text)
			}
		}
	}
}

func TestGoldenTruth(t *testing.T) {
	for _, c := range []struct{ seed, index int64 }{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, {2026, 100}, {2026, 101}, {-5, 7}} {
		doc := at(t, source(t, Config{Seed: c.seed}), c.index)
		got, err := json.MarshalIndent(doc.Truth, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		path := filepath.Join("testdata", fmt.Sprintf("truth_%d_%d.json", c.seed, c.index))
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("truth of seed %d, document %d (run with -update if the change is meant):\n%s", c.seed, c.index, d)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	for _, kinds := range append([][]string{nil}, func() (each [][]string) {
		for _, k := range Kinds() {
			each = append(each, []string{k})
		}
		return each
	}()...) {
		name := "all"
		if kinds != nil {
			name = kinds[0]
		}
		b.Run(name, func(b *testing.B) {
			s := source(b, Config{Kinds: kinds})
			size, i := 0, int64(0)
			for b.Loop() {
				size += len(at(b, s, i).PDF)
				i++
			}
			b.ReportMetric(float64(size)/float64(i), "bytes/doc")
		})
	}
}

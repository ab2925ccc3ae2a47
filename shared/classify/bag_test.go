package classify

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/classify/corpus"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

func TestFeaturesAreCountedInTheOrderOfTheirFirstOccurrence(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := newBag(&naming{})
	for range 2 { // a bag is used again
		b.read(&layout.Document{})
		var want []feature
		at := map[uint32]int{}
		for range 60_000 {
			f := feature{hash: mix(rng.Uint32N(20_000)<<rng.IntN(2), familyPair+1), count: 1 + rng.Int32N(3), family: familyPair}
			if _, seen := at[f.hash]; !seen {
				at[f.hash] = len(want)
				want = append(want, feature{hash: f.hash, family: f.family})
			}
			want[at[f.hash]].count += f.count
			b.found = append(b.found, uint64(f.hash)<<32|uint64(f.family)<<countBits|uint64(f.count))
			if len(b.found) == 100 {
				b.count()
			}
		}
		b.count()
		if diff := cmp.Diff(want, b.features(), cmp.AllowUnexported(feature{})); diff != "" {
			t.Fatal(diff)
		}
	}
}

// A document has two features of one hash once in some 500. Here an n-gram of the first word has the hash of the second, which then counts
// twice, and so do its n-grams: models are trained on this, and answers must not depend on how many words are counted at a time.
func TestAnNGramWithTheHashOfALaterWordCountsAsTheWord(t *testing.T) {
	b := newBag(&naming{})
	b.read(layouttest.Document("agreementsconsiderationinstructions tcbidia"))
	word, part := occurs(familyWord, hashText("tcbidia"), 1)>>32, occurs(familyChars, hashText("tcbi"), 1)>>32
	counts := map[uint64]int32{}
	for _, f := range b.features() {
		counts[uint64(f.hash)] = f.count
	}
	if counts[word] != 2 || counts[part] != 2 {
		t.Errorf("the word counts %d, its n-gram %d, want 2 and 2", counts[word], counts[part])
	}
}

func TestWordsOfASCIIFoldAsAllWordsDo(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		word := make([]byte, rng.IntN(12))
		for i := range word {
			word[i] = byte(rng.IntN(128))
		}
		var quick, slow tokens
		quick.reset()
		slow.reset()
		quick.text = slices.Grow(quick.text, len(word))
		to, hash, _ := quick.foldPlain(string(word))
		quick.take(to, hash)
		slow.fold(string(word))
		if diff := cmp.Diff(slow, quick, cmp.AllowUnexported(tokens{}, token{})); diff != "" {
			t.Fatalf("%q: %s", word, diff)
		}
	}
}

// plainLogits is what [Model.logits] does, feature by feature.
func plainLogits(m *Model, b *bag) []float64 {
	hashes := make([]uint32, m.index.known)
	for row := range hashes {
		hashes[row] = m.index.hash(row)
	}
	var known, all [families]float64
	features := b.features()
	for _, f := range features {
		x := dampen(f.count)
		all[f.family] += float64(x * x)
		if _, ok := slices.BinarySearch(hashes, f.hash); ok {
			known[f.family] += float64(x * x)
		}
	}
	norm := norms(known, all, m.head.Unseen)
	out := slices.Clone(m.head.Bias)
	for _, f := range features {
		row, ok := slices.BinarySearch(hashes, f.hash)
		for c := range out {
			if ok {
				x := float64(dampen(f.count) * norm[f.family])
				out[c] += float64(x * dequantise(int8(m.index.quantum(row, c)), m.head.Scale))
			}
		}
	}
	return out
}

func TestScoresAreThoseOfAPlainSum(t *testing.T) {
	m, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	src, err := corpus.New(corpus.Config{Seed: 21})
	if err != nil {
		t.Fatal(err)
	}
	docs := []*layout.Document{{}, layouttest.Document("x"), layouttest.Document("Rechnung Nr. 4711 vom 01.02.2024, fällig: 12,50 €")}
	docs = append(docs, layouttest.Document(strings.Repeat("invoiceinvoiceinvoiceinvoice ", 3000))) // n-grams that are counted many times
	for i, label := range src.Labels() {
		d, err := src.Document(label, i)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d.Layout)
	}
	b := newBag(m.naming)
	for i, doc := range docs {
		b.read(doc)
		got, want := m.logits(b), plainLogits(m, b)
		if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
			t.Errorf("document %d: %v, want %v", i, got, want)
		}
	}
}

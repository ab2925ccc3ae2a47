// Package corpus writes training documents from our own phrases: text-only layouts of every type that the classifier knows,
// in five languages, and background texts of none of them.
//
// The phrases are written for this project. Phrase books can be split into folds, so that a model is measured on documents
// whose wording it has never seen. The package knows nothing of models.
package corpus

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/millrace/millrace/shared/layout"
)

// Background is the label of texts that are of no known type.
const Background = "unknown"

// Config says which documents a source makes. The zero value uses all phrases.
type Config struct {
	// Seed fixes every document: the same seed, label and index always give the same document.
	Seed uint64
	// Folds is the number of parts that the phrase books are split into; 0 or 1 means that they are not split.
	Folds int
	// Fold is the part in question, from 0.
	Fold int
	// HeldOut makes documents of the phrases in Fold, otherwise of all the others.
	HeldOut bool
	// Familiar is the share of the other phrases that held-out documents may use as well, 0 to 1: a real document is
	// never worded in new phrases alone.
	Familiar float64
}

// Source makes documents. It is safe for concurrent use.
type Source struct {
	cfg    Config
	shapes map[string]shape
	books  map[string]*book
	shared *book
	labels []string
}

// Document is one made document.
type Document struct {
	Label    string
	Language string // ISO 639-1
	Layout   *layout.Document
}

// New reads the phrase books.
func New(cfg Config) (*Source, error) {
	if cfg.Familiar < 0 || cfg.Familiar > 1 {
		return nil, fmt.Errorf("corpus: familiar is a share between 0 and 1, not %v", cfg.Familiar)
	}
	if cfg.Folds < 0 || cfg.Fold < 0 || (cfg.Folds > 0 && cfg.Fold >= cfg.Folds) {
		return nil, fmt.Errorf("corpus: fold %d of %d does not exist: give 0 <= fold < folds", cfg.Fold, cfg.Folds)
	}
	s := &Source{cfg: cfg, shapes: shapes(), books: map[string]*book{}}
	for label := range s.shapes {
		name := label
		if label == Background {
			name = "background"
		}
		b, err := readBook(name, cfg)
		if err != nil {
			return nil, err
		}
		s.books[label] = b
		s.labels = append(s.labels, label)
	}
	slices.Sort(s.labels)
	var err error
	// The neutral phrases say nothing about the type, so they are in every fold.
	s.shared, err = readBook("shared", Config{})
	return s, err
}

// Labels returns the labels that the source can make, sorted, the background label among them.
func (s *Source) Labels() []string { return slices.Clone(s.labels) }

// Names returns what documents of a label call themselves, in all languages: names that count anywhere, and those that
// count only as a title. Both are empty for a label whose documents carry no name. They are the same in every fold.
func (s *Source) Names(label string) (anywhere, title []string) {
	b := s.books[label]
	if b == nil {
		return nil, nil
	}
	return slices.Clone(b.names), slices.Clone(b.titles)
}

// Document makes the document number index of the label.
func (s *Source) Document(label string, index int) (Document, error) {
	b, ok := s.books[label]
	if !ok {
		return Document{}, fmt.Errorf("corpus: no phrases for the label %q: there are %v", label, s.labels)
	}
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s/%d/%d/%d/%t", label, index, s.cfg.Folds, s.cfg.Fold, s.cfg.HeldOut)
	d := dice{rand.New(rand.NewPCG(s.cfg.Seed, h.Sum64()))} //nolint:gosec // reproducible by design
	lang := d.language()
	w := &writer{dice: d, lang: lang, book: b, source: s, label: label}
	w.variant = pick(d, b.variants[lang])
	w.foreign = s.books[pick(d, s.labels)]
	return Document{Label: label, Language: lang, Layout: w.write(s.shapes[label])}, nil
}

type dice struct{ *rand.Rand }

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between returns a number in lo..hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(max(hi-lo, 0)+1) }

func (d dice) language() string {
	switch x := d.Float64(); {
	case x < 0.45:
		return "en"
	case x < 0.64:
		return "de"
	case x < 0.77:
		return "fr"
	case x < 0.89:
		return "es"
	default:
		return "nl"
	}
}

// pick returns one of xs, or the zero value where there are none.
func pick[T cmp.Ordered](d dice, xs []T) T {
	if len(xs) == 0 {
		var zero T
		return zero
	}
	return xs[d.IntN(len(xs))]
}

// Package recipe makes the documents that the built-in classifier is trained on: texts written from our phrases, and
// synthetic PDFs as our own parser reads them.
//
// The package knows nothing of how a model is fitted, and of no document that this repository cannot make.
package recipe

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/corpus"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

// Config says how much is made. Training and its checks need at least one text for each type.
type Config struct {
	Seed  uint64 // the same seed always makes the same documents
	Texts int    // text-only documents for each type; twice as many of none
	PDFs  int    // synthetic PDFs in all; 0 makes none
}

// Default is what the built-in model is made from.
func Default() Config { return Config{Seed: 1, Texts: 250, PDFs: 600} }

// Set is all that one training needs.
type Set struct {
	Train  []classify.Example
	Splits []classify.Split          // each tested on wordings and layouts that it was not trained on
	Test   []classify.Example        // of other seeds
	Names  map[string]classify.Names // what documents of each type call themselves
}

const folds = 4

// Without returns the set without a type's documents; an empty label leaves nothing out. The set itself stays as it is.
func (s Set) Without(label string) Set {
	rest := func(examples []classify.Example) []classify.Example {
		return slices.DeleteFunc(slices.Clone(examples), func(e classify.Example) bool { return label != "" && e.Label == label })
	}
	out := Set{Train: rest(s.Train), Test: rest(s.Test), Names: maps.Clone(s.Names)}
	delete(out.Names, label)
	for _, split := range s.Splits {
		out.Splits = append(out.Splits, classify.Split{Train: rest(split.Train), Test: rest(split.Test)})
	}
	return out
}

// Make makes the documents. It fails where the parser cannot read a synthetic PDF, or ctx ends.
func Make(ctx context.Context, cfg Config) (Set, error) {
	var s Set
	var err error
	seed, perType, pdfs := cfg.Seed, cfg.Texts, cfg.PDFs
	if s.Train, err = texts(corpus.Config{Seed: seed}, perType); err != nil {
		return s, err
	}
	if s.Test, err = texts(corpus.Config{Seed: seed + 1}, max(perType/8, 1)); err != nil {
		return s, err
	}
	src, err := corpus.New(corpus.Config{})
	if err != nil {
		return s, err
	}
	s.Names = map[string]classify.Names{}
	for _, label := range src.Labels() {
		if anywhere, title := src.Names(label); len(anywhere)+len(title) > 0 {
			s.Names[label] = classify.Names{Anywhere: anywhere, Title: title}
		}
	}
	s.Splits = make([]classify.Split, folds)
	for f := range s.Splits {
		cfg := corpus.Config{Seed: seed, Folds: folds, Fold: f}
		if s.Splits[f].Train, err = texts(cfg, max(perType*2/3, 1)); err != nil {
			return s, err
		}
		cfg.HeldOut, cfg.Familiar = true, 0.17
		if s.Splits[f].Test, err = texts(cfg, max(perType/8, 1)); err != nil {
			return s, err
		}
	}
	if pdfs > 0 {
		err = s.addPDFs(ctx, seed, pdfs)
	}
	return s, err
}

// addPDFs adds synthetic PDFs as the parser reads them. Each split is tested on layouts that it was not trained on.
func (s *Set) addPDFs(ctx context.Context, seed uint64, n int) error {
	examples, err := printed(ctx, int64(seed), n)
	if err != nil {
		return err
	}
	s.Train = append(s.Train, examples...)
	for _, e := range examples {
		h := fnv.New32a()
		_, _ = h.Write([]byte(e.Group))
		fold := int(h.Sum32()>>4) % folds
		for f := range s.Splits {
			if f == fold {
				s.Splits[f].Test = append(s.Splits[f].Test, e)
			} else {
				s.Splits[f].Train = append(s.Splits[f].Train, e)
			}
		}
	}
	other, err := printed(ctx, int64(seed)+1, max(n/8, 1))
	s.Test = append(s.Test, other...)
	return err
}

// printed makes synthetic PDFs and reads them. A document's group is its kind and layout.
func printed(ctx context.Context, seed int64, n int) ([]classify.Example, error) {
	src, err := synthetic.New(synthetic.Config{Seed: seed})
	if err != nil {
		return nil, err
	}
	out := make([]classify.Example, n)
	for i := range out {
		d, err := src.At(int64(i))
		if err != nil {
			return nil, err
		}
		doc, err := pdf.Read(ctx, d.PDF, pdf.Limits{})
		if err != nil {
			return nil, fmt.Errorf("read the synthetic document %s of seed %d: %w", d.Name, seed, err)
		}
		out[i] = classify.Example{Label: d.Kind, Group: d.Kind + "/" + d.Layout, Document: doc}
	}
	return out, nil
}

// texts makes n documents of each type, and twice as many background texts: there are more ways to be of no type.
func texts(cfg corpus.Config, n int) ([]classify.Example, error) {
	src, err := corpus.New(cfg)
	if err != nil {
		return nil, err
	}
	var out []classify.Example
	for _, label := range src.Labels() {
		count := n
		if label == corpus.Background {
			count = 2 * n
		}
		for i := range count {
			d, err := src.Document(label, i)
			if err != nil {
				return nil, err
			}
			out = append(out, classify.Example{Label: label, Document: d.Layout})
		}
	}
	return out, nil
}

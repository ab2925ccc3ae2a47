package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/corpus"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

// set is all that one training needs.
type set struct {
	train  []classify.Example
	splits []classify.Split   // each tested on wordings and layouts that it was not trained on
	test   []classify.Example // of other seeds
}

const folds = 4

// drop removes a type's documents; an empty label removes nothing.
func (s *set) drop(label string) {
	is := func(e classify.Example) bool { return label != "" && e.Label == label }
	s.train, s.test = slices.DeleteFunc(s.train, is), slices.DeleteFunc(s.test, is)
	for i := range s.splits {
		s.splits[i].Train, s.splits[i].Test = slices.DeleteFunc(s.splits[i].Train, is), slices.DeleteFunc(s.splits[i].Test, is)
	}
}

func assemble(ctx context.Context, seed uint64, perType, pdfs int) (set, error) {
	var s set
	var err error
	if s.train, err = texts(corpus.Config{Seed: seed}, perType); err != nil {
		return s, err
	}
	if s.test, err = texts(corpus.Config{Seed: seed + 1}, max(perType/8, 1)); err != nil {
		return s, err
	}
	s.splits = make([]classify.Split, folds)
	for f := range s.splits {
		cfg := corpus.Config{Seed: seed, Folds: folds, Fold: f}
		if s.splits[f].Train, err = texts(cfg, max(perType*2/3, 1)); err != nil {
			return s, err
		}
		cfg.HeldOut, cfg.Familiar = true, 0.17
		if s.splits[f].Test, err = texts(cfg, max(perType/8, 1)); err != nil {
			return s, err
		}
	}
	if pdfs > 0 {
		err = s.addPDFs(ctx, seed, pdfs)
	}
	return s, err
}

// addPDFs adds synthetic PDFs as the parser reads them. Each split is tested on layouts that it was not trained on.
func (s *set) addPDFs(ctx context.Context, seed uint64, n int) error {
	examples, err := printed(ctx, int64(seed), n)
	if err != nil {
		return err
	}
	s.train = append(s.train, examples...)
	for _, e := range examples {
		h := fnv.New32a()
		_, _ = h.Write([]byte(e.Group))
		fold := int(h.Sum32()>>4) % folds
		for f := range s.splits {
			if f == fold {
				s.splits[f].Test = append(s.splits[f].Test, e)
			} else {
				s.splits[f].Train = append(s.splits[f].Train, e)
			}
		}
	}
	other, err := printed(ctx, int64(seed)+1, max(n/8, 1))
	s.test = append(s.test, other...)
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

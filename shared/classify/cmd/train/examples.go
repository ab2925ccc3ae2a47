package main

import (
	"context"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/corpus"
)

// set is all that one training needs.
type set struct {
	train  []classify.Example
	splits []classify.Split   // each tested on wordings and layouts that it was not trained on
	test   []classify.Example // of other seeds
}

const folds = 4

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
		cfg.HeldOut = true
		if s.splits[f].Test, err = texts(cfg, max(perType/8, 1)); err != nil {
			return s, err
		}
	}
	return s, ctx.Err()
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

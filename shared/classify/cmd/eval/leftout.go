package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
	"github.com/millrace/millrace/shared/layout"
)

// leaveOut trains a model without each type of the answer key in turn, everything else as the recipe says, limits of its
// own among it, and asks it about the type's documents. It writes what they were called to out and returns the count.
func leaveOut(ctx context.Context, cfg recipe.Config, dir string, docs []labelled, out io.Writer) (*classify.Tally, error) {
	byType := map[string][]*layout.Document{}
	for _, d := range docs {
		doc, err := d.read(ctx, dir)
		if errors.Is(err, errUnread) {
			continue
		}
		if err != nil {
			return nil, err
		}
		byType[d.label] = append(byType[d.label], doc)
	}
	set, err := recipe.Make(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprint(out, "real documents of a type that training left out:\n"); err != nil {
		return nil, err
	}
	all, unknown, total, mean := classify.NewTally(), 0, 0, 0.0
	for _, label := range slices.Sorted(maps.Keys(byType)) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rest := set.Without(label)
		model, _, err := classify.Train(rest.Train, rest.Splits, classify.TrainConfig{Seed: cfg.Seed, Names: rest.Names})
		if err != nil {
			return nil, fmt.Errorf("train without %s: %w", label, err)
		}
		one := map[string]int{}
		for _, doc := range byType[label] {
			answer := model.Classify(doc).Class.Label
			one[answer]++
			all.Add(label, answer)
		}
		n := len(byType[label])
		unknown, total = unknown+one[classify.Unknown], total+n
		mean += float64(one[classify.Unknown]) / float64(n) / float64(len(byType))
		_, _ = fmt.Fprintf(out, "  %-20s unknown %3d of %3d", label, one[classify.Unknown], n)
		for _, got := range slices.Sorted(maps.Keys(one)) {
			if got != classify.Unknown {
				_, _ = fmt.Fprintf(out, "  %s %d", got, one[got])
			}
		}
		_, _ = fmt.Fprintln(out)
	}
	_, err = fmt.Fprintf(out, "  all: %d of %d, %.3f, wanted at least 0.800; mean over the types %.3f\n",
		unknown, total, float64(unknown)/float64(max(total, 1)), mean)
	return all, err
}

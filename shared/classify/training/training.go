// Package training teaches a classifier a user's own documents, beside the made ones that the built-in model learned from or
// alone, and measures it on documents that were held back.
//
// The package knows nothing of where documents come from, of how they are read, or of where a model goes.
package training

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/classify/recipe"
	"github.com/millrace/millrace/shared/layout"
)

// Document is one of the user's documents.
type Document struct {
	Name   string // tells it from the others; in reports
	Label  string // its type; [classify.Unknown] for one of no type
	Layout *layout.Document
}

// Config says how to train.
type Config struct {
	Name   string          // of the model
	Seed   uint64          // the same seed and documents always give the same model
	Only   bool            // learn from the user's documents alone
	Recipe recipe.Config   // the made documents, unless Only
	InUse  *classify.Model // what the new model is compared with
}

// LeastDocuments is how many documents a type needs that is not among the made ones, and every type where nothing is made.
const LeastDocuments = 4

// folds is how many times a part of the documents is held back.
const folds = 4

// A document of the user's is shown up to mostShown times in each pass over the examples, so that those of its type together
// are shown about as often as wantShown made ones. See ADR 22 for how it was chosen.
const (
	wantShown = 60
	mostShown = 12
)

// Run trains and measures. The documents must have different names. The error says what is wrong with the documents; when
// ctx ends, Run returns at once, and leaves what it was computing behind.
func Run(ctx context.Context, docs []Document, cfg Config) (*classify.Model, Report, error) {
	var set recipe.Set
	if !cfg.Only {
		var err error
		if set, err = recipe.Make(ctx, cfg.Recipe); err != nil {
			return nil, Report{}, fmt.Errorf("make the documents that the built-in model learned from: %w", err)
		}
	}
	made := count(set.Train, func(e classify.Example) string { return e.Label })
	docs, report := admit(docs, made)
	if len(docs) == 0 {
		return nil, report, fmt.Errorf("no documents are left to learn from: a new type needs at least %d", LeastDocuments)
	}
	report.Made, report.Seed = len(set.Train), cfg.Seed
	plan := deal(docs, cfg.Seed)
	extend(&set, docs, plan)
	type outcome struct {
		model *classify.Model
		held  classify.Held
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		m, held, err := classify.Train(set.Train, set.Splits, classify.TrainConfig{Name: cfg.Name, Seed: cfg.Seed, Names: names(set, docs)})
		done <- outcome{m, held, err}
	}()
	select {
	case <-ctx.Done():
		return nil, report, ctx.Err()
	case o := <-done:
		if o.err != nil {
			return nil, report, o.err
		}
		report.fill(docs, plan, o.model, o.held, cfg.InUse)
		return o.model, report, nil
	}
}

// admit leaves out the documents of types that have too few, and says which types are new or have few.
func admit(docs []Document, made map[string]int) ([]Document, Report) {
	r := Report{NewLabels: []string{}, Few: []Few{}}
	have := count(docs, func(d Document) string { return d.Label })
	for _, label := range slices.Sorted(maps.Keys(have)) {
		fresh := made[label] == 0
		if have[label] < LeastDocuments {
			r.Few = append(r.Few, Few{label, have[label], fresh})
		} else if fresh {
			r.NewLabels = append(r.NewLabels, label)
		}
	}
	out := slices.DeleteFunc(slices.Clone(docs), func(d Document) bool {
		return made[d.Label] == 0 && have[d.Label] < LeastDocuments
	})
	r.Documents = len(out)
	return out, r
}

// extend adds the user's documents to the training set and to what each split learns from, and a split for each fold of them,
// which learns from everything else.
func extend(set *recipe.Set, docs []Document, plan plan) {
	have, made := count(docs, func(d Document) string { return d.Label }), slices.Clone(set.Train)
	examples := make([]classify.Example, len(docs))
	for i, d := range docs {
		examples[i] = classify.Example{Label: d.Label, Name: d.Name, Document: d.Layout, Weight: 1}
		if len(made) > 0 {
			examples[i].Weight = min(mostShown, (wantShown+have[d.Label]-1)/have[d.Label])
		}
	}
	set.Train = append(set.Train, examples...)
	for f := range set.Splits {
		set.Splits[f].Train = append(set.Splits[f].Train, examples...)
	}
	for fold := range folds {
		split := classify.Split{Train: slices.Clone(made)}
		for i, e := range examples {
			if plan.fold[i] == fold {
				split.Test = append(split.Test, e)
			} else {
				split.Train = append(split.Train, e)
			}
		}
		set.Splits = append(set.Splits, split)
	}
}

// names returns what documents of the made types call themselves. The user's own may be called otherwise, so their types need
// no name.
func names(set recipe.Set, docs []Document) map[string]classify.Names {
	out := maps.Clone(set.Names)
	for _, d := range docs {
		delete(out, d.Label)
	}
	return out
}

func count[T any](list []T, label func(T) string) map[string]int {
	out := map[string]int{}
	for _, x := range list {
		out[label(x)]++
	}
	return out
}

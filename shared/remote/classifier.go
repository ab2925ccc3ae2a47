package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
)

const (
	maxAlternatives = 3
	maxValue        = 1_000 // runes of a value
	maxFields       = 500
)

// Classifier asks a remote model what type documents are. It is safe for concurrent use.
type Classifier struct {
	*asker
	labels []string
}

// NewClassifier takes settings that [Settings.Check] has nothing against, and the labels that an answer may have; unknown is
// always one.
func NewClassifier(s Settings, labels []string) (*Classifier, error) {
	a, err := newAsker(s)
	if err != nil {
		return nil, err
	}
	labels = slices.Clone(labels)
	if !slices.Contains(labels, classify.Unknown) {
		labels = append(labels, classify.Unknown)
	}
	return &Classifier{asker: a, labels: labels}, nil
}

// Classified is the answer about one document: an error, or a result.
type Classified struct {
	classify.Result
	Err error
}

// Classify asks about documents in one request and returns one answer for each, in their order. A document without words is
// unknown without asking.
//
// Errors: an API that refuses connections, takes too long, or answers with a status 408, 429 or 5xx is DependencyDown
// ("model"); any other status from 400 on is Permanent ("model_refused"); an answer that makes no sense is Transient
// ("model_answer") and keeps the answer in its text, but not in logs; a document on which the API fails again and again while it
// answers others is Transient ("model_fails").
func (c *Classifier) Classify(ctx context.Context, docs []Document) []Classified {
	out := make([]Classified, len(docs))
	q := question{Task: taskClassify, Model: c.settings.Model, Labels: c.labels}
	var asked []int
	for i, d := range docs {
		if d.Layout.Words() == 0 {
			out[i].Result = classify.Result{Class: event.Class{Label: classify.Unknown, Confidence: 1}, Model: c.settings.Name()}
			continue
		}
		asked = append(asked, i)
		q.Documents = append(q.Documents, newSent(d.ID, d.Layout, c.settings.MaxText, c.settings.Words))
	}
	if len(asked) == 0 {
		return out
	}
	for k, r := range c.ask(ctx, q) {
		if r.err == nil {
			out[asked[k]].Result, r.err = c.result(r)
		}
		out[asked[k]].Err = r.err
	}
	return out
}

// class is a label as an answer has it.
type class struct {
	Label      *string  `json:"label"`
	Confidence *float64 `json:"confidence"`
}

func (c *Classifier) result(r reply) (classify.Result, error) {
	var a struct {
		class
		Alternatives []class `json:"alternatives"`
	}
	if err := decode(r.result, &a); err != nil {
		return classify.Result{}, nonsense(r.result, "%w", err)
	}
	best, err := c.class(a.class)
	if err != nil {
		return classify.Result{}, nonsense(r.result, "%w", err)
	}
	out := classify.Result{Class: best, Model: r.model}
	for _, other := range a.Alternatives {
		alternative, err := c.class(other)
		if err != nil {
			return classify.Result{}, nonsense(r.result, "alternatives: %w", err)
		}
		if alternative.Label != best.Label && alternative.Label != classify.Unknown {
			out.Alternatives = append(out.Alternatives, alternative)
		}
	}
	slices.SortStableFunc(out.Alternatives, func(a, b event.Class) int { return cmp.Compare(b.Confidence, a.Confidence) })
	out.Alternatives = out.Alternatives[:min(maxAlternatives, len(out.Alternatives))]
	return out, nil
}

func (c *Classifier) class(a class) (event.Class, error) {
	switch {
	case a.Label == nil:
		return event.Class{}, errors.New("it has no label")
	case !slices.Contains(c.labels, *a.Label):
		return event.Class{}, fmt.Errorf("its label is none of the %d that were asked for", len(c.labels))
	}
	confidence, err := probability(a.Confidence)
	return event.Class{Label: *a.Label, Confidence: confidence}, err
}

// probability checks a confidence.
func probability(p *float64) (float64, error) {
	if p == nil {
		return 0, errors.New("it has no confidence")
	}
	if *p < 0 || *p > 1 {
		return 0, errors.New("its confidence is not between 0 and 1")
	}
	return *p, nil
}

package remote

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layout"
)

// Confidences. A remote model's own figure is not calibrated, so it is bounded, and its word alone is worth little.
const (
	mostSure  = 0.95 // for a value that stands in the document
	usual     = 0.7  // of a value for which the model gives none
	unseen    = 0.2  // at most, for a value that stands nowhere in the document
	malformed = 0.1  // at most, for a value that is none of its type
)

// Extractor asks a remote model for the fields of documents. It is safe for concurrent use.
type Extractor struct{ *asker }

// NewExtractor takes settings that [Settings.Check] has nothing against.
func NewExtractor(s Settings) (*Extractor, error) {
	a, err := newAsker(s)
	if err != nil {
		return nil, err
	}
	return &Extractor{a}, nil
}

// Wanted is a document with the fields that are asked for.
type Wanted struct {
	Document
	Class  string
	Fields []extract.Asked
}

// Extracted is the answer about one document: an error, or the fields that the model found, in the order in which they were
// asked for.
type Extracted struct {
	Fields []event.Field
	Err    error
}

// Extract asks about documents in one request and returns one answer for each, in their order. A document without words has
// no fields and is not asked about. A value is looked for in the document, whose place it gets; one that stands nowhere there has
// a confidence of at most 0.2 and the mark "!unseen" in its source, one that is none of its type (a date that is no date)
// at most 0.1 and "!malformed". The errors are those of [Classifier.Classify].
func (e *Extractor) Extract(ctx context.Context, docs []Wanted) []Extracted {
	out := make([]Extracted, len(docs))
	q := question{Task: taskExtract, Model: e.settings.Model}
	var asked []int
	for i, d := range docs {
		if d.Layout.Words() == 0 || len(d.Fields) == 0 {
			continue
		}
		asked = append(asked, i)
		s := newSent(d.ID, d.Layout, e.settings.MaxText, e.settings.Words)
		s.Class, s.Fields = d.Class, d.Fields
		q.Documents = append(q.Documents, s)
	}
	if len(asked) == 0 {
		return out
	}
	for k, r := range e.ask(ctx, q) {
		if r.err == nil {
			out[asked[k]].Fields, r.err = fields(docs[asked[k]], r)
		}
		out[asked[k]].Err = r.err
	}
	return out
}

// read is a value as an answer has it.
type read struct {
	Name       *string  `json:"name"`
	Value      *string  `json:"value"`
	Raw        string   `json:"raw"`
	Page       int      `json:"page"`
	Confidence *float64 `json:"confidence"`
}

// fields checks an answer and finds its values in the document.
func fields(d Wanted, r reply) ([]event.Field, error) {
	var a struct {
		Fields []read `json:"fields"`
	}
	if err := decode(r.result, &a); err != nil {
		return nil, nonsense(r.result, "%w", err)
	}
	if a.Fields == nil || len(a.Fields) > maxFields {
		return nil, nonsense(r.result, "it must have a list of at most %d fields", maxFields)
	}
	f := newFinder(d.Layout)
	lists := make([][]event.Field, len(d.Fields))
	for _, v := range a.Fields {
		i, err := which(d.Fields, v)
		if err != nil {
			return nil, nonsense(r.result, "%w", err)
		}
		if strings.TrimSpace(*v.Value) == "" {
			continue
		}
		if len(lists[i]) > 0 && !d.Fields[i].Repeated {
			return nil, nonsense(r.result, "field %s has several values", d.Fields[i].Name)
		}
		lists[i] = append(lists[i], field(f, d.Fields[i], v, r.model))
	}
	return slices.Concat(lists...), nil
}

// which returns the field that a value is of.
func which(asked []extract.Asked, v read) (int, error) {
	switch {
	case v.Name == nil:
		return 0, errors.New("a field has no name")
	case v.Value == nil:
		return 0, errors.New("a field has no value")
	}
	if v.Confidence != nil {
		if _, err := probability(v.Confidence); err != nil {
			return 0, err
		}
	}
	i := slices.IndexFunc(asked, func(a extract.Asked) bool { return a.Name == *v.Name })
	if i < 0 {
		return 0, fmt.Errorf("it has a field that is none of the %d that were asked for", len(asked))
	}
	return i, nil
}

// field turns a value into the event's form, with its evidence.
func field(f *finder, asked extract.Asked, v read, model string) event.Field {
	out := event.Field{Name: asked.Name, Type: asked.Type, Source: model + "#" + asked.Name, Confidence: usual}
	if v.Confidence != nil {
		out.Confidence = *v.Confidence
	}
	normal, ok := normalise(asked.Type, clip(*v.Value), f.language)
	out.Value = normal
	if !ok {
		out.Source += "!malformed"
		out.Confidence = min(out.Confidence, malformed)
		return out
	}
	at, found := f.find(asked.Type, normal, clip(v.Raw), v.Page)
	if !found {
		out.Source += "!unseen"
		out.Confidence = min(out.Confidence, unseen)
		return out
	}
	out.Page, out.BBox, out.Raw = at.page, rounded(at.box), clip(at.text)
	out.Confidence = math.Round(min(out.Confidence, mostSure)*1000) / 1000
	return out
}

// clip removes what JSON or a database would refuse and cuts what is too long.
func clip(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", ""))
	if runes := []rune(s); len(runes) > maxValue {
		return string(runes[:maxValue])
	}
	return s
}

func rounded(b layout.Box) layout.Box {
	for i, v := range b {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return layout.Box{}
		}
		b[i] = math.Round(v*100) / 100
	}
	return b
}

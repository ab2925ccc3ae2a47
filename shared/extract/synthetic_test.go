package extract_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

// TestSyntheticFigures measures the extractor on synthetic documents, whose truth is known, and prints figures per class
// and field.
func TestSyntheticFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	e, err := extract.New(extract.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range synthetic.Kinds() {
		t.Run(kind, func(t *testing.T) {
			var figures score.Tally
			source, err := synthetic.New(synthetic.Config{Seed: 20, Kinds: []string{kind}})
			if err != nil {
				t.Fatal(err)
			}
			for range 60 {
				d, err := source.Next()
				if err != nil {
					t.Fatal(err)
				}
				doc, err := pdf.Read(t.Context(), d.PDF, pdf.Limits{})
				if err != nil {
					t.Errorf("%s (%s, %s): %v", d.Name, d.Layout, d.Language, err)
					continue
				}
				k := score.Answer{Document: d.Name + " " + d.Layout + " " + d.Language, Values: map[string][]string{}}
				for _, f := range d.Truth.Fields {
					k.Values[f.Name] = append(k.Values[f.Name], f.Value)
				}
				figures.Add(k, e.Extract(doc, kind).Fields, nil)
			}
			var sb strings.Builder
			if err := figures.Write(&sb); err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + sb.String())
		})
	}
}

package training

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

// Documents that were drawn in one arrangement and language share what is printed on them.
func TestATemplateIsInOneFold(t *testing.T) {
	src, err := synthetic.New(synthetic.Config{Seed: 5, Kinds: []string{"invoice", "receipt", "purchase_order"}})
	if err != nil {
		t.Fatal(err)
	}
	var docs []Document
	var drawn []string
	for i := range 90 {
		d, err := src.At(int64(i))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := pdf.Read(t.Context(), d.PDF, pdf.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, Document{Name: d.Name, Label: d.Kind, Layout: doc})
		drawn = append(drawn, d.Kind+"/"+d.Layout+"/"+d.Language)
	}
	numbers, p := templates(docs), deal(docs, 1)
	same, together, others, joined := 0, 0, 0, 0
	for i := range docs {
		for j := range i {
			if numbers[i] == numbers[j] && p.fold[i] != p.fold[j] {
				t.Fatalf("%s and %s are of one template, in the folds %d and %d", docs[i].Name, docs[j].Name, p.fold[i], p.fold[j])
			}
			if drawn[i] == drawn[j] {
				same++
				if numbers[i] == numbers[j] {
					together++
				}
			} else {
				others++
				if numbers[i] == numbers[j] {
					joined++
				}
			}
		}
	}
	if together*10 < same*6 || joined*10 > others {
		t.Errorf("of %d pairs of one arrangement %d are of one template, of %d other pairs %d", same, together, others, joined)
	}
	sizes := map[string]int{}
	for i := range docs {
		sizes[fmt.Sprint(docs[i].Label, p.fold[i])]++
	}
	for _, label := range []string{"invoice", "receipt", "purchase_order"} {
		for f := range folds {
			if sizes[fmt.Sprint(label, f)] == 0 {
				t.Errorf("fold %d has no %s: %v", f, label, sizes)
			}
		}
	}
}

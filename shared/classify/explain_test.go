package classify_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/layout/layouttest"
)

func TestExplainNamesWhatSpokeForTheType(t *testing.T) {
	doc := layouttest.Document("Mill & Sons", "Invoice", "Invoice number 4711", "Invoice date 2026-03-04", "Bill to", "Total due 12.50 EUR", "Payment terms 30 days net")
	m := builtIn(t)
	why, answer := m.Explain(doc), m.Classify(doc)
	if why.Label != "invoice" || answer.Class.Label != why.Label || why.Probability != answer.Class.Confidence || why.Over == why.Label {
		t.Fatalf("Explain says %+v, Classify says %+v", why, answer)
	}
	if !slices.ContainsFunc(why.For, func(r classify.Reason) bool { return strings.Contains(r.Text, "invoice") }) {
		t.Errorf("the word invoice is not among the reasons: %+v", why.For)
	}
	for _, side := range [][]classify.Reason{why.For, why.Against} {
		for i, r := range side {
			if r.Kind == "" || r.Text == "" || i > 0 && math.Abs(r.Weight) > math.Abs(side[i-1].Weight) {
				t.Errorf("reason %d of %+v is nameless or out of order", i, side)
			}
		}
	}
}

func TestExplainHasNoReasonsWithoutWords(t *testing.T) {
	why := builtIn(t).Explain(layouttest.Document())
	if why.Label != classify.Unknown || len(why.For)+len(why.Against) > 0 {
		t.Errorf("a document without words is explained by %+v", why)
	}
}

func TestExplainTellsOfAnUnlikelyType(t *testing.T) {
	m := builtIn(t)
	doc := layouttest.Document("zebra quark lantern", "window marble thunder", "river candle pocket orchid")
	if got := m.Classify(doc).Class.Label; got != classify.Unknown {
		t.Fatalf("classified as %s", got)
	}
	why := m.Explain(doc)
	if why.Label == classify.Unknown || why.Probability >= why.Threshold && why.Score >= why.Floor && why.Over != classify.Unknown {
		t.Errorf("nothing in %+v says why it is unknown", why)
	}
}

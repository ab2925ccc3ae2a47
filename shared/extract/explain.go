package extract

import (
	"cmp"
	"slices"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layout"
)

// maxLost bounds the alternatives that are told of a field.
const maxLost = 5

// Explanation says why a document's fields have their values.
type Explanation struct {
	Result
	// Rules has an entry for every field of the template, in the template's order.
	Rules []RuleExplanation
}

// RuleExplanation is what a template's rule for one field saw.
type RuleExplanation struct {
	Name string
	// Labels is how many of the field's labels stand in the document.
	Labels int
	// Lost are the best values that were seen and not taken, from best to worst, at most five.
	Lost []event.Field
}

// Explain reads a document as [Extractor.Extract] does and tells what lost.
func (e *Extractor) Explain(doc *layout.Document, class string) Explanation {
	r, chosen := e.reading(doc, class)
	out := Explanation{Result: e.result(r, chosen, doc)}
	for i := range r.plan.rules {
		rule := RuleExplanation{Name: r.plan.rules[i].Name, Labels: len(r.byRule[i])}
		for _, c := range r.lost(i, chosen[i]) {
			rule.Lost = append(rule.Lost, r.field(i, c))
		}
		out.Rules = append(out.Rules, rule)
	}
	return out
}

// lost returns a rule's best candidates whose values were not chosen.
func (r *reading) lost(i int, chosen []candidate) []candidate {
	list := slices.Clone(r.candidates[i])
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	seen := map[string]bool{}
	for _, c := range chosen {
		seen[fold(c.value)] = true
	}
	var out []candidate
	for _, c := range list {
		if v := fold(c.value); !seen[v] && len(out) < maxLost {
			seen[v] = true
			out = append(out, c)
		}
	}
	return out
}

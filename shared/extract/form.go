package extract

import (
	"strings"
	"unicode"

	"github.com/millrace/millrace/shared/layout"
)

// scoreForm is the confidence of a form field whose name is a label of the rule.
const scoreForm = 0.97

// byForm takes the values of form fields whose name, or the text that the form shows in their place, is one of the rule's
// labels.
func (r *reading) byForm(i int) {
	for n := range r.form {
		f := &r.form[n]
		weight := r.formWeight(i, f)
		if weight == 0 {
			continue
		}
		for _, v := range r.read(&r.plan.rules[i], f.Value) {
			r.add(i, candidate{
				value: v.value, raw: f.Value[v.from:v.to], page: f.Page, box: f.Box, score: scoreForm * weight * v.quality,
				rule: r.plan.rules[i].Name + ".form" + v.note, order: n,
			})
		}
	}
}

// formWeight says how much a form field's name says about a rule; 0 is nothing.
func (r *reading) formWeight(i int, f *layout.FormField) float64 {
	last := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
	best := 0.0
	for _, name := range []string{f.Label, last} {
		e := r.plan.matcher.byLabel[joinTokens(foldLabel(apart(name)))]
		if e == nil {
			continue
		}
		for _, m := range e.meanings {
			switch {
			case m.index != i:
			case m.kind == strongLabel:
				best = max(best, 1)
			case m.kind == weakLabel:
				best = max(best, scoreWeakLabel)
			}
		}
	}
	return best
}

// apart separates the words of a program's name: "InvoiceNumber" and "invoice_number" are invoice number.
func apart(name string) string {
	var sb strings.Builder
	lower := false
	for _, c := range name {
		if lower && unicode.IsUpper(c) {
			sb.WriteByte(' ')
		}
		lower = unicode.IsLower(c)
		sb.WriteRune(c)
	}
	return sb.String()
}

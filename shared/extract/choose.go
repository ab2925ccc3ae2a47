package extract

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// maxTerms bounds the candidates of each field that a check tries.
const maxTerms = 8

// closeScore is how near to the best a candidate counts as equally good, so that its place decides.
const closeScore = 0.05

// choose picks each rule's values from its candidates.
func (r *reading) choose() [][]candidate {
	chosen := make([][]candidate, len(r.plan.rules))
	for i := range r.plan.rules {
		rank(r.candidates[i], r.plan.rules[i].Pick)
		chosen[i] = pick(r.candidates[i], r.plan.rules[i].Max)
	}
	for i := range r.plan.checks {
		r.check(&r.plan.checks[i], chosen)
	}
	for i := range r.plan.rules {
		if name := r.plan.rules[i].Fallback; name != "" && len(chosen[i]) == 0 {
			chosen[i] = r.fallback(i, name, chosen)
		}
	}
	return chosen
}

// fallback gives a field the value of another one, with less confidence and its own name in the source.
func (r *reading) fallback(i int, name string, chosen [][]candidate) []candidate {
	other := slices.IndexFunc(r.plan.rules, func(o compiledRule) bool { return o.Name == name })
	if other == i || len(chosen[other]) == 0 {
		return nil
	}
	c := chosen[other][0]
	c.score *= 0.75
	c.rule = r.plan.rules[i].Name + ".as_" + c.rule
	return []candidate{c}
}

// rank orders candidates from best to worst.
func rank(list []candidate, order string) {
	best := 0.0
	for _, c := range list {
		best = max(best, c.score)
	}
	support := map[string]int{}
	for _, c := range list {
		if best-c.score <= closeScore {
			support[c.value]++
		}
	}
	level := func(c candidate) int {
		if best-c.score <= closeScore {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		if d := cmp.Compare(level(a), level(b)); d != 0 {
			return d
		}
		if level(a) == 1 {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.order, b.order))
		}
		// A total that is printed twice is more likely than one that is printed once, and so is a number in a page header.
		if d := cmp.Compare(support[b.value], support[a.value]); d != 0 && order != pickMost {
			return d
		}
		switch order {
		case pickLast:
			return cmp.Compare(b.order, a.order)
		case pickMost:
			return cmp.Or(number(b).Cmp(number(a)), cmp.Compare(a.order, b.order))
		default:
			return cmp.Compare(a.order, b.order)
		}
	})
}

// pick takes the first values that differ; the best gains confidence from others that agree with it. Values of a repeated
// field are put in the document's order.
func pick(list []candidate, limit int) []candidate {
	var out []candidate
	var values []string // of out, folded
	for _, c := range list {
		v := fold(c.value)
		if k := slices.Index(values, v); k >= 0 {
			if out[k].order != c.order {
				out[k].score += (1 - out[k].score) * 0.25 * c.score
			}
			continue
		}
		if len(out) < limit {
			out, values = append(out, c), append(values, v)
		}
	}
	if limit > 1 {
		slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(a.order, b.order) })
	}
	return out
}

func number(c candidate) decimal.Decimal {
	d, err := decimal.NewFromString(c.value)
	if err != nil {
		return decimal.Zero
	}
	return d
}

// check looks for the best candidates that add up. Where there are some, they are taken and gain confidence; where every
// term has a value and none add up, the values chosen lose confidence and are flagged.
func (r *reading) check(k *compiledCheck, chosen [][]candidate) {
	terms := append(slices.Clone(k.sum), k.equals)
	lists := make([][]candidate, len(terms))
	for n, i := range terms {
		lists[n] = distinct(r.candidates[i], chosen[i])
		if len(lists[n]) == 0 {
			return
		}
	}
	best, found := addingUp(lists, k.tolerance)
	for n, i := range terms {
		if found {
			c := lists[n][best[n]]
			c.score = max(c.score, 0.5)
			c.score += (1 - c.score) * 0.8
			c.rule += "+" + k.id
			chosen[i] = []candidate{c}
			continue
		}
		if len(chosen[i]) > 0 {
			chosen[i][0].score *= 0.7
			chosen[i][0].rule += "!" + k.id
		}
	}
}

// distinct returns the best candidates with different values, the chosen one first.
func distinct(list, chosen []candidate) []candidate {
	var out []candidate
	for _, c := range append(slices.Clone(chosen), list...) {
		if len(out) == maxTerms {
			break
		}
		if !slices.ContainsFunc(out, func(o candidate) bool { return o.value == c.value }) {
			out = append(out, c)
		}
	}
	return out
}

// addingUp returns the combination with the greatest product of scores whose last term is the sum of the others. All
// zeros do not count.
func addingUp(lists [][]candidate, tolerance decimal.Decimal) (best []int, ok bool) {
	top := 0.0
	at := make([]int, len(lists))
	for {
		score := 1.0
		sum := decimal.Zero
		for n := range lists {
			c := lists[n][at[n]]
			score *= c.score
			if n == len(lists)-1 {
				total := number(c)
				if score > top && !total.IsZero() && sum.Sub(total).Abs().LessThanOrEqual(tolerance) {
					top, ok = score, true
					best = slices.Clone(at)
				}
				break
			}
			sum = sum.Add(number(c))
		}
		n := len(at) - 1
		for ; n >= 0; n-- {
			if at[n]++; at[n] < len(lists[n]) {
				break
			}
			at[n] = 0
		}
		if n < 0 {
			return best, ok
		}
	}
}

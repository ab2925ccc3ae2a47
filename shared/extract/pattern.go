package extract

import "strings"

// byPattern finds values by regular expressions in the running text or in rows.
func (r *reading) byPattern(i int) {
	for k := range r.plan.rules[i].patterns {
		p := &r.plan.rules[i].patterns[k]
		if p.On == "line" {
			for at := range r.sheet.rows {
				r.matchLine(i, p, at)
			}
			continue
		}
		f := &r.sheet.flow
		left := p.First
		for _, s := range f.around(r.spots(), p.near, p.Reach, p.Top) {
			if p.within == nil {
				left -= r.matchFlow(i, p, s, left)
			} else {
				for _, m := range p.within.find(&f.folded, s.from, s.to, left) {
					left -= r.matchFlow(i, p, span{m[0], m[1]}, left)
					if left <= 0 {
						break
					}
				}
			}
			if left <= 0 {
				break
			}
		}
	}
}

// spots returns where each of the plan's near words stands in the running text. They are looked for once.
func (r *reading) spots() [][]int {
	if r.near == nil && r.plan.near != nil {
		r.near = make([][]int, len(r.plan.near.words))
		lowered := r.sheet.flow.lower
		r.plan.near.scan(lowered, 0, len(lowered), func(word, at int) {
			r.near[word] = append(r.near[word], at)
		})
	}
	return r.near
}

func (r *reading) matchLine(i int, p *compiledPattern, at int) {
	if p.match.refuses(r.sheet.rows[at].text) {
		return
	}
	f := &r.sheet.rows[at].folded
	if p.beside != nil && p.beside.next(f.lower, 0, len(f.lower)) < 0 {
		return
	}
	for _, m := range p.match.find(f, 0, len(f.text), p.First) {
		if from, to := m[2*p.group], m[2*p.group+1]; from >= 0 {
			r.readInto(i, at, span{from, to}, p.Weight, p.ID)
		}
	}
}

// matchFlow finds a pattern's values in a stretch of the running text, at most limit; it returns their number.
func (r *reading) matchFlow(i int, p *compiledPattern, s span, limit int) int {
	f := &r.sheet.flow
	matches := p.match.find(&f.folded, s.from, s.to, limit)
	for _, m := range matches {
		start, end := m[2*p.group], m[2*p.group+1]
		if start < 0 {
			continue
		}
		for _, v := range r.read(&r.plan.rules[i], f.text[start:end]) {
			page, box := f.evidence(start+v.from, start+v.to)
			r.add(i, candidate{
				value: v.value, raw: strings.Join(strings.Fields(f.text[start+v.from:start+v.to]), " "), page: page, box: box,
				score: p.Weight * v.quality, rule: r.plan.rules[i].Name + "." + p.ID + v.note, order: start + v.from,
			})
		}
	}
	return len(matches)
}

package extract

import (
	"slices"
	"strings"
)

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
		left := p.First
		for _, s := range r.sheet.flow.around(p.Near, p.Reach, p.Top) {
			if p.within == nil {
				left -= r.matchFlow(i, p, s, left)
			} else {
				for _, m := range p.within.FindAllStringIndex(r.sheet.flow.text[s.from:s.to], left) {
					left -= r.matchFlow(i, p, span{s.from + m[0], s.from + m[1]}, left)
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

func (r *reading) matchLine(i int, p *compiledPattern, at int) {
	row := &r.sheet.rows[at]
	if len(p.Near) > 0 {
		text := lower(row.text)
		if !slices.ContainsFunc(p.Near, func(w string) bool { return strings.Contains(text, w) }) {
			return
		}
	}
	for _, m := range p.match.FindAllStringSubmatchIndex(row.text, p.First) {
		if from, to := m[2*p.group], m[2*p.group+1]; from >= 0 {
			r.readInto(i, at, span{from, to}, p.Weight, p.ID)
		}
	}
}

// matchFlow finds a pattern's values in a stretch of the running text, at most limit; it returns their number.
func (r *reading) matchFlow(i int, p *compiledPattern, s span, limit int) int {
	f := &r.sheet.flow
	matches := p.match.FindAllStringSubmatchIndex(f.text[s.from:s.to], limit)
	for _, m := range matches {
		if m[2*p.group] < 0 {
			continue
		}
		start, end := s.from+m[2*p.group], s.from+m[2*p.group+1]
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

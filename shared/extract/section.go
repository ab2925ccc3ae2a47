package extract

import (
	"math"
	"strings"
)

// region is the place of a section: rows [from, to) of one page, between two heights of x.
type region struct {
	section int
	label   found
	from    int
	to      int
	x0, x1  float64
}

// maxSectionRows bounds how far a section reaches.
const maxSectionRows = 12

// locate finds the sections. A section reaches from its label down to the next section in its column, to a wide gap, or
// over at most twelve rows; to the right as far as the next part of the label's own row.
func (r *reading) locate() {
	for at := range r.labels {
		for k := range r.labels[at] {
			f := r.labels[at][k]
			section := sectionOf(f)
			if section < 0 || !f.start || !r.heads(f) {
				continue
			}
			r.regions = append(r.regions, r.regionOf(f, section))
		}
	}
}

// heads says that a label stands as a heading and not within a name ("Lieferant GmbH") or a sentence, nor before a number
// ("Customer: 4711").
func (r *reading) heads(f found) bool {
	row := &r.sheet.rows[f.row]
	p := row.parts[f.part]
	rest := strings.TrimSpace(row.text[min(f.to, p.to):p.to])
	if rest == "" && f.colon && f.part+1 < len(row.parts) {
		next := row.parts[f.part+1]
		rest = row.text[next.from:next.to]
		if r.isLabel(f.row, next.span) {
			rest = ""
		}
	}
	if rest == "" || rest[0] == '(' || rest[0] == '/' {
		return true
	}
	return (f.colon || len(f.entry.tokens) > 1) && nameQuality(rest) > 0
}

// sectionOf returns the section that a label heads, -1 for none.
func sectionOf(f found) int {
	for _, m := range f.entry.meanings {
		if m.kind == sectionLabel {
			return m.index
		}
	}
	return -1
}

func (r *reading) regionOf(f found, section int) region {
	row := &r.sheet.rows[f.row]
	label := row.place(f.from, f.to)
	height := max(label[3]-label[1], 1)
	g := region{section: section, label: f, from: f.row, to: f.row + 1, x0: label[0] - 1.5*height, x1: math.Inf(1)}
	if bound := r.columnEnd(f); bound >= 0 {
		g.x1 = row.parts[bound].box[0] - 0.5*height
	}
	bottom := label[3]
	for at := f.row + 1; at < len(r.sheet.rows) && at-f.row <= maxSectionRows; at++ {
		next := &r.sheet.rows[at]
		if next.page != row.page {
			break
		}
		if !crosses(next, g.x0, g.x1) {
			continue
		}
		if next.box[1]-bottom > 4*height || r.headsSection(at, g) {
			break
		}
		bottom = next.box[3]
		g.to = at + 1
	}
	return g
}

// columnEnd returns the part of the label's row at which another column begins, -1 for none: the next part, or the one
// behind it where the next one is the label's own value ("Bill to:   ACME Ltd").
func (r *reading) columnEnd(f found) int {
	row := &r.sheet.rows[f.row]
	next := f.part + 1
	if f.colon && f.to >= row.parts[f.part].to && next < len(row.parts) && !r.isLabel(f.row, row.parts[next].span) {
		next++
	}
	if next < len(row.parts) {
		return next
	}
	return -1
}

func crosses(row *row, x0, x1 float64) bool {
	for _, p := range row.parts {
		if p.box[0] >= x0 && p.box[0] < x1 {
			return true
		}
	}
	return false
}

// headsSection says that another section begins in a row, in the same column.
func (r *reading) headsSection(at int, g region) bool {
	row := &r.sheet.rows[at]
	for _, f := range r.labels[at] {
		if f.start && sectionOf(f) >= 0 {
			if x := row.place(f.from, f.to)[0]; x >= g.x0 && x < g.x1 {
				return true
			}
		}
	}
	return false
}

// sectionAt returns the name of the section in which text[at:] of a row stands, "" for none. Of several the nearest above
// wins.
func (r *reading) sectionAt(rowIndex, at int) string {
	row := &r.sheet.rows[rowIndex]
	x := row.place(at, at+1)[0]
	best := -1
	for i := range r.regions {
		g := &r.regions[i]
		if rowIndex < g.from || rowIndex >= g.to || r.sheet.rows[g.from].page != row.page || x < g.x0 || x >= g.x1 {
			continue
		}
		if best < 0 || g.from > r.regions[best].from || g.from == r.regions[best].from && g.x0 > r.regions[best].x0 {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	return r.plan.sections[r.regions[best].section]
}

// bySection reads the name of the party that a section is about: behind a label for names, else the first line that is a
// name.
func (r *reading) bySection(i int) {
	for k := range r.regions {
		g := &r.regions[k]
		if r.plan.sections[g.section] != r.plan.rules[i].Section {
			continue
		}
		if r.namedInside(i, g) {
			continue
		}
		r.firstName(i, g)
	}
}

// namedInside reads the value of a name label inside the region.
func (r *reading) namedInside(i int, g *region) bool {
	for at := g.from; at < g.to; at++ {
		for k := range r.labels[at] {
			f := &r.labels[at][k]
			if !hasKind(f, nameLabel) || !f.start || !r.inside(g, at, f.from) || at == g.from && f.from <= g.label.from {
				continue
			}
			before := len(r.candidates[i])
			r.rightOf(i, f, r.nextLabel(at, k), 1)
			if len(r.candidates[i]) > before {
				return true
			}
		}
	}
	return false
}

func hasKind(f *found, kind labelKind) bool {
	for _, m := range f.entry.meanings {
		if m.kind == kind {
			return true
		}
	}
	return false
}

func (r *reading) inside(g *region, at, offset int) bool {
	x := r.sheet.rows[at].place(offset, offset+1)[0]
	return x >= g.x0 && x < g.x1
}

// firstName reads the first stretch of the region that is a name and not itself labelled.
func (r *reading) firstName(i int, g *region) {
	for at := g.from; at < g.to && at < g.from+6; at++ {
		row := &r.sheet.rows[at]
		for _, p := range row.parts {
			s := p.span
			if at == g.from {
				s.from = max(s.from, g.label.to)
				if s.from >= s.to || p.box[0] >= g.x1 || p.box[2] < g.x0 {
					continue
				}
			} else if p.box[0] < g.x0 || p.box[0] >= g.x1 {
				continue
			}
			if strings.HasSuffix(strings.TrimRight(row.text[s.from:s.to], " "), ":") {
				break // a label that we do not know: its value is not the name
			}
			if r.isLabel(at, s) || nameQuality(row.text[s.from:s.to]) == 0 {
				continue
			}
			score := 0.95
			if at == g.from && !g.label.colon {
				score *= 0.7 // "Seller of the goods"
			}
			if r.readInto(i, at, s, score, "section") {
				return
			}
		}
	}
}

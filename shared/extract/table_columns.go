package extract

import (
	"cmp"
	"math"
	"slices"

	"github.com/millrace/millrace/shared/layout"
)

// grid is a table's columns.
type grid struct {
	kind   *tableKind
	cells  []heading
	bounds []float64 // between neighbouring columns
	left   float64   // words that end before it stand beside the table
	right  float64   // words that begin behind it do, too
}

// has returns the first column of a kind, -1 for none.
func (g *grid) has(c column) int {
	return slices.IndexFunc(g.cells, func(h heading) bool { return h.col == c })
}

// maxSampled bounds the rows that columns are measured by.
const maxSampled = 120

// newGrid finds the bounds of the columns: where fewest words of the head and of rows with numbers are cut, as near to the gap
// between the headings as may be.
func newGrid(k *tableKind, cells []heading, rows []*row) *grid {
	g := &grid{kind: k, cells: cells}
	var boxes []layout.Box
	rows = rows[:min(len(rows), maxSampled)]
	for _, c := range cells {
		boxes = append(boxes, slices.Repeat([]layout.Box{c.box}, 3+len(rows)/2)...) // a bound through a heading is hardly right
	}
	for _, r := range rows {
		for i := range r.words {
			boxes = append(boxes, r.words[i].box)
		}
	}
	slices.SortFunc(boxes, func(a, b layout.Box) int { return cmp.Compare(a[0], b[0]) })
	first, last := cells[0].box, cells[len(cells)-1].box
	g.left, g.right = first[0]-0.8*(first[3]-first[1]), last[2]+4*(last[3]-last[1])
	for i := 1; i < len(cells); i++ {
		g.bounds = append(g.bounds, river(boxes, cells[i-1].box, cells[i].box))
	}
	g.left = min(g.left, g.leftEnd(rows))
	return g
}

// leftEnd returns where the first column's text begins in nearly all rows: its heading may stand over the middle of it. What
// stands further left in a part of its own is not of the table.
func (g *grid) leftEnd(rows []*row) float64 {
	var ends []float64
	for _, r := range rows {
		for i := len(r.parts) - 1; i >= 0; i-- {
			p := &r.parts[i]
			if middle := (p.box[0] + p.box[2]) / 2; len(g.bounds) == 0 || middle < g.bounds[0] {
				ends = append(ends, p.box[0]-1)
				break
			}
		}
	}
	if len(ends) == 0 {
		return g.left
	}
	slices.Sort(ends)
	return ends[len(ends)/10]
}

// river returns where fewest boxes are cut between two headings: within their gap if it is free there, else anywhere between
// the left one's left and the right one's right end. Of several places the middle of the widest is taken.
func river(boxes []layout.Box, left, right layout.Box) float64 {
	if at, cut := widest(boxes, left[2], right[0]); cut == 0 && left[2] < right[0] {
		return at
	}
	at, _ := widest(boxes, min(left[0], right[0]), max(left[2], right[2]))
	return at
}

// widest returns the middle of the widest stretch between from and to that fewest boxes touch, and how many do. Boxes are
// sorted by their left ends.
func widest(boxes []layout.Box, from, to float64) (at float64, touched int) {
	type edge struct {
		x    float64
		step int
	}
	edges := []edge{{from, 0}, {to, 0}}
	for _, b := range boxes {
		if b[0] >= to {
			break
		}
		if b[2] > from {
			edges = append(edges, edge{max(b[0], from), 1}, edge{min(b[2], to), -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.step, b.step)) })
	at, touched = (from+to)/2, math.MaxInt
	width, open := 0.0, 0
	for i := 1; i < len(edges); i++ {
		open += edges[i-1].step
		a, b := edges[i-1].x, edges[i].x
		if b-a > 0.3 && (open < touched || open == touched && b-a > width) {
			at, touched, width = (a+b)/2, open, b-a
		}
	}
	return at, touched
}

// column returns the column of a place across the page.
func (g *grid) column(x float64) int {
	for i, b := range g.bounds {
		if x < b {
			return i
		}
	}
	return len(g.bounds)
}

// split returns where each column's words stand in a row: text[from:to]; empty for none.
func (g *grid) split(r *row) []span {
	out := make([]span, len(g.cells))
	for i := range r.words {
		w := &r.words[i]
		if w.box[2] < g.left || w.box[0] > g.right {
			continue
		}
		c := g.column((w.box[0] + w.box[2]) / 2)
		if out[c].to == 0 {
			out[c].from = int(w.from)
		}
		out[c].to = int(w.to)
	}
	return out
}

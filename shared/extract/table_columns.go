package extract

import (
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

// room is memory for the measuring of tables.
type room struct {
	left, right, ends []float64
	spans             []span
	labels            []found
}

// newGrid finds the bounds of the columns: where fewest words of the head and of rows with numbers are cut, as near to the gap
// between the headings as may be.
func (r *reading) newGrid(k *tableKind, cells []heading, rows []*row) *grid {
	g := &grid{kind: k, cells: cells, bounds: make([]float64, 0, len(cells)-1)}
	rows = rows[:min(len(rows), maxSampled)]
	// All left ends and all right ends, each in order.
	m := &r.room
	m.left, m.right = m.left[:0], m.right[:0]
	for _, c := range cells {
		for range 3 + len(rows)/2 { // a bound through a heading is hardly right
			m.left, m.right = append(m.left, c.box[0]), append(m.right, c.box[2])
		}
	}
	for _, r := range rows {
		for i := range r.words {
			m.left, m.right = append(m.left, r.words[i].box[0]), append(m.right, r.words[i].box[2])
		}
	}
	slices.Sort(m.left)
	slices.Sort(m.right)
	first, last := cells[0].box, cells[len(cells)-1].box
	g.left, g.right = first[0]-0.8*(first[3]-first[1]), last[2]+4*(last[3]-last[1])
	for i := 1; i < len(cells); i++ {
		g.bounds = append(g.bounds, m.river(cells[i-1].box, cells[i].box))
	}
	g.left = min(g.left, g.leftEnd(rows, m))
	return g
}

// leftEnd returns where the first column's text begins in nearly all rows: its heading may stand over the middle of it. What
// stands further left in a part of its own is not of the table.
func (g *grid) leftEnd(rows []*row, m *room) float64 {
	ends := m.ends[:0]
	for _, r := range rows {
		for i := len(r.parts) - 1; i >= 0; i-- {
			p := &r.parts[i]
			if middle := (p.box[0] + p.box[2]) / 2; len(g.bounds) == 0 || middle < g.bounds[0] {
				ends = append(ends, p.box[0]-1)
				break
			}
		}
	}
	m.ends = ends
	if len(ends) == 0 {
		return g.left
	}
	slices.Sort(ends)
	return ends[len(ends)/10]
}

// river returns where fewest boxes are cut between two headings: within their gap if it is free there, else anywhere between
// the left one's left and the right one's right end. Of several places the middle of the widest is taken.
func (m *room) river(left, right layout.Box) float64 {
	if left[2] < right[0] {
		if at, cut := m.widest(left[2], right[0]); cut == 0 {
			return at
		}
	}
	at, _ := m.widest(min(left[0], right[0]), max(left[2], right[2]))
	return at
}

// widest returns the middle of the widest stretch between from and to that fewest boxes touch, and how many do.
func (m *room) widest(from, to float64) (at float64, touched int) {
	l, _ := slices.BinarySearch(m.left, from)
	for l < len(m.left) && m.left[l] == from {
		l++
	}
	r, _ := slices.BinarySearch(m.right, from)
	for r < len(m.right) && m.right[r] == from {
		r++
	}
	at, touched = (from+to)/2, math.MaxInt
	width, open := 0.0, l-r // so many reach over from
	for a := from; a < to; {
		b := to
		if l < len(m.left) {
			b = min(b, m.left[l])
		}
		if r < len(m.right) {
			b = min(b, m.right[r])
		}
		if b-a > 0.3 && (open < touched || open == touched && b-a > width) {
			at, touched, width = (a+b)/2, open, b-a
		}
		for ; l < len(m.left) && m.left[l] == b; l++ {
			open++
		}
		for ; r < len(m.right) && m.right[r] == b; r++ {
			open--
		}
		a = b
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

// split returns where each column's words stand in a row: text[from:to]; empty for none. It takes the memory of out.
func (g *grid) split(r *row, out []span) []span {
	out = append(out[:0], make([]span, len(g.cells))...)
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

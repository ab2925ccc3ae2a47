package assembly

import (
	"math"
	"slices"
)

// Reading order. A page is cut into bands of rows that share a gutter, a strip without text from top to bottom. A band is
// read column by column when its two sides read as running text, or do not stand on common lines; else it is a table or a
// form, and read row by row. This is the recursive XY cut (Nagy and Seth, 1984) with rows in place of projections.

const (
	maxColumns   = 6    // depth of the recursion
	gutterWidth  = 0.9  // least width of a gutter, in font sizes
	columnRows   = 3    // least rows on either side
	columnWords  = 3.2  // words on a row of running text, at least, on average
	columnFill   = 0.62 // of a column's width, at least, that its rows fill on average
	offLine      = 0.15 // font sizes between two baselines that are not the same
	offLineShare = 0.5  // share of common rows that are not on one line, from which on the sides are apart
)

// strip is an interval of x without text.
type strip struct{ x0, x1 float64 }

// regions returns the rows of each part of a page, in reading order.
func regions(pieces []*piece, depth int) [][]row {
	rows := rowsOf(pieces)
	if depth >= maxColumns || len(rows) < columnRows {
		return [][]row{rows}
	}
	var out [][]row
	var open []row // rows that are read as they stand
	flush := func() {
		if len(open) > 0 {
			out = append(out, open)
			open = nil
		}
	}
	for start := 0; start < len(rows); {
		end, gutter, ok := band(rows, start)
		if !ok {
			open = append(open, rows[start:end]...)
			start = end
			continue
		}
		left, right, ok := split(rows[start:end], gutter)
		if !ok {
			open = append(open, rows[start:end]...)
			start = end
			continue
		}
		flush()
		out = append(out, regions(left, depth+1)...)
		out = append(out, regions(right, depth+1)...)
		start = end
	}
	flush()
	return out
}

// band returns the end of the longest run of rows from start on that has a common gutter, and its widest one. Rows that
// stand on one side only take part. Without a gutter the band is the first row alone.
func band(rows []row, start int) (end int, gutter strip, ok bool) {
	free := []strip{{math.Inf(-1), math.Inf(1)}}
	var spare []strip
	first, last := math.Inf(1), math.Inf(-1)
	for end = start; end < len(rows); end++ {
		r := &rows[end]
		next := intersect(spare[:0], free, r)
		lo, hi := min(first, r.pieces[0].x0), max(last, rightmost(r))
		g, found := widest(next, lo, hi)
		if !found && (ok || end > start+columnRows) {
			break
		}
		spare, free, first, last = free, next, lo, hi
		gutter, ok = g, found
	}
	if !ok {
		return start + 1, strip{}, false
	}
	return end, gutter, true
}

func rightmost(r *row) float64 {
	x := math.Inf(-1)
	for i := range r.pieces {
		x = max(x, r.pieces[i].x1)
	}
	return x
}

// intersect appends to out what of the free strips a row leaves free. Strips are disjoint and in order, as the gaps of a row are, so
// one walk along both is enough.
func intersect(out, free []strip, r *row) []strip {
	least := gutterWidth * r.size
	at := math.Inf(-1)
	for i := 0; i <= len(r.pieces); i++ {
		end := math.Inf(1)
		if i < len(r.pieces) {
			end = r.pieces[i].x0
		}
		for len(free) > 0 && free[0].x1 <= at {
			free = free[1:]
		}
		for k := 0; k < len(free) && free[k].x0 < end; k++ {
			if x0, x1 := max(at, free[k].x0), min(end, free[k].x1); x1-x0 >= least {
				out = append(out, strip{x0, x1})
			}
		}
		if i < len(r.pieces) {
			at = max(at, r.pieces[i].x1)
		}
	}
	return out
}

// widest returns the widest strip that has text on both sides.
func widest(free []strip, first, last float64) (strip, bool) {
	best, ok := strip{}, false
	for _, s := range free {
		if s.x0 > first && s.x1 < last && (!ok || s.x1-s.x0 > best.x1-best.x0) {
			best, ok = s, true
		}
	}
	return best, ok
}

// side is what is known of one side of a gutter.
type side struct {
	pieces []*piece
	rows   int
	words  int
	filled float64
	x0, x1 float64
	bases  []float64
}

func (s *side) add(pieces []*piece, words int) {
	if len(pieces) == 0 {
		s.bases = append(s.bases, math.NaN())
		return
	}
	s.pieces = append(s.pieces, pieces...)
	s.rows++
	s.words += words
	x0, x1 := pieces[0].x0, pieces[0].x1
	for _, p := range pieces {
		x1 = max(x1, p.x1)
	}
	if s.rows == 1 {
		s.x0, s.x1 = x0, x1
	}
	s.x0, s.x1 = min(s.x0, x0), max(s.x1, x1)
	s.filled += x1 - x0
	s.bases = append(s.bases, pieces[0].base)
}

// running reports whether a side reads as running text: rows of several words that fill its width.
func (s *side) running() bool {
	n := float64(s.rows)
	return float64(s.words)/n >= columnWords && s.filled/n >= columnFill*(s.x1-s.x0)
}

// split parts the rows of a band at a gutter. ok is false when they are to be read across it.
func split(rows []row, gutter strip) (left, right []*piece, ok bool) {
	var l, r side
	middle := (gutter.x0 + gutter.x1) / 2
	size := 0.0
	for i := range rows {
		ps := rows[i].pieces
		cut := slices.IndexFunc(ps, func(p *piece) bool { return p.x0 > middle })
		if cut < 0 {
			cut = len(ps)
		}
		l.add(ps[:cut], wordsIn(ps[:cut], wordGap))
		r.add(ps[cut:], wordsIn(ps[cut:], wordGap))
		size = max(size, rows[i].size)
	}
	if l.rows < columnRows || r.rows < columnRows {
		return nil, nil, false
	}
	if l.running() && r.running() {
		return l.pieces, r.pieces, true
	}
	common, off := 0, 0
	for i := range rows {
		d := math.Abs(l.bases[i] - r.bases[i])
		if math.IsNaN(d) {
			continue
		}
		common++
		if d > offLine*rows[i].size {
			off++
		}
	}
	apart := common == 0 || float64(off) >= offLineShare*float64(common)
	return l.pieces, r.pieces, apart
}

// wordsIn counts the words in the pieces of a row, when a gap of so many font sizes parts two.
func wordsIn(pieces []*piece, gap float64) int {
	n := 0
	for i := range pieces {
		if i == 0 || !sameWord(pieces[i-1], pieces[i], gap) {
			n++
		}
	}
	return n
}

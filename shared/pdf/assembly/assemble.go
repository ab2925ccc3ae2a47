package assembly

import (
	"cmp"
	"math"
	"slices"

	"github.com/millrace/millrace/shared/layout"
)

// piece is a run of glyphs that were drawn one after the other without a gap: a word, or a part of one. Coordinates are
// those of its frame, in which text runs left to right and y goes down.
type piece struct {
	text    []byte
	runes   int
	x0, x1  float64
	base    float64
	size    float64
	ascent  float64
	descent float64
	space   float64
	bold    bool
	spaced  bool // a space character was drawn before it
	order   int  // of drawing
}

func (p *piece) top() float64    { return p.base - p.ascent }
func (p *piece) bottom() float64 { return p.base + p.descent }

// frame is one of the four directions that text may run in, as quarter turns clockwise.
type frame int

// frameOf returns the direction nearest to a glyph's baseline.
func frameOf(g *Glyph) frame {
	if math.Abs(g.DX) >= math.Abs(g.DY) {
		if g.DX >= 0 {
			return 0
		}
		return 2
	}
	if g.DY > 0 {
		return 1
	}
	return 3
}

// enter turns a point of the page into the frame's coordinates.
func (f frame) enter(x, y float64) (float64, float64) {
	switch f {
	case 1:
		return y, -x
	case 2:
		return -x, -y
	case 3:
		return -y, x
	}
	return x, y
}

// leave is the inverse of enter, for a box.
func (f frame) leave(x0, y0, x1, y1 float64) layout.Box {
	switch f {
	case 1:
		return layout.Box{-y1, x0, -y0, x1}
	case 2:
		return layout.Box{-x1, -y1, -x0, -y0}
	case 3:
		return layout.Box{y0, -x1, y1, -x0}
	}
	return layout.Box{x0, y0, x1, y1}
}

// Blocks makes blocks in reading order of the glyphs of a page, which are given in the order they were drawn: the text that
// runs as most of the page does first, then text that is turned. It keeps nothing of glyphs and does not change them.
func Blocks(glyphs []Glyph) []layout.Block {
	var counts [4]int
	for i := range glyphs {
		counts[frameOf(&glyphs[i])]++
	}
	order := []frame{0, 1, 2, 3}
	slices.SortStableFunc(order, func(a, b frame) int { return cmp.Compare(counts[b], counts[a]) })
	var blocks []layout.Block
	for _, f := range order {
		if counts[f] == 0 {
			continue
		}
		pieces := cut(glyphs, f)
		pieces = withoutCopies(pieces)
		for _, region := range regions(pieces, 0) {
			blocks = append(blocks, blocksOf(region, f)...)
		}
	}
	return blocks
}

// The distances below are in font sizes. They were found by trying, with cmd/eval, what comes nearest to pdftotext.
const (
	pieceGap    = 0.10 // between glyphs: more than this ends a piece
	pieceBack   = 0.25 // backwards
	pieceRise   = 0.35 // across the line
	wordGap     = 0.15 // between pieces of one line: more than this is a word break
	letterSpace = 0.45 // the widest gap between letters of one word, in letter-spaced text
	copyAlong   = 0.12 // nearer than this, the same text is a copy that was overprinted to look bold
	copyAcross  = 0.20
	lineOverlap = 0.5 // of the lower of two pieces
)

// cut joins the glyphs of one frame to pieces in the order they were drawn.
func cut(glyphs []Glyph, f frame) []piece {
	var out []piece
	var cur *piece
	var lastX float64
	var lastText string
	for i := range glyphs {
		g := &glyphs[i]
		if frameOf(g) != f {
			continue
		}
		x0, y0 := f.enter(g.X, g.Y)
		x1, _ := f.enter(g.X+g.DX, g.Y+g.DY)
		if cur != nil && g.Text == lastText && math.Abs(x0-lastX) < copyAlong*g.Size && math.Abs(y0-cur.base) < copyAcross*g.Size {
			continue // the same glyph again in the same place
		}
		if cur != nil && !g.AfterSpace && joins(cur, g, x0, y0) {
			cur.text = append(cur.text, g.Text...)
			cur.runes++
			cur.x1 = max(cur.x1, x1)
			cur.ascent, cur.descent = max(cur.ascent, g.Ascent), max(cur.descent, g.Descent)
		} else {
			out = append(out, piece{
				text: []byte(g.Text), runes: 1, x0: x0, x1: max(x1, x0), base: y0, size: g.Size,
				ascent: g.Ascent, descent: g.Descent, space: g.Space, bold: g.Bold, spaced: g.AfterSpace, order: len(out),
			})
			cur = &out[len(out)-1]
		}
		lastX, lastText = x0, g.Text
	}
	return out
}

func joins(p *piece, g *Glyph, x, y float64) bool {
	gap := x - p.x1
	return gap < pieceGap*p.size && gap > -pieceBack*p.size && math.Abs(y-p.base) < pieceRise*min(p.size, g.Size) &&
		g.Size < 1.6*p.size && p.size < 1.6*g.Size
}

// withoutCopies drops pieces that were drawn again in nearly the same place.
func withoutCopies(pieces []piece) []piece {
	type cell struct {
		text string
		x, y int
	}
	seen := make(map[cell][]int, len(pieces))
	out := pieces[:0]
	for _, p := range pieces {
		step := max(copyAcross*p.size, 0.01)
		cx, cy := int(p.x0/step), int(p.base/step)
		duplicate := false
		text := string(p.text)
		for dx := -1; dx <= 1 && !duplicate; dx++ {
			for dy := -1; dy <= 1 && !duplicate; dy++ {
				for _, i := range seen[cell{text, cx + dx, cy + dy}] {
					q := &out[i]
					if math.Abs(q.x0-p.x0) < copyAlong*p.size && math.Abs(q.base-p.base) < copyAcross*p.size && math.Abs(q.size-p.size) < 0.1*p.size {
						duplicate = true
						break
					}
				}
			}
		}
		if !duplicate {
			at := cell{text, cx, cy}
			seen[at] = append(seen[at], len(out))
			out = append(out, p)
		}
	}
	return out
}

// row is the pieces of one visual line, left to right.
type row struct {
	pieces      []piece
	top, bottom float64
	base, size  float64
}

// rowsOf gathers pieces into rows, top to bottom: a piece belongs to the row that it overlaps by half its height.
func rowsOf(pieces []piece) []row {
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.base, b.base) })
	var rows []row
	for _, p := range pieces {
		at := -1
		for i := len(rows) - 1; i >= max(0, len(rows)-4); i-- {
			r := &rows[i]
			over := min(r.bottom, p.bottom()) - max(r.top, p.top())
			if over > lineOverlap*min(r.bottom-r.top, p.bottom()-p.top()) && math.Abs(p.base-r.base) < 0.6*max(p.size, r.size) {
				at = i
				break
			}
		}
		if at < 0 {
			rows = append(rows, row{top: p.top(), bottom: p.bottom(), base: p.base, size: p.size})
			at = len(rows) - 1
		}
		r := &rows[at]
		r.pieces = append(r.pieces, p)
		if p.size > r.size {
			r.base, r.size, r.top, r.bottom = p.base, p.size, p.top(), p.bottom()
		}
	}
	for i := range rows {
		slices.SortStableFunc(rows[i].pieces, func(a, b piece) int { return cmp.Compare(a.x0, b.x0) })
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.base, b.base) })
	return rows
}

// blocksOf makes the blocks of one region, which is read row by row.
func blocksOf(rows []row, f frame) []layout.Block {
	var blocks []layout.Block
	var prev *row
	for i := range rows {
		r := &rows[i]
		line := lineOf(r, f)
		if len(line.Words) == 0 {
			continue
		}
		if prev == nil || apart(prev, r) {
			blocks = append(blocks, layout.Block{})
		}
		b := &blocks[len(blocks)-1]
		b.Lines = append(b.Lines, line)
		b.Box = b.Box.Union(line.Box)
		prev = r
	}
	return blocks
}

// apart reports whether two rows, one below the other, belong to different blocks.
func apart(above, below *row) bool {
	size := max(above.size, below.size)
	return below.base-above.base > 1.8*size || above.size > 1.3*below.size || below.size > 1.3*above.size
}

// lineOf joins the pieces of a row to words.
func lineOf(r *row, f frame) layout.Line {
	var line layout.Line
	gap := letterGap(r.pieces)
	var last piece
	for i, p := range r.pieces {
		box := round(f.leave(p.x0, p.top(), p.x1, p.bottom()))
		if i > 0 && sameWord(&last, &p, gap) {
			w := &line.Words[len(line.Words)-1]
			w.Text += string(p.text)
			w.Box = w.Box.Union(box)
			w.Bold = w.Bold && p.bold
		} else {
			line.Words = append(line.Words, layout.Word{Text: string(p.text), Box: box, Size: math.Round(p.size*100) / 100, Bold: p.bold})
		}
		last = p
	}
	logical(line.Words)
	for _, w := range line.Words {
		line.Box = line.Box.Union(w.Box)
	}
	return line
}

func sameWord(a, b *piece, gap float64) bool {
	space := b.x0 - a.x1
	size := min(a.size, b.size)
	if b.spaced && b.order == a.order+1 {
		return false
	}
	if space < -0.6*size {
		return false
	}
	if math.Abs(a.base-b.base) > 0.4*max(a.size, b.size) {
		return false
	}
	return space < gap*size
}

// letterGap returns the gap, in font sizes, from which on two pieces of a row are two words. In text that is set with
// space between all letters the pieces are single letters with even gaps, and the limit is wider.
func letterGap(pieces []piece) float64 {
	if len(pieces) < 4 {
		return wordGap
	}
	var gaps []float64
	for i := 1; i < len(pieces); i++ {
		if pieces[i].runes > 1 || pieces[i-1].runes > 1 || pieces[i].spaced {
			continue
		}
		gaps = append(gaps, (pieces[i].x0-pieces[i-1].x1)/pieces[i].size)
	}
	if len(gaps) < 3 || len(gaps)*10 < len(pieces)*7 {
		return wordGap
	}
	slices.Sort(gaps)
	middle := gaps[len(gaps)/2]
	if middle > letterSpace {
		return wordGap // a row of single characters, such as a table's
	}
	return max(wordGap, 1.5*middle)
}

// round keeps boxes to hundredths of a point, which keeps the stored layout small.
func round(b layout.Box) layout.Box {
	for i := range b {
		b[i] = math.Round(b[i]*100) / 100
	}
	return b
}

package assembly

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// piece is a run of glyphs that were drawn one after the other without a gap: a word, or a part of one. Coordinates are
// those of its frame, in which text runs left to right and y goes down.
type piece struct {
	text    string
	from    int // where its text begins in that of all pieces
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
		pieces := cut(glyphs, f, counts[f])
		pieces = withoutCopies(pieces)
		for _, region := range regions(pieces, 0) {
			blocks = append(blocks, blocksOf(region, f)...)
		}
	}
	return blocks
}

// The distances below are in font sizes. They were found by trying, with cmd/eval, what comes nearest to pdftotext.
const (
	pieceGap    = 0.10  // between glyphs: more than this ends a piece
	pieceBack   = 0.25  // backwards
	pieceRise   = 0.35  // across the line
	wordGap     = 0.125 // between pieces of one line: more than this is a word break
	letterSpace = 0.45  // the widest gap between letters of one word, in letter-spaced text
	copyAlong   = 0.12  // nearer than this, the same text is a copy that was overprinted to look bold
	copyAcross  = 0.20
	lineOverlap = 0.5 // of the lower of two pieces
)

// cut joins the glyphs of one frame, of which there are so many, to pieces in the order they were drawn.
func cut(glyphs []Glyph, f frame, count int) []*piece {
	out := make([]piece, 0, count/4+8)
	text := make([]byte, 0, count+count/4) // of all pieces, one after the other
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
			cur.runes++
			cur.x1 = max(cur.x1, x1)
			cur.ascent, cur.descent = max(cur.ascent, g.Ascent), max(cur.descent, g.Descent)
		} else {
			out = append(out, piece{
				from: len(text), runes: 1, x0: x0, x1: max(x1, x0), base: y0, size: g.Size,
				ascent: g.Ascent, descent: g.Descent, space: g.Space, bold: g.Bold, spaced: g.AfterSpace, order: len(out),
			})
			cur = &out[len(out)-1]
		}
		text = append(text, g.Text...)
		lastX, lastText = x0, g.Text
	}
	return named(out, string(text))
}

// named gives pieces their part of the text of all.
func named(pieces []piece, text string) []*piece {
	out := make([]*piece, len(pieces))
	end := len(text)
	for i := len(pieces) - 1; i >= 0; i-- {
		p := &pieces[i]
		p.text = text[p.from:end]
		end = p.from
		out[i] = p
	}
	return out
}

func joins(p *piece, g *Glyph, x, y float64) bool {
	gap := x - p.x1
	return gap < pieceGap*p.size && gap > -pieceBack*p.size && math.Abs(y-p.base) < pieceRise*min(p.size, g.Size) &&
		g.Size < 1.6*p.size && p.size < 1.6*g.Size
}

// row is the pieces of one visual line, left to right.
type row struct {
	pieces      []*piece
	top, bottom float64
	base, size  float64
}

// rowsOf gathers pieces into rows, top to bottom: a piece belongs to the row that it overlaps by half its height. It brings the
// pieces into the order of their baselines.
func rowsOf(pieces []*piece) []row {
	sortBy(pieces, func(a, b *piece) int { return cmp.Compare(a.base, b.base) })
	var rows []row
	at := make([]int32, len(pieces)) // the row of each
	for i, p := range pieces {
		n := rowFor(rows, p)
		if n < 0 {
			n = len(rows)
			rows = append(rows, row{top: p.top(), bottom: p.bottom(), base: p.base, size: p.size})
		}
		at[i] = int32(n)
		if r := &rows[n]; p.size > r.size {
			r.base, r.size, r.top, r.bottom = p.base, p.size, p.top(), p.bottom()
		}
	}
	fill(rows, pieces, at)
	for i := range rows {
		sortBy(rows[i].pieces, func(a, b *piece) int { return cmp.Compare(a.x0, b.x0) })
	}
	sortBy(rows, func(a, b row) int { return cmp.Compare(a.base, b.base) })
	return rows
}

// rowFor returns which of the last rows a piece belongs to, or -1.
func rowFor(rows []row, p *piece) int {
	for i := len(rows) - 1; i >= max(0, len(rows)-4); i-- {
		r := &rows[i]
		over := min(r.bottom, p.bottom()) - max(r.top, p.top())
		if over > lineOverlap*min(r.bottom-r.top, p.bottom()-p.top()) && math.Abs(p.base-r.base) < 0.6*max(p.size, r.size) {
			return i
		}
	}
	return -1
}

// fill gives each row its pieces, which share one array.
func fill(rows []row, pieces []*piece, at []int32) {
	counts := make([]int, len(rows))
	for _, n := range at {
		counts[n]++
	}
	all := make([]*piece, len(pieces))
	for i, n := range counts {
		rows[i].pieces, all = all[:0:n], all[n:]
	}
	for i, p := range pieces {
		r := &rows[at[i]]
		r.pieces = append(r.pieces, p)
	}
}

// sortBy is a stable sort, for what is in order already more often than not.
func sortBy[T any](s []T, compare func(a, b T) int) {
	if !slices.IsSortedFunc(s, compare) {
		slices.SortStableFunc(s, compare)
	}
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
	gap := letterGap(r.pieces)
	words := make([]layout.Word, 0, wordsIn(r.pieces, gap))
	for start := 0; start < len(r.pieces); {
		end := start + 1
		for end < len(r.pieces) && sameWord(r.pieces[end-1], r.pieces[end], gap) {
			end++
		}
		words = append(words, wordOf(r.pieces[start:end], f))
		start = end
	}
	line := layout.Line{Words: words}
	logical(line.Words)
	for i := range line.Words {
		line.Box = line.Box.Union(line.Words[i].Box)
	}
	return line
}

// wordOf makes one word of pieces.
func wordOf(pieces []*piece, f frame) layout.Word {
	first := pieces[0]
	w := layout.Word{Text: first.text, Box: first.box(f), Size: math.Round(first.size*100) / 100, Bold: first.bold}
	if len(pieces) == 1 {
		return w
	}
	var text strings.Builder
	text.WriteString(first.text)
	for _, p := range pieces[1:] {
		text.WriteString(p.text)
		w.Box = w.Box.Union(p.box(f))
		w.Bold = w.Bold && p.bold
	}
	w.Text = text.String()
	return w
}

func (p *piece) box(f frame) layout.Box { return round(f.leave(p.x0, p.top(), p.x1, p.bottom())) }

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
func letterGap(pieces []*piece) float64 {
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

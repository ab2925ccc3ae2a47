package extract

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// Limits that bound time and memory on any layout. A document beyond them is read up to the limit.
const (
	maxWords    = 200_000
	maxFlow     = 1 << 20 // bytes of running text that patterns see
	maxWordSize = 2_000   // bytes of one word
)

// sheet is a document as rows that run across the page, whatever blocks the parser made of them.
type sheet struct {
	rows  []row // by page, from top to bottom
	pages []span
	width map[int]float64 // by page number
	high  map[int]float64
	flow  flow
}

// span is a range of indices [from, to).
type span struct{ from, to int }

// row is what stands at one height of a page. All ranges are byte offsets into text.
type row struct {
	page   int
	box    layout.Box
	text   string // words with one blank between them
	words  []word // from left to right
	starts []int  // where each word starts in text
	parts  []part
	tokens []token
}

// word is a word with the box in which it is found. Where the layout has no box it is made up from the order of words, and
// nothing is shown as evidence.
type word struct {
	text string
	box  layout.Box
	size float64
	bold bool
	made bool
}

// part is a run of words without a wide gap: a cell of a table, a label, a phrase.
type part struct {
	span
	box  layout.Box
	size float64 // largest font size
	bold bool
}

// newSheet arranges the document. It never fails: damaged boxes only cost layout.
func newSheet(doc *layout.Document) *sheet { return new(rowWriter).sheet(doc) }

// sheet is like newSheet, with a sheet that is good until the next reset.
func (w *rowWriter) sheet(doc *layout.Document) *sheet {
	s := &sheet{rows: w.rows, width: map[int]float64{}, high: map[int]float64{}}
	budget := maxWords
	for i := range doc.Pages {
		p := &doc.Pages[i]
		number := p.Number
		if number <= 0 {
			number = i + 1
		}
		lines, used := w.pageLines(p, budget)
		budget -= used
		from := len(s.rows)
		s.rows = w.rowsOf(slices.Grow(s.rows, len(lines)), lines, number)
		s.pages = append(s.pages, span{from, len(s.rows)})
		s.width[number], s.high[number] = extent(p, s.rows[from:])
	}
	s.flow = w.flow.of(doc)
	w.rows = s.rows
	return s
}

// maxKept bounds the rows and the words for which a writer keeps memory.
const maxKept = 1 << 14

// reset takes back the memory of the sheet that was made last.
func (w *rowWriter) reset() {
	if max(cap(w.rows), cap(w.flow.words)) > maxKept {
		*w = rowWriter{}
		return
	}
	w.words.reset()
	w.starts.reset()
	w.parts.reset()
	w.tokens.reset()
	w.rows, w.flow.words = emptied(w.rows), emptied(w.flow.words)
	w.line, w.merged, w.list = emptied(w.line[:cap(w.line)]), emptied(w.merged[:cap(w.merged)]), emptied(w.list[:cap(w.list)])
	w.lines, w.pieces = emptied(w.lines[:cap(w.lines)]), emptied(w.pieces[:cap(w.pieces)])
}

// extent returns the page's size, or that of its content where the size is missing.
func extent(p *layout.Page, rows []row) (width, height float64) {
	width, height = p.Width, p.Height
	for i := range rows {
		width, height = max(width, rows[i].box[2]), max(height, rows[i].box[3])
	}
	return max(width, 1), max(height, 1)
}

// rowWriter makes the rows of one document, and after a reset of another. What it keeps of them lies in few blocks of
// memory; the rest is used again.
type rowWriter struct {
	rows   []row
	flow   flowWriter
	words  chunks[word]
	starts chunks[int]
	parts  chunks[part]
	tokens chunks[token]

	line   []word
	merged []word
	lines  [][]word
	pieces []piece
	text   []byte
	at     []int
	cells  []part
	list   []token
}

// piece is a line with its place on the page.
type piece struct {
	words  []word
	middle float64
	height float64
}

// pageLines returns the page's lines as words until the next call. Where a line has no boxes its words get a place by their
// order.
func (w *rowWriter) pageLines(p *layout.Page, budget int) (lines [][]word, used int) {
	w.lines = w.lines[:0]
	y := 0.0
	for b := range p.Blocks {
		for l := range p.Blocks[b].Lines {
			src := p.Blocks[b].Lines[l].Words
			if used+len(src) > budget {
				return w.lines, used
			}
			used += len(src)
			y += 12
			w.line = lineWords(w.line[:0], src, y)
			w.level(w.words.keep(w.line))
		}
		y += 12
	}
	return w.lines, used
}

// level adds a line, split where its words do not stand at one height: large type beside several small lines (a stamp, a
// headline) may have drawn them together.
func (w *rowWriter) level(line []word) {
	if len(line) == 0 {
		return
	}
	middle := func(w *word) float64 { return (w.box[1] + w.box[3]) / 2 }
	limit := 0.5
	if overprinted(line) {
		limit = 0.15 // there are several lines, close to each other
	}
	apart := func(a, b *word) bool {
		return math.Abs(middle(a)-middle(b)) > limit*min(a.box[3]-a.box[1], b.box[3]-b.box[1])
	}
	even := true
	for i := range line {
		even = even && !apart(&line[0], &line[i])
	}
	if even {
		w.lines = append(w.lines, line)
		return
	}
	var out [][]word
next:
	for _, x := range line {
		for i := range out {
			if !apart(&out[i][0], &x) {
				out[i] = append(out[i], x)
				continue next
			}
		}
		if len(out) == 32 { // not a line at all
			out[31] = append(out[31], x)
			continue
		}
		out = append(out, []word{x})
	}
	w.lines = append(w.lines, out...)
}

// overprinted says that neighbours of a line stand over each other.
func overprinted(line []word) bool {
	for i := 1; i < len(line); i++ {
		if collide(line[i-1:i], line[i:i+1]) {
			return true
		}
	}
	return false
}

// lineWords adds the words of a line that have a text.
func lineWords(line []word, src []layout.Word, y float64) []word {
	x := 0.0
	for i := range src {
		text := clean(src[i].Text)
		if len(src[i].Text) > maxWordSize {
			text = cut(src[i].Text)
		}
		if text == "" {
			continue
		}
		w := word{text: text, box: src[i].Box, size: src[i].Size, bold: src[i].Bold}
		width := 6 * float64(utf8.RuneCountInString(text))
		if !usable(w.box) {
			w.box, w.made = layout.Box{x, y, x + width, y + 10}, true
		}
		x += width + 3
		if w.size <= 0 {
			w.size = w.box[3] - w.box[1]
		}
		line = append(line, w)
	}
	return line
}

// cut is like clean for a long word, of which it leaves the first bytes.
func cut(word string) string {
	word = strings.TrimFunc(word, unicode.IsSpace)
	if len(word) > maxWordSize {
		return strings.ToValidUTF8(word[:maxWordSize], "")
	}
	return clean(word)
}

// usable says that a box has finite numbers in the right order.
func usable(b layout.Box) bool {
	for _, v := range b {
		if v != v || v > 1e6 || v < -1e6 {
			return false
		}
	}
	return b[2] > b[0] && b[3] > b[1]
}

// rowsOf joins lines of the same height to rows and adds them.
func (w *rowWriter) rowsOf(rows []row, lines [][]word, page int) []row {
	w.pieces = w.pieces[:0]
	for _, words := range lines {
		var b layout.Box
		for k := range words {
			b = b.Union(words[k].box)
		}
		w.pieces = append(w.pieces, piece{words, (b[1] + b[3]) / 2, b[3] - b[1]})
	}
	pieces := w.pieces
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.middle, b.middle) })
	for i := 0; i < len(pieces); {
		j := i + 1
		w.merged = append(w.merged[:0], pieces[i].words...)
		var over []piece // lines of the same height that would run into the row's words
		for j < len(pieces) && pieces[j].middle-pieces[i].middle < 0.4*min(pieces[i].height, pieces[j].height) {
			if collide(w.merged, pieces[j].words) {
				over = append(over, pieces[j])
			} else {
				w.merged = append(w.merged, pieces[j].words...)
			}
			j++
		}
		words := pieces[i].words
		if len(w.merged) > len(words) {
			words = w.words.keep(w.merged)
		}
		rows = append(rows, w.row(words, page, j-i > 1))
		for _, p := range over {
			rows = append(rows, w.row(p.words, page, false))
		}
		i = j
	}
	return rows
}

// maxCollide bounds the words that collide compares; longer lines count as apart.
const maxCollide = 400

// collide says that some words of two lines stand at the same place across the page.
func collide(a, b []word) bool {
	if len(a)*len(b) > maxCollide*maxCollide {
		return false
	}
	for i := range a {
		x := &a[i].box
		for k := range b {
			y := &b[k].box
			shared := min(x[2], y[2]) - max(x[0], y[0])
			if shared > 0.3*min(x[2]-x[0], y[2]-y[0]) {
				return true
			}
		}
	}
	return false
}

func (w *rowWriter) row(words []word, page int, merged bool) row {
	if merged {
		slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(a.box[0], b.box[0]) })
	}
	r := row{page: page, words: words}
	w.text, w.at, w.cells = w.text[:0], w.at[:0], w.cells[:0]
	for i := range words {
		x := &words[i]
		if i > 0 {
			w.text = append(w.text, ' ')
		}
		w.at = append(w.at, len(w.text))
		w.text = append(w.text, x.text...)
		r.box = r.box.Union(x.box)
		end := len(w.text)
		if n := len(w.cells); n > 0 && !wideGap(&words[i-1], x) {
			p := &w.cells[n-1]
			p.to, p.box, p.size, p.bold = end, p.box.Union(x.box), max(p.size, x.size), p.bold || x.bold
			continue
		}
		w.cells = append(w.cells, part{span{end - len(x.text), end}, x.box, x.size, x.bold})
	}
	r.text, r.starts, r.parts = string(w.text), w.starts.keep(w.at), w.parts.keep(w.cells)
	w.list = tokenise(w.list[:0], r.text, r.parts)
	r.tokens = w.tokens.keep(w.list)
	return r
}

// wideGap says that two neighbours belong to different parts. A blank is about a quarter of the font size wide; justified
// text stretches it to perhaps twice that.
func wideGap(a, b *word) bool {
	height := min(a.box[3]-a.box[1], b.box[3]-b.box[1])
	return b.box[0]-a.box[2] > 0.85*height || b.box[2] < a.box[0]
}

// evidence returns the union of the boxes of the words that text[from:to] touches.
func (r *row) evidence(from, to int) layout.Box {
	var b layout.Box
	for i := range r.words {
		if w := &r.words[i]; r.starts[i] < to && r.starts[i]+len(w.text) > from && !w.made {
			b = b.Union(w.box)
		}
	}
	return b
}

// place is like evidence with the boxes used for geometry.
func (r *row) place(from, to int) layout.Box {
	var b layout.Box
	for i := range r.words {
		if w := &r.words[i]; r.starts[i] < to && r.starts[i]+len(w.text) > from {
			b = b.Union(w.box)
		}
	}
	return b
}

// partAt returns the index of the part that holds text[at], or of the next one; len(parts) behind the last.
func (r *row) partAt(at int) int {
	for i, p := range r.parts {
		if at < p.to {
			return i
		}
	}
	return len(r.parts)
}

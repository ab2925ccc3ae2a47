package extract

import (
	"cmp"
	"slices"

	"github.com/millrace/millrace/shared/layout"
)

// Limits that bound time and memory on any layout. A document beyond them is read up to the limit.
const (
	maxWords    = 200_000
	maxFlow     = 1 << 20 // bytes of running text that patterns see
	maxWordSize = 2_000   // bytes of one word
)

// rowWriter makes the sheet of one document, and after a reset of another, which takes the memory of the one before.
type rowWriter struct {
	pieceWriter
	rows   []row
	words  []word
	parts  []part
	tokens []token
	width  map[int]float64
	high   map[int]float64
	text   []byte      // of the rows that are no lines of the running text
	texts  []textPlace // of rows
	ofFlow []classes   // of the running text
	ofText []classes   // of the text of the other rows
	merged []layout.Word
	order  []*piece
}

// textPlace is where a row's text is kept.
type textPlace struct {
	span
	flow  bool // in the running text
	ascii bool
}

// newSheet arranges the document. It never fails: damaged boxes only cost layout.
func newSheet(doc *layout.Document) *sheet { return new(rowWriter).sheet(doc) }

// sheet is like newSheet, with a sheet that is good until the next reset.
func (w *rowWriter) sheet(doc *layout.Document) *sheet {
	if w.width == nil {
		w.width, w.high = map[int]float64{}, map[int]float64{}
	}
	s := &sheet{width: w.width, high: w.high, pages: make([]span, 0, len(doc.Pages))}
	w.words = slices.Grow(w.words, min(doc.Words(), maxWords))
	w.flow.begin()
	budget := maxWords
	for i := range doc.Pages {
		p := &doc.Pages[i]
		number := p.Number
		if number <= 0 {
			number = i + 1
		}
		budget -= w.read(p, number, budget)
		from := len(w.rows)
		w.addRows(number)
		s.pages = append(s.pages, span{from, len(w.rows)})
		s.width[number], s.high[number] = extent(p, w.rows[from:])
	}
	s.flow = w.flow.end()
	w.addTexts(&s.flow)
	s.rows = w.rows
	return s
}

// maxKept bounds the words for which a writer keeps memory.
const maxKept = 1 << 14

// reset takes back the memory of the sheet that was made last.
func (w *rowWriter) reset() {
	if max(cap(w.words), cap(w.tokens), cap(w.merged), cap(w.mended)) > maxKept {
		*w = rowWriter{}
		return
	}
	w.rows, w.tokens, w.merged = emptied(w.rows), emptied(w.tokens), emptied(w.merged)
	w.words, w.parts, w.text, w.texts = w.words[:0], w.parts[:0], w.text[:0], w.texts[:0]
	w.pieceWriter.reset()
	clear(w.width)
	clear(w.high)
}

// emptied returns the list without its elements and without what they point to.
func emptied[T any](list []T) []T {
	clear(list)
	return list[:0]
}

// addRows joins the pieces of a page that stand at the same height to rows.
func (w *rowWriter) addRows(page int) {
	pieces := w.pieces
	for i := 0; i < len(pieces); {
		first := &pieces[i]
		j := i + 1
		for j < len(pieces) && pieces[j].middle-first.middle < 0.4*min(first.height, pieces[j].height) {
			j++
		}
		if j == i+1 {
			w.row(first, page)
		} else {
			w.join(pieces[i:j], page)
		}
		i = j
	}
}

// join makes one row of pieces of the same height, but for those that would run into its words: they are rows of their own.
func (w *rowWriter) join(pieces []piece, page int) {
	w.order = w.order[:0]
	var over []*piece
	row := piece{ascii: true, flow: nowhere}
	words := 0
	for i := range pieces {
		p := &pieces[i]
		if words*len(p.words) <= maxCollide*maxCollide && slices.ContainsFunc(w.order, p.collides) {
			over = append(over, p)
			continue
		}
		w.order = append(w.order, p)
		words += len(p.words)
		row.box, row.ascii = row.box.Union(p.box), row.ascii && p.ascii
	}
	w.merged = emptied(w.merged)
	for _, p := range w.order {
		w.merged = append(w.merged, p.words...)
	}
	sortStable(w.merged, func(a, b layout.Word) int { return cmp.Compare(a.Box[0], b.Box[0]) })
	row.words = w.merged
	w.row(&row, page)
	for _, p := range over {
		w.row(p, page)
	}
}

// row adds a row of one piece, whose text it gets later.
func (w *rowWriter) row(p *piece, page int) {
	firstWord, firstPart := len(w.words), len(w.parts)
	w.words = slices.Grow(w.words, len(p.words))[:firstWord+len(p.words)]
	words := w.words[firstWord:]
	made, at := false, 0
	var cell part
	for i := range p.words {
		x := &p.words[i]
		size := x.Size
		if size < 0 { // made up
			size, made = -size, true
		}
		end := at + len(x.Text)
		o := &words[i]
		o.box, o.from, o.to, o.made = x.Box, int32(at), int32(end), x.Size < 0
		switch {
		case i == 0:
			cell = part{span{at, end}, x.Box, size, x.Bold}
		case wideGap(&p.words[i-1].Box, &x.Box):
			w.parts = append(w.parts, cell)
			cell = part{span{at, end}, x.Box, size, x.Bold}
		default:
			cell.to, cell.bold = end, cell.bold || x.Bold
			widen(&cell.box, &x.Box)
			if size > cell.size {
				cell.size = size
			}
		}
		at = end + 1
	}
	w.parts = append(w.parts, cell)
	place := textPlace{span{p.flow, p.flow + at - 1}, p.flow != nowhere, p.ascii}
	if !place.flow {
		place.from = len(w.text)
		for i := range p.words {
			w.text = append(append(w.text, p.words[i].Text...), ' ')
		}
		place.to = len(w.text) - 1
	}
	w.texts = append(w.texts, place)
	w.rows = append(w.rows, row{page: page, box: p.box, words: words, parts: w.parts[firstPart:len(w.parts):len(w.parts)], made: made})
}

// wideGap says that two neighbours belong to different parts. A blank is about a quarter of the font size wide; justified
// text stretches it to perhaps twice that.
func wideGap(a, b *layout.Box) bool {
	gap := b[0] - a[2]
	return gap > 0.85*(a[3]-a[1]) || gap > 0.85*(b[3]-b[1]) || b[2] < a[0]
}

// addTexts gives the rows their texts and tokens. All texts share the memory of the running text and of one other.
func (w *rowWriter) addTexts(f *flow) {
	text := string(w.text)
	lowered := lower(text)
	w.ofFlow, w.ofText = classesOf(w.ofFlow, f.lower), classesOf(w.ofText, lowered)
	for i := range w.rows {
		r, place := &w.rows[i], &w.texts[i]
		all := w.ofText
		if place.flow {
			r.folded, all = folded{f.text[place.from:place.to], f.lower[place.from:place.to], f.plain}, w.ofFlow
		} else {
			r.folded = folded{text[place.from:place.to], lowered[place.from:place.to], false}
		}
		r.plain = r.plain || place.ascii || plain(r.text)
		first := len(w.tokens)
		w.tokens = tokenise(w.tokens, &r.folded, all, place.from, r.parts)
		r.tokens = w.tokens[first:len(w.tokens):len(w.tokens)]
	}
}

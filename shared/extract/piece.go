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

// piece is a line with its place on the page. Its words have a text and a box; the size of one whose box is made up is negative.
type piece struct {
	words  []layout.Word
	box    layout.Box
	middle float64
	height float64
	flow   int // where the words stand in the running text with one blank between them
	ascii  bool
}

// nowhere is the place of words that do not stand in the running text as they are.
const nowhere = -1

// pieceWriter makes pieces of a document's lines, page by page, and its running text.
type pieceWriter struct {
	flow   flowWriter
	pieces []piece       // of a page
	mended []layout.Word // of a page: the words of lines that cannot be taken as they are
}

func (w *pieceWriter) reset() {
	w.pieces, w.mended = emptied(w.pieces), emptied(w.mended)
	w.flow.reset()
}

// read takes the words of a page: all into the running text, those of lines within the budget as pieces from top to bottom. It
// returns how many of the budget it used. Where a line has no boxes its words get a place by their order.
func (w *pieceWriter) read(p *layout.Page, number, budget int) (used int) {
	w.pieces, w.mended = emptied(w.pieces), emptied(w.mended)
	y, full := 0.0, false
	for b := range p.Blocks {
		lines := p.Blocks[b].Lines
		for l := range lines {
			src := lines[l].Words
			at, ascii := w.flow.line(src, number)
			if full = full || used+len(src) > budget; full {
				continue
			}
			used += len(src)
			y += 12
			if at == nowhere || !w.whole(src, at, ascii) {
				w.mend(src, y)
			}
		}
		w.flow.endBlock()
		y += 12
	}
	sortStable(w.pieces, func(a, b piece) int { return cmp.Compare(a.middle, b.middle) })
	return used
}

// sortStable sorts a list, most of which are in order.
func sortStable[T any](list []T, compare func(a, b T) int) {
	if !slices.IsSortedFunc(list, compare) {
		slices.SortStableFunc(list, compare)
	}
}

// whole adds a line that stands in the running text as one piece, if its words have boxes and stand at one height.
func (w *pieceWriter) whole(line []layout.Word, at int, ascii bool) bool {
	first, last := &line[0].Box, &line[0].Box
	box := *first
	for i := range line {
		x := &line[i].Box
		if !usable(x) || line[i].Size <= 0 {
			return false
		}
		// Most words stand at the height of the first, behind the one before.
		if (x[1] != first[1] || x[3] != first[3]) && uneven(first, x, unevenLine) || x[0] < last[2] && i > 0 && cover(last, x) {
			return false
		}
		widen(&box, x)
		last = x
	}
	w.pieces = append(w.pieces, piece{line, box, middle(&box), box[3] - box[1], at, ascii})
	return true
}

// mend adds a line of which some words have no text, no box or no size, or stand at other heights than others.
func (w *pieceWriter) mend(src []layout.Word, y float64) {
	from := len(w.mended)
	for i := range src {
		x := src[i]
		if len(x.Text) > maxWordSize {
			x.Text = cut(x.Text)
		} else {
			x.Text = clean(x.Text)
		}
		if x.Text == "" {
			continue
		}
		made := !usable(&x.Box)
		if made {
			x.Box = madeUp(w.mended[from:], x.Text, y)
		}
		if x.Size <= 0 {
			x.Size = x.Box[3] - x.Box[1]
		}
		if made {
			x.Size = -x.Size
		}
		w.mended = append(w.mended, x)
	}
	if len(w.mended) > from {
		w.level(w.mended[from:])
	}
}

// madeUp returns the place of a word behind others of its line at the height y, all of them set in letters of one width.
func madeUp(before []layout.Word, text string, y float64) layout.Box {
	x := 0.0
	for i := range before {
		x += 6*float64(utf8.RuneCountInString(before[i].Text)) + 3
	}
	return layout.Box{x, y, x + 6*float64(utf8.RuneCountInString(text)), y + 10}
}

// cut is like clean for a long word, of which it leaves the first bytes.
func cut(word string) string {
	word = strings.TrimFunc(word, unicode.IsSpace)
	if len(word) > maxWordSize {
		return strings.ToValidUTF8(word[:maxWordSize], "")
	}
	return clean(word)
}

// level adds a line as a piece, or as several where its words do not stand at one height: large type beside several small
// lines (a stamp, a headline) may have drawn them together.
func (w *pieceWriter) level(line []layout.Word) {
	limit := unevenLine
	for i := 1; i < len(line); i++ {
		if cover(&line[i-1].Box, &line[i].Box) {
			limit = unevenLines
			break
		}
	}
	if !slices.ContainsFunc(line[1:], func(x layout.Word) bool { return uneven(&line[0].Box, &x.Box, limit) }) {
		w.piece(line)
		return
	}
	var out [][]layout.Word
next:
	for _, x := range line {
		for i := range out {
			if !uneven(&out[i][0].Box, &x.Box, limit) {
				out[i] = append(out[i], x)
				continue next
			}
		}
		if len(out) == 32 { // not a line at all
			out[31] = append(out[31], x)
			continue
		}
		out = append(out, []layout.Word{x})
	}
	for _, words := range out {
		w.piece(words)
	}
}

// piece adds words as a piece whose text is not that of a line.
func (w *pieceWriter) piece(words []layout.Word) {
	box, ascii := words[0].Box, true
	for i := range words {
		widen(&box, &words[i].Box)
		ascii = ascii && isASCII(words[i].Text)
	}
	w.pieces = append(w.pieces, piece{words, box, middle(&box), box[3] - box[1], nowhere, ascii})
}

// usable says that a box has finite numbers in the right order.
func usable(b *layout.Box) bool {
	return b[0] >= -1e6 && b[1] >= -1e6 && b[2] <= 1e6 && b[3] <= 1e6 && b[2] > b[0] && b[3] > b[1]
}

// widen makes a box the union of itself and another, neither of which is empty. Most words only move its right end.
func widen(a, b *layout.Box) {
	if b[0] < a[0] {
		a[0] = b[0]
	}
	if b[1] < a[1] {
		a[1] = b[1]
	}
	if b[2] > a[2] {
		a[2] = b[2]
	}
	if b[3] > a[3] {
		a[3] = b[3]
	}
}

func middle(b *layout.Box) float64 { return (b[1] + b[3]) / 2 }

// How far the middles of the words of a line may be apart, in heights of the lower one: of one line, and of several close to
// each other, which print over each other.
const (
	unevenLine  = 0.5
	unevenLines = 0.15
)

// uneven says that two words do not stand at one height.
func uneven(a, b *layout.Box, limit float64) bool {
	return math.Abs(middle(a)-middle(b)) > limit*min(a[3]-a[1], b[3]-b[1])
}

// cover says that two words stand at the same place across the page.
func cover(a, b *layout.Box) bool {
	return min(a[2], b[2])-max(a[0], b[0]) > 0.3*min(a[2]-a[0], b[2]-b[0])
}

// maxCollide bounds the words that are compared; longer lines count as apart.
const maxCollide = 400

// collides says that some words of two pieces stand at the same place across the page.
func (p *piece) collides(o *piece) bool {
	if o.box[2] <= p.box[0] || p.box[2] <= o.box[0] {
		return false
	}
	for i := range p.words {
		for k := range o.words {
			if cover(&p.words[i].Box, &o.words[k].Box) {
				return true
			}
		}
	}
	return false
}

package extract

import (
	"github.com/millrace/millrace/shared/layout"
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

// row is what stands at one height of a page. All ranges are byte offsets into its text: words with one blank between them.
type row struct {
	folded
	page   int
	box    layout.Box
	words  []word // from left to right
	parts  []part
	tokens []token
	made   bool // some words are made up
}

// word is a word, text[from:to], with the box in which it is found. Where the layout has no box it is made up from the order
// of words, and nothing is shown as evidence.
type word struct {
	box      layout.Box
	from, to int32
	made     bool
}

// part is a run of words without a wide gap: a cell of a table, a label, a phrase.
type part struct {
	span
	box  layout.Box
	size float64 // largest font size
	bold bool
}

// extent returns the page's size, or that of its content where the size is missing.
func extent(p *layout.Page, rows []row) (width, height float64) {
	width, height = p.Width, p.Height
	for i := range rows {
		width, height = max(width, rows[i].box[2]), max(height, rows[i].box[3])
	}
	return max(width, 1), max(height, 1)
}

// word returns the text of a word.
func (r *row) word(i int) string { return r.text[r.words[i].from:r.words[i].to] }

// evidence returns the union of the boxes of the words that text[from:to] touches.
func (r *row) evidence(from, to int) layout.Box {
	if from == 0 && to == len(r.text) && !r.made {
		return r.box
	}
	var b layout.Box
	for i := range r.words {
		if w := &r.words[i]; int(w.from) < to && int(w.to) > from && !w.made {
			b = b.Union(w.box)
		}
	}
	return b
}

// place is like evidence with the boxes used for geometry.
func (r *row) place(from, to int) layout.Box {
	var b layout.Box
	for i := range r.words {
		if w := &r.words[i]; int(w.from) < to && int(w.to) > from {
			b = b.Union(w.box)
		}
	}
	return b
}

// partAt returns the index of the part that holds text[at], or of the next one; len(parts) behind the last.
func (r *row) partAt(at int) int {
	for i := range r.parts {
		if at < r.parts[i].to {
			return i
		}
	}
	return len(r.parts)
}

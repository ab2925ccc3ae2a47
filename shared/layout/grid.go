package layout

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxColumn  = 400 // bounds a line of laid out text
	usualSpace = 0.6 // font sizes: words that are nearer follow each other as in a sentence, and have one space between them
)

// LaidOut returns the document's text with words where they stand on the page, as far as characters of one width can show it; pages
// are separated by a form feed. Turned text stands where its first letter does.
func (d *Document) LaidOut() string {
	pages := make([]string, len(d.Pages))
	for i := range d.Pages {
		pages[i] = d.Pages[i].LaidOut()
	}
	return strings.Join(pages, "\f")
}

// LaidOut returns the page's text with words where they stand; see [Document.LaidOut].
func (p *Page) LaidOut() string {
	words := p.AllWords()
	if len(words) == 0 {
		return ""
	}
	left, width := math.Inf(1), characterWidth(words)
	for _, w := range words {
		left = min(left, w.Box[0])
	}
	var sb strings.Builder
	bottom := math.Inf(-1)
	for _, row := range rows(words) {
		if top, end := extent(row[0]); !math.IsInf(bottom, 0) && top-bottom > end-top {
			sb.WriteByte('\n') // an empty line
		}
		at := 0
		for i, w := range row {
			to := min(int(math.Round((w.Box[0]-left)/width)), maxColumn)
			switch {
			case i > 0 && w.Box[0]-row[i-1].Box[2] < usualSpace*max(w.Size, row[i-1].Size):
				to = at + 1
			case i > 0:
				to = max(to, at+1)
			}
			sb.WriteString(strings.Repeat(" ", max(to-at, 0)))
			sb.WriteString(w.Text)
			at = max(to, at) + utf8.RuneCountInString(w.Text)
			_, end := extent(w)
			bottom = max(bottom, end)
		}
		sb.WriteByte('\n')
	}
	return sb.String()
}

// AllWords returns the words of the page in reading order.
func (p *Page) AllWords() []Word {
	var out []Word
	for i := range p.Blocks {
		for j := range p.Blocks[i].Lines {
			out = append(out, p.Blocks[i].Lines[j].Words...)
		}
	}
	return out
}

// characterWidth is the width of a character of the median word, in points.
func characterWidth(words []Word) float64 {
	var widths []float64
	for _, w := range words {
		if n := utf8.RuneCountInString(w.Text); n > 0 && w.Box[2] > w.Box[0] {
			widths = append(widths, (w.Box[2]-w.Box[0])/float64(n))
		}
	}
	if len(widths) == 0 {
		return 5
	}
	slices.Sort(widths)
	return max(widths[len(widths)/2], 1)
}

// extent returns where a word stands from top to bottom; turned words stand where they begin.
func extent(w Word) (top, bottom float64) {
	if w.Size > 0 && w.Box[3]-w.Box[1] > 2*w.Size {
		return w.Box[1], w.Box[1] + w.Size
	}
	return w.Box[1], w.Box[3]
}

// rows gathers words whose middles lie within the first one's height, top to bottom, each row from left to right.
func rows(words []Word) [][]Word {
	middle := func(w Word) float64 {
		top, bottom := extent(w)
		return (top + bottom) / 2
	}
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b Word) int { return cmp.Compare(middle(a), middle(b)) })
	var out [][]Word
	for _, w := range words {
		if n := len(out); n > 0 {
			if top, bottom := extent(out[n-1][0]); middle(w) < bottom-0.2*(bottom-top) {
				out[n-1] = append(out[n-1], w)
				continue
			}
		}
		out = append(out, []Word{w})
	}
	for _, row := range out {
		slices.SortStableFunc(row, func(a, b Word) int { return cmp.Compare(a.Box[0], b.Box[0]) })
	}
	return out
}

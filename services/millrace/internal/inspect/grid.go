package inspect

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// maxColumn bounds a line of laid out text.
const maxColumn = 400

// laidOut returns a document's text with words where they stand on the page, as far as characters of one width can show it; pages
// are separated by a form feed. Turned text stands where its first letter does.
func laidOut(doc *layout.Document) string {
	pages := make([]string, len(doc.Pages))
	for i := range doc.Pages {
		pages[i] = laidOutPage(&doc.Pages[i])
	}
	return strings.Join(pages, "\f")
}

func laidOutPage(p *layout.Page) string {
	words := wordsOf(p)
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
		if first := row[0]; !math.IsInf(bottom, 0) && first.Box[1]-bottom > first.Box[3]-first.Box[1] {
			sb.WriteByte('\n') // an empty line
		}
		at := 0
		for i, w := range row {
			to := min(int(math.Round((w.Box[0]-left)/width)), maxColumn)
			if i > 0 {
				to = max(to, at+1)
			}
			sb.WriteString(strings.Repeat(" ", max(to-at, 0)))
			sb.WriteString(w.Text)
			at = max(to, at) + utf8.RuneCountInString(w.Text)
			bottom = max(bottom, w.Box[3])
		}
		sb.WriteByte('\n')
	}
	return sb.String()
}

// wordsOf returns the words of a page in reading order.
func wordsOf(p *layout.Page) []layout.Word {
	var out []layout.Word
	for i := range p.Blocks {
		for j := range p.Blocks[i].Lines {
			out = append(out, p.Blocks[i].Lines[j].Words...)
		}
	}
	return out
}

// characterWidth is the width of a character of the median word, in points.
func characterWidth(words []layout.Word) float64 {
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

// rows gathers words whose middles lie within the first one's height, top to bottom, each row from left to right.
func rows(words []layout.Word) [][]layout.Word {
	middle := func(w layout.Word) float64 { return (w.Box[1] + w.Box[3]) / 2 }
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b layout.Word) int { return cmp.Compare(middle(a), middle(b)) })
	var out [][]layout.Word
	for _, w := range words {
		if n := len(out); n > 0 && middle(w) < out[n-1][0].Box[3]-0.2*(out[n-1][0].Box[3]-out[n-1][0].Box[1]) {
			out[n-1] = append(out[n-1], w)
			continue
		}
		out = append(out, []layout.Word{w})
	}
	for _, row := range out {
		slices.SortStableFunc(row, func(a, b layout.Word) int { return cmp.Compare(a.Box[0], b.Box[0]) })
	}
	return out
}

package classify

import (
	"math"

	"github.com/millrace/millrace/shared/layout"
)

// shapeCounts sums up what the lines of a document look like.
type shapeCounts struct {
	lines, short, long, labelled int // all; up to 3 words; 10 words and more; ending in a colon
	tokens                       int
	values                       [masks]int // of each kind
}

func (s *shapeCounts) line(words, tokens int, labelled bool) {
	s.lines++
	if words <= 3 {
		s.short++
	}
	if words >= 10 {
		s.long++
	}
	if labelled {
		s.labelled++
	}
	s.tokens += tokens
}

// addLayout adds the page features, each as one of a few steps: a linear model can then give every step its own weight.
func (b *bag) addLayout(doc *layout.Document) {
	pages, values := len(doc.Pages), &b.shape.values
	numbers := values[maskNumber] + values[maskYear] + values[maskCode] + values[maskPercent]
	perLine := func(n int) uint32 {
		return step(float64(n)/float64(b.shape.lines), 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
	}
	perToken := func(n int) uint32 {
		return step(float64(n)/float64(max(b.shape.tokens, 1)), 0.005, 0.02, 0.05, 0.1, 0.2, 0.35)
	}
	for i, v := range []uint32{
		step(float64(pages), 1.5, 2.5, 4.5, 8.5, 16.5),
		step(float64(b.words)/float64(pages), 30, 80, 150, 250, 400, 600),
		perLine(b.shape.short), perLine(b.shape.long), perLine(b.shape.labelled), perLine(values[maskAmount]),
		perToken(numbers), perToken(values[maskAmount]), perToken(values[maskDate]), perToken(values[maskBlank]),
		perToken(values[maskLeader]), pageSize(doc),
	} {
		b.found = append(b.found, occurs(familyLayout, uint32(i)<<8|v, 1))
	}
	b.count()
}

// pageSize tells till rolls, landscape pages and other pages apart by the first page with a size.
func pageSize(doc *layout.Document) uint32 {
	for _, p := range doc.Pages {
		switch {
		case p.Width <= 0 || p.Height <= 0 || math.IsNaN(p.Width+p.Height):
		case p.Width < 330:
			return 1
		case p.Width > p.Height*1.1:
			return 2
		default:
			return 3
		}
	}
	return 0
}

// step returns how many of the ascending bounds are at most x.
func step(x float64, bounds ...float64) uint32 {
	n := uint32(0)
	for _, b := range bounds {
		if x >= b {
			n++
		}
	}
	return n
}

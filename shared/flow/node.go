package flow

import (
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// Node is a piece of text: a [Paragraph], [Fixed], [Stack], [Table] or [Break].
type Node interface {
	// widths returns the least width that holds the node's longest word, and the one at which nothing wraps.
	widths() (least, natural float64)
	lay(c *canvas, x, width float64)
}

// Paragraph is running text. Its lines are those that its source breaks; each wraps at the width that there is.
type Paragraph struct {
	Lines [][]Word
}

func (p *Paragraph) widths() (least, natural float64) {
	for _, line := range p.Lines {
		sum := 0.0
		for i, w := range line {
			wide := w.wide()
			least = max(least, wide)
			sum += wide
			if i > 0 {
				sum += line[i-1].space()
			}
		}
		natural = max(natural, sum)
	}
	return least, natural
}

func (p *Paragraph) lay(c *canvas, x, width float64) {
	c.begin()
	for _, line := range p.Lines {
		if len(line) == 0 {
			c.y += Size * leading
			c.begin()
			continue
		}
		start := 0
		at := x
		for i, w := range line {
			if i > start && at+w.wide() > x+width+0.01 {
				c.line(line[start:i], x)
				start, at = i, x
			}
			at += w.wide() + w.space()
		}
		c.line(line[start:], x)
	}
	c.gap(0.6 * Size)
}

// Fixed is text in columns, all characters as wide as each other. It never wraps.
type Fixed struct {
	Lines [][]Word
}

// pitch is the width of a character of fixed width, in sizes: that of Courier.
const pitch = 0.6

func (f *Fixed) widths() (least, natural float64) {
	for _, line := range f.Lines {
		for _, w := range line {
			natural = max(natural, fixedEnd(w))
		}
	}
	return natural, natural
}

func fixedEnd(w Word) float64 {
	return float64(w.At+utf8.RuneCountInString(w.Text)) * pitch * w.size()
}

func (f *Fixed) lay(c *canvas, x, _ float64) {
	c.begin()
	for _, line := range f.Lines {
		if len(line) == 0 {
			c.y += Size * leading
			c.begin()
			continue
		}
		var out layout.Line
		for _, w := range line {
			box := layout.Box{x + float64(w.At)*pitch*w.size(), c.y, x + fixedEnd(w), c.y + w.size()}
			out.Words = append(out.Words, layout.Word{Text: w.Text, Box: box, Size: w.size(), Bold: w.Bold})
			out.Box = out.Box.Union(box)
		}
		c.put(out)
		c.y += Size * leading
	}
	c.gap(0.6 * Size)
}

// Stack is nodes below each other, moved to the right by Indent points.
type Stack struct {
	Items  []Node
	Indent float64
}

func (s *Stack) widths() (least, natural float64) {
	for _, item := range s.Items {
		l, n := item.widths()
		least, natural = max(least, l+s.Indent), max(natural, n+s.Indent)
	}
	return least, natural
}

func (s *Stack) lay(c *canvas, x, width float64) {
	for _, item := range s.Items {
		item.lay(c, x+s.Indent, max(width-s.Indent, 1))
	}
}

// Break begins a new page.
type Break struct{}

func (Break) widths() (least, natural float64) { return 0, 0 }

func (Break) lay(c *canvas, _, _ float64) {
	at := c.y
	if n := len(c.lines); n > 0 && c.lines[n-1].Box[1] >= c.broken {
		at = c.lines[n-1].Box[1] // the gap under it may be on the next page already
	}
	c.y = (float64(int(at/depth)) + 1) * depth
	c.broken = c.y
	c.fresh = false
	c.begin()
}

// Columns splits a line of text into words at the columns that they stand in; tabs stop at every eighth.
func Columns(line string) []Word {
	var words []Word
	at := 0
	inside := false
	for i, r := range line {
		blank := unicode.IsSpace(r) || unicode.IsControl(r)
		switch {
		case !blank && !inside:
			words = append(words, Word{At: at})
			words[len(words)-1].Text = line[i:]
		case blank && inside:
			w := &words[len(words)-1]
			w.Text = w.Text[:len(w.Text)-len(line[i:])]
		}
		inside = !blank
		if r == '\t' {
			at = (at/8 + 1) * 8
		} else {
			at++
		}
	}
	return words
}

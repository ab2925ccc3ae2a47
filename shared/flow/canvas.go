package flow

import (
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// canvas is one endless page of the text's width, which is cut into pages in the end. Coordinates are those of the text area.
type canvas struct {
	y      float64
	lines  []placed
	block  int     // number of the block that lines go to
	fresh  bool    // nothing is in it yet
	broken float64 // where the last page break led to
}

// placed is a line with the number of its block.
type placed struct {
	layout.Line
	block int
}

// begin begins a new block.
func (c *canvas) begin() {
	if !c.fresh {
		c.block++
		c.fresh = true
	}
}

func (c *canvas) put(line layout.Line) {
	c.lines = append(c.lines, placed{line, c.block})
	c.fresh = false
}

// gap ends a block with some space under it.
func (c *canvas) gap(points float64) {
	if !c.fresh {
		c.y += points
	}
	c.begin()
}

// line sets words from x on.
func (c *canvas) line(words []Word, x float64) {
	var out layout.Line
	tallest := 0.0
	for _, w := range words {
		tallest = max(tallest, w.size())
	}
	for _, w := range words {
		wide := w.wide()
		box := layout.Box{x, c.y + tallest - w.size(), x + wide, c.y + tallest}
		out.Words = append(out.Words, layout.Word{Text: w.Text, Box: box, Size: w.size(), Bold: w.Bold})
		out.Box = out.Box.Union(box)
		x += wide + w.space()
	}
	c.put(out)
	c.y += tallest * leading
}

// Pages sets a node on pages, at most limit of them; 0 is for no limit. More are a Permanent fault "too_many_pages".
func Pages(root Node, limit int) ([]layout.Page, error) {
	c := &canvas{fresh: true}
	root.lay(c, 0, column)
	last := 0
	widest := column
	for _, l := range c.lines {
		last = max(last, int(l.Box[1]/depth))
		widest = max(widest, l.Box[2])
	}
	if limit > 0 && last >= limit {
		return nil, fault.New(fault.ClassPermanent, pdf.KindTooManyPages, "its text fills %d pages; the limit is %d", last+1, limit)
	}
	pages := make([]layout.Page, last+1)
	blocks := make([]int, last+1) // number of the open block of each page
	for i := range pages {
		pages[i] = layout.Page{Number: i + 1, Width: widest + 2*margin, Height: pageHeight}
	}
	for _, l := range c.lines {
		n := int(l.Box[1] / depth)
		p := &pages[n]
		l.shift(margin, margin-float64(n)*depth)
		if len(p.Blocks) == 0 || blocks[n] != l.block {
			p.Blocks = append(p.Blocks, layout.Block{})
			blocks[n] = l.block
		}
		b := &p.Blocks[len(p.Blocks)-1]
		b.Lines = append(b.Lines, l.Line)
		b.Box = b.Box.Union(l.Box)
	}
	return pages, nil
}

func (l *placed) shift(dx, dy float64) {
	move := func(b layout.Box) layout.Box { return layout.Box{b[0] + dx, b[1] + dy, b[2] + dx, b[3] + dy} }
	l.Box = move(l.Box)
	for i := range l.Words {
		l.Words[i].Box = move(l.Words[i].Box)
	}
}

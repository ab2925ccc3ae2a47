package synthetic

import "strings"

// column is one column of a table. Widths are shares of the table's width.
type column struct {
	title string
	share float64
	align byte // 'l', 'r' or 'c'
}

// tableStyle is how a table looks.
type tableStyle struct {
	head, body font
	rows       bool // a rule under every row
	grid       bool // all cells boxed
	zebra      bool
	headFill   rgb // filled when not black
	headRule   float64
	pad        float64
	ink        rgb // of rules
}

// table draws rows under a header that is repeated on every page, and leaves the cursor under the table. A row is never
// split over pages.
func (c *canvas) table(x, w float64, cols []column, rows [][]string, st tableStyle) {
	widths := shares(cols, w)
	lead := st.body.leading()
	c.need(2*lead + 4*st.pad + st.head.leading())
	c.tableHead(x, widths, cols, st)
	for i, row := range rows {
		cells := make([][]string, len(row))
		n := 1
		for j, cell := range row {
			cells[j] = c.wrap(st.body, cell, widths[j]-2*st.pad)
			n = max(n, len(cells[j]))
		}
		h := float64(n)*lead + 2*st.pad
		if c.need(h) {
			c.tableHead(x, widths, cols, st)
		}
		c.tableRow(x, w, h, widths, cols, cells, st, st.zebra && i%2 == 1)
	}
	c.line(x, c.y, x+w, c.y, 0.5, st.ink)
	c.y += lead
}

// tableRow draws one row with its top at the cursor.
func (c *canvas) tableRow(x, w, h float64, widths []float64, cols []column, cells [][]string, st tableStyle, shaded bool) {
	if shaded {
		c.fill(x, c.y, w, h, rgb{241, 243, 246})
	}
	at := x
	for j := range cells {
		y := c.y + st.pad + st.body.size*0.95
		for _, l := range cells[j] {
			c.aligned(at+st.pad, at+widths[j]-st.pad, y, st.body, cols[j].align, l)
			y += st.body.leading()
		}
		if st.grid {
			c.box(at, c.y, widths[j], h, 0.4, st.ink)
		}
		at += widths[j]
	}
	c.y += h
	if st.rows {
		c.line(x, c.y, x+w, c.y, 0.3, st.ink)
	}
}

func (c *canvas) tableHead(x float64, widths []float64, cols []column, st tableStyle) {
	n, total := 1, 0.0
	titles := make([][]string, len(cols))
	for j, col := range cols {
		titles[j] = c.wrap(st.head, col.title, widths[j]-2*st.pad)
		n = max(n, len(titles[j]))
		total += widths[j]
	}
	h := float64(n)*st.head.leading() + 2*st.pad
	if st.headFill != (rgb{}) {
		c.fill(x, c.y, total, h, st.headFill)
	}
	at := x
	for j := range cols {
		y := c.y + st.pad + st.head.size*0.95
		for _, l := range titles[j] {
			c.aligned(at+st.pad, at+widths[j]-st.pad, y, st.head, cols[j].align, l)
			y += st.head.leading()
		}
		if st.grid {
			c.box(at, c.y, widths[j], h, 0.4, st.ink)
		}
		at += widths[j]
	}
	c.y += h
	if st.headRule > 0 {
		c.line(x, c.y, x+total, c.y, st.headRule, st.ink)
	}
}

// aligned draws s between x0 and x1.
func (c *canvas) aligned(x0, x1, y float64, f font, align byte, s string) {
	switch align {
	case 'r':
		c.textRight(x1, y, f, s)
	case 'c':
		c.textCentre((x0+x1)/2, y, f, s)
	default:
		c.text(x0, y, f, s)
	}
}

func shares(cols []column, w float64) []float64 {
	total := 0.0
	for _, col := range cols {
		total += col.share
	}
	out := make([]float64, len(cols))
	for i, col := range cols {
		out[i] = w * col.share / total
	}
	return out
}

// join joins the parts that are not empty.
func join(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}

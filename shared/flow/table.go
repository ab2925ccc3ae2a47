package flow

import "github.com/millrace/millrace/shared/layout"

// maxColumns bounds the columns of a table; cells further to the right share the last one.
const maxColumns = 200

// Table is cells in rows and columns.
type Table struct {
	Rows [][]Cell

	grid *grid // found out when it is needed first
}

// grid is a table with the columns of every cell.
type grid struct {
	rows           [][]placedCell
	columns        int
	least, natural float64
}

// Cell is a cell of a table. A cell that spans rows is in the first of them, with Down > 1, and keeps its columns in the others.
type Cell struct {
	Body  Node
	Span  int  // columns; less than 1 counts as 1
	Down  int  // rows; less than 1 counts as 1
	Right bool // set flush right
}

// placedCell is a cell with the columns that it takes.
type placedCell struct {
	Cell
	from, to       int
	least, natural float64
}

// placed finds the columns of every cell.
func (t *Table) placed() *grid {
	if t.grid != nil {
		return t.grid
	}
	g := &grid{}
	var taken [maxColumns]int // rows that each column is still taken for from above
	for _, row := range t.Rows {
		at := 0
		var out []placedCell
		for _, cell := range row {
			for at < maxColumns-1 && taken[at] > 0 {
				at++
			}
			from := min(at, maxColumns-1)
			to := min(from+min(max(cell.Span, 1), maxColumns), maxColumns)
			least, natural := cell.Body.widths()
			out = append(out, placedCell{cell, from, to, least, natural})
			for i := from; i < to; i++ {
				taken[i] = max(cell.Down, 1)
			}
			at = to
			g.columns = max(g.columns, to)
		}
		for i := range taken {
			taken[i] = max(taken[i]-1, 0)
		}
		g.rows = append(g.rows, out)
	}
	gaps := gutter * float64(max(g.columns-1, 0))
	g.least, g.natural = sum(g.widths(0))+gaps, sum(g.widths(1e9))+gaps
	t.grid = g
	return g
}

// widths returns the widths of the columns: as wide as their cells want to be, where there is room, else between that and
// the least in proportion. Cells that span columns widen the last of them.
func (g *grid) widths(width float64) []float64 {
	least, natural := make([]float64, g.columns), make([]float64, g.columns)
	for pass := range 2 { // cells of one column first
		for _, row := range g.rows {
			for _, c := range row {
				if (c.to-c.from == 1) != (pass == 0) {
					continue
				}
				widen(least[c.from:c.to], c.least)
				widen(natural[c.from:c.to], c.natural)
			}
		}
	}
	room := width - gutter*float64(max(g.columns-1, 0))
	low, high := sum(least), sum(natural)
	share := 1.0
	if high > room {
		share = 0
		if high > low {
			share = max((room-low)/(high-low), 0)
		}
	}
	out := make([]float64, g.columns)
	for i := range out {
		out[i] = least[i] + share*(natural[i]-least[i])
	}
	return out
}

func widen(columns []float64, want float64) {
	if lack := want - sum(columns) - gutter*float64(len(columns)-1); lack > 0 {
		columns[len(columns)-1] += lack
	}
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func (t *Table) widths() (least, natural float64) {
	g := t.placed()
	return g.least, g.natural
}

func (t *Table) lay(c *canvas, x, width float64) {
	g := t.placed()
	widths := g.widths(width)
	starts := make([]float64, g.columns+1)
	for i, w := range widths {
		starts[i+1] = starts[i] + w + gutter
	}
	c.begin()
	for _, row := range g.rows {
		cells := make([]*canvas, len(row))
		for i, cell := range row {
			cells[i] = &canvas{y: c.y, fresh: true}
			wide := starts[cell.to] - starts[cell.from] - gutter
			left := x + starts[cell.from]
			if cell.Right {
				left += max(wide-cell.natural, 0)
			}
			cell.Body.lay(cells[i], left, max(wide, 1))
		}
		c.row(cells)
	}
	c.gap(0.6 * Size)
}

// row puts the cells of a row beside each other. Where no more than one of them has several lines, the first lines make one line,
// as in a table of figures; else each cell is a text of its own.
func (c *canvas) row(cells []*canvas) {
	long, bottom := 0, c.y
	for _, cell := range cells {
		if len(cell.lines) > 1 {
			long++
		}
		for _, l := range cell.lines {
			bottom = max(bottom, l.Box[3])
		}
	}
	if long > 1 {
		for _, cell := range cells {
			c.begin()
			c.take(cell.lines)
		}
		c.begin()
	} else {
		var first layout.Line
		var rest []placed
		for _, cell := range cells {
			if len(cell.lines) > 0 {
				first.Words = append(first.Words, cell.lines[0].Words...)
				first.Box = first.Box.Union(cell.lines[0].Box)
				rest = append(rest, cell.lines[1:]...)
			}
		}
		if len(first.Words) > 0 {
			c.put(first)
		}
		c.take(rest)
	}
	if bottom > c.y {
		c.y = bottom + 0.3*Size
	}
}

// take takes over lines with their blocks.
func (c *canvas) take(lines []placed) {
	for i, l := range lines {
		if i > 0 && l.block != lines[i-1].block {
			c.fresh = false
			c.begin()
		}
		c.put(l.Line)
	}
}

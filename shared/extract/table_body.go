package extract

import (
	"math"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// Limits that bound a table.
const (
	maxLines     = 2_000 // of all tables of a document
	maxTextLines = 12    // of one description
	bodyGap      = 4.0   // empty space that ends a table, in heights of a row
	textGap      = 0.85  // between the lines of one description, in heights of a row
)

// table is a table with its lines.
type table struct {
	grid  *grid
	head  int // first row of the head
	lines []line
}

// tables reads all tables of a kind.
func (r *reading) tables(k *tableKind) []*table {
	var out []*table
	type place struct {
		cells    []heading
		at, last int
	}
	var heads []place
	for at := 0; at < len(r.sheet.rows); at++ {
		if cells, last, ok := r.head(k, at); ok {
			heads = append(heads, place{cells, at, last})
			at = last
		}
	}
	for i, h := range heads {
		end := len(r.sheet.rows)
		if i+1 < len(heads) {
			end = heads[i+1].at
		}
		t := r.body(k, h.cells, h.at, h.last+1, end)
		t.dropStrays()
		switch n := len(out); {
		case len(t.lines) == 0:
		case n > 0 && !k.bank && out[n-1].grid.same(t.grid):
			out[n-1].lines = append(out[n-1].lines, t.lines...) // a head that is repeated on the next page
		default:
			out = append(out, t)
		}
	}
	return out
}

// same says that two tables have the same columns.
func (g *grid) same(o *grid) bool {
	return slices.EqualFunc(g.cells, o.cells, func(a, b heading) bool { return a.col == b.col })
}

// dropStrays removes lines whose amount neither ends where those of the others do nor is written like them: they are text with
// a number in the amounts' column.
func (t *table) dropStrays() {
	var ends []float64
	whole := 0
	for i := range t.lines {
		ends = append(ends, t.lines[i].end)
		if t.lines[i].whole {
			whole++
		}
	}
	if len(t.lines) < 3 || whole*2 > len(t.lines) {
		return
	}
	slices.Sort(ends)
	middle := ends[len(ends)/2]
	t.lines = slices.DeleteFunc(t.lines, func(l line) bool {
		return l.whole && math.Abs(l.end-middle) > 3 && !timesHolds(&l)
	})
}

// body reads the rows [from, to) under a head.
func (r *reading) body(k *tableKind, cells []heading, head, from, to int) *table {
	var sample []*row
	for at := from; at < to && r.sheet.rows[at].page == r.sheet.rows[head].page && len(sample) < maxSampled; at++ {
		if r.isTotal(at) && !k.bank {
			break
		}
		if r.hasMoney(at) {
			sample = append(sample, &r.sheet.rows[at])
		}
	}
	b := &body{r: r, table: &table{grid: r.newGrid(k, cells, sample), head: head}, bottom: r.sheet.rows[from-1].box[3], page: r.sheet.rows[head].page}
	b.column = b.descriptionBox()
	for at := from; at < to; at++ {
		b.take(at)
	}
	b.attach(-1)
	b.table.number()
	return b.table
}

// number takes numbers to the left of the head for positions, where most lines have one.
func (t *table) number() {
	n := 0
	for i := range t.lines {
		if t.lines[i].outer != "" {
			n++
		}
	}
	if t.grid.has(colPosition) >= 0 || n*10 < len(t.lines)*7 {
		return
	}
	for i := range t.lines {
		t.lines[i].cells[colPosition] = t.lines[i].outer
	}
}

// body is the work on the rows under a head.
type body struct {
	r       *reading
	table   *table
	column  layout.Box // of the description: where its text begins and ends across the page
	page    int
	bottom  float64 // of the last row that belongs to the table
	stopped bool    // the table has ended on this page
	later   bool    // on a page after that of the head
	below   bool    // text stands below the rows that it belongs to, as the first line showed
	text    []int   // rows of text since the last line
}

// descriptionBox is the description's column, or the whole table where there is none.
func (b *body) descriptionBox() layout.Box {
	g := b.table.grid
	i := g.has(colDescription)
	if i < 0 {
		return layout.Box{g.left, 0, g.right, 0}
	}
	box := layout.Box{g.left, 0, g.right, 0}
	if i > 0 {
		box[0] = g.bounds[i-1]
	}
	if i < len(g.bounds) {
		box[2] = g.bounds[i]
	}
	return box
}

// take reads one row.
func (b *body) take(at int) {
	row := &b.r.sheet.rows[at]
	if row.page != b.page {
		b.attach(-1)
		b.page, b.bottom, b.stopped, b.later = row.page, row.box[1], false, true
	}
	var l line
	isLine := false
	if row.hasDigit() {
		var numbers int
		l, numbers = b.r.lineAt(b.table.grid, at)
		isLine = b.isLine(&l, numbers)
	}
	height := max(row.box[3]-row.box[1], 1)
	switch {
	case b.stopped && (!isLine || !timesHolds(&l)):
		return
	case isLine && b.r.isTotal(at) && !timesHolds(&l), !isLine && b.r.isTotal(at):
		b.attach(-1)
		b.stopped = !b.table.grid.kind.bank && !b.r.isCarry(at)
		b.bottom = row.box[3]
	case isLine:
		if row.box[1]-b.bottom > 2*bodyGap*height && len(b.table.lines) > 0 && !b.later {
			b.stopped = true
			return
		}
		b.stopped = false
		l = b.completed(l)
		b.table.lines = append(b.table.lines, l)
		b.attach(l.first)
		b.bottom = row.box[3]
	case row.box[1]-b.bottom > bodyGap*height && !b.later, b.alienHead(at):
		b.attach(-1)
		b.stopped = true
	default:
		b.text = append(b.text, at)
		if !b.later {
			b.bottom = row.box[3]
		}
	}
}

// completed adds what stands just above a line's row: where cells are centred on the height of a line, the quantity and the
// price may stand in another row of the page than the amount.
func (b *body) completed(l line) line {
	for n := 1; n <= 2 && n <= len(b.text); n++ {
		at := b.text[len(b.text)-n]
		if !b.r.adjoins(at, at+1) {
			break
		}
		above, numbers := b.r.lineAt(b.table.grid, at)
		_, okQ := above.number(colQuantity)
		_, okP := above.number(colUnitPrice)
		if numbers == 0 || !okQ && !okP || okQ && l.cells[colQuantity] != "" || okP && l.cells[colUnitPrice] != "" {
			continue
		}
		for c := range above.cells {
			first := c == int(colPosition) || c == int(colItemNumber)
			if v := above.cells[c]; v != "" && c != int(colDescription) && (first || l.cells[c] == "") {
				l.cells[c] = v
			}
		}
		for i, v := range above.numbers {
			if l.numbers[i] == "" {
				l.numbers[i] = v
			}
		}
		l.first, l.box = at, l.box.Union(above.box)
		own := l.cells[colDescription]
		l.cells[colDescription] = ""
		for _, row := range b.text[len(b.text)-n:] {
			b.join(&l, row)
		}
		l.cells[colDescription] = strings.TrimSpace(l.cells[colDescription] + " " + own)
		b.text = b.text[:len(b.text)-n]
		break
	}
	return l
}

// isLine says that a row is an item or a transaction and not text. Without the head above it, on later pages, more of its
// cells must be filled.
func (b *body) isLine(l *line, numbers int) bool {
	g := b.table.grid
	if g.kind.bank {
		money := l.cells[colAmount] != "" || l.cells[colDebit] != "" || l.cells[colCredit] != ""
		return money && (l.cells[colDate] != "" || g.has(colDate) < 0)
	}
	main := l.cells[colAmount] != "" || l.cells[colGross] != ""
	if g.has(colAmount) < 0 && g.has(colGross) < 0 {
		main = l.cells[colUnitPrice] != "" || g.has(colUnitPrice) < 0 && l.cells[colQuantity] != "" && l.cells[colDescription] != ""
	}
	if !main {
		return false
	}
	if b.later && numbers < 2 && g.numericColumns() > 1 {
		return false
	}
	return true
}

func (g *grid) numericColumns() int {
	n := 0
	for _, c := range g.cells {
		if c.col.numeric() {
			n++
		}
	}
	return n
}

// alienHead says that a row heads another table, such as that of the taxes.
func (b *body) alienHead(at int) bool {
	rows := b.r.sheet.rows
	k := b.table.grid.kind
	if len(rows[at].tokens) > maxHeadTokens || len(rows[at].parts) < 3 || !k.plausible(rows[at].tokens) || b.r.hasMoney(at) {
		return false
	}
	labels := b.r.columnLabels(k, at)
	covered := 0
	for _, f := range labels {
		covered += len(f.entry.tokens)
	}
	return len(labels) >= 3 && float64(covered) >= headCovered*float64(len(rows[at].tokens))
}

// attach gives the rows of text since the last line to the lines around them: those before the widest gap to the line above,
// those behind it to the one below, whose row is at; -1 where none follows.
func (b *body) attach(at int) {
	run := b.text
	b.text = nil
	n := len(b.table.lines)
	if at >= 0 {
		n--
		b.below = b.below || n == 0 && len(run) == 0
	}
	if len(run) == 0 || n == 0 && at < 0 {
		return
	}
	chain := run
	if n > 0 {
		chain = append([]int{b.table.lines[n-1].last}, run...)
	}
	if at >= 0 {
		chain = append(slices.Clone(chain), at)
	}
	cut := min(b.cut(chain, n > 0, at >= 0), len(run))
	if n > 0 {
		for _, row := range run[:cut] {
			b.join(&b.table.lines[n-1], row)
		}
	}
	if at < 0 || cut == len(run) {
		return
	}
	// What stands above a line's own row comes first in its description.
	l := &b.table.lines[n]
	own := l.cells[colDescription]
	l.cells[colDescription] = ""
	for _, row := range run[cut:] {
		b.join(l, row)
	}
	l.cells[colDescription] = strings.TrimSpace(l.cells[colDescription] + " " + own)
	l.first, l.last = run[cut], max(l.last, at)
}

// cut returns how many rows of text belong to the line above them.
func (b *body) cut(chain []int, above, below bool) int {
	rows := b.r.sheet.rows
	gap := func(i int) float64 { // between chain[i] and chain[i+1], in heights of a row
		u, l := &rows[chain[i]], &rows[chain[i+1]]
		if u.page != l.page {
			return 1e6
		}
		return (l.box[1] - u.box[3]) / max(u.box[3]-u.box[1], 1)
	}
	texts := len(chain)
	if above {
		texts--
	}
	if below {
		texts--
	}
	if !above {
		// Text between head and first line belongs to it as far as it is near.
		i := len(chain) - 1
		for i > 0 && gap(i-1) <= textGap {
			i--
		}
		return min(i, texts)
	}
	widest, at := textGap, texts
	if below && texts > 0 && !b.below {
		if last := gap(len(chain) - 2); last < textGap {
			for i := range len(chain) - 1 {
				if v := gap(i); v > widest+0.1 || i > 0 && v > 1.6*max(gap(i-1), 0.1) && v > 1.3*max(last, 0.1) && v > 0.3 && at == texts {
					widest, at = max(v, widest), i
				}
			}
		}
	}
	for i := range at {
		if gap(i) > textGap {
			return i
		}
	}
	return min(at, texts)
}

// join adds a row's text to a line's description.
func (b *body) join(l *line, at int) {
	row := &b.r.sheet.rows[at]
	if l.last-l.first >= maxTextLines {
		return
	}
	var words []string
	for _, p := range row.parts {
		if p.box[0] >= b.column[0] && p.box[0] < b.column[2] {
			words = append(words, row.text[p.from:p.to])
		}
	}
	if len(words) == 0 {
		return
	}
	if g := b.table.grid; l.cells[colItemNumber] == "" {
		if i := g.has(colItemNumber); i >= 0 {
			if s := g.split(row, nil)[i]; s.to > 0 && strings.ContainsAny(row.text[s.from:s.to], "0123456789") {
				b.r.cell(l, colItemNumber, row.text[s.from:s.to])
			}
		}
	}
	l.cells[colDescription] = strings.TrimSpace(l.cells[colDescription] + " " + strings.Join(words, " "))
	l.last = max(l.last, at)
	l.box = l.box.Union(row.evidence(0, len(row.text)))
}

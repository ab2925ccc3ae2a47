package extract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// Bounds on a table's head.
const (
	maxHeadTokens = 40   // of a row that may be a head
	maxColumns    = 24   // of a table
	headCovered   = 0.55 // share of the head's words that must be headings
	headGap       = 0.9  // gap between the lines of a head, in heights of a line
)

// heading is one cell of a table's head.
type heading struct {
	box     layout.Box
	tokens  []token
	part    int      // of the row
	options []column // what it may stand for; nil where that is not known
	col     column
}

// head looks for a table's head that begins in row at, and returns its cells from left to right and its last row.
func (r *reading) head(k *tableKind, at int) (cells []heading, last int, ok bool) {
	row := &r.sheet.rows[at]
	if len(row.tokens) < 2 || len(row.tokens) > maxHeadTokens || !k.plausible(row.tokens) {
		return nil, 0, false
	}
	labels := r.columnLabels(k, at)
	if len(labels) < 2 || !mayHead(row, labels) || r.hasMoney(at) {
		return nil, 0, false
	}
	cells = r.headings(k, at, labels)
	// What stands beside the table, in parts without a heading, is not of it.
	for len(cells) > 0 && cells[0].options == nil && cells[0].part < labels[0].part {
		cells = cells[1:]
	}
	words := 0
	for _, c := range cells {
		for _, t := range c.tokens {
			if !asciiDigit(t.text[0]) { // a week's date may be a heading
				words++
			}
		}
	}
	if !k.isHead(cells, labels, words) {
		return nil, 0, false
	}
	last = at
	for above := at - 1; above >= 0 && above >= at-2 && r.adjoins(above, at); above-- {
		cells, _ = r.stack(k, cells, above, true)
	}
	for next := at + 1; next < len(r.sheet.rows) && next <= at+2 && r.adjoins(last, next); next++ {
		more, fits := r.stack(k, cells, next, false)
		if !fits {
			break
		}
		cells, last = more, next
	}
	if len(cells) > maxColumns {
		return nil, 0, false
	}
	slices.SortStableFunc(cells, func(a, b heading) int { return cmp.Compare(a.box[0], b.box[0]) })
	settleColumns(cells)
	return cells, last, true
}

// columnLabels returns the labels of columns in a row, which are good until the next call.
func (r *reading) columnLabels(k *tableKind, at int) []found {
	r.room.labels = k.matcher.find(r.room.labels[:0], r.sheet.rows, at)
	return r.room.labels
}

// mayHead says that isHead may find enough of the row's words to be headings, those beside the table left out.
func mayHead(row *row, labels []found) bool {
	covered, words := 0, 0
	for i := range labels {
		covered += len(labels[i].entry.tokens)
	}
	for i := range row.tokens {
		if t := &row.tokens[i]; t.part >= labels[0].part && !asciiDigit(t.text[0]) {
			words++
		}
	}
	return float64(covered) >= headCovered*float64(words)
}

// plausible says that at least two words of a row begin headings. It costs little, and most rows fail it.
func (k *tableKind) plausible(tokens []token) bool {
	n := 0
	for i := range tokens {
		if word := tokens[i].text; k.matcher.knows(word) && k.matcher.byFirst[word] != nil {
			if n++; n == 2 {
				return true
			}
		}
	}
	return false
}

// isHead says whether cells name enough columns, and whether enough of the row's words do so.
func (k *tableKind) isHead(cells []heading, labels []found, words int) bool {
	covered, colons := 0, 0
	for _, f := range labels {
		covered += len(f.entry.tokens)
		if f.colon {
			colons++
		}
	}
	var has [colBalance + 1]bool
	n := 0
	for _, c := range cells {
		if len(c.options) > 0 {
			n++
		}
		for _, o := range c.options {
			has[o] = true
		}
	}
	if colons > 1 || n < 2 || float64(covered) < headCovered*float64(words) {
		return false
	}
	money := has[colAmount] || has[colGross] || has[colDebit] || has[colCredit]
	if k.bank {
		return has[colDate] && (money || has[colBalance]) && n >= 3 || has[colDate] && money && has[colDescription]
	}
	what := has[colDescription] || has[colItemNumber]
	return what && (money || has[colUnitPrice] || has[colQuantity]) && (n >= 3 || n == 2 && money && covered == words)
}

// headings cuts a row into cells: each label begins one, and so does each part.
func (r *reading) headings(k *tableKind, at int, labels []found) []heading {
	row := &r.sheet.rows[at]
	out := make([]heading, 0, len(labels)+len(row.parts))
	next := 0
	for n, p := range row.parts {
		from := p.from
		for from < p.to {
			to := p.to
			for next < len(labels) && labels[next].from <= from {
				next++
			}
			if next < len(labels) && labels[next].from < p.to {
				to = labels[next].from
			}
			if strings.TrimSpace(row.text[from:to]) != "" {
				h := k.heading(row, from, to)
				h.part = n
				out = append(out, h)
			}
			from = to
		}
	}
	return out
}

func (k *tableKind) heading(row *row, from, to int) heading {
	h := heading{box: row.place(from, to)}
	first := 0
	for first < len(row.tokens) && row.tokens[first].from < from {
		first++
	}
	last := first
	for last < len(row.tokens) && row.tokens[last].to <= to {
		last++
	}
	h.tokens = row.tokens[first:last:last]
	if h.options = k.optionsOf(h.tokens); h.options == nil && len(h.tokens) == 1 {
		h.options = k.cutOff(h.tokens[0].text)
	}
	return h
}

// leastCut is how many letters of a heading must be there where it was cut off.
const leastCut = 4

// cutOff returns what a heading stands for of which only the beginning is printed. Of several the first by its letters counts.
func (k *tableKind) cutOff(word string) []column {
	if len(word) < leastCut {
		return nil
	}
	i, _ := slices.BinarySearch(k.single, word)
	if i == len(k.single) || !strings.HasPrefix(k.single[i], word) {
		return nil
	}
	return k.columnsOf([]token{{text: k.single[i]}})
}

// optionsOf returns what a cell's words stand for: all of them, else the longest heading among them.
func (k *tableKind) optionsOf(tokens []token) []column {
	if o := k.columnsOf(tokens); o != nil {
		return o
	}
	var plain []token
	for _, t := range tokens {
		if !minor(t.text) {
			plain = append(plain, t)
		}
	}
	for size := min(len(plain), 5); size > 0; size-- {
		for i := 0; i+size <= len(plain); i++ {
			if o := k.columnsOf(plain[i : i+size]); o != nil {
				return o
			}
		}
	}
	return nil
}

// minor says that a word adds nothing to a heading: a currency, "in", "each", "net of tax".
func minor(word string) bool {
	switch word {
	case "in", "en", "eur", "euro", "euros", "usd", "gbp", "chf", "excl", "exkl", "ohne", "zzgl", "ex", "exc", "hors", "incl", "inkl", "sin", "de", "la", "le", "per", "the", "of":
		return true
	}
	return false
}

// adjoins says that two rows follow each other as the lines of one head do.
func (r *reading) adjoins(upper, lower int) bool {
	a, b := &r.sheet.rows[upper], &r.sheet.rows[lower]
	return a.page == b.page && b.box[1]-a.box[3] < headGap*min(a.box[3]-a.box[1], b.box[3]-b.box[1])
}

// stack joins a row above or below to the head, where its words belong to headings. Cells that stand over each other are
// one.
func (r *reading) stack(k *tableKind, cells []heading, at int, above bool) ([]heading, bool) {
	row := &r.sheet.rows[at]
	if len(row.tokens) == 0 || len(row.tokens) > maxHeadTokens || r.hasMoney(at) {
		return cells, false
	}
	out := slices.Clone(cells)
	gained := false
	for _, h := range r.headings(k, at, r.columnLabels(k, at)) {
		if len(h.tokens) == 0 || len(h.tokens) > 5 || slices.ContainsFunc(h.tokens, func(t token) bool { return asciiDigit(t.text[0]) }) {
			return cells, false
		}
		i := overlapping(out, h.box)
		minors := !slices.ContainsFunc(h.tokens, func(t token) bool { return !minor(t.text) && !taxWord(t.text) })
		if i < 0 {
			if len(h.options) == 0 {
				return cells, false
			}
			out, gained = append(out, h), true
			continue
		}
		words := append(slices.Clone(out[i].tokens), h.tokens...)
		if above {
			words = append(slices.Clone(h.tokens), out[i].tokens...)
		}
		options := k.optionsOf(words)
		whole := k.columnsOf(words) != nil || k.columnsOf(glued(words)) != nil
		if !whole && !minors && (len(h.options) == 0 || len(out[i].options) > 0) {
			return cells, false
		}
		if g := k.columnsOf(glued(words)); g != nil {
			options = g
		}
		if options == nil {
			options = out[i].options
		}
		out[i] = heading{box: out[i].box.Union(h.box), tokens: words, options: options}
		gained = true
	}
	return out, gained
}

// glued joins two words that a hyphen may have parted at the end of a line.
func glued(words []token) []token {
	if len(words) != 2 {
		return nil
	}
	return []token{{text: words[0].text + words[1].text}}
}

func taxWord(word string) bool {
	switch word {
	case "netto", "net", "ht", "ttc", "brutto", "mwst", "ust", "vat", "tax", "tva", "iva", "btw", "bruto":
		return true
	}
	return false
}

// overlapping returns the cell that shares the most of a box's width, -1 for none.
func overlapping(cells []heading, box layout.Box) int {
	best, most := -1, 0.0
	for i := range cells {
		shared := min(cells[i].box[2], box[2]) - max(cells[i].box[0], box[0])
		if shared > most {
			best, most = i, shared
		}
	}
	return best
}

// settleColumns decides what headings stand for that may stand for several columns: a description first, because every
// table of items has one, then what no other heading stands for. Of headings that stand for one column all but the first
// are of no interest; several amounts are told apart by arithmetic later.
func settleColumns(cells []heading) {
	var taken [colBalance + 1]bool
	for i := range cells {
		if len(cells[i].options) == 1 {
			cells[i].col = cells[i].options[0]
			taken[cells[i].col] = true
		}
	}
	for _, wanted := range []column{colDescription, colOther} {
		for i := range cells {
			c := &cells[i]
			if len(c.options) < 2 || c.col != colOther {
				continue
			}
			for _, o := range c.options {
				if !taken[o] && (wanted == colOther || o == wanted) {
					c.col, taken[o] = o, true
					break
				}
			}
		}
	}
	var seen [colBalance + 1]bool
	for i := range cells {
		if c := &cells[i]; c.col != colAmount && seen[c.col] {
			c.col = colOther
		} else {
			seen[c.col] = true
		}
	}
}

package extract

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/extract/value"
)

// listed reads items whose values stand beside their labels, one below the other, as renderings of structured invoices have
// them. A label that repeats begins the next item.
func (r *reading) listed(k *tableKind, targets []target) []line {
	var out []line
	var current line
	open := false
	flush := func() {
		if open && current.cells[colAmount] != "" && (current.cells[colDescription] != "" || current.cells[colQuantity] != "") {
			out = append(out, current)
		}
		current, open = line{}, false
	}
	for at := range r.sheet.rows {
		row := &r.sheet.rows[at]
		if len(row.parts) < 2 || !k.plausibleLabel(row) {
			continue
		}
		col, ok := k.labelled(row)
		if !ok {
			continue
		}
		if open && (current.cells[col] != "" || row.page != current.page) {
			flush()
		}
		if !open {
			current, open = line{page: row.page, first: at, last: at}, true
		}
		r.cell(&current, col, strings.TrimSpace(row.text[row.parts[1].from:]))
		current.last = at
		current.box = current.box.Union(row.evidence(0, len(row.text)))
	}
	flush()
	if len(out) > maxLines {
		out = out[:maxLines]
	}
	_, sum := addsUp(out, targets)
	kept := out[:0]
	for i := range out {
		l := &out[i]
		// Without a product or a sum it may be any list.
		if sum || timesHolds(l) {
			l.score, l.rule = trust(l, sum)
			l.rule = "list" + strings.TrimPrefix(l.rule, "table")
			kept = append(kept, *l)
		}
	}
	return kept
}

// plausibleLabel says that a row's first word begins a heading.
func (k *tableKind) plausibleLabel(row *row) bool {
	return len(row.tokens) > 1 && k.matcher.knows(row.tokens[0].text) && k.matcher.byFirst[row.tokens[0].text] != nil
}

// labelled returns what a row's first part, as a label, stands for.
func (k *tableKind) labelled(row *row) (column, bool) {
	n := 0
	for n < len(row.tokens) && row.tokens[n].part == 0 {
		n++
	}
	if n == 0 {
		return colOther, false
	}
	options := k.columnsOf(row.tokens[:n])
	for _, o := range options {
		switch o {
		case colDescription, colQuantity, colUnitPrice, colTaxRate, colAmount, colItemNumber:
			if o == colItemNumber && len(options) > 1 {
				continue
			}
			return o, true
		}
	}
	return colOther, false
}

// receiptItems reads the items of a receipt: rows of text that end in an amount, down to the first sum.
func (r *reading) receiptItems(targets []target) []line { return r.trailing(targets, false) }

// trailing reads rows of text with an amount at their end, down to the first sum. With proven, they are taken only where they
// add up.
func (r *reading) trailing(targets []target, proven bool) []line {
	var out []line
	text := -1 // row of text without an amount, which may name the next item
	for at := range r.sheet.rows {
		row := &r.sheet.rows[at]
		if r.isTotal(at) {
			if len(out) > 0 {
				break
			}
			continue
		}
		l, ok := r.trailingLine(at)
		if !ok {
			if text = at; r.hasMoney(at) {
				text = -1
			}
			continue
		}
		if named := strings.ContainsFunc(l.cells[colDescription], isLetter); !named {
			// The price stands below the name.
			if text >= 0 && text == at-1 && r.sheet.rows[text].page == row.page {
				l.cells[colDescription] = r.sheet.rows[text].text
				l.first = text
				l.box = l.box.Union(r.sheet.rows[text].evidence(0, len(r.sheet.rows[text].text)))
			} else {
				continue
			}
		}
		text = -1
		if out = append(out, l); len(out) == maxLines {
			break
		}
	}
	if n := addingPrefix(out, targets); n > 0 {
		out = out[:n]
	}
	if _, sum := addsUp(out, targets); sum || !proven {
		for i := range out {
			out[i].score, out[i].rule = trust(&out[i], sum)
			out[i].rule = "rows" + strings.TrimPrefix(out[i].rule, "table")
		}
		return out
	}
	return nil
}

// addingPrefix returns how many of the first lines add up to what is printed: payments and taxes may follow them. 0 is none.
func addingPrefix(lines []line, targets []target) int {
	if len(targets) == 0 {
		return 0
	}
	sums := make([]decimal.Decimal, len(lines)+1)
	for i := range lines {
		amount, _ := lines[i].number(colAmount)
		sums[i+1] = sums[i].Add(amount)
	}
	for n := len(lines); n > 0; n-- {
		if _, ok := reached(sums[n], n, targets); ok {
			return n
		}
	}
	return 0
}

// trailingLine reads "2 x 3.50 7.00", "2 Coffee 7.00" and "Coffee 7.00".
func (r *reading) trailingLine(at int) (line, bool) {
	row := &r.sheet.rows[at]
	from := row.parts[len(row.parts)-1].from // a blank before the last part does not group digits
	found := value.FindAmounts(row.text[from:], r.locale)
	if len(found) == 0 {
		return line{}, false
	}
	last := found[len(found)-1]
	last.Start, last.End = last.Start+from, last.End+from
	if last.Decimals != 2 || last.Percent || len(strings.TrimSpace(row.text[last.End:])) > 2 {
		return line{}, false
	}
	l := line{page: row.page, box: row.evidence(0, len(row.text)), first: at, last: at}
	l.cells[colAmount] = last.Decimal
	rest := strings.TrimRight(strings.TrimSpace(row.text[:last.Start]), " .…_")
	if strings.HasSuffix(rest, ":") {
		return line{}, false // a label and its value
	}
	if q, price, name, ok := r.times(rest); ok {
		l.cells[colQuantity], l.cells[colUnitPrice], l.cells[colDescription] = q, price, name
		return l, true
	}
	l.cells[colDescription] = rest
	first, behind, ok := strings.Cut(rest, " ")
	if ok {
		if q, unit, good := r.quantityIn(first); good && unit == "" && len(first) <= 6 && strings.ContainsFunc(behind, isLetter) {
			l.cells[colQuantity], l.cells[colDescription] = q, strings.TrimSpace(behind)
			if unit, name, ok := strings.Cut(l.cells[colDescription], " "); ok && isUnit(unit) {
				l.cells[colUnit], l.cells[colDescription] = unit, strings.TrimSpace(name)
			}
		}
	}
	return l, true
}

// isUnit says that a word is a unit as invoices print it.
func isUnit(word string) bool {
	switch fold(strings.Trim(word, ".")) {
	case "pc", "pcs", "piece", "pieces", "unit", "units", "ea", "hr", "hrs", "hour", "hours", "h", "day", "days", "month", "months", "mo", "box", "boxes", "bx", "kg", "g", "lb", "lbs", "l", "m", "m2", "m3", "ft",
		"stk", "stuck", "st", "std", "stunde", "stunden", "tag", "tage", "monat", "monate", "mon", "pkg", "karton", "pausch", "psch", "pce", "pces", "boite", "heure", "heures", "jour", "jours",
		"mois", "ud", "uds", "unidad", "unidades", "hora", "horas", "dia", "dias", "mes", "meses", "caja", "cajas", "stuks", "uur", "uren", "dag", "dagen", "maand", "maanden", "mnd", "doos", "dozen":
		return true
	}
	return false
}

// times reads "2 x 3.50", with what stands before it as a name.
func (r *reading) times(text string) (quantity, price, name string, ok bool) {
	for _, sign := range []string{" x ", " X ", " × ", " @ ", " * "} {
		i := strings.LastIndex(text, sign)
		if i < 0 {
			continue
		}
		left, right := strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+len(sign):])
		if right == "" {
			continue
		}
		number := left[strings.LastIndexByte(left, ' ')+1:]
		q, _, okQ := r.quantityIn(number)
		p, _, okP := r.amountIn(right)
		if okQ && okP {
			return q, p, strings.TrimSpace(strings.TrimSuffix(left, number)), true
		}
	}
	return "", "", "", false
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > 0xBF }

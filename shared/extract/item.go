package extract

import (
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/value"
)

// Kinds of rows, as a template's key rows names them.
const (
	rowsItems        = "line_items"
	rowsReceipt      = "receipt_items"
	rowsTransactions = "transactions"
)

func rowKinds() []string { return []string{rowsItems, rowsReceipt, rowsTransactions} }

// Kinds of items, as events name them.
const (
	kindLineItem    = "line_item"
	kindTransaction = "transaction"
)

// cellOrder is the order of an item's cells.
func cellOrder() []column {
	return []column{
		colPosition, colDate, colValueDate, colItemNumber, colDescription, colQuantity, colUnit, colUnitPrice, colDiscount, colTaxRate, colTaxAmount, colAmount, colGross, colBalance,
	}
}

// item turns a line into the event's form.
func (r *reading) item(kind string, l *line) event.Item {
	it := event.Item{
		Kind: kind, Page: l.page, BBox: roundBox(l.box), Source: r.plan.source + "#" + l.rule,
		Confidence: math.Round(min(max(l.score, 0.01), 0.99)*1000) / 1000,
	}
	for _, c := range cellOrder() {
		if v := clip(l.cells[c]); v != "" {
			it.Cells = append(it.Cells, event.Cell{Name: c.name(), Value: v, Type: c.typ()})
		}
	}
	return it
}

// items turns lines into the event's form.
func (r *reading) items(kind string, lines []line) []event.Item {
	var out []event.Item
	for i := range lines {
		if it := r.item(kind, &lines[i]); len(it.Cells) > 0 {
			out = append(out, it)
		}
	}
	return out
}

// Cell returns an item's cell of a name, "" for none.
func cellOf(it *event.Item, name string) string {
	i := slices.IndexFunc(it.Cells, func(c event.Cell) bool { return c.Name == name })
	if i < 0 {
		return ""
	}
	return it.Cells[i].Value
}

func cellNumber(it *event.Item, name string) (decimal.Decimal, bool) {
	v := cellOf(it, name)
	if v == "" {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(v)
	return d, err == nil
}

// rows reads the rows that the template asks for, with the fields as what they must add up to.
func (r *reading) rows(kinds *tableKinds, fields []event.Field) []event.Item {
	switch r.plan.rows {
	case rowsItems:
		return r.items(kindLineItem, r.lineItems(kinds.items, targetsOf(fields)))
	case rowsReceipt:
		return r.items(kindLineItem, r.receiptItems(targetsOf(fields)))
	case rowsTransactions:
		return r.items(kindTransaction, r.transactions(kinds.bank, fields))
	}
	return nil
}

// tableKinds are the kinds of tables that are read.
type tableKinds struct{ items, bank *tableKind }

func newTableKinds() *tableKinds {
	return &tableKinds{newTableKind(itemWords(), false), newTableKind(bookingWords(), true)}
}

// targetsOf returns the sums that lines may add up to, the likeliest first.
func targetsOf(fields []event.Field) []target {
	var out []target
	for _, name := range []string{"lines_total", "net_total", "gross_amount", "grand_total", "total"} {
		for _, f := range fields {
			if f.Name != name {
				continue
			}
			if d, err := decimal.NewFromString(f.Value); err == nil {
				out = append(out, target{name, d})
			}
		}
	}
	for _, f := range fields { // a total without its tax
		if f.Name != "tax_total" {
			continue
		}
		if tax, err := decimal.NewFromString(f.Value); err == nil {
			for _, t := range out {
				if t.name == "grand_total" || t.name == "total" {
					out = append(out, target{t.name + " - tax_total", t.value.Sub(tax)})
					break
				}
			}
		}
	}
	return out
}

// lineItems reads the items of an invoice or an order: from a table with a head; else as a list of labels and values; else as
// text with an amount at its end, where that adds up.
func (r *reading) lineItems(k *tableKind, targets []target) []line {
	var best []line
	var all []line
	for _, t := range r.tables(k) {
		t.settle(targets)
		if len(all)+len(t.lines) > maxLines {
			break
		}
		all = append(all, t.lines...)
		if weight(t.lines) > weight(best) {
			best = t.lines
		}
	}
	if _, ok := addsUp(all, targets); ok && len(all) > len(best) {
		_, sum := addsUp(all, targets)
		for i := range all {
			all[i].score, all[i].rule = trust(&all[i], sum)
		}
		return all
	}
	if _, ok := addsUp(best, targets); ok {
		return best
	}
	if listed := r.listed(k, targets); weight(listed) > weight(best) {
		return listed
	}
	if len(best) == 0 {
		return r.trailing(targets, true)
	}
	if len(all) > len(best) && weight(all) > 2*weight(best) {
		return all
	}
	return best
}

// netByLines takes the net total that the lines add up to, where what was chosen does not add up with tax and total and every
// line's quantity and price give its amount. It says whether there was a better one: among the candidates, or printed below the lines.
func (r *reading) netByLines(k *tableKind, chosen [][]candidate) bool {
	net := slices.IndexFunc(r.plan.rules, func(rule compiledRule) bool { return rule.Name == "net_total" })
	if net < 0 || len(chosen[net]) == 0 || !strings.Contains(chosen[net][0].rule, "!") {
		return false
	}
	targets := targetsOf(r.fields(chosen))
	lines := r.lineItems(k, targets)
	if _, ok := addsUp(lines, targets[:min(len(targets), 1)]); ok || len(lines) == 0 {
		return false
	}
	for i := range lines {
		if !timesHolds(&lines[i]) {
			return false
		}
	}
	sum, best := total(lines), 0.0
	for _, c := range r.candidates[net] {
		best = max(best, c.score)
	}
	for i := range r.candidates[net] {
		if c := &r.candidates[net][i]; number(*c).Equal(sum) {
			c.score = best + 2*closeScore
			c.rule += "+line_items"
			return true
		}
	}
	if c, ok := r.printed(sum, lines[len(lines)-1].last); ok {
		c.score, c.rule = best+2*closeScore, "net_total.line_items"
		r.candidates[net] = append(r.candidates[net], c)
		return true
	}
	return false
}

// printed looks for an amount below a row.
func (r *reading) printed(sum decimal.Decimal, after int) (candidate, bool) {
	for at := after + 1; at < len(r.sheet.rows); at++ {
		row := &r.sheet.rows[at]
		for _, a := range value.FindAmounts(row.text, r.locale) {
			if d, err := decimal.NewFromString(a.Decimal); err == nil && d.Equal(sum) && a.Decimals == 2 {
				return candidate{
					value: a.Decimal, raw: row.text[a.Start:a.End], page: row.page, box: row.evidence(a.Start, a.End), order: at*orderStep + min(a.Start, orderStep-1),
				}, true
			}
		}
	}
	return candidate{}, false
}

// weight says how much lines are worth.
func weight(lines []line) float64 {
	sum := 0.0
	for i := range lines {
		sum += lines[i].score
	}
	return sum
}

// dateIn reads a cell that holds a date.
func (r *reading) dateIn(text string) (string, bool) {
	if date, ok := value.FirstDate(text, r.locale); ok {
		return date.ISO, true
	}
	return r.complete(text)
}

package extract

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/event"
)

// checked is what is checked: the fields and items that a document is given.
type checked struct {
	plan   *plan
	fields []event.Field
	items  []event.Item
	out    []event.Check
}

// checks tries the arithmetic that a document's values should satisfy. Those of which a term is missing are left out.
func checks(p *plan, fields []event.Field, items []event.Item) []event.Check {
	c := &checked{plan: p, fields: fields, items: items}
	for i := range p.checks {
		c.template(&p.checks[i])
	}
	c.due()
	switch {
	case len(items) == 0:
	case items[0].Kind == kindTransaction:
		c.balance()
		c.running()
	default:
		c.lineItems()
		c.products()
		c.tax()
	}
	c.dates()
	return c.out
}

func (c *checked) add(name string, holds bool, format string, args ...any) {
	c.out = append(c.out, event.Check{Name: name, Holds: holds, Detail: fmt.Sprintf(format, args...)})
}

// relation writes = for a check that holds.
func relation(holds bool) string {
	if holds {
		return "="
	}
	return "≠"
}

// template tries a template's check.
func (c *checked) template(k *compiledCheck) {
	sum := decimal.Zero
	var terms []string
	for _, i := range k.sum {
		d, ok := amountField(c.fields, c.plan.rules[i].Name)
		if !ok {
			return
		}
		sum = sum.Add(d)
		terms = append(terms, fmt.Sprintf("%s %s", c.plan.rules[i].Name, d.StringFixed(2)))
	}
	name := c.plan.rules[k.equals].Name
	equals, ok := amountField(c.fields, name)
	if !ok {
		return
	}
	holds := sum.Sub(equals).Abs().LessThanOrEqual(k.tolerance)
	c.add(k.id, holds, "%s = %s %s %s %s", strings.Join(terms, " + "), sum.StringFixed(2), relation(holds), name, equals.StringFixed(2))
}

// due checks what is left to pay.
func (c *checked) due() {
	total, okTotal := amountField(c.fields, "grand_total")
	prepaid, okPrepaid := amountField(c.fields, "prepaid_total")
	due, okDue := amountField(c.fields, "due_payable")
	if !okTotal || !okPrepaid || !okDue {
		return
	}
	left := total.Sub(prepaid)
	holds := left.Equal(due)
	c.add("due", holds, "grand_total %s - prepaid_total %s = %s %s due_payable %s", total.StringFixed(2), prepaid.StringFixed(2), left.StringFixed(2), relation(holds), due.StringFixed(2))
}

// amounts sums up the items' amounts.
func (c *checked) amounts() (sum decimal.Decimal, n int) {
	for i := range c.items {
		if d, ok := cellNumber(&c.items[i], "amount"); ok {
			sum = sum.Add(d)
			n++
		}
	}
	return sum, n
}

// lineItems checks that the items add up to a sum that the document gives.
func (c *checked) lineItems() {
	targets := targetsOf(c.fields)
	sum, n := c.amounts()
	if n == 0 || len(targets) == 0 {
		return
	}
	lines := make([]line, len(c.items))
	for i := range c.items {
		lines[i].cells[colAmount] = cellOf(&c.items[i], "amount")
	}
	t, ok := addsUp(lines, targets)
	if !ok {
		t = targets[0]
	}
	c.add("line_items", ok, "sum of %d amounts %s %s %s %s", n, sum.StringFixed(2), relation(ok), t.name, t.value.StringFixed(2))
}

// products checks that each item's quantity and price give its amount.
func (c *checked) products() {
	n := 0
	var wrong []string
	for i := range c.items {
		it := &c.items[i]
		var l line
		l.cells[colQuantity], l.cells[colUnitPrice] = cellOf(it, "quantity"), cellOf(it, "unit_price")
		l.cells[colDiscount], l.cells[colAmount] = cellOf(it, "discount"), cellOf(it, "amount")
		if l.cells[colQuantity] == "" || l.cells[colUnitPrice] == "" || l.cells[colAmount] == "" {
			continue
		}
		n++
		if per, ok := cellNumber(it, "price_quantity"); ok && !per.IsZero() {
			if q, ok := l.number(colQuantity); ok {
				l.cells[colQuantity] = q.Div(per).String()
			}
		}
		if !timesHolds(&l) {
			wrong = append(wrong, fmt.Sprintf("row %d: %s × %s ≠ %s", i+1, l.cells[colQuantity], l.cells[colUnitPrice], l.cells[colAmount]))
		}
	}
	if n == 0 {
		return
	}
	detail := fmt.Sprintf("quantity × unit_price = amount in %d of %d rows", n-len(wrong), n)
	if len(wrong) > 0 {
		detail += "; " + strings.Join(wrong[:min(len(wrong), 3)], "; ")
	}
	c.add("products", len(wrong) == 0, "%s", detail)
}

// tax checks that the items' rates give the tax, where every item has a rate and no sum of the document says that there is
// more to be taxed.
func (c *checked) tax() {
	tax, ok := amountField(c.fields, "tax_total")
	net, okNet := amountField(c.fields, "net_total")
	sum, n := c.amounts()
	if !ok || !okNet || n != len(c.items) || !sum.Equal(net) {
		return
	}
	bases := map[string]decimal.Decimal{}
	var rates []string
	for i := range c.items {
		rate := cellOf(&c.items[i], "tax_rate")
		amount, _ := cellNumber(&c.items[i], "amount")
		if rate == "" {
			return
		}
		if !slices.Contains(rates, rate) {
			rates = append(rates, rate)
		}
		bases[rate] = bases[rate].Add(amount)
	}
	want := decimal.Zero
	var terms []string
	for _, rate := range rates {
		d, err := decimal.NewFromString(rate)
		if err != nil {
			return
		}
		want = want.Add(bases[rate].Mul(d).Shift(-2).Round(2))
		terms = append(terms, fmt.Sprintf("%s × %s %%", bases[rate].StringFixed(2), rate))
	}
	// A cent for each item, because some round item by item.
	holds := want.Sub(tax).Abs().LessThanOrEqual(cent.Mul(decimal.NewFromInt(int64(n))))
	c.add("tax", holds, "%s = %s %s tax_total %s", strings.Join(terms, " + "), want.StringFixed(2), relation(holds), tax.StringFixed(2))
}

// balance checks that the opening balance and all transactions give the closing one.
func (c *checked) balance() {
	opening, okOpening := amountField(c.fields, "opening_balance")
	closing, okClosing := amountField(c.fields, "closing_balance")
	if !okOpening || !okClosing {
		return
	}
	sum, n := c.amounts()
	end := opening.Add(sum)
	holds := end.Equal(closing)
	c.add("balance", holds, "opening_balance %s + %d transactions %s = %s %s closing_balance %s",
		opening.StringFixed(2), n, sum.StringFixed(2), end.StringFixed(2), relation(holds), closing.StringFixed(2))
}

// running checks the balances that stand beside transactions, page by page.
func (c *checked) running() {
	opening, known := amountField(c.fields, "opening_balance")
	lines := make([]line, len(c.items))
	for i := range c.items {
		lines[i].cells[colAmount], lines[i].cells[colBalance] = cellOf(&c.items[i], "amount"), cellOf(&c.items[i], "balance")
	}
	right, n := 0, 0
	var pages []int
	for i, state := range runningHolds(lines, opening, known) {
		switch state {
		case runsOn:
			right++
			n++
		case runsWrong:
			n++
			if p := c.items[i].Page; !slices.Contains(pages, p) {
				pages = append(pages, p)
			}
		}
	}
	if n == 0 {
		return
	}
	detail := fmt.Sprintf("%d of %d balances follow from the one before", right, n)
	if len(pages) > 0 {
		detail += fmt.Sprintf("; not on pages %v", pages[:min(len(pages), 10)])
	}
	c.add("running_balance", right == n, "%s", detail)
}

// dates checks that a document's dates follow each other.
func (c *checked) dates() {
	for _, pair := range [][2]string{{"issue_date", "due_date"}, {"order_date", "delivery_date"}, {"period_from", "period_to"}, {"flight_from", "flight_to"}} {
		first, second := textField(c.fields, pair[0]), textField(c.fields, pair[1])
		if first == "" || second == "" {
			continue
		}
		holds := first <= second
		sign := "≤"
		if !holds {
			sign = ">"
		}
		c.add("dates", holds, "%s %s %s %s %s", pair[0], first, sign, pair[1], second)
	}
}

// distrust lowers the confidence in values that a failed check involves and no other check has spoken for: of dates the second
// one, of balances both. Values of embedded invoices stay as they are.
func distrust(p *plan, fields []event.Field, checks []event.Check) {
	failed := func(name string) bool {
		return slices.ContainsFunc(checks, func(c event.Check) bool { return c.Name == name && !c.Holds })
	}
	for check, names := range map[string][]string{"dates": {"due_date", "delivery_date", "period_to", "flight_to"}, "balance": {"opening_balance", "closing_balance"}} {
		if !failed(check) {
			continue
		}
		for i := range fields {
			f := &fields[i]
			if slices.Contains(names, f.Name) && strings.HasPrefix(f.Source, p.source+"#") {
				f.Confidence = math.Round(f.Confidence*doubtful*1000) / 1000
				f.Source += "!" + check
			}
		}
	}
}

// doubtful is what is left of the confidence in a value that a failed check involves.
const doubtful = 0.75

// textField returns the first value of a field, "" for none.
func textField(fields []event.Field, name string) string {
	for _, f := range fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

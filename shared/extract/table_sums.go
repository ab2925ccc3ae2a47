package extract

import (
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// cent is the smallest amount that sums are compared by.
var cent = decimal.New(1, -2) //nolint:gochecknoglobals // a constant

// timesHolds says that a line's quantity times its price, less its discount, is its amount, as far as the printed price is
// rounded.
func timesHolds(l *line) bool {
	if l.cells[colQuantity] == "" || l.cells[colUnitPrice] == "" {
		return false // most lines; it costs no reading of numbers
	}
	for _, c := range []column{colAmount, colGross} {
		if l.cells[c] == "" || farOff(l, c) {
			continue
		}
		if amount, ok := l.number(c); ok && product(l, amount) {
			return true
		}
	}
	return false
}

// farOff says that quantity and price give nothing near the amount, not even with the wrong separator: most columns that are tried
// hold something else, which costs no exact arithmetic.
func farOff(l *line, c column) bool {
	quantity, errQ := strconv.ParseFloat(l.cells[colQuantity], 64)
	price, errP := strconv.ParseFloat(l.cells[colUnitPrice], 64)
	amount, errA := strconv.ParseFloat(l.cells[c], 64)
	if errQ != nil || errP != nil || errA != nil || l.cells[colDiscount] != "" {
		return false
	}
	for _, shift := range [...]float64{1, 1000, 0.001} {
		if want := quantity * shift * price; math.Abs(want-amount) <= 1+2*mostOff*math.Abs(amount)/100 {
			return false
		}
	}
	return true
}

// mostOff is how far a product may be off in any case, in percent of the amount; a cent may be added.
const mostOff = 2

// product says that quantity, price and discount give the amount, or that the quantity was read with the wrong separator and
// does so when it is put right.
func product(l *line, amount decimal.Decimal) bool {
	quantity, okQ := l.number(colQuantity)
	price, okP := l.number(colUnitPrice)
	if !okQ || !okP {
		return false
	}
	// The price is printed with its last decimal rounded, so the product may be off by half of that for each piece.
	unit := decimal.New(5, min(price.Exponent(), -2)-1)
	tolerance := quantity.Abs().Mul(unit).Add(cent)
	if limit := amount.Abs().Mul(decimal.New(mostOff, -2)).Add(cent); tolerance.GreaterThan(limit) {
		tolerance = limit
	}
	near := func(q decimal.Decimal) bool {
		want := q.Mul(price)
		if want.Sub(amount).Abs().LessThanOrEqual(tolerance) {
			return true
		}
		rate, ok := l.number(colDiscount)
		less := want.Sub(want.Mul(rate).Div(decimal.NewFromInt(100)))
		return ok && less.Sub(amount).Abs().LessThanOrEqual(tolerance)
	}
	if near(quantity) {
		return true
	}
	for _, shift := range []int32{3, -3} {
		if q := quantity.Shift(shift); !amount.IsZero() && near(q) {
			l.cells[colQuantity] = q.String()
			return true
		}
	}
	return false
}

// target is a sum that a document prints, which its lines may add up to.
type target struct {
	name  string
	value decimal.Decimal
}

// addsUp returns the target that the lines' amounts add up to.
func addsUp(lines []line, targets []target) (target, bool) {
	if len(targets) == 0 {
		return target{}, false
	}
	return reached(total(lines), len(lines), targets)
}

// reached returns the target that the sum of n lines is, but for what may have been rounded.
func reached(sum decimal.Decimal, n int, targets []target) (target, bool) {
	tolerance := decimal.New(max(20, int64(n)*5), -3)
	for _, t := range targets {
		if !t.value.IsZero() && sum.Sub(t.value).Abs().LessThanOrEqual(tolerance) {
			return t, true
		}
	}
	return target{}, false
}

// settle chooses, by arithmetic, the column that holds the amounts and the lines that are none, and sets how far the lines
// are to be trusted.
func (t *table) settle(targets []target) {
	t.typeColumn(colAmount, -1)
	chosen := t.chooseAmount(targets)
	t.typeColumn(colQuantity, chosen)
	t.typeColumn(colUnitPrice, chosen)
	t.lines = t.withoutSums(targets)
	for i := range t.lines {
		l := &t.lines[i]
		if l.cells[colAmount] == "" {
			l.cells[colAmount], l.cells[colGross] = l.cells[colGross], ""
		}
	}
	_, sum := addsUp(t.lines, targets)
	for i := range t.lines {
		t.lines[i].score, t.lines[i].rule = trust(&t.lines[i], sum)
	}
}

// Confidence of lines.
const (
	scoreSumAndProduct = 0.98 // quantity and price give the amount, and all lines a printed sum
	scoreSum           = 0.93 // the lines give a printed sum
	scoreProduct       = 0.88 // quantity and price give the amount
	scoreNothing       = 0.62 // there is no arithmetic
	scoreBroken        = 0.40 // quantity and price give another amount
)

func trust(l *line, sum bool) (score float64, rule string) {
	okQ, okP, okA := l.cells[colQuantity] != "", l.cells[colUnitPrice] != "", l.cells[colAmount] != ""
	switch {
	case okQ && okP && okA && !timesHolds(l):
		if sum {
			return scoreNothing, "table+sum!product"
		}
		return scoreBroken, "table!product"
	case okQ && okP && okA && sum:
		return scoreSumAndProduct, "table+product+sum"
	case sum:
		return scoreSum, "table+sum"
	case okQ && okP && okA:
		return scoreProduct, "table+product"
	}
	return scoreNothing, "table"
}

// typeColumn finds the column that holds c, where no heading says so: one of no known kind, or one of several amounts but for
// the chosen one, with which the lines' products hold.
func (t *table) typeColumn(c column, chosen int) {
	g := t.grid
	if g.has(c) >= 0 {
		return
	}
	for i := range g.cells {
		if kind := g.cells[i].col; kind != colOther && (kind != colAmount || i == chosen) {
			continue
		}
		if n := t.tried(i, c); n > 0 && n*2 >= len(t.lines) {
			g.cells[i].col = c
			for k := range t.lines {
				t.lines[k].cells[c] = t.lines[k].numbers[i]
			}
			return
		}
	}
}

// tried says how many products hold when column i of the grid is taken for c.
func (t *table) tried(i int, c column) int {
	n := 0
	for k := range t.lines {
		l := t.lines[k]
		l.cells[c] = l.numbers[i]
		if timesHolds(&l) {
			n++
		}
	}
	return n
}

// chooseAmount chooses among several columns for the amount: that whose sum is printed, else that with which the most
// products hold, else the first one of a net amount. It returns the chosen one, -1 for none.
func (t *table) chooseAmount(targets []target) int {
	var columns []int
	for i := range t.grid.cells {
		if c := t.grid.cells[i].col; c == colAmount || c == colGross {
			columns = append(columns, i)
		}
	}
	if len(columns) == 0 {
		return -1
	}
	if len(columns) == 1 {
		return columns[0]
	}
	best, most := columns[0], -1
	for _, i := range columns {
		try := make([]line, len(t.lines))
		n := 0
		for k := range t.lines {
			try[k] = t.lines[k]
			try[k].cells[colAmount], try[k].cells[colGross] = try[k].numbers[i], ""
			if timesHolds(&try[k]) {
				n += 2
			}
			if try[k].numbers[i] != "" {
				n++
			}
		}
		if _, ok := addsUp(try, targets); ok {
			n += 2 * len(t.lines)
		}
		if n > most || n == most && t.grid.cells[i].col == colAmount {
			best, most = i, n
		}
	}
	for k := range t.lines {
		l := &t.lines[k]
		if l.numbers[best] != "" {
			l.cells[colAmount] = l.numbers[best]
		}
	}
	return best
}

// withoutSums leaves out lines that are sums: where the other lines, which have a quantity or a price, add up to what is
// printed and all of them do not.
func (t *table) withoutSums(targets []target) []line {
	full := func(l *line) bool { return l.cells[colQuantity] != "" || l.cells[colUnitPrice] != "" }
	var amounts []decimal.Decimal // of the lines
	for i := range t.lines {
		d, _ := t.lines[i].number(colAmount)
		amounts = append(amounts, d)
	}
	for _, keep := range []func(l *line) bool{
		full,
		func(l *line) bool { tried := *l; return timesHolds(&tried) },
		func(l *line) bool { return strings.Trim(l.cells[colDescription], " .:-") != "" },
		func(*line) bool { return true }, // the last, because with a tax all lines may add up too
	} {
		if len(targets) == 0 {
			break
		}
		var kept []int
		sum := decimal.Zero
		for i := range t.lines {
			if keep(&t.lines[i]) {
				kept, sum = append(kept, i), sum.Add(amounts[i])
			}
		}
		if _, ok := reached(sum, len(kept), targets); ok && len(kept) > 0 {
			return t.only(kept)
		}
	}
	// Without proof a line goes only where nearly all others have a quantity or a price and it has nothing but an amount.
	n := 0
	var kept []int
	for i := range t.lines {
		l := &t.lines[i]
		switch {
		case full(l):
			n++
		case l.cells[colDescription] == "" || l.cells[colPosition] == "" && t.grid.has(colPosition) >= 0 && l.cells[colItemNumber] == "":
			continue
		}
		kept = append(kept, i)
	}
	if n*10 < len(t.lines)*7 {
		return t.lines
	}
	return t.only(kept)
}

// only returns some of the lines.
func (t *table) only(kept []int) []line {
	if len(kept) == len(t.lines) {
		return t.lines
	}
	out := make([]line, len(kept))
	for i, k := range kept {
		out[i] = t.lines[k]
	}
	return out
}

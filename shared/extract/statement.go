package extract

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract/value"
)

// transactions reads the transactions of a bank statement, with signed amounts: what leaves the account is negative.
func (r *reading) transactions(k *tableKind, fields []event.Field) []line {
	r.period = periodOf(fields)
	var out []line
	for _, t := range r.tables(k) {
		r.sign(t)
		out = append(out, t.lines...)
	}
	if len(out) == 0 {
		out = r.dated()
	}
	opening, okOpening := amountField(fields, "opening_balance")
	closing, okClosing := amountField(fields, "closing_balance")
	if okOpening {
		signByBalance(out, opening)
	}
	reconciled := false
	if okOpening && okClosing {
		reconciled = opening.Add(total(out)).Equal(closing)
	}
	running := runningHolds(out, opening, okOpening)
	for i := range out {
		l := &out[i]
		switch {
		case reconciled:
			l.score, l.rule = scoreSumAndProduct, l.rule+"+balance"
		case running[i] == runsOn:
			l.score, l.rule = scoreSum, l.rule+"+running"
		case running[i] == runsWrong || okOpening && okClosing:
			l.score, l.rule = scoreNothing, l.rule+"!balance"
		default:
			l.score = 0.75
		}
	}
	return out
}

func total(lines []line) decimal.Decimal {
	sum := decimal.Zero
	for i := range lines {
		if d, ok := lines[i].number(colAmount); ok {
			sum = sum.Add(d)
		}
	}
	return sum
}

// period is when a statement's transactions happened; years are missing in many of them.
type period struct {
	from, to time.Time
	years    []int
}

func periodOf(fields []event.Field) period {
	var p period
	for _, f := range fields {
		if f.Type != typeDate {
			continue
		}
		day, err := time.Parse(time.DateOnly, f.Value)
		if err != nil {
			continue
		}
		switch f.Name {
		case "period_from":
			p.from = day
		case "period_to", "statement_date":
			p.to = day
		default:
			continue
		}
		if !slices.Contains(p.years, day.Year()) {
			p.years = append(p.years, day.Year())
		}
	}
	return p
}

// complete reads a date that lacks its year: the one with which it lies in the period.
func (r *reading) complete(text string) (string, bool) {
	text = strings.Trim(text, " .")
	if len(text) < 3 || len(text) > 14 || len(r.period.years) == 0 {
		return "", false
	}
	best := ""
	for _, year := range r.period.years {
		for _, sep := range []string{".", "/", "-", " "} {
			dates := value.FindDates(text+sep+strconv.Itoa(year), r.locale)
			if len(dates) != 1 || dates[0].Start != 0 {
				continue
			}
			day, err := time.Parse(time.DateOnly, dates[0].ISO)
			if err == nil && (best == "" || !day.Before(r.period.from) && (r.period.to.IsZero() || !day.After(r.period.to))) {
				best = dates[0].ISO
			}
			break
		}
	}
	return best, best != ""
}

// sign makes one signed amount of debits and credits. Where amounts have no sign, what heads the table says whether they came
// in or went out.
func (r *reading) sign(t *table) {
	factor := r.headedAs(t)
	signs := slices.ContainsFunc(t.lines, func(l line) bool { return strings.HasPrefix(l.cells[colAmount], "-") })
	for i := range t.lines {
		l := &t.lines[i]
		l.rule = "table"
		if v := l.cells[colDebit]; v != "" && strings.Trim(v, "-0.") != "" {
			l.cells[colAmount] = "-" + strings.TrimPrefix(v, "-")
		} else if v := l.cells[colCredit]; v != "" {
			l.cells[colAmount] = v
		} else if factor < 0 && !signs {
			l.cells[colAmount] = "-" + l.cells[colAmount]
		}
		l.cells[colDebit], l.cells[colCredit] = "", ""
	}
}

// headedAs returns -1 for a table under a heading that speaks of debits, 1 for one of credits, else 0.
func (r *reading) headedAs(t *table) int {
	for at := t.head - 1; at >= 0 && at >= t.head-2; at-- {
		if len(r.sheet.rows[at].tokens) > 8 {
			continue
		}
		for _, f := range r.columnLabels(t.grid.kind, at) {
			for _, m := range f.entry.meanings {
				switch column(m.index) {
				case colDebit:
					return -1
				case colCredit:
					return 1
				}
			}
		}
	}
	return 0
}

// signByBalance gives amounts without a sign the one with which the running balance holds.
func signByBalance(lines []line, opening decimal.Decimal) {
	last := opening
	for i := range lines {
		balance, ok := lines[i].number(colBalance)
		amount, okAmount := lines[i].number(colAmount)
		if !okAmount {
			continue
		}
		if !ok {
			last = last.Add(amount)
			continue
		}
		if balance.Sub(last).Equal(amount.Neg()) && !amount.IsZero() {
			lines[i].cells[colAmount] = amount.Neg().StringFixed(2)
		}
		last = balance
	}
}

// How a running balance fares at a transaction.
const (
	runsUnknown = iota
	runsOn
	runsWrong
)

// runningHolds says for each transaction whether the balance before it and its amount give its balance.
func runningHolds(lines []line, opening decimal.Decimal, known bool) []int {
	out := make([]int, len(lines))
	last := opening
	for i := range lines {
		amount, _ := lines[i].number(colAmount)
		last = last.Add(amount)
		balance, ok := lines[i].number(colBalance)
		if !ok {
			continue
		}
		if known {
			out[i] = runsWrong
			if balance.Equal(last) {
				out[i] = runsOn
			}
		}
		last, known = balance, true
	}
	return out
}

// dated reads transactions of a statement without a head that is known: rows that begin with a date and end with an amount
// and perhaps a balance.
func (r *reading) dated() []line {
	var out []line
	for at := range r.sheet.rows {
		if l, ok := r.datedLine(at); ok && len(out) < maxLines {
			out = append(out, l)
		} else if n := len(out); n > 0 && out[n-1].last == at-1 && r.follows(&out[n-1], at) {
			out[n-1].cells[colDescription] += " " + r.sheet.rows[at].text
			out[n-1].last = at
		}
	}
	if len(out) < 3 {
		return nil
	}
	return out
}

// follows says that a row goes on with the text of the transaction above it.
func (r *reading) follows(l *line, at int) bool {
	row, above := &r.sheet.rows[at], &r.sheet.rows[at-1]
	return row.page == above.page && len(row.parts) == 1 && !r.hasMoney(at) && !r.isTotal(at) && l.last-l.first < maxTextLines &&
		row.box[1]-above.box[3] < textGap*(row.box[3]-row.box[1]) && row.box[0] > r.sheet.rows[l.first].box[0]+2
}

func (r *reading) datedLine(at int) (line, bool) {
	row := &r.sheet.rows[at]
	if len(row.text) < 8 || len(row.parts) < 2 || r.isTotal(at) {
		return line{}, false
	}
	first := row.parts[0]
	l := line{page: row.page, box: row.evidence(0, len(row.text)), first: at, last: at, rule: "rows"}
	date, ok := r.dateIn(row.text[first.from:first.to])
	if !ok || !asciiDigit(row.text[0]) && !asciiLetter(row.text[0]) {
		return line{}, false
	}
	l.cells[colDate] = date
	rest, from := row.text[first.to:], first.to
	amounts := slices.DeleteFunc(value.FindAmounts(rest, r.locale), func(a value.Amount) bool { return a.Decimals != 2 || a.Percent })
	if len(amounts) == 0 {
		return line{}, false
	}
	last := amounts[len(amounts)-1]
	end := last
	l.cells[colAmount] = signed(last.Decimal, rest[last.End:])
	if len(amounts) > 1 {
		before := amounts[len(amounts)-2]
		if strings.TrimSpace(rest[before.End:last.Start]) == "" {
			l.cells[colAmount], l.cells[colBalance], end = before.Decimal, last.Decimal, before
		}
	}
	l.cells[colDescription] = strings.TrimSpace(row.text[from : from+end.Start])
	return l, l.cells[colDescription] != ""
}

// amountField returns the first value of a field as a number.
func amountField(fields []event.Field, name string) (decimal.Decimal, bool) {
	for _, f := range fields {
		if f.Name == name {
			d, err := decimal.NewFromString(f.Value)
			return d, err == nil
		}
	}
	return decimal.Zero, false
}

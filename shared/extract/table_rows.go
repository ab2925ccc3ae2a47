package extract

import (
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
)

// line is one row of a table as it is read: an item or a transaction.
type line struct {
	cells   [colBalance + 1]string // values by column
	numbers []string               // by column of the grid: what stands there as a number; for choosing among columns
	end     float64                // right end of the amount across the page
	whole   bool                   // the amount has no decimals
	outer   string                 // a number to the left of the table, which may be a position
	page    int
	box     layout.Box
	first   int // rows of the sheet
	last    int
	score   float64
	rule    string
}

// number returns a cell as a number.
func (l *line) number(c column) (decimal.Decimal, bool) {
	if l.cells[c] == "" {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(l.cells[c])
	return d, err == nil
}

// maxLeftOver is how many characters beside a number a cell may have: a currency, a tax code, a sign in letters.
const maxLeftOver = 5

// amountIn reads a cell that holds one amount, and returns what else stands in it.
func (r *reading) amountIn(text string) (amount, rest string, ok bool) {
	a, ok := value.SoleAmount(text, r.locale)
	if !ok || a.Percent {
		return "", "", false
	}
	if a.Start == 0 && a.End == len(text) {
		return a.Decimal, "", true
	}
	rest = strings.TrimSpace(text[:a.Start] + " " + text[a.End:])
	if utf8.RuneCountInString(rest)-strings.Count(rest, " ") > maxLeftOver {
		return "", "", false
	}
	return a.Decimal, rest, true
}

// quantityIn reads a cell that begins with a quantity, and returns its unit.
func (r *reading) quantityIn(text string) (quantity, unit string, ok bool) {
	text = strings.TrimSpace(text)
	i := 0
	for i < len(text) && strings.IndexByte("0123456789.,'+- ", text[i]) >= 0 {
		i++
	}
	number, unit := strings.TrimSpace(text[:i]), strings.TrimSpace(text[i:])
	a, ok := value.SoleAmount(number, r.locale)
	if !ok || a.Start > 1 || utf8.RuneCountInString(unit) > 14 {
		return "", "", false
	}
	return shorter(a.Decimal), strings.Trim(unit, " .x*×"), true
}

// shorter returns a number with decimals without needless zeros.
func shorter(number string) string { return strings.TrimSuffix(strings.TrimRight(number, "0"), ".") }

// rateIn reads a rate of tax or of discount in percent.
func (r *reading) rateIn(text string) (string, bool) {
	a, ok := value.SoleAmount(text, r.locale)
	if !ok || strings.HasPrefix(a.Decimal, "-") && !a.Percent {
		return "", false
	}
	rate := shorter(strings.TrimPrefix(a.Decimal, "-"))
	if d, err := decimal.NewFromString(rate); err != nil || d.GreaterThan(decimal.NewFromInt(100)) {
		return "", false
	}
	return rate, true
}

// lineAt reads a row of the sheet by a table's columns. It says how many cells are numbers.
func (r *reading) lineAt(g *grid, at int) (l line, numbers int) {
	row := &r.sheet.rows[at]
	l = line{page: row.page, box: row.evidence(0, len(row.text)), first: at, last: at, numbers: make([]string, len(g.cells))}
	if w := &row.words[0]; w.box[2] < g.left && g.left-w.box[2] < 6*(w.box[3]-w.box[1]) && w.to <= 4 && asciiDigit(row.text[0]) {
		l.outer = strings.Trim(row.word(0), ".")
	}
	spans := g.split(row, r.room.spans)
	r.room.spans = spans
	for i, s := range spans {
		if s.to == 0 {
			continue
		}
		col := g.cells[i].col
		if col == colDate || col == colValueDate {
			s.to = r.dateEnd(row, s)
			if i+1 < len(spans) && spans[i+1].to > 0 && spans[i+1].from < s.to {
				spans[i+1].from = min(s.to, spans[i+1].to)
			}
		}
		text := strings.TrimSpace(row.text[s.from:s.to])
		if col == colOther || col.numeric() {
			n, rest, ok := r.amountIn(text)
			if ok {
				l.numbers[i] = n
			}
			if col.typ() == typeAmount {
				if ok && l.cells[col] == "" {
					l.cells[col] = signed(n, rest)
				}
			} else {
				r.cell(&l, col, text)
			}
		} else {
			if col == colDate || col == colValueDate {
				text = r.wholeDate(g, at, i, text)
			}
			r.cell(&l, col, text)
		}
		if l.cells[col] != "" && col.numeric() {
			numbers++
		}
		if col == colAmount && l.cells[col] != "" {
			l.end, l.whole = row.place(s.from, s.to)[2], !strings.ContainsAny(text, ".,'")
		}
	}
	return l, numbers
}

// dateEnd returns where a date that begins in a cell ends, which may be in the next one's place.
func (r *reading) dateEnd(row *row, s span) int {
	date, ok := value.FirstDate(row.text[s.from:min(len(row.text), s.to+12)], r.locale)
	if !ok || date.Start > 0 {
		return s.to
	}
	return max(s.to, s.from+date.End)
}

// wholeDate adds to a cell what stands below it, where a date goes on there.
func (r *reading) wholeDate(g *grid, at, column int, text string) string {
	if _, ok := value.FirstDate(text, r.locale); ok {
		return text
	}
	longer := text
	for next := at + 1; next < len(r.sheet.rows) && next <= at+2 && r.adjoins(next-1, next) && !r.hasMoney(next); next++ {
		s := g.split(&r.sheet.rows[next], nil)[column]
		if s.to == 0 {
			break
		}
		below := r.sheet.rows[next].text[s.from:s.to]
		for _, joined := range []string{longer + " " + below, longer + below} {
			if _, ok := value.FirstDate(joined, r.locale); ok {
				return joined
			}
		}
		longer += " " + below
	}
	return text
}

// cell reads one cell's text into the line.
func (r *reading) cell(l *line, col column, text string) {
	set := func(v string) {
		if l.cells[col] == "" {
			l.cells[col] = v
		}
	}
	switch col {
	case colOther:
	case colDescription:
		set(strings.Trim(text, " |"))
	case colPosition:
		if v := strings.Trim(text, " .|)"); len(v) <= 12 {
			set(v)
		}
	case colItemNumber, colUnit:
		if v := strings.Trim(text, " |"); len(v) <= 60 {
			set(v)
		}
	case colQuantity:
		if q, unit, ok := r.quantityIn(text); ok {
			set(q)
			if unit != "" && l.cells[colUnit] == "" {
				l.cells[colUnit] = unit
			}
		}
	case colTaxRate, colDiscount:
		if v, ok := r.rateIn(text); ok {
			set(v)
		}
	case colDate, colValueDate:
		if v, ok := r.dateIn(text); ok {
			set(v)
		}
	default:
		if v, rest, ok := r.amountIn(text); ok {
			set(signed(v, rest))
		}
	}
}

// signed applies the letters that banks print for a sign: debit and credit, Soll and Haben.
func signed(amount, letters string) string {
	switch strings.ToUpper(strings.Trim(letters, " .()")) {
	case "DR", "D", "S", "DB", "OD", "AF":
		if !strings.HasPrefix(amount, "-") && strings.Trim(amount, "0.") != "" {
			return "-" + amount
		}
	case "CR", "C", "H", "BIJ":
		return strings.TrimPrefix(amount, "-")
	}
	return amount
}

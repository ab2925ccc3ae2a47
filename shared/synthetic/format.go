package synthetic

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cents is an amount of money in hundredths, so that sums are exact.
type cents int64

// decimal writes the normalised form, such as "-1234.50".
func (c cents) decimal() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}

// share returns thousandths of c, rounded half up (away from zero).
func (c cents) share(thousandths int) cents {
	p := int64(c) * int64(thousandths)
	if p < 0 {
		return cents(-((-p + 500) / 1000))
	}
	return cents((p + 500) / 1000)
}

// times multiplies a unit price by a quantity in hundredths, rounded half up.
func (c cents) times(hundredths int) cents {
	return cents((int64(c)*int64(hundredths) + 50) / 100)
}

// moneyStyle is one document's way of writing amounts.
type moneyStyle struct {
	decimal, thousands string
	symbol             string // "$", "€", "EUR", or "" for bare numbers
	before, gap        bool
}

func newMoneyStyle(d *dice, l *locale) moneyStyle {
	m := moneyStyle{decimal: l.decimal, thousands: pick(d, l.thousands), symbol: l.symbol, before: l.symbolBefore, gap: !l.symbolBefore}
	if l.country == "NL" || l.country == "CH" {
		m.gap = true
	}
	if d.chance(0.3) { // the code in place of the symbol
		m.symbol, m.gap = l.currency, true
		m.before = d.chance(0.4)
	}
	return m
}

// number writes an amount without its currency.
func (m moneyStyle) number(c cents) string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return sign + group(strconv.FormatInt(int64(c/100), 10), m.thousands) + m.decimal + fmt.Sprintf("%02d", c%100)
}

// amount writes an amount with its currency.
func (m moneyStyle) amount(c cents) string {
	gap := ""
	if m.gap {
		gap = " "
	}
	if !m.before {
		return m.number(c) + gap + m.symbol
	}
	if c < 0 {
		return "-" + m.symbol + gap + m.number(-c)
	}
	return m.symbol + gap + m.number(c)
}

// count writes a quantity in hundredths, without needless zeros.
func (m moneyStyle) count(hundredths int) string {
	switch {
	case hundredths%100 == 0:
		return strconv.Itoa(hundredths / 100)
	case hundredths%10 == 0:
		return fmt.Sprintf("%d%s%d", hundredths/100, m.decimal, hundredths/10%10)
	default:
		return fmt.Sprintf("%d%s%02d", hundredths/100, m.decimal, hundredths%100)
	}
}

// percent writes thousandths as a percentage.
func (m moneyStyle) percent(thousandths int) string {
	s := strconv.Itoa(thousandths / 10)
	if thousandths%10 != 0 {
		s += m.decimal + strconv.Itoa(thousandths%10)
	}
	return s
}

func group(digits, sep string) string {
	if sep == "" || len(digits) <= 3 {
		return digits
	}
	head := len(digits) % 3
	var parts []string
	if head > 0 {
		parts = append(parts, digits[:head])
	}
	for i := head; i < len(digits); i += 3 {
		parts = append(parts, digits[i:i+3])
	}
	return strings.Join(parts, sep)
}

// formatDate writes t by a pattern of D, DD, M, MM, MMM (short name), MMMM (full name), YY and YYYY.
func formatDate(t time.Time, pattern, lang string) string {
	full, short := monthNames(lang)
	var sb strings.Builder
	for i := 0; i < len(pattern); {
		ch := pattern[i]
		n := 1
		for i+n < len(pattern) && pattern[i+n] == ch {
			n++
		}
		switch {
		case ch == 'D':
			fmt.Fprintf(&sb, "%0*d", n, t.Day())
		case ch == 'M' && n == 4:
			sb.WriteString(full[t.Month()-1])
		case ch == 'M' && n == 3:
			sb.WriteString(short[t.Month()-1])
		case ch == 'M':
			fmt.Fprintf(&sb, "%0*d", n, int(t.Month()))
		case ch == 'Y' && n == 2:
			fmt.Fprintf(&sb, "%02d", t.Year()%100)
		case ch == 'Y':
			fmt.Fprintf(&sb, "%04d", t.Year())
		default:
			sb.WriteString(pattern[i : i+n])
		}
		i += n
	}
	return sb.String()
}

// longPattern returns the language's way of writing a date in running text.
func longPattern(l *locale) string {
	switch {
	case l.country == "US":
		return "MMMM D, YYYY"
	case l.lang == "de":
		return "D. MMMM YYYY"
	case l.lang == "es":
		return "D de MMMM de YYYY"
	default:
		return "D MMMM YYYY"
	}
}

// iso writes a date as YYYY-MM-DD.
func iso(t time.Time) string { return t.Format(time.DateOnly) }

// day returns a date.
func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 9, 0, 0, 0, time.UTC)
}

package value

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Amount is a number found in a text, with the currency printed beside it.
type Amount struct {
	Span
	// Decimal is the number with a point and at least two decimals, without grouping: "1234.50", "-50.00".
	Decimal string
	// Currency is the ISO 4217 code, empty where none is printed beside the number.
	Currency string
	// Decimals is how many decimals are printed: 0 for "1234".
	Decimals int
	// Percent says that a percent sign follows.
	Percent bool
}

// maxDigits bounds the digits before the decimal mark. Longer runs are identifiers, not amounts.
const maxDigits = 15

// ParseAmount reads text as one amount, such as "1.234,50 €", "$1,234.50", "1 234,50 EUR" or "CHF 1'234.50".
func ParseAmount(text string, loc Locale) (Amount, error) {
	found := FindAmounts(text, loc)
	if len(found) != 1 {
		return Amount{}, fmt.Errorf("read amount %q: found %d amounts, want 1", text, len(found))
	}
	a := found[0]
	if rest := strings.TrimSpace(text[:a.Start] + text[a.End:]); rest != "" && rest != "-" {
		return Amount{}, fmt.Errorf("read amount %q: %q is left over", text, rest)
	}
	if a.Percent {
		return Amount{}, fmt.Errorf("read amount %q: this is a percentage", text)
	}
	return a, nil
}

// FindAmounts returns the numbers in text that may be amounts: well-formed, not part of a word, a date, a time or a longer
// identifier. Percentages are returned and marked.
func FindAmounts(text string, loc Locale) []Amount {
	var out []Amount
	for i := 0; i < len(text); {
		if !isDigit(text[i]) && !leadingPoint(text, i) {
			i++
			continue
		}
		end := numberEnd(text, i, loc)
		if a, ok := amountAt(text, i, end, loc); ok {
			if n := len(out); n > 0 && a.Start < out[n-1].End {
				a.Start = i // the code between two numbers belongs to the first
			}
			out = append(out, a)
			end = max(end, a.End)
		}
		i = end
	}
	return out
}

// leadingPoint says that .50 starts at text[i].
func leadingPoint(text string, i int) bool {
	return (text[i] == '.' || text[i] == ',') && i+1 < len(text) && isDigit(text[i+1]) && (i == 0 || !isDigit(text[i-1]))
}

// separatorAt returns the length of the separator at text[i] that a digit follows, else 0.
func separatorAt(text string, i int, loc Locale) int {
	if i >= len(text) {
		return 0
	}
	n := 0
	switch text[i] {
	case '.', ',', '\'':
		n = 1
	case ' ':
		// In English text a plain space separates columns more often than thousands.
		if loc.Language == "en" {
			return 0
		}
		n = 1
	default:
		r, size := utf8.DecodeRuneInString(text[i:])
		switch r {
		case '\u00a0', '\u202f', '\u2009', '\u2019':
			n = size
		}
	}
	if n == 0 || i+n >= len(text) || !isDigit(text[i+n]) {
		return 0
	}
	if (n == 1 && text[i] == ' ' || n > 1) && !threeDigits(text, i+n) {
		return 0
	}
	return n
}

// threeDigits says that exactly three digits start at text[i].
func threeDigits(text string, i int) bool {
	_, e := number(text, i)
	return e-i == 3
}

// numberEnd returns the end of the digits and separators at text[i:].
func numberEnd(text string, i int, loc Locale) int {
	blanks := true // a blank groups only before the decimal mark and after at most three digits
	_, e := number(text, i)
	if text[i] == '.' || text[i] == ',' {
		_, e = number(text, i+1)
		blanks = false
	}
	if e-i > 3 {
		blanks = false
	}
	for {
		n := separatorAt(text, e, loc)
		if n == 0 {
			return e
		}
		blank := space(text, e) > 0
		if blank && !blanks {
			return e
		}
		if !blank && text[e] != '\'' && n == 1 {
			blanks = false
		}
		_, e = number(text, e+n)
	}
}

func amountAt(text string, i, end int, loc Locale) (Amount, bool) {
	whole, decimals, ok := splitNumber(text[i:end], loc)
	if !ok {
		return Amount{}, false
	}
	a := Amount{Span: Span{i, end}, Decimals: len(decimals)}
	if !beside(text, &a) {
		return Amount{}, false
	}
	negative := sign(text, &a)
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if len(whole) > maxDigits {
		return Amount{}, false
	}
	for len(decimals) > 2 && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	for len(decimals) < 2 {
		decimals += "0"
	}
	a.Decimal = whole + "." + decimals
	if negative && strings.Trim(a.Decimal, "0.") != "" {
		a.Decimal = "-" + a.Decimal
	}
	return a, true
}

// beside reads the currency before and after the number and refuses numbers that are part of something else.
func beside(text string, a *Amount) bool {
	if code, start := currencyBefore(text, a.Start); code != "" {
		a.Currency, a.Start = code, start
	} else if a.Start > 0 {
		if c := text[a.Start-1]; isDigit(c) || strings.IndexByte(":/_@", c) >= 0 || letterBefore(text, a.Start) {
			return false
		}
		if (text[a.Start-1] == '-' || text[a.Start-1] == '.') && a.Start > 1 && (isDigit(text[a.Start-2]) || letterBefore(text, a.Start-1)) {
			return false
		}
	}
	if code, end := currencyAfter(text, a.End); code != "" && (a.Currency == "" || a.Currency == code) {
		a.Currency, a.End = code, end
		return true
	}
	if a.End >= len(text) {
		return true
	}
	if j := skipSpaces(text, a.End, 1); j < len(text) && text[j] == '%' {
		a.Percent = true
		a.End = j + 1
		return true
	}
	c := text[a.End]
	if c == '-' && (a.End+1 == len(text) || space(text, a.End+1) > 0) {
		return true // a minus sign behind the number
	}
	if strings.IndexByte(":/_@-.", c) >= 0 && a.End+1 < len(text) && (isDigit(text[a.End+1]) || letterAfter(text, a.End+1)) {
		return false
	}
	return !letterAfter(text, a.End)
}

// sign extends the span over a minus sign before or behind the number, or brackets around it.
func sign(text string, a *Amount) bool {
	before := strings.TrimRight(text[:a.Start], " ")
	for _, m := range []string{"-", "−", "–"} {
		if !strings.HasSuffix(before, m) {
			continue
		}
		at := len(before) - len(m)
		// "12 - 15" and "Total - 15" are not negative: the sign stands at the number or alone in front.
		if len(before) == a.Start && (at == 0 || space(text, at-1) > 0 || text[at-1] == '(') || at == 0 {
			a.Start = at
			return true
		}
	}
	if strings.HasSuffix(before, "(") && len(before) == a.Start && strings.HasPrefix(text[a.End:], ")") && (a.Decimals > 0 || a.Currency != "") {
		a.Start--
		a.End++
		return true
	}
	if strings.HasPrefix(text[a.End:], "-") && a.Decimals == 2 && (a.End+1 == len(text) || space(text, a.End+1) > 0) {
		a.End++
		return true
	}
	return false
}

// splitNumber decides which separator is the decimal mark and checks the grouping.
func splitNumber(s string, loc Locale) (whole, decimals string, ok bool) {
	if !ascii(s) {
		s = strings.NewReplacer("\u2019", "'", "\u00a0", " ", "\u202f", " ", "\u2009", " ").Replace(s)
	}
	mark := decimalMark(s, loc)
	if mark >= 0 {
		s, decimals = s[:mark], s[mark+1:]
		if !digitsOnly(decimals) {
			return "", "", false
		}
	}
	if s != "" && digitsOnly(s) {
		return s, decimals, true
	}
	groups := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(groups) == 0 {
		return "0", decimals, decimals != ""
	}
	if len(groups) > 1 && !grouped(s, groups) {
		return "", "", false
	}
	return strings.Join(groups, ""), decimals, true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// decimalMark returns the index of the decimal mark, -1 where the number has none.
func decimalMark(s string, loc Locale) int {
	last := strings.LastIndexAny(s, ".,")
	if last < 0 {
		return -1
	}
	c := s[last]
	if strings.Count(s, string(c)) > 1 {
		return -1 // it groups: 1.234.567
	}
	digits := len(s) - last - 1
	if strings.ContainsAny(s[:last], ".,' ") {
		return last // another separator groups: 1.234,50
	}
	if digits != 3 || last == 0 || last > 3 || s[0] == '0' {
		return last
	}
	// 1.234 or 1,234: the language decides; without one it groups.
	if loc.Language != "" && loc.DecimalComma() == (c == ',') {
		return last
	}
	return -1
}

// grouped says that the groups are of three digits, or Indian (the last of three, the others of two), with one separator.
func grouped(s string, groups []string) bool {
	seps := strings.TrimLeft(s, "0123456789")
	seps = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, seps)
	if strings.Trim(seps, seps[:1]) != "" || len(groups[0]) > 3 || len(seps) != len(groups)-1 {
		return false
	}
	size := 3
	if seps[0] == ',' && len(groups) > 2 && len(groups[1]) == 2 {
		size = 2
	}
	for i, g := range groups[1:] {
		want := size
		if i == len(groups)-2 {
			want = 3
		}
		if len(g) != want {
			return false
		}
	}
	return true
}

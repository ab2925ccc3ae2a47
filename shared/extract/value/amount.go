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
	for s := (figures{text: text, loc: loc}); s.next(); {
		if out == nil {
			out = make([]Amount, 0, 2)
		}
		a := s.Amount
		a.Decimal = s.decimal()
		out = append(out, a)
	}
	return out
}

// SoleAmount returns the number in text where FindAmounts finds one and no more.
func SoleAmount(text string, loc Locale) (a Amount, ok bool) {
	s := figures{text: text, loc: loc}
	if !s.next() {
		return a, false
	}
	first := s
	if s.next() {
		return a, false
	}
	a = first.Amount
	a.Decimal = first.decimal()
	return a, true
}

// VisitAmounts calls visit for each number of FindAmounts, in order, whose Decimal is not written.
func VisitAmounts(text string, loc Locale, visit func(a Amount)) {
	for s := (figures{text: text, loc: loc}); s.next(); {
		visit(s.Amount)
	}
}

// HasMoney says that FindAmounts finds a number that is money.
func HasMoney(text string, loc Locale) bool {
	for s := (figures{text: text, loc: loc}); s.next(); {
		if s.Money() {
			return true
		}
	}
	return false
}

// Money says that a number has two decimals and is no percentage.
func (a *Amount) Money() bool { return a.Decimals == 2 && !a.Percent }

// figures are the amounts of a text, one after the other. Their Decimal is not written: most are only looked at.
type figures struct {
	text string
	loc  Locale
	at   int

	Amount          // the one that was found last
	whole    string // its digits before the decimal mark, with what groups them
	decimals string
	negative bool
}

// next goes to the next amount.
func (s *figures) next() bool {
	free := s.End // of the one before
	for text := s.text; s.at < len(text); {
		i := NextDigit(text, s.at)
		if i == len(text) {
			s.at = i
			return false
		}
		if i > s.at && leadingPoint(text, i-1) {
			i--
		}
		s.at = numberEnd(text, i, s.loc)
		if s.amountAt(i, s.at) {
			if s.Start < free {
				s.Start = i // the code between two numbers belongs to the first
			}
			s.at = max(s.at, s.End)
			return true
		}
	}
	return false
}

// decimal writes the number with a point and at least two decimals.
func (s *figures) decimal() string {
	decimals := s.decimals
	for len(decimals) > 2 && decimals[len(decimals)-1] == '0' {
		decimals = decimals[:len(decimals)-1]
	}
	var buffer [32]byte
	out := buffer[:0]
	if s.negative && (strings.Trim(s.whole, "0., '") != "" || strings.Trim(decimals, "0") != "") {
		out = append(out, '-')
	}
	first := len(out)
	for i := range len(s.whole) {
		if c := s.whole[i]; isDigit(c) && (c != '0' || len(out) > first) {
			out = append(out, c)
		}
	}
	if len(out) == first {
		out = append(out, '0')
	}
	out = append(append(out, '.'), decimals...)
	for k := len(decimals); k < 2; k++ {
		out = append(out, '0')
	}
	return string(out)
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

// amountAt reads the number text[i:end], if it is an amount.
func (s *figures) amountAt(i, end int) (ok bool) {
	s.whole, s.decimals, ok = splitNumber(s.text[i:end], s.loc)
	if !ok {
		return false
	}
	s.Amount = Amount{Span: Span{i, end}, Decimals: len(s.decimals)}
	if !beside(s.text, &s.Amount) {
		return false
	}
	s.negative = sign(s.text, &s.Amount)
	return wholeDigits(s.whole) <= maxDigits
}

// wholeDigits counts the digits of a grouped number without zeros in front.
func wholeDigits(whole string) int {
	n := 0
	for i := range len(whole) {
		if isDigit(whole[i]) && (n > 0 || whole[i] != '0') {
			n++
		}
	}
	return n
}

// beside reads the currency before and after the number and refuses numbers that are part of something else.
func beside(text string, a *Amount) bool {
	if code, start := currencyBefore(text, a.Start); code != "" {
		a.Currency, a.Start = code, start
	} else if a.Start > 0 {
		if c := text[a.Start-1]; isDigit(c) || joins(c) || letterBefore(text, a.Start) {
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
	if (joins(c) || c == '-' || c == '.') && a.End+1 < len(text) && (isDigit(text[a.End+1]) || letterAfter(text, a.End+1)) {
		return false
	}
	return !letterAfter(text, a.End)
}

// joins says that a byte makes a number part of a time, a path or an address.
func joins(c byte) bool { return c == ':' || c == '/' || c == '_' || c == '@' }

// sign extends the span over a minus sign before or behind the number, or brackets around it.
func sign(text string, a *Amount) bool {
	end := a.Start
	for end > 0 && text[end-1] == ' ' {
		end--
	}
	if n := minusBefore(text, end); n > 0 {
		at := end - n
		// "12 - 15" and "Total - 15" are not negative: the sign stands at the number or alone in front.
		if end == a.Start && (at == 0 || space(text, at-1) > 0 || text[at-1] == '(') || at == 0 {
			a.Start = at
			return true
		}
	}
	if a.End == len(text) {
		return false
	}
	if text[a.End] == ')' && end == a.Start && end > 0 && text[end-1] == '(' && (a.Decimals > 0 || a.Currency != "") {
		a.Start--
		a.End++
		return true
	}
	if text[a.End] == '-' && a.Decimals == 2 && (a.End+1 == len(text) || space(text, a.End+1) > 0) {
		a.End++
		return true
	}
	return false
}

// minusBefore returns the length of the minus sign or the dash that ends at text[i], else 0.
func minusBefore(text string, i int) int {
	switch {
	case i == 0:
		return 0
	case text[i-1] == '-':
		return 1
	case text[i-1] >= utf8.RuneSelf && (strings.HasSuffix(text[:i], "−") || strings.HasSuffix(text[:i], "–")):
		return len("−")
	}
	return 0
}

// splitNumber decides which separator is the decimal mark and checks the grouping. What groups stays in whole.
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
	switch { // one group may have a separator in front
	case s == "":
		return "", decimals, decimals != ""
	case !digitsOnly(s) && !digitsOnly(s[1:]) && !grouped(s):
		return "", "", false
	}
	return s, decimals, true
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
	last, marks, others := -1, 0, false // the last mark, how many like it, whether another separator stands before it
	for i := len(s) - 1; i >= 0; i-- {
		switch c := s[i]; c {
		case '.', ',':
			if last < 0 {
				last = i
			}
			if c == s[last] {
				marks++
			}
			others = others || i < last
		case '\'', ' ':
			others = others || last >= 0
		}
	}
	switch {
	case last < 0:
		return -1
	case marks > 1:
		return -1 // it groups: 1.234.567
	case others:
		return last // another separator groups: 1.234,50
	}
	if digits := len(s) - last - 1; digits != 3 || last == 0 || last > 3 || s[0] == '0' {
		return last
	}
	// 1.234 or 1,234: the language decides; without one it groups.
	if loc.Language != "" && loc.DecimalComma() == (s[last] == ',') {
		return last
	}
	return -1
}

// grouped says that the digits of a number with separators are in groups of three, or Indian (the last of three, the others of
// two), with one separator.
func grouped(s string) bool {
	first := digitRun(s)
	if first == 0 || first > 3 || first == len(s) {
		return false
	}
	sep, size := s[first], 3
	for at, n := first, 0; at < len(s); n++ {
		if s[at] != sep {
			return false
		}
		at++
		group := digitRun(s[at:])
		at += group
		last := at == len(s)
		if n == 0 && sep == ',' && group == 2 && !last {
			size = 2
		}
		if group != 3 && (last || group != size) || group == 3 && !last && size != 3 {
			return false
		}
	}
	return true
}

// digitRun returns how many digits s begins with.
func digitRun(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

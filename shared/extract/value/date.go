package value

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Date is a date found in a text.
type Date struct {
	Span
	// ISO is the date as YYYY-MM-DD.
	ISO string
	// Ambiguous says that day and month could be exchanged and that only the locale's default decided.
	Ambiguous bool

	first, second    int // of a numeric date; one above 12 shows which is the day
	year, month, day int // ISO is written only of dates that are returned
}

// maxYear and minYear bound what is taken for a year of four digits.
const (
	minYear = 1900
	maxYear = 2099
)

// ParseDate reads text as one date, such as "13.06.2018", "June 13th, 2018" or "le 13 juin 2018", and returns it as
// YYYY-MM-DD. Text before or after the date other than punctuation is an error.
func ParseDate(text string, loc Locale) (string, error) {
	dates := FindDates(text, loc)
	if len(dates) != 1 {
		return "", fmt.Errorf("read date %q: found %d dates, want 1", text, len(dates))
	}
	d := dates[0]
	rest := strings.Trim(text[:d.Start]+text[d.End:], " \t\n.,;:()")
	if rest != "" && !strings.EqualFold(rest, "le") && !strings.EqualFold(rest, "den") {
		return "", fmt.Errorf("read date %q: %q is left over", text, rest)
	}
	return d.ISO, nil
}

// FindDates returns the dates in text. Dates without a year or without a day are not dates here; two-digit years from 70 on
// belong to the 20th century.
func FindDates(text string, loc Locale) []Date {
	var out []Date
	for d, ok := dateFrom(text, 0, loc); ok; d, ok = dateFrom(text, d.End, loc) {
		d.write()
		out = append(out, d)
	}
	return out
}

// FirstDate returns the first of FindDates, if there is one.
func FirstDate(text string, loc Locale) (d Date, ok bool) {
	if d, ok = dateFrom(text, 0, loc); ok {
		d.write()
	}
	return d, ok
}

// dateFrom returns the first date in text[free:].
func dateFrom(text string, free int, loc Locale) (Date, bool) {
	for i := free; ; _, i = number(text, i) {
		// Every date begins with digits, or with a month right before them.
		if i = NextDigit(text, i); i == len(text) {
			return Date{}, false
		}
		if month := monthBefore(text, free, i); month >= 0 {
			if d, ok := dateAt(text, month, loc); ok {
				return d, true
			}
		}
		if d, ok := dateAt(text, i, loc); ok {
			return d, true
		}
	}
}

// monthBefore returns where a word that may be a month begins behind free and before the digits at text[i], with no more
// between them than monthFirst passes over; -1 for none.
func monthBefore(text string, free, i int) int {
	for n := 0; n < maxLinks+1 && i > free; n++ { // the first may be the full stop of an abbreviation
		size := linkBefore(text, i)
		if size == 0 {
			break
		}
		i -= size
	}
	start := i
	for start > free && i-start <= maxMonth {
		letter, size := letterEnd(text, start)
		if !letter {
			break
		}
		start -= size
	}
	if start == i || i-start > maxMonth || start < free || !monthStart(text, start) {
		return -1
	}
	return start
}

// linkBefore returns the length of the blank or the mark that skipLinks passes over and that ends at text[i], else 0.
func linkBefore(text string, i int) int {
	if text[i-1] >= utf8.RuneSelf {
		_, size := utf8.DecodeLastRuneInString(text[:i])
		return space(text, i-size)
	}
	if isLink(text[i-1]) || space(text, i-1) > 0 {
		return 1
	}
	return 0
}

// DateOrder counts the numeric dates in text that show whether the day or the month comes first.
func DateOrder(text string) (dayFirst, monthFirst int) {
	for i := NextDigit(text, 0); i < len(text); i = NextDigit(text, i) {
		d, ok := numericAt(text, i)
		switch {
		case !ok:
			_, i = number(text, i)
			continue
		case d.first > 12:
			dayFirst++
		case d.second > 12:
			monthFirst++
		}
		i = d.End
	}
	return dayFirst, monthFirst
}

// numericAt reads 13.06.2018 or 6/13/18 at the first of the digits at text[i].
func numericAt(text string, i int) (Date, bool) {
	first, j := number(text, i)
	if j-i > 2 || j >= len(text) || !isDateMark(text[j]) || letterBefore(text, i) || joined(text, i) {
		return Date{}, false
	}
	return numericTail(text, i, j, first, Locale{})
}

// isDateMark knows what parts the numbers of a date.
func isDateMark(c byte) bool { return c == '-' || c == '/' || c == '.' }

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func dateAt(text string, i int, loc Locale) (Date, bool) {
	if isDigit(text[i]) {
		if i > 0 && (isDigit(text[i-1]) || letterBefore(text, i) || joined(text, i)) {
			return Date{}, false
		}
		return digitsFirst(text, i, loc)
	}
	if letterBefore(text, i) {
		return Date{}, false
	}
	return monthFirst(text, i)
}

// joined says that the number at text[i] continues another number, as in 12.34 or 1,234.
func joined(text string, i int) bool {
	return i >= 2 && (text[i-1] == ',' || isDateMark(text[i-1])) && isDigit(text[i-2])
}

// digitsFirst reads 2018-06-13, 13.06.2018, 6/13/18, 13 June 2018, 13-Jun-18 and "13th day of June, 2018".
func digitsFirst(text string, i int, loc Locale) (Date, bool) {
	a, j := number(text, i)
	switch j - i {
	case 1, 2:
		if d, ok := numericTail(text, i, j, a, loc); ok {
			return d, true
		}
		return namedTail(text, i, j, a)
	case 4:
		return yearFirst(text, i, j, a)
	case 8:
		return compact(text, i, j)
	}
	return Date{}, false
}

// yearFirst reads the rest of 2018-06-13, 2018/06/13 and 2018.06.13.
func yearFirst(text string, i, j, year int) (Date, bool) {
	if j >= len(text) || !isDateMark(text[j]) {
		return Date{}, false
	}
	sep := text[j]
	month, k := number(text, j+1)
	if k == j+1 || k > j+3 || k >= len(text) || text[k] != sep {
		return Date{}, false
	}
	day, e := number(text, k+1)
	if e == k+1 || e > k+3 {
		return Date{}, false
	}
	return makeDate(i, e, year, month, day)
}

// compact reads 20180613.
func compact(text string, i, j int) (Date, bool) {
	year, _ := number(text[:i+4], i)
	month, _ := number(text[:i+6], i+4)
	day, _ := number(text[:j], i+6)
	if letterAfter(text, j) {
		return Date{}, false
	}
	return makeDate(i, j, year, month, day)
}

// numericTail reads the rest of 13.06.2018, 13/06/18, 06-13-2018 and "13. 06. 2018".
func numericTail(text string, i, j, a int, loc Locale) (Date, bool) {
	if j >= len(text) || !isDateMark(text[j]) {
		return Date{}, false
	}
	sep := text[j]
	b, k := number(text, skipSpaces(text, j+1, 1))
	if b == 0 || k > j+4 {
		return Date{}, false
	}
	if k >= len(text) || text[k] != sep {
		return Date{}, false
	}
	s := skipSpaces(text, k+1, 1)
	year, e := number(text, s)
	if e-s != 2 && e-s != 4 {
		return Date{}, false
	}
	if e < len(text) && (letterAfter(text, e) && text[e] != 'T' || e+1 < len(text) && strings.IndexByte(".,/-", text[e]) >= 0 && isDigit(text[e+1]) && text[e] == sep) {
		return Date{}, false
	}
	year = fullYear(year, e-s)
	day, month := a, b
	ambiguous := false
	switch {
	case sep == '.': // nobody writes 06.13.2018 for the 13th of June unless the numbers leave no choice
		if b > 12 {
			day, month = b, a
		}
	case a > 12:
	case b > 12:
		day, month = b, a
	default:
		ambiguous = a != b && !loc.OrderKnown
		if loc.MonthFirst {
			day, month = b, a
		}
	}
	d, ok := makeDate(i, e, year, month, day)
	d.Ambiguous, d.first, d.second = ambiguous, a, b
	return d, ok
}

// namedTail reads the rest of "13 June 2018", "13. Juni 2018", "1er juin 2018", "13 de junio de 2018", "13-Jun-18",
// "13JUN2018" and "13th day of June, 2018".
func namedTail(text string, i, j, day int) (Date, bool) {
	j = ordinal(text, j)
	j = linkWords(text, j)
	month, j := monthName(text, j)
	if month == 0 {
		return Date{}, false
	}
	year, e := yearAfter(text, j)
	if e == 0 {
		return Date{}, false
	}
	return makeDate(i, e, year, month, day)
}

// monthFirst reads "June 13, 2018", "Jun. 13th 2018" and "Jun-13-2018".
func monthFirst(text string, i int) (Date, bool) {
	month, j := monthName(text, i)
	if month == 0 {
		return Date{}, false
	}
	j = skipLinks(text, j)
	day, k := number(text, j)
	if k == j || k-j > 2 {
		return Date{}, false
	}
	year, e := yearAfter(text, ordinal(text, k))
	if e == 0 {
		return Date{}, false
	}
	return makeDate(i, e, year, month, day)
}

// ordinal skips what follows a day's number: "st", "nd", "rd", "th", "er", "ème", "º", ".".
func ordinal(text string, j int) int {
	rest := text[j:]
	if rest == "" || !ordinalStart(rest[0]) && (rest[0] != ' ' || len(rest) == 1 || !ordinalStart(rest[1])) {
		return j
	}
	s := strings.TrimLeft(rest[:min(2, len(rest))], " ")
	for _, suffix := range [...]string{"st", "nd", "rd", "th", "er", "º", "°", ".", "ST", "ND", "RD", "TH"} {
		if strings.HasPrefix(rest, suffix) && !letterAfter(text, j+len(suffix)) {
			return j + len(suffix)
		}
		// A raised suffix is often a word of its own.
		if len(s) < min(2, len(rest)) && strings.HasPrefix(rest, " "+suffix) && !letterAfter(text, j+1+len(suffix)) {
			return j + 1 + len(suffix)
		}
	}
	return j
}

// ordinalStart says that one of ordinal's suffixes may begin with a byte.
func ordinalStart(c byte) bool {
	switch c | 0x20 {
	case 's', 'n', 'r', 't', 'e', '.', 0xE2:
		return true
	}
	return false
}

// linkWords skips blanks and dashes and the words "day of", "of", "de", "del" between a day and a month.
func linkWords(text string, j int) int {
	j = skipLinks(text, j)
	if j == len(text) || text[j]|0x20 != 'd' && text[j]|0x20 != 'o' {
		return j
	}
	for _, w := range [...]string{"day of ", "of ", "de ", "del ", "DAY OF ", "OF ", "DE "} {
		if strings.HasPrefix(text[j:], w) {
			return skipSpaces(text, j+len(w), 3)
		}
	}
	return j
}

// maxLinks bounds the blanks and marks between the parts of a date.
const maxLinks = 4

func isLink(c byte) bool { return c == '-' || c == '/' || c == '.' || c == ',' }

func skipLinks(text string, j int) int {
	for n := 0; n < maxLinks && j < len(text); n++ {
		switch {
		case isLink(text[j]):
			j++
		case space(text, j) > 0:
			j += space(text, j)
		default:
			return j
		}
	}
	return j
}

// yearAfter reads a year after a month or a day; end 0 means that there is none.
func yearAfter(text string, j int) (year, end int) {
	j = linkWords(text, j)
	apostrophe := strings.HasPrefix(text[j:], "'")
	if apostrophe {
		j++
	}
	year, e := number(text, j)
	if e-j != 4 && e-j != 2 || letterAfter(text, e) {
		return 0, 0
	}
	// A two-digit number may be a time ("13 June 10:30") or an amount ("13 June 12.50").
	if e-j == 2 && e+1 < len(text) && strings.IndexByte(":.,", text[e]) >= 0 && isDigit(text[e+1]) {
		return 0, 0
	}
	return fullYear(year, e-j), e
}

func fullYear(year, digits int) int {
	switch {
	case digits != 2:
		return year
	case year >= 70:
		return 1900 + year
	default:
		return 2000 + year
	}
}

// number reads the digits at text[i:]; end is i when there are none. Numbers over nine digits read as -1.
func number(text string, i int) (n, end int) {
	end = i
	for end < len(text) && isDigit(text[end]) {
		if end-i >= 9 {
			n = -1
		} else {
			n = n*10 + int(text[end]-'0')
		}
		end++
	}
	return n, end
}

func makeDate(start, end, year, month, day int) (Date, bool) {
	if year < minYear || year > maxYear || month < 1 || month > 12 || day < 1 {
		return Date{}, false
	}
	if day > 28 && day > time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return Date{}, false
	}
	return Date{Span: Span{start, end}, year: year, month: month, day: day}, true
}

// write writes the date as ISO.
func (d *Date) write() {
	iso := [...]byte{
		byte('0' + d.year/1000), byte('0' + d.year/100%10), byte('0' + d.year/10%10), byte('0' + d.year%10), '-',
		byte('0' + d.month/10), byte('0' + d.month%10), '-', byte('0' + d.day/10), byte('0' + d.day%10),
	}
	d.ISO = string(iso[:])
}

// maxMonth is the length of the longest month's name in bytes; monthStart knows what they begin with.
const maxMonth = 10

// monthStart says that a name that monthOf knows may begin at text[i]: most words are refused by their first letters.
func monthStart(text string, i int) bool {
	if i+3 > len(text) {
		return false
	}
	a, b, c := text[i]|0x20, text[i+1], text[i+2]
	if b >= utf8.RuneSelf || c >= utf8.RuneSelf {
		return a < utf8.RuneSelf
	}
	k := startKey(a, b, c)
	return isASCIILetter(b) && isASCIILetter(c) && monthSet[k/64]&(1<<(k%64)) != 0
}

// monthStarts are the first three letters of the months' names.
const monthStarts = "jan ene gen feb fev mar mae mrz maa mrt apr avr abr may mai mei mag jun jui giu jul lug aug aou ago sep set oct okt ott out nov dec dez dic"

// startKey packs three ASCII letters of any case.
func startKey(a, b, c byte) uint { return uint(a&31)<<10 | uint(b&31)<<5 | uint(c&31) }

// monthSet has a bit for each of monthStarts.
var monthSet = func() (set [1 << 15 / 64]uint64) { //nolint:gochecknoglobals // constant
	for m := range strings.FieldsSeq(monthStarts) {
		k := startKey(m[0], m[1], m[2])
		set[k/64] |= 1 << (k % 64)
	}
	return set
}()

// monthName reads a month's name or abbreviation at text[i:]; month 0 means none.
func monthName(text string, i int) (month, end int) {
	end = i
	for end < len(text) && end-i < 24 {
		letter, n := letterAt(text, end)
		if !letter {
			break
		}
		end += n
	}
	if end-i < 3 {
		return 0, i
	}
	if end-i <= maxMonth && monthStart(text, i) {
		month = monthOf(strings.ToLower(text[i:end]))
	}
	if month != 0 && end < len(text) && text[end] == '.' {
		end++
	}
	return month, end
}

// monthOf knows the months' names and usual abbreviations in English, German, French, Spanish and Dutch (and Italian and
// Portuguese where they do not clash).
func monthOf(s string) int {
	switch s {
	case "january", "jan", "januar", "jänner", "janvier", "janv", "enero", "ene", "januari", "gennaio", "janeiro":
		return 1
	case "february", "feb", "februar", "feber", "février", "fevrier", "févr", "fevr", "fév", "febrero", "februari", "febbraio", "fevereiro":
		return 2
	case "march", "mar", "märz", "maerz", "mär", "mrz", "mars", "marzo", "maart", "mrt", "março":
		return 3
	case "april", "apr", "avril", "avr", "abril", "abr", "aprile":
		return 4
	case "may", "mai", "mayo", "mei", "maggio", "maio":
		return 5
	case "june", "jun", "juni", "juin", "junio", "giugno", "junho":
		return 6
	case "july", "jul", "juli", "juillet", "juil", "julio", "luglio", "julho":
		return 7
	case "august", "aug", "août", "aout", "agosto", "ago", "augustus":
		return 8
	case "september", "sept", "sep", "septembre", "septiembre", "setiembre", "settembre", "setembro":
		return 9
	case "october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "outubro":
		return 10
	case "november", "nov", "novembre", "noviembre", "novembro":
		return 11
	case "december", "dec", "dezember", "dez", "décembre", "déc", "diciembre", "dic", "dicembre", "dezembro":
		return 12
	}
	return 0
}

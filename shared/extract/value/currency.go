package value

import (
	"strings"
	"unicode/utf8"
)

// ParseCurrency returns the ISO 4217 code that text names: a code, a symbol or a common word such as "Euro".
func ParseCurrency(text string) (string, bool) {
	text = strings.Trim(text, " \t.,;:()[]")
	if code := symbolCode(text); code != "" {
		return code, true
	}
	if !ascii(text) {
		return currencyWord(strings.ToUpper(text), strings.ToLower(text))
	}
	var upper, lower [maxCurrency]byte
	if len(text) > maxCurrency {
		return "", false
	}
	for i := range len(text) {
		c := text[i]
		upper[i], lower[i] = c, c
		if isASCIILetter(c) {
			upper[i], lower[i] = c&^0x20, c|0x20
		}
	}
	return currencyWord(string(upper[:len(text)]), string(lower[:len(text)]))
}

// maxCurrency is the length of the longest word that currencyWord knows, in bytes.
const maxCurrency = 17

// currencyWord is like ParseCurrency for a code or a word in upper and in lower case.
func currencyWord(upper, lower string) (string, bool) {
	if code := knownCode(upper); code != "" {
		return code, true
	}
	switch lower {
	case "euro", "euros":
		return "EUR", true
	case "us dollar", "us dollars", "dollar", "dollars", "u.s. dollars":
		return "USD", true
	case "pound sterling", "pounds sterling", "british pounds":
		return "GBP", true
	case "schweizer franken", "swiss francs", "swiss franc", "francs suisses":
		return "CHF", true
	}
	return "", false
}

// symbols are the printed forms that stand beside a number; longer ones before those that they end in. A bare dollar sign
// reads as USD, the most common of its currencies.
var symbols = [...][2]string{ //nolint:gochecknoglobals // constant
	{"US$", "USD"}, {"CA$", "CAD"}, {"C$", "CAD"}, {"AU$", "AUD"}, {"A$", "AUD"}, {"NZ$", "NZD"}, {"HK$", "HKD"},
	{"S$", "SGD"}, {"R$", "BRL"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₹", "INR"}, {"₩", "KRW"},
	{"₺", "TRY"}, {"zł", "PLN"}, {"Kč", "CZK"}, {"RM", "MYR"}, {"Rs.", "INR"}, {"Rs", "INR"}, {"Fr.", "CHF"}, {"SFr.", "CHF"},
}

func symbolCode(s string) string {
	for _, p := range &symbols {
		if s == p[0] {
			return p[1]
		}
	}
	return ""
}

// currencyBefore returns the currency that ends right before text[i] (one blank may stand between) and where it starts.
func currencyBefore(text string, i int) (code string, start int) {
	head := text[:i]
	if r, n := utf8.DecodeLastRuneInString(head); r == ' ' || r == '\u00a0' || r == '\u202f' {
		head = head[:len(head)-n]
	}
	if len(head) == 0 {
		return "", 0
	}
	if len(head) >= 3 && isUpper(head[len(head)-1]) && isCode(head[len(head)-3:]) && !letterBefore(text, len(head)-3) {
		return head[len(head)-3:], len(head) - 3
	}
	if !maySymbolEnd(head) {
		return "", 0
	}
	for _, p := range &symbols {
		if head[len(head)-1] == p[0][len(p[0])-1] && strings.HasSuffix(head, p[0]) {
			at := len(head) - len(p[0])
			if isLetter(p[0]) && letterBefore(text, at) {
				continue
			}
			return p[1], at
		}
	}
	return "", 0
}

// maySymbolEnd says that text may end in one of symbols: most words are refused by their last letters.
func maySymbolEnd(text string) bool {
	last, before := text[len(text)-1], byte(0)
	if len(text) > 1 {
		before = text[len(text)-2]
	}
	switch last {
	case '$':
		return true
	case 'M', 's':
		return before == 'R'
	case '.':
		return before == 's' || before == 'r'
	}
	return last >= utf8.RuneSelf
}

// currencyAfter returns the currency that starts right after text[i] (one blank may stand between) and where it ends.
func currencyAfter(text string, i int) (code string, end int) {
	j := skipSpaces(text, i, 1)
	if j >= len(text) {
		return "", 0
	}
	if c := text[j]; c < 0x80 && c != '$' && !isUpper(c) && c != 'z' && c != 'e' {
		return "", 0
	}
	if j+3 <= len(text) && isCode(text[j:j+3]) && !letterAfter(text, j+3) {
		return text[j : j+3], j + 3
	}
	for _, word := range [...]string{"Euro", "euros", "euro", "Euros"} {
		if strings.HasPrefix(text[j:], word) && !letterAfter(text, j+len(word)) {
			return "EUR", j + len(word)
		}
	}
	for _, p := range &symbols {
		if text[j] != p[0][0] || !strings.HasPrefix(text[j:], p[0]) || isLetter(p[0]) && letterAfter(text, j+len(p[0])) {
			continue
		}
		// In "5 $12" the sign belongs to the number that follows it.
		if e := j + len(p[0]); e < len(text) && isDigit(text[e]) {
			continue
		}
		return p[1], j + len(p[0])
	}
	return "", 0
}

// isLetter says that s starts with a letter.
func isLetter(s string) bool { return letterAfter(s, 0) }

// isCode says that s is the ISO 4217 code of a currency in common use.
func isCode(s string) bool {
	return len(s) == 3 && isUpper(s[0]) && isUpper(s[1]) && isUpper(s[2]) && knownCode(s) != ""
}

// codes are the ISO 4217 codes of currencies in common use.
const codes = "EUR USD GBP CHF JPY CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN ISK TRY RUB UAH INR CNY HKD SGD MYR THB IDR PHP KRW TWD VND BRL " +
	"MXN ARS CLP COP PEN ZAR NGN KES EGP MAD TND AED SAR QAR KWD ILS PKR BDT LKR RSD XAF XOF "

// knownCode returns the code that s is, "" for none.
func knownCode(s string) string {
	if len(s) != 3 {
		return ""
	}
	a, b, c := s[0]-'A', s[1]-'A', s[2]-'A'
	if a >= 26 || b >= 26 || c >= 26 || thirdLetters[a][b]>>c&1 == 0 {
		return ""
	}
	return codes[strings.Index(codes, s):][:3] // not a part of the text, which need not be kept for it
}

// thirdLetters are the letters that end codes, by the two before them: bit n is set for the n-th letter.
var thirdLetters = func() (t [26][26]uint32) { //nolint:gochecknoglobals // constant
	for code := range strings.FieldsSeq(codes) {
		t[code[0]-'A'][code[1]-'A'] |= 1 << (code[2] - 'A')
	}
	return t
}()

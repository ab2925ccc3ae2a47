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
	upper := strings.ToUpper(text)
	if isCode(upper) {
		return upper, true
	}
	switch strings.ToLower(text) {
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
func symbols() [][2]string {
	return [][2]string{
		{"US$", "USD"}, {"CA$", "CAD"}, {"C$", "CAD"}, {"AU$", "AUD"}, {"A$", "AUD"}, {"NZ$", "NZD"}, {"HK$", "HKD"},
		{"S$", "SGD"}, {"R$", "BRL"}, {"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₹", "INR"}, {"₩", "KRW"},
		{"₺", "TRY"}, {"zł", "PLN"}, {"Kč", "CZK"}, {"RM", "MYR"}, {"Rs.", "INR"}, {"Rs", "INR"}, {"Fr.", "CHF"}, {"SFr.", "CHF"},
	}
}

func symbolCode(s string) string {
	for _, p := range symbols() {
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
	if c := head[len(head)-1]; c < 0x80 && c != '$' && c != '.' && !isUpper(c) && c != 's' {
		return "", 0
	}
	if len(head) >= 3 && isCode(head[len(head)-3:]) && !letterBefore(text, len(head)-3) {
		return head[len(head)-3:], len(head) - 3
	}
	for _, p := range symbols() {
		if strings.HasSuffix(head, p[0]) {
			at := len(head) - len(p[0])
			if isLetter(p[0]) && letterBefore(text, at) {
				continue
			}
			return p[1], at
		}
	}
	return "", 0
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
	for _, word := range []string{"Euro", "euros", "euro", "Euros"} {
		if strings.HasPrefix(text[j:], word) && !letterAfter(text, j+len(word)) {
			return "EUR", j + len(word)
		}
	}
	for _, p := range symbols() {
		if !strings.HasPrefix(text[j:], p[0]) || isLetter(p[0]) && letterAfter(text, j+len(p[0])) {
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
	switch s {
	case "EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "ISK",
		"TRY", "RUB", "UAH", "INR", "CNY", "HKD", "SGD", "MYR", "THB", "IDR", "PHP", "KRW", "TWD", "VND", "BRL", "MXN", "ARS",
		"CLP", "COP", "PEN", "ZAR", "NGN", "KES", "EGP", "MAD", "TND", "AED", "SAR", "QAR", "KWD", "ILS", "PKR", "BDT", "LKR",
		"RSD", "XAF", "XOF":
		return true
	}
	return false
}

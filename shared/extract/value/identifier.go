package value

import (
	"strings"
)

// Identifier is an identifier found in a text.
type Identifier struct {
	Span
	// Text is the identifier without blanks and punctuation, in upper case.
	Text string
	// Valid says that length and checksum are right, as far as this package knows the country's rule.
	Valid bool
}

// ValidIBAN says whether s (no blanks, upper case) has its country's length and a right checksum (ISO 13616, mod 97 = 1).
func ValidIBAN(s string) bool {
	if len(s) < 5 || ibanLength(s[:2]) != len(s) {
		return false
	}
	rem := 0
	for _, part := range []string{s[4:], s[:4]} {
		for i := range len(part) {
			switch c := part[i]; {
			case isDigit(c):
				rem = (rem*10 + int(c-'0')) % 97
			case isUpper(c):
				rem = (rem*100 + int(c-'A') + 10) % 97
			default:
				return false
			}
		}
	}
	return rem == 1
}

// FindIBANs returns what has the shape of an IBAN: a country that issues them, two digits, then at least eleven more
// characters, blanks allowed between. Where the country's length is reached exactly, the match ends there.
func FindIBANs(text string) []Identifier {
	var out []Identifier
	for i := 0; i+4 < len(text); i++ {
		if !isUpper(text[i]) || !isUpper(text[i+1]) || !isDigit(text[i+2]) && space(text, i+2) == 0 {
			continue
		}
		if letterBefore(text, i) || i > 0 && isDigit(text[i-1]) || ibanLength(text[i:i+2]) == 0 {
			continue
		}
		s, end := ibanAt(text, i)
		if s == "" {
			continue
		}
		out = append(out, Identifier{Span{i, end}, s, ValidIBAN(s)})
		i = end - 1
	}
	return out
}

func ibanAt(text string, i int) (s string, end int) {
	want := ibanLength(text[i : i+2])
	var b strings.Builder
	run := 0 // characters since the last blank
	for j := i; j < len(text) && b.Len() < want; {
		c := text[j]
		switch {
		case isDigit(c) || b.Len() >= 4 && isUpper(c) || b.Len() < 2:
			// "DE12 3456 BIC": letters after a blank end the number unless its country uses letters there.
			if isUpper(c) && run == 0 && b.Len() >= 4 && wordOfLetters(text, j) && (b.Len() > 4 || !bankLetters(text[i:i+2])) {
				return shapeIBAN(&b, end)
			}
			b.WriteByte(c)
			run++
			j++
			end = j
		case space(text, j) > 0 && b.Len() >= 2 && run > 0:
			run = 0
			j += space(text, j)
		default:
			return shapeIBAN(&b, end)
		}
	}
	if end < len(text) && (isDigit(text[end]) || letterAfter(text, end)) {
		return "", 0
	}
	return shapeIBAN(&b, end)
}

func shapeIBAN(b *strings.Builder, end int) (string, int) {
	s := b.String()
	if len(s) < 15 || !isDigit(s[2]) || !isDigit(s[3]) {
		return "", 0
	}
	return s, end
}

// bankLetters says that a country's account numbers begin with letters, those of the bank.
func bankLetters(country string) bool {
	switch country {
	case "AZ", "BG", "BH", "GB", "GE", "GI", "GT", "IE", "JO", "KW", "LC", "LV", "MT", "NI", "NL", "PK", "PS", "QA", "RO", "SC", "SV", "UA", "VG":
		return true
	}
	return false
}

// wordOfLetters says that the word at text[j] has no digit in its first four characters.
func wordOfLetters(text string, j int) bool {
	for k := j; k < len(text) && k < j+4 && space(text, k) == 0; k++ {
		if isDigit(text[k]) {
			return false
		}
	}
	return true
}

// ibanLength returns the length of a country's IBAN, 0 for a country without (SWIFT IBAN registry, release 99).
func ibanLength(country string) int {
	const registry = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27" +
		"GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19" +
		"MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24" +
		"TR26UA29VA22VG24XK20YE30"
	for i := 0; i+4 <= len(registry); i += 4 {
		if registry[i:i+2] == country {
			return int(registry[i+2]-'0')*10 + int(registry[i+3]-'0')
		}
	}
	return 0
}

// FindBICs returns what has the shape of a BIC (ISO 9362): four letters, a country, two characters and perhaps three more.
// Many English words in capitals have that shape ("CUSTOMER"), so a caller should want a label beside it; Valid asks for
// a digit or an IBAN country and a branch of three, or eight characters.
func FindBICs(text string) []Identifier {
	var out []Identifier
	for i := 0; i+8 <= len(text); i++ {
		if !isUpper(text[i]) || letterBefore(text, i) || i > 0 && isDigit(text[i-1]) {
			continue
		}
		j := i
		for j < len(text) && (isUpper(text[j]) || isDigit(text[j])) {
			j++
		}
		if (j-i == 8 || j-i == 11) && !letterAfter(text, j) && validBIC(text[i:j]) {
			out = append(out, Identifier{Span{i, j}, text[i:j], true})
		}
		i = max(i, j-1)
	}
	return out
}

func validBIC(s string) bool {
	for i := range 6 {
		if !isUpper(s[i]) {
			return false
		}
	}
	country := s[4:6]
	switch country {
	case "US", "CA", "AU", "NZ", "JP", "CN", "HK", "SG", "IN", "KR", "MY", "TH", "ZA", "MX", "AR", "CL", "CO":
		return true
	}
	return ibanLength(country) > 0
}

// FindEmails returns the e-mail addresses in text, in lower case.
func FindEmails(text string) []Identifier {
	var out []Identifier
	from := 0
	for {
		at := strings.IndexByte(text[from:], '@')
		if at < 0 {
			return out
		}
		at += from
		start, end := at, at+1
		for start > from && mailByte(text[start-1]) {
			start--
		}
		for end < len(text) && mailByte(text[end]) && text[end] != '_' && text[end] != '+' {
			end++
		}
		for end > at && (text[end-1] == '.' || text[end-1] == '-') {
			end--
		}
		for start < at && text[start] == '.' {
			start++
		}
		domain := text[at+1 : end]
		dot := strings.LastIndexByte(domain, '.')
		if start < at && dot > 0 && len(domain)-dot > 2 && !strings.ContainsAny(domain[dot:], "0123456789") && !strings.Contains(domain, "..") {
			out = append(out, Identifier{Span{start, end}, strings.ToLower(text[start:end]), true})
		}
		from = max(end, at+1)
	}
}

func mailByte(c byte) bool {
	return isDigit(c) || isUpper(c) || c >= 'a' && c <= 'z' || strings.IndexByte("._%+-", c) >= 0
}

// FindPhones returns the telephone numbers in text: at least seven digits, grouped by blanks, dots, slashes, dashes or
// brackets, or starting with + or 00. Text keeps the digits and a leading +.
func FindPhones(text string) []Identifier {
	var out []Identifier
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '+' && c != '(' && !isDigit(c) || i > 0 && (isDigit(text[i-1]) || text[i-1] == '.' || text[i-1] == ',' || letterBefore(text, i)) {
			continue
		}
		end, digits, groups := phoneEnd(text, i)
		if digits < 7 || digits > 15 {
			i = max(i, end-1)
			continue
		}
		s := digitsOf(text[i:end])
		plain := groups > 1 && !strings.Contains(text[i:end], ",")
		international := digits >= 8 && (c == '+' || strings.HasPrefix(s, "00"))
		if (plain || international) && (end == len(text) || !letterAfter(text, end)) && !hasDate(text[i:end]) {
			if c == '+' {
				s = "+" + s
			}
			out = append(out, Identifier{Span{i, end}, s, true})
		}
		i = max(i, end-1)
	}
	return out
}

func hasDate(text string) bool {
	_, ok := FirstDate(text, Locale{})
	return ok
}

func phoneEnd(text string, i int) (end, digits, groups int) {
	end = i
	gap := true
	for j := i; j < len(text) && j-i < 40; {
		c := text[j]
		switch {
		case isDigit(c):
			if gap {
				groups++
			}
			gap = false
			digits++
			j++
			end = j
		case c == '+' && j == i, c == '(' || c == ')' || c == '-' || c == '.' || c == '/':
			gap = true
			j++
		case space(text, j) > 0:
			gap = true
			j += space(text, j)
		default:
			return end, digits, groups
		}
	}
	return end, digits, groups
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

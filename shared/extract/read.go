package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/backtrack"
	"github.com/millrace/millrace/shared/extract/value"
)

// typed is a value read from a stretch of text: text[from:to].
type typed struct {
	span
	value   string
	quality float64
	note    string // a flag for the source, such as !checksum
}

// Qualities of what was read.
const (
	qualityAmbiguousDate = 0.80
	qualityOddDecimals   = 0.85
	qualityInteger       = 0.52
	qualityZero          = 0.90
	qualityBadChecksum   = 0.55
	qualityText          = 0.90
)

// flagChecksum marks identifiers whose checksum is wrong.
const flagChecksum = "!checksum"

// read returns the rule's values in text, in order.
func (r *reading) read(rule *compiledRule, text string) []typed {
	var out []typed
	switch rule.Type {
	case typeDate:
		for _, d := range value.FindDates(text, r.locale) {
			quality := 1.0
			if d.Ambiguous {
				quality = qualityAmbiguousDate
			}
			out = append(out, typed{span{d.Start, d.End}, d.ISO, quality, ""})
		}
	case typeAmount, typeNumber:
		out = r.readNumbers(rule.Type, text)
	case typeCurrency:
		out = r.readCurrencies(text)
	default:
		out = readWords(rule, text)
	}
	if rule.shape == nil && rule.reject == nil {
		return out
	}
	kept := out[:0]
	for _, v := range out {
		if (rule.shape == nil || rule.shape.MatchString(v.value)) && (rule.reject == nil || !rule.reject.MatchString(v.value)) {
			kept = append(kept, v)
		}
	}
	return kept
}

func (r *reading) readNumbers(typ, text string) []typed {
	amounts := value.FindAmounts(text, r.locale)
	if len(amounts) == 0 {
		return nil
	}
	var out []typed
	dates := value.FindDates(text, r.locale)
	for _, a := range amounts {
		if a.Percent || inDate(dates, a.Start) {
			continue
		}
		v := typed{span{a.Start, a.End}, a.Decimal, 1, ""}
		if typ == typeNumber {
			v.value = strings.TrimSuffix(a.Decimal, ".00")
			out = append(out, v)
			continue
		}
		switch {
		case a.Decimals == 2:
		case a.Currency != "":
			v.quality = 0.95
		case a.Decimals > 0:
			v.quality = qualityOddDecimals
		default:
			v.quality = qualityInteger
		}
		if strings.Trim(a.Decimal, "-0.") == "" {
			v.quality *= qualityZero
		}
		out = append(out, v)
	}
	return out
}

func inDate(dates []value.Date, at int) bool {
	for _, d := range dates {
		if at >= d.Start && at < d.End {
			return true
		}
	}
	return false
}

func (r *reading) readCurrencies(text string) []typed {
	var out []typed
	for s, ok := nextWord(text, 0); ok; s, ok = nextWord(text, s.to) {
		if code, ok := value.ParseCurrency(text[s.from:s.to]); ok {
			out = append(out, typed{s, code, 1, ""})
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, a := range value.FindAmounts(text, r.locale) {
		if a.Currency != "" {
			out = append(out, typed{span{a.Start, a.End}, a.Currency, 0.9, ""})
		}
	}
	return out
}

// nextWord returns the place of the first word in text[from:], if there is one.
func nextWord(text string, from int) (word span, ok bool) {
	start := -1
	for i := from; i < len(text); {
		c, n := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(text[i:])
		}
		switch blank := unicode.IsSpace(c); {
		case blank && start >= 0:
			return span{start, i}, true
		case !blank && start < 0:
			start = i
		}
		i += n
	}
	return span{start, len(text)}, start >= 0
}

// readWords reads identifiers, parties and text.
func readWords(rule *compiledRule, text string) []typed {
	switch rule.Format {
	case "iban":
		return identifiers(value.FindIBANs(text))
	case "bic":
		return identifiers(value.FindBICs(text))
	case "vat":
		return identifiers(value.FindVATs(text))
	case "email":
		return identifiers(value.FindEmails(text))
	case "phone":
		return identifiers(value.FindPhones(text))
	case "account":
		return readAccount(text)
	case "duration":
		return readDuration(text)
	case "jurisdiction":
		return readJurisdiction(text)
	}
	switch rule.Type {
	case typeIdentifier:
		return readIdentifier(text)
	case typeParty:
		return readParty(text)
	default:
		return readText(text)
	}
}

func identifiers(found []value.Identifier) []typed {
	out := make([]typed, 0, len(found))
	for _, f := range found {
		v := typed{span{f.Start, f.End}, f.Text, 1, ""}
		if !f.Valid {
			v.quality, v.note = qualityBadChecksum, flagChecksum
		}
		out = append(out, v)
	}
	return out
}

// identifierWord is a number such as an invoice's: it has a digit.
var identifierWord = backtrack.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}/_.\-]*`) //nolint:gochecknoglobals // constant

// readIdentifier reads the first words as a number, such as 4711, RE-2019/507 or F2026 0023. A date or an amount is none.
func readIdentifier(text string) []typed {
	for n, m := range identifierWord.FindAllStringSubmatchIndex(text, 3) {
		s := strings.TrimRight(text[m[0]:m[1]], ".-/_")
		if strings.ContainsFunc(s, unicode.IsDigit) && utf8.RuneCountInString(s) <= 40 {
			quality := 1.0
			if n > 0 {
				quality = 0.8
			}
			if d := value.FindDates(s, value.Locale{}); len(d) > 0 && d[0].Start == 0 && d[0].End == len(s) && !allDigits(s) {
				quality = 0.4
			}
			if len(s) < 2 {
				quality *= 0.7
			}
			if a := value.FindAmounts(s, value.Locale{}); len(a) > 0 && a[0].Decimals == 2 && a[0].End-a[0].Start == len(s) {
				quality = 0.4
			}
			return []typed{{span{m[0], m[0] + len(s)}, s, quality, ""}}
		}
		// A number may follow a short word: "RE 2019", "No 17"; behind a sentence there is none.
		if utf8.RuneCountInString(s) > 4 {
			return nil
		}
	}
	return nil
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// accountNumber is an account number as banks print it: digits, perhaps grouped or masked.
var accountNumber = backtrack.MustCompile(`(?:[0-9Xx*•]{2,}[ \-]?)*[0-9]{2,}`) //nolint:gochecknoglobals // constant

func readAccount(text string) []typed {
	if ibans := value.FindIBANs(text); len(ibans) > 0 {
		return identifiers(ibans)
	}
	var out []typed
	for _, m := range accountNumber.FindAllStringSubmatchIndex(text, 3) {
		s := strings.ReplaceAll(text[m[0]:m[1]], " ", "")
		if len(s) >= 6 && len(s) <= 24 {
			out = append(out, typed{span{m[0], m[1]}, s, 0.95, ""})
		}
	}
	return out
}

// readText takes the whole stretch, without the punctuation around it.
func readText(text string) []typed {
	s := trimmed(text, " \t.,:;=|*_–—•-")
	v := text[s.from:s.to]
	if v == "" || !strings.ContainsFunc(v, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
		return nil
	}
	return []typed{{s, strings.Join(strings.Fields(v), " "), qualityText, ""}}
}

// trimmed returns the place of text without the characters in cut at its ends.
func trimmed(text, cut string) span {
	from := len(text) - len(strings.TrimLeft(text, cut))
	return span{from, from + len(strings.TrimRight(text[from:], cut))}
}

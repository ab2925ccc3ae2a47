package extract

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

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
	var out []typed
	dates := value.FindDates(text, r.locale)
	for _, a := range value.FindAmounts(text, r.locale) {
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
	for _, s := range words(text) {
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

// words returns the places of the words in text.
func words(text string) []span {
	var out []span
	start := -1
	for i, c := range text {
		if unicode.IsSpace(c) {
			if start >= 0 {
				out = append(out, span{start, i})
			}
			start = -1
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		out = append(out, span{start, len(text)})
	}
	return out
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
var identifierWord = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}/_.\-]*`)

// readIdentifier reads the first words as a number, such as 4711, RE-2019/507 or F2026 0023. A date or an amount is none.
func readIdentifier(text string) []typed {
	for n, m := range identifierWord.FindAllStringIndex(text, 3) {
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
var accountNumber = regexp.MustCompile(`(?:[0-9Xx*•]{2,}[ \-]?)*[0-9]{2,}`)

func readAccount(text string) []typed {
	if ibans := value.FindIBANs(text); len(ibans) > 0 {
		return identifiers(ibans)
	}
	var out []typed
	for _, m := range accountNumber.FindAllStringIndex(text, 3) {
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

// codeBehind finds a customer's or a company's registration number behind its name.
var codeBehind = regexp.MustCompile(`(?:\s*\(\d[0-9A-Z -]*\)|\s+\d{5,}-[A-Z](?:\s*\([A-Z0-9]+\))?)\s*$`)

// readParty takes the stretch up to a mark that separates a name from its address, and refuses what is no name.
func readParty(text string) []typed {
	end := len(text)
	for _, sep := range []string{" • ", " ● ", " · ", " | ", " – ", " — ", " - ", ";", "\t", " ∙ "} {
		if i := strings.Index(text[:end], sep); i > 2 {
			end = i
		}
	}
	if i := strings.IndexAny(text, "<[("); i > 2 && strings.Contains(text[i:], "@") {
		end = min(end, i) // a mailbox behind its owner's name
	}
	if m := codeBehind.FindStringIndex(text[:end]); m != nil {
		end = m[0]
	}
	s := trimmed(text[:end], " \t.,:;=|*_–—•-#\"“”„")
	// The full stop of "Inc." and "S.A." belongs to the name.
	if s.to < end && text[s.to] == '.' && legalForm(text[s.from:s.to+1]) {
		s.to++
	}
	v := strings.Join(strings.Fields(text[s.from:s.to]), " ")
	quality := nameQuality(v)
	if quality == 0 {
		return nil
	}
	return []typed{{s, v, quality, ""}}
}

// nameQuality says how much text looks like the name of a person or an organisation; 0 means not at all.
func nameQuality(s string) float64 {
	letters, digits, upper := 0, 0, 0
	first := true
	for _, c := range s {
		switch {
		case unicode.IsLetter(c):
			letters++
			if first && unicode.IsUpper(c) {
				upper++
			}
			first = false
		case unicode.IsDigit(c):
			digits++
			first = false
		case unicode.IsSpace(c):
			first = true
		}
	}
	n := utf8.RuneCountInString(s)
	words := strings.Count(s, " ") + 1
	switch {
	case letters < 2 || n > 120 || words > 14 || digits > letters || strings.Contains(s, "@") || strings.Contains(s, "http") || strings.Contains(s, "www."):
		return 0
	case legalForm(s):
		return 1
	case upper == 0:
		return 0.5
	case digits > 0 && (words < 2 || digits > 4):
		return 0.6
	case words > 7:
		return 0.6
	default:
		return 0.9
	}
}

// legalForm says that a capitalised word of s is the legal form of a company, such as GmbH, S.A.R.L. or Ltd.
func legalForm(s string) bool {
	for len(s) > 0 {
		i := strings.IndexAny(s, " ,()&")
		w := s
		if i >= 0 {
			w, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if len(w) < 2 || len(w) > 14 || !(w[0] >= 'A' && w[0] <= 'Z') && !strings.HasPrefix(w, "gGmbH") && w != "mbH" && w != "e.K." && w != "e.V." {
			continue
		}
		if legalWord(strings.ToLower(strings.ReplaceAll(w, ".", ""))) {
			return true
		}
	}
	return false
}

// legalWord knows legal forms without their full stops, and what else only companies are called.
func legalWord(w string) bool {
	switch w {
	case "gmbh", "ggmbh", "mbh", "ag", "kg", "kgaa", "ohg", "gbr", "ug", "ek", "ev", "se", "sarl", "sas", "sasu", "eurl", "sa", "snc",
		"sl", "slu", "slp", "sll", "srl", "coop", "bv", "nv", "vof", "cv", "inc", "incorporated", "corp", "corporation", "company", "co", "llc", "lp",
		"llp", "ltd", "limited", "plc", "bhd", "s/b", "pty", "pte", "oy", "ab", "a/s", "aps", "spa", "foundation", "bank", "trust":
		return true
	}
	return false
}

// durationText finds a length of time: "two (2) years", "24 months", "zwei Jahre".
var durationText = regexp.MustCompile(`(?i)\b(\p{L}+(?:[- ]\p{L}+)?|\d{1,3})\s*(?:\(\s*(\d{1,3})\s*\)\s*)?[- ]?(years?|months?|days?|weeks?|jahren?|monaten?|tagen?|wochen?|ans?|années?|mois|jours?|años?|meses|mes|días?|jaar|jaren|maanden?|dagen|weken|year['’]s|month['’]s)\b`)

func readDuration(text string) []typed {
	var out []typed
	for _, m := range durationText.FindAllStringSubmatchIndex(text, 5) {
		var n string
		if m[4] >= 0 {
			n = text[m[4]:m[5]]
		} else if n = countOf(text[m[2]:m[3]]); n == "" {
			continue
		}
		unit := unitOf(fold(text[m[6]:m[7]]))
		if n != "1" {
			unit += "s"
		}
		out = append(out, typed{span{m[0], m[1]}, n + " " + unit, 1, ""})
	}
	return out
}

func unitOf(s string) string {
	switch {
	case strings.HasPrefix(s, "mo") || strings.HasPrefix(s, "me") || strings.HasPrefix(s, "maa"):
		return "month"
	case strings.HasPrefix(s, "w"):
		return "week"
	case strings.HasPrefix(s, "d") || strings.HasPrefix(s, "ta") || strings.HasPrefix(s, "jou"):
		return "day"
	default:
		return "year"
	}
}

// countOf returns the number that a word says, "" for none.
func countOf(s string) string {
	if allDigits(s) {
		return s
	}
	w := strings.Fields(strings.ReplaceAll(fold(s), "-", " "))
	if len(w) == 0 {
		return ""
	}
	switch w[len(w)-1] {
	case "one", "ein", "eine", "eines", "einem", "einer", "un", "une", "una", "een":
		return "1"
	case "two", "zwei", "deux", "dos", "twee":
		return "2"
	case "three", "drei", "trois", "tres", "drie":
		return "3"
	case "four", "vier", "quatre", "cuatro":
		return "4"
	case "five", "funf", "cinq", "cinco", "vijf":
		if len(w) > 1 && w[0] == "twenty" {
			return "25"
		}
		return "5"
	case "six", "sechs", "seis", "zes":
		return "6"
	case "seven", "sieben", "sept", "siete", "zeven":
		return "7"
	case "eight", "acht", "huit", "ocho":
		return "8"
	case "nine", "neun", "neuf", "nueve", "negen":
		return "9"
	case "ten", "zehn", "dix", "diez", "tien":
		return "10"
	case "twelve", "zwolf", "douze", "doce", "twaalf":
		return "12"
	case "fifteen":
		return "15"
	case "eighteen":
		return "18"
	case "twenty":
		return "20"
	case "four twenty", "twentyfour":
		return "24"
	case "thirty", "dreissig", "trente", "treinta", "dertig":
		return "30"
	case "thirtysix":
		return "36"
	case "sixty":
		return "60"
	case "ninety":
		return "90"
	}
	return ""
}

// readJurisdiction takes the capitalised words of a state or country, without "the State of" before them.
func readJurisdiction(text string) []typed {
	out := readText(text)
	for i := range out {
		v := strings.TrimPrefix(strings.TrimPrefix(out[i].value, "the "), "The ")
		for _, p := range []string{"State of ", "Commonwealth of ", "Province of ", "Republic of ", "Kingdom of ", "Federal Republic of "} {
			v = strings.TrimPrefix(v, p)
		}
		out[i].value = strings.Trim(v, " ,.;")
		out[i].quality = 1
	}
	return out
}

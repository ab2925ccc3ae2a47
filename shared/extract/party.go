package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/extract/backtrack"
)

// codeBehind finds a customer's or a company's registration number behind its name.
var codeBehind = backtrack.MustCompile(`(?:\s*\(\d[0-9A-Z -]*\)|\s+\d{5,}-[A-Z](?:\s*\([A-Z0-9]+\))?)\s*$`) //nolint:gochecknoglobals // constant

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
	if endsLikeCode(text[:end]) {
		if m := codeBehind.FindStringIndex(text[:end]); m != nil {
			end = m[0]
		}
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

// endsLikeCode says that a text ends in a bracket or a capital letter, as what codeBehind finds does.
func endsLikeCode(text string) bool {
	i := len(text)
	for i > 0 && (text[i-1] == ' ' || text[i-1] >= '\t' && text[i-1] <= '\r') {
		i--
	}
	return i > 0 && (text[i-1] == ')' || text[i-1] >= 'A' && text[i-1] <= 'Z')
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
	for from, i := 0, 0; i <= len(s); i++ {
		if i < len(s) && !partsNames(s[i]) {
			continue
		}
		if w := s[from:i]; len(w) >= 2 && len(w) <= maxLegalWord && mayBeLegal(w) && legalForms(w) {
			return true
		}
		from = i + 1
	}
	return false
}

// maxLegalWord bounds the bytes of a legal form.
const maxLegalWord = 14

// partsNames says that a byte parts the words of a name.
func partsNames(c byte) bool { return c == ' ' || c == ',' || c == '(' || c == ')' || c == '&' }

func mayBeLegal(w string) bool {
	return w[0] >= 'A' && w[0] <= 'Z' || strings.HasPrefix(w, "gGmbH") || w == "mbH" || w == "e.K." || w == "e.V."
}

// legalForms says that a word is a legal form whatever its case and its full stops are.
func legalForms(w string) bool {
	var buffer [maxLegalWord]byte
	plain := buffer[:0]
	for i := range len(w) {
		switch c := w[i]; {
		case c >= utf8.RuneSelf:
			return legalWord(strings.ToLower(strings.ReplaceAll(w, ".", "")))
		case c >= 'A' && c <= 'Z':
			plain = append(plain, c|0x20)
		case c != '.':
			plain = append(plain, c)
		}
	}
	return legalWord(string(plain))
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

package classify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Values are replaced by what they are, because the type of a document shows in where amounts and dates stand, not in
// which amounts and dates they are.
const (
	maskNone    = ""
	maskAmount  = "<amount>"
	maskDate    = "<date>"
	maskYear    = "<year>"
	maskNumber  = "<number>"
	maskPercent = "<percent>"
	maskCode    = "<code>"
	maskMail    = "<mail>"
	maskURL     = "<url>"
	maskBlank   = "<blank>"
	maskLeader  = "<leader>"
	maskBox     = "<box>"
)

type token struct {
	text    string // folded; the mask where there is one
	mask    string
	hash    uint32
	letters bool
}

// appendTokens appends the tokens of one printed word. Most words are one token; those joined by / or = are several.
func appendTokens(out []token, word string) []token {
	if mask := maskOf(word); mask != maskNone {
		return append(out, token{text: mask, mask: mask, hash: hashText(mask)})
	}
	for len(word) > 0 {
		i := strings.IndexAny(word, "/=|_")
		part := word
		if i >= 0 {
			part, word = word[:i], word[i+1:]
		} else {
			word = ""
		}
		if mask := maskOf(part); mask != maskNone {
			out = append(out, token{text: mask, mask: mask, hash: hashText(mask)})
			continue
		}
		text, letters := fold(part)
		if text != "" {
			out = append(out, token{text: text, hash: hashText(text), letters: letters})
		}
	}
	return out
}

// maskOf returns the mask of a value, or maskNone for a word.
func maskOf(word string) string {
	if len(word) > 3 && strings.Trim(word, "_") == "" {
		return maskBlank
	}
	if len(word) > 3 && strings.Trim(word, ".…") == "" {
		return maskLeader
	}
	switch word {
	case ".", "…":
		return maskLeader
	case "[", "[]", "[_]", "☐", "☑", "□", "❑", "☒":
		return maskBox
	}
	if strings.Contains(word, "@") && strings.Contains(word, ".") {
		return maskMail
	}
	if l := len(word); l > 4 && (strings.Contains(word, "://") || strings.HasPrefix(word, "www.")) {
		return maskURL
	}
	return maskOfNumber(strings.Trim(word, "()[]{}:;,.*\"'“”„’#€$£%+-"), word)
}

func maskOfNumber(core, word string) string {
	digits, letters, seps, last := 0, 0, 0, -1
	for i := range len(core) {
		switch c := core[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' || c == ',' || c == '/' || c == '-' || c == ':' || c == '\'':
			seps++
			last = i
		default:
			letters++
		}
	}
	switch {
	case digits == 0 || letters > digits:
		return maskNone
	case letters > 0:
		return maskCode
	case strings.Contains(word, "%"):
		return maskPercent
	case seps == 2 && digits >= 4 && digits <= 8 && strings.Count(core, core[last:last+1]) == 2 && core[last] != ',' && core[last] != ':':
		return maskDate
	case last >= 0 && (core[last] == '.' || core[last] == ',') && len(core)-last == 3:
		return maskAmount
	case seps == 0 && digits == 4 && (core[:2] == "19" || core[:2] == "20"):
		return maskYear
	default:
		return maskNumber
	}
}

// fold lower-cases, takes accents off and drops everything but letters and inner apostrophes, dots and hyphens, so that
// one word has one form however it is printed. letters is false for single letters and symbols.
func fold(word string) (text string, letters bool) {
	plain := true
	for i := range len(word) {
		if c := word[i]; c < 'a' || c > 'z' {
			plain = false
			break
		}
	}
	if plain {
		return word, len(word) > 1
	}
	var sb strings.Builder
	sb.Grow(len(word))
	for _, r := range word {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			sb.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			sb.WriteByte(byte(r) + 'a' - 'A')
		case r == '§' || r == '°' || r == '€':
			sb.WriteRune(r)
		case r < utf8.RuneSelf || unicode.IsPunct(r):
		case unicode.Is(unicode.Mn, r): // a combining accent
		default:
			sb.WriteString(plainLetter(unicode.ToLower(r)))
		}
	}
	return sb.String(), sb.Len() > 1
}

// plainLetter returns the letters without accents and ligatures, or the letter itself.
func plainLetter(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return "a"
	case 'ç':
		return "c"
	case 'è', 'é', 'ê', 'ë':
		return "e"
	case 'ì', 'í', 'î', 'ï':
		return "i"
	case 'ñ':
		return "n"
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø':
		return "o"
	case 'ù', 'ú', 'û', 'ü':
		return "u"
	case 'ý', 'ÿ':
		return "y"
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ﬀ':
		return "ff"
	case 'ﬁ':
		return "fi"
	case 'ﬂ':
		return "fl"
	case 'ﬃ':
		return "ffi"
	}
	if unicode.IsLetter(r) {
		return string(r)
	}
	return ""
}

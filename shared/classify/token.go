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
	text    []byte // folded; empty where there is a mask
	mask    string
	hash    uint32
	letters bool
}

// tokens are the tokens of a line and the buffer that holds their text. It is reused between lines.
type tokens struct {
	list []token
	text []byte
}

func (t *tokens) reset() { t.list, t.text = t.list[:0], t.text[:0] }

// add appends the tokens of one printed word. Most words are one token; those joined by / or = are several.
func (t *tokens) add(word string) {
	if wordOnly(word) {
		t.fold(word)
		return
	}
	if mask := maskOf(word); mask != maskNone {
		t.mask(mask)
		return
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
			t.mask(mask)
			continue
		}
		t.fold(part)
	}
}

func (t *tokens) mask(mask string) {
	t.list = append(t.list, token{mask: mask, hash: hashText(mask)})
}

// wordOnly says of most words that they are one token and no value, without looking for each kind of value: they have a
// letter and nothing that a value, an address or a joint has.
func wordOnly(word string) bool {
	letter := false
	for i := range len(word) {
		switch c := word[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letter = true
		case c >= '0' && c <= '9', c == '/', c == '=', c == '|', c == '_', c == '@':
			return false
		}
	}
	return letter && !strings.HasPrefix(word, "www.")
}

// maskOf returns the mask of a value, or maskNone for a word.
func maskOf(word string) string {
	if len(word) > 3 && strings.Trim(word, "_") == "" {
		return maskBlank
	}
	if len(word) > 3 && leader(word) {
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
	return maskOfNumber(trimMarks(word), word)
}

// leader says that a word is nothing but dots.
func leader(word string) bool {
	return (word[0] == '.' || strings.HasPrefix(word, "…")) && strings.Trim(word, ".…") == ""
}

// trimMarks takes off the marks around a number.
func trimMarks(word string) string {
	const ascii = "()[]{}:;,.*\"'#$%+-"
	for word != "" && strings.IndexByte(ascii, word[0]) >= 0 {
		word = word[1:]
	}
	for word != "" && strings.IndexByte(ascii, word[len(word)-1]) >= 0 {
		word = word[:len(word)-1]
	}
	if word == "" || word[0] < utf8.RuneSelf && word[len(word)-1] < utf8.RuneSelf {
		return word
	}
	return strings.Trim(word, ascii+"“”„’€£")
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

// fold appends a word in lower case, without accents and everything but letters and digits, so that one word has one form
// however it is printed. Single letters and symbols have no n-grams.
func (t *tokens) fold(word string) {
	start := len(t.text)
	for _, r := range word {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			t.text = append(t.text, byte(r))
		case r >= 'A' && r <= 'Z':
			t.text = append(t.text, byte(r)+'a'-'A')
		case r < utf8.RuneSelf:
		case r == '§' || r == '°' || r == '€':
			t.text = utf8.AppendRune(t.text, r)
		case unicode.IsPunct(r):
		case unicode.Is(unicode.Mn, r): // a combining accent
		default:
			t.text = append(t.text, plainLetter(unicode.ToLower(r))...)
		}
	}
	if text := t.text[start:]; len(text) > 0 {
		t.list = append(t.list, token{text: text, hash: hashText(text), letters: len(text) > 1})
	}
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

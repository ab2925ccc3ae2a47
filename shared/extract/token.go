package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a folded word or number for matching labels: lower case, no accents, no punctuation.
type token struct {
	span
	text string
	part int
}

// tokenise adds the tokens of a text to out: runs of letters and runs of digits, folded. "N°", "№", "Nr.", "Number" and the
// like become "no"; "#" is a token of its own.
func tokenise(out []token, text string, parts []part) []token {
	at := 0
	lowered := ""
	if isASCII(text) {
		lowered = lower(text)
	}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != '#' && !asciiLetter(c) && !asciiDigit(c) {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		var t token
		switch {
		case r == '#' || r == '№':
			t = token{span{i, i + n}, "no", 0}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			t = run(text, lowered, i, unicode.IsDigit(r))
		default:
			i += n
			continue
		}
		for at < len(parts) && parts[at].to <= t.from {
			at++
		}
		t.part = at
		out = append(out, t)
		i = t.to
	}
	return out
}

// run reads the run at text[i]. Lowered is the text in lower case where that is what folding does, else empty.
func run(text, lowered string, i int, digits bool) token {
	end := i
	plain := true
	for end < len(text) {
		if c := text[end]; c < utf8.RuneSelf {
			if digits != asciiDigit(c) || !digits && !asciiLetter(c) {
				break
			}
			plain = plain && c >= 'a'
			end++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[end:])
		if digits != unicode.IsDigit(r) || !digits && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		plain = false
		end += n
	}
	t := token{span: span{i, end}, text: text[i:end]}
	switch {
	case plain || digits:
	case lowered != "":
		t.text = lowered[i:end]
	default:
		t.text = fold(t.text)
	}
	if !strings.HasPrefix(t.text, "n") {
		return t
	}
	// A degree or ordinal sign after "n" makes "number".
	if t.text == "n" {
		for _, sign := range []string{"°", "º", ".°", ".º"} {
			if strings.HasPrefix(text[end:], sign) {
				t.to, t.text = end+len(sign), "no"
			}
		}
	}
	switch t.text {
	case "nr", "num", "nro", "number", "nummer", "numero":
		t.text = "no"
	}
	return t
}

// fold lowers case and removes the accents of Western European letters.
func fold(s string) string {
	if isASCII(s) {
		return lower(s)
	}
	var sb strings.Builder
	sb.Grow(len(s))
	for _, r := range s {
		r = unicode.ToLower(r)
		switch r {
		case 'à', 'á', 'â', 'ã', 'ä', 'å', 'ª':
			r = 'a'
		case 'ç':
			r = 'c'
		case 'è', 'é', 'ê', 'ë':
			r = 'e'
		case 'ì', 'í', 'î', 'ï':
			r = 'i'
		case 'ñ':
			r = 'n'
		case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø':
			r = 'o'
		case 'ù', 'ú', 'û', 'ü':
			r = 'u'
		case 'ý', 'ÿ':
			r = 'y'
		case 'ß':
			sb.WriteByte('s')
			r = 's'
		case 'œ':
			sb.WriteByte('o')
			r = 'e'
		case 'æ':
			sb.WriteByte('a')
			r = 'e'
		}
		if unicode.IsMark(r) {
			continue
		}
		sb.WriteRune(r)
	}
	return sb.String()
}

func asciiDigit(c byte) bool { return c >= '0' && c <= '9' }

func asciiLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldLabel returns a label's tokens.
func foldLabel(label string) []string {
	tokens := tokenise(nil, label, nil)
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.text
	}
	return out
}

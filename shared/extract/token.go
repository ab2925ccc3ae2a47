package extract

import (
	"slices"
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
func tokenise(out []token, f *folded, ascii bool, parts []part) []token {
	first := len(out)
	if ascii {
		out = asciiTokens(out, f.lower)
	} else {
		out = anyTokens(out, f)
	}
	at := 0
	for i := first; i < len(out); i++ {
		for at < len(parts) && parts[at].to <= out[i].from {
			at++
		}
		out[i].part = at
	}
	return out
}

// anyTokens adds the tokens of a text without their parts.
func anyTokens(out []token, f *folded) []token {
	for i := 0; i < len(f.text); {
		if c := f.text[i]; c < utf8.RuneSelf && byteKinds[c] == otherByte {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(f.text[i:])
		var t token
		switch {
		case r == '#' || r == '№':
			t = token{span{i, i + n}, "no", 0}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			t = run(f, i, unicode.IsDigit(r))
		default:
			i += n
			continue
		}
		out = append(out, t)
		i = t.to
	}
	return out
}

// Kinds of bytes.
const (
	otherByte = iota
	letterByte
	digitByte
	signByte // #
)

// byteKinds are the kinds of bytes; those that are not ASCII are others.
var byteKinds = func() (t [256]uint8) { //nolint:gochecknoglobals // constant
	for c := range utf8.RuneSelf {
		switch c := byte(c); {
		case asciiLetter(c):
			t[c] = letterByte
		case asciiDigit(c):
			t[c] = digitByte
		case c == '#':
			t[c] = signByte
		}
	}
	return t
}()

// asciiTokens is like anyTokens for an ASCII text in lower case.
func asciiTokens(out []token, text string) []token {
	for i := 0; i < len(text); {
		kind := byteKinds[text[i]]
		if kind == otherByte {
			i++
			continue
		}
		end := i + 1
		for kind != signByte && end < len(text) && byteKinds[text[end]] == kind {
			end++
		}
		if len(out) == cap(out) {
			out = slices.Grow(out, 1)
		}
		out = out[:len(out)+1]
		t := &out[len(out)-1]
		t.from, t.to, t.text = i, end, text[i:end]
		switch t.text[0] {
		case '#':
			t.text = "no"
		case 'n':
			t.text = numberWord(t.text)
		}
		i = end
	}
	return out
}

// run reads the run at text[i].
func run(f *folded, i int, digits bool) token {
	text := f.text
	end := i
	ascii := true
	for end < len(text) {
		if c := text[end]; c < utf8.RuneSelf {
			if digits != asciiDigit(c) || !digits && !asciiLetter(c) {
				break
			}
			end++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[end:])
		if digits != unicode.IsDigit(r) || !digits && !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		ascii = false
		end += n
	}
	t := token{span: span{i, end}, text: text[i:end]}
	switch {
	case digits:
	case ascii:
		t.text = f.lower[i:end]
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
	t.text = numberWord(t.text)
	return t
}

// numberWord returns "no" for a word that means it.
func numberWord(word string) string {
	switch word {
	case "nr", "num", "nro", "number", "nummer", "numero":
		return "no"
	}
	return word
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
	f := newFolded(label)
	tokens := tokenise(nil, &f, isASCII(label), nil)
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.text
	}
	return out
}

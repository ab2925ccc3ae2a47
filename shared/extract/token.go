package extract

import (
	"math/bits"
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
// like become "no"; "#" is a token of its own. The text stands at from in that of the classes, behind a blank or first.
func tokenise(out []token, f *folded, all []classes, from int, parts []part) []token {
	next, part := 0, 0
	for b := from / 64; b < len(all) && b*64 < from+len(f.text); b++ {
		c, behind := &all[b], &classes{}
		if b+1 < len(all) {
			behind = &all[b+1]
		}
		for starts := c.starts(); starts != 0; starts &= starts - 1 {
			at := bits.TrailingZeros64(starts)
			i := b*64 + at - from
			if i < next {
				continue // before the text, or within the token before
			}
			if i >= len(f.text) {
				break
			}
			if len(out) == cap(out) {
				out = slices.Grow(out, 1)
			}
			t := &out[:len(out)+1][len(out)]
			if n := c.run(behind, at); n > 1 || n == 1 && f.lower[i] != 'n' { // behind a lone "n" a sign may follow
				t.from, t.to, t.text = i, i+n, f.lower[i:i+n]
				if t.text[0] == 'n' {
					t.text = numberWord(t.text)
				}
				next = t.to
			} else if next = t.read(f, i); t.to == 0 {
				continue
			}
			for part < len(parts) && parts[part].to <= i {
				part++
			}
			t.part = part
			out = out[:len(out)+1]
		}
	}
	return out
}

// read reads the token at text[i], any text's. Its end is 0 where there is none. It returns where to go on.
func (t *token) read(f *folded, i int) (next int) {
	r, n := utf8.DecodeRuneInString(f.text[i:])
	switch {
	case r == '#' || r == '№':
		*t = token{span{i, i + n}, "no", 0}
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		*t = run(f, i, unicode.IsDigit(r))
	default:
		*t = token{}
		return i + n
	}
	return t.to
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
	tokens := tokenise(nil, &f, classesOf(nil, f.lower), 0, nil)
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.text
	}
	return out
}

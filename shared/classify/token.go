package classify

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// mask is what a value is replaced by, because the type of a document shows in where amounts and dates stand, not in which
// amounts and dates they are.
type mask uint8

const (
	maskNone mask = iota
	maskAmount
	maskDate
	maskYear
	maskNumber
	maskPercent
	maskCode
	maskMail
	maskURL
	maskBlank
	maskLeader
	maskBox
	masks
)

// maskText is what stands for each mask in a document's text.
var maskText = [masks]string{ //nolint:gochecknoglobals // constant
	maskAmount: "<amount>", maskDate: "<date>", maskYear: "<year>", maskNumber: "<number>", maskPercent: "<percent>", maskCode: "<code>",
	maskMail: "<mail>", maskURL: "<url>", maskBlank: "<blank>", maskLeader: "<leader>", maskBox: "<box>",
}

var maskHash = func() (t [masks]uint32) { //nolint:gochecknoglobals // constant
	for m, text := range maskText {
		t[m] = hashText(text)
	}
	return t
}()

// kind is a set of kinds of bytes.
type kind uint16

const (
	letter    kind = 1 << iota // a to z in either case
	digit                      // 0 to 9
	joint                      // one of the joints
	blank                      // _
	dot                        // .
	at                         // @
	colon                      // :
	mark                       // one of the marks
	separator                  // may stand within a number
	foreign                    // part of a character that is not ASCII
)

// joints join the tokens of one printed word.
const joints = "/=|_"

// marks may stand around a number.
const marks = "()[]{}:;,.*\"'#$%+-"

// plainByte is what a byte of a word is, and in the lowest byte what stands for it in the folded word; 0 where nothing does.
type plainByte uint32

func (b plainByte) kind() kind { return kind(b >> 8) }
func (b plainByte) fold() byte { return byte(b) }

var plain = func() (t [256]plainByte) { //nolint:gochecknoglobals // constant
	for c := range t {
		switch b := byte(c); {
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			t[c] = plainByte(letter)<<8 | plainByte(b|0x20)
		case b >= '0' && b <= '9':
			t[c] = plainByte(digit)<<8 | plainByte(b)
		case b >= utf8.RuneSelf:
			t[c] = plainByte(foreign) << 8
		}
	}
	for k, bytes := range map[kind]string{
		joint: joints, blank: "_", dot: ".", at: "@", colon: ":", mark: marks, separator: ".,/-:'",
	} {
		for i := range len(bytes) {
			t[bytes[i]] |= plainByte(k) << 8
		}
	}
	return t
}()

func kindsOf(word string) (has kind) {
	for i := range len(word) {
		has |= plain[word[i]].kind()
	}
	return has
}

type token struct {
	from, to int32 // of its folded text in the buffer; empty where there is a mask
	hash     uint32
	mask     mask
}

// tokens are the tokens of a line, and the buffer that holds the folded words of a document with a ^ on either side of each. It is
// reused between lines and between documents.
type tokens struct {
	list []token
	text []byte
}

// reset forgets a document.
func (t *tokens) reset() { t.list, t.text = t.list[:0], append(t.text[:0], '^') }

// of returns the folded text of a token, empty where there is a mask.
func (t *tokens) of(x token) []byte { return t.text[x.from:x.to] }

// read replaces the list by the tokens of a line. Most words are one token; those joined by / or = are several.
func (t *tokens) read(words []layout.Word) {
	room := 0 // a folded word is hardly ever longer than the word
	for i := range words {
		room += len(words[i].Text) + 1
	}
	t.list = slices.Grow(t.list[:0], len(words))
	t.text = slices.Grow(t.text, room)
	for i := range words {
		word := words[i].Text
		to, hash, has := t.foldPlain(word)
		if has&letter == 0 || has&(digit|joint|at|foreign) != 0 || has&dot != 0 && word[0] == 'w' { // else it is no value
			if t.other(word, has) {
				t.text = slices.Grow(t.text, room)
				continue
			}
		}
		t.take(to, hash)
	}
}

// other appends the tokens of a word that is something else than one folded word, and returns false where it is just that.
func (t *tokens) other(word string, has kind) bool {
	if m := maskOf(word, has); m != maskNone {
		t.mask(m)
		return true
	}
	if has&(joint|foreign) == 0 {
		return false
	}
	t.addParts(word)
	return true
}

// addParts appends the tokens of a word that has joints or more than ASCII.
func (t *tokens) addParts(word string) {
	for len(word) > 0 {
		part := word
		if i := strings.IndexAny(word, joints); i >= 0 {
			part, word = word[:i], word[i+1:]
		} else {
			word = ""
		}
		if m := maskOf(part, kindsOf(part)); m != maskNone {
			t.mask(m)
			continue
		}
		t.fold(part)
	}
}

func (t *tokens) mask(m mask) { t.list = append(t.list, token{mask: m, hash: maskHash[m]}) }

// take appends a folded word that stands behind the end of the buffer and ends before to.
func (t *tokens) take(to int, hash uint32) {
	if from := len(t.text); to > from {
		t.text = append(t.text[:to], '^')
		t.list = append(t.list, token{from: int32(from), to: int32(to), hash: hash})
	}
}

// maskOf returns the mask of a value, or maskNone for a word. What kinds of bytes the word has spares most of the questions.
func maskOf(word string, has kind) mask {
	if len(word) > 3 {
		if has&blank != 0 && strings.Trim(word, "_") == "" {
			return maskBlank
		}
		if has&(dot|foreign) != 0 && leader(word) {
			return maskLeader
		}
	} else if has&(letter|digit) == 0 {
		if m := maskOfSign(word); m != maskNone {
			return m
		}
	}
	if has&(at|dot) == at|dot {
		return maskMail
	}
	address := has&(colon|joint) == colon|joint && strings.Contains(word, "://") || has&dot != 0 && strings.HasPrefix(word, "www.")
	if address && len(word) > 4 {
		return maskURL
	}
	if has&digit == 0 {
		return maskNone
	}
	return maskOfNumber(trimMarks(word), word)
}

func maskOfSign(word string) mask {
	switch word {
	case ".", "…":
		return maskLeader
	case "[", "[]", "[_]", "☐", "☑", "□", "❑", "☒":
		return maskBox
	}
	return maskNone
}

// leader says that a word is nothing but dots.
func leader(word string) bool {
	return (word[0] == '.' || strings.HasPrefix(word, "…")) && strings.Trim(word, ".…") == ""
}

// trimMarks takes off the marks around a number.
func trimMarks(word string) string {
	for word != "" && plain[word[0]].kind()&mark != 0 {
		word = word[1:]
	}
	for word != "" && plain[word[len(word)-1]].kind()&mark != 0 {
		word = word[:len(word)-1]
	}
	if word == "" || word[0] < utf8.RuneSelf && word[len(word)-1] < utf8.RuneSelf {
		return word
	}
	return strings.Trim(word, marks+"“”„’€£")
}

func maskOfNumber(core, word string) mask {
	digits, letters, seps, last := 0, 0, 0, -1
	for i := range len(core) {
		switch k := plain[core[i]].kind(); {
		case k == digit:
			digits++
		case k&separator != 0:
			seps++
			last = i
		default:
			letters++
		}
	}
	switch {
	case letters > digits:
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

// foldPlain folds a word of ASCII behind the end of the buffer, which must have room for it, as [tokens.fold] does. It returns where the
// folded word ends and what kinds of bytes the word has.
func (t *tokens) foldPlain(word string) (to int, hash uint32, has kind) {
	text := t.text[len(t.text):cap(t.text)]
	n, all := 0, plainByte(0)
	hash = offset
	for i := range len(word) {
		b := plain[word[i]]
		all |= b
		if f := b.fold(); f != 0 {
			text[n] = f
			n++
			hash = (hash ^ uint32(f)) * prime
		}
	}
	return len(t.text) + n, hash, all.kind()
}

// fold appends a word in lower case, without accents and everything but letters and digits, so that one word has one form
// however it is printed. Symbols are no tokens.
func (t *tokens) fold(word string) {
	from := len(t.text)
	text := t.text
	for _, r := range word {
		switch {
		case r < utf8.RuneSelf:
			if c := plain[r].fold(); c != 0 {
				text = append(text, c)
			}
		case r >= 'À' && r <= 'ÿ': // the letters of Latin-1, no punctuation
			text = append(text, plainLetter(unicode.ToLower(r))...)
		case r == '§' || r == '°' || r == '€':
			text = utf8.AppendRune(text, r)
		case unicode.IsPunct(r):
		case unicode.Is(unicode.Mn, r): // a combining accent
		default:
			text = append(text, plainLetter(unicode.ToLower(r))...)
		}
	}
	t.text = text[:from]
	t.take(len(text), hashText(text[from:]))
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

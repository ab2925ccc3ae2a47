// Package value reads typed values from text as people print it: dates, amounts, currencies and identifiers with
// checksums, in English, German, French, Spanish and Dutch conventions.
//
// Every Find function scans running text and returns matches with byte offsets, in order and without overlap; every Parse
// function wants the whole text to be one value. The functions are pure, safe for concurrent use, never panic and take time
// linear in the text. The package knows nothing of layouts, templates or documents.
package value

import (
	"unicode"
	"unicode/utf8"
)

// Locale says how a document's text is to be read where the text alone does not decide. Its zero value prefers no order
// and no separator.
type Locale struct {
	// Language is an ISO 639-1 code, or empty.
	Language string
	// MonthFirst says that 03/04/2020 is the 4th of March.
	MonthFirst bool
	// OrderKnown says that the document itself showed MonthFirst to be right or wrong, so that 03/04/2020 is not ambiguous.
	OrderKnown bool
}

// Span is a place in a text: text[Start:End].
type Span struct{ Start, End int }

// DecimalComma says whether the locale's language writes decimals with a comma.
func (l Locale) DecimalComma() bool {
	switch l.Language {
	case "de", "fr", "es", "nl", "it", "pt", "da", "sv", "nb", "no", "fi", "pl", "cs":
		return true
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// NextDigit returns the place of the first digit at or behind text[i]; the text's length for none.
func NextDigit(text string, i int) int {
	const ones = 0x0101010101010101
	for ; i+8 <= len(text); i += 8 {
		s := text[i : i+8]
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		x ^= '0' * ones // digits become bytes below ten, of which the subtraction below borrows
		if (x-10*ones)&^x&(0x80*ones) != 0 {
			break
		}
	}
	for i < len(text) && !isDigit(text[i]) {
		i++
	}
	return i
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// letterAt says whether the rune that starts at text[i] is a letter, and returns its length in bytes.
func letterAt(text string, i int) (letter bool, size int) {
	if c := text[i]; c < utf8.RuneSelf {
		return isASCIILetter(c), 1
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	return unicode.IsLetter(r), n
}

// letterBefore says whether the rune that ends at text[i] is a letter.
func letterBefore(text string, i int) bool {
	if i == 0 {
		return false
	}
	letter, _ := letterEnd(text, i)
	return letter
}

// letterEnd says whether the rune that ends at text[i] is a letter, and returns its length in bytes.
func letterEnd(text string, i int) (letter bool, size int) {
	if c := text[i-1]; c < utf8.RuneSelf {
		return isASCIILetter(c), 1
	}
	r, n := utf8.DecodeLastRuneInString(text[:i])
	return unicode.IsLetter(r), n
}

// letterAfter says whether the rune that starts at text[i] is a letter.
func letterAfter(text string, i int) bool {
	if i >= len(text) {
		return false
	}
	letter, _ := letterAt(text, i)
	return letter
}

// space returns the number of bytes of the blank at text[i], which may be a no-break or thin space, or 0.
func space(text string, i int) int {
	if i >= len(text) {
		return 0
	}
	switch text[i] {
	case ' ', '\t', '\n', '\r':
		return 1
	}
	if text[i] < utf8.RuneSelf {
		return 0
	}
	r, n := utf8.DecodeRuneInString(text[i:])
	if r == '\u00a0' || r == '\u202f' || r == '\u2009' {
		return n
	}
	return 0
}

// skipSpaces returns the index after at most limit blanks that start at text[i].
func skipSpaces(text string, i, limit int) int {
	for ; limit > 0; limit-- {
		n := space(text, i)
		if n == 0 {
			break
		}
		i += n
	}
	return i
}

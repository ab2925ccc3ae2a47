package assembly

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/millrace/millrace/shared/layout"
)

// logical puts a row's words from the order they are seen in, left to right, into the order they are read in: the letters
// of right-to-left words, and runs of such words, are turned round. It is what the Unicode bidirectional algorithm does to
// lines of one direction with words of the other; nested directions are left as seen.
func logical(words []layout.Word) {
	first, last, letters := -1, -1, 0
	for i := range words {
		if !rightToLeft(words[i].Text) {
			if leftToRight(words[i].Text) {
				letters++
			}
			continue
		}
		words[i].Text = reversed(words[i].Text)
		if first < 0 {
			first = i
		}
		last = i
	}
	if first < 0 {
		return
	}
	if letters == 0 {
		slices.Reverse(words)
		return
	}
	for i := first; i <= last; i++ {
		end := i
		for end <= last && !leftToRight(words[end].Text) {
			end++
		}
		slices.Reverse(words[i:end])
		i = max(i, end)
	}
}

func rightToLeft(s string) bool {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x590 }) < 0 {
		return false
	}
	for _, r := range s {
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana) {
			return true
		}
	}
	return false
}

func leftToRight(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) && !unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana) {
			return true
		}
	}
	return false
}

// reversed turns a word's characters round, marks staying behind their letters, and gives letters that are drawn by their
// form in the word (U+FB50 and up) their plain code.
func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	for i := 0; i < len(runes); i++ {
		end := i
		for end < len(runes) && unicode.Is(unicode.Mn, runes[end]) {
			end++
		}
		if end > i && end < len(runes) {
			letter := runes[end]
			copy(runes[i+1:end+1], runes[i:end])
			runes[i] = letter
			i = end
		}
	}
	for i, r := range runes {
		switch r {
		case '(':
			runes[i] = ')'
		case ')':
			runes[i] = '('
		}
	}
	return norm.NFKC.String(string(runes))
}

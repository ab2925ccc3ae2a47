// Package flow sets text that has no pages of its own, such as that of a web page or an e-mail, on pages: it gives every word a
// box as a printer would, so that what reads documents by their geometry can read it too.
//
// Pages are A4. Widths of characters are estimates, which is enough to tell columns apart. The package knows nothing of formats.
package flow

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Geometry of the pages, in points.
const (
	pageWidth  = 595.0
	pageHeight = 842.0
	margin     = 50.0
	column     = pageWidth - 2*margin  // width of the text
	depth      = pageHeight - 2*margin // height of the text
	leading    = 1.25                  // from line to line, in sizes
	gutter     = 12.0                  // between the columns of a table
)

// Size is the size of ordinary text in points.
const Size = 10.0

// Word is a word to be set. Size 0 stands for [Size].
type Word struct {
	Text string
	Size float64
	Bold bool
	At   int // column of its first character, from 0; only of a [Fixed]
}

func (w Word) size() float64 {
	if w.Size == 0 {
		return Size
	}
	return w.Size
}

// wide estimates the width of a word in a proportional sans-serif typeface, after the widths of Helvetica. No word is wider than
// the text.
func (w Word) wide() float64 {
	sum := 0.0
	for _, r := range w.Text {
		sum += advance(r)
	}
	if w.Bold {
		sum *= 1.06
	}
	return min(sum*w.size(), column)
}

// space is the width of a blank after a word.
func (w Word) space() float64 { return 0.28 * w.size() }

func advance(r rune) float64 {
	switch {
	case r >= utf8.RuneSelf && isWide(r):
		return 1
	case unicode.IsDigit(r):
		return 0.556
	case r == 'm' || r == 'w' || r == 'M' || r == 'W':
		return 0.8
	case unicode.IsUpper(r):
		return 0.68
	case r == 'i' || r == 'j' || r == 'l' || r == 't' || r == 'f' || r == 'I' || unicode.IsPunct(r):
		return 0.28
	case unicode.Is(unicode.Mn, r):
		return 0
	}
	return 0.54
}

func isWide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return true
	}
	return false
}

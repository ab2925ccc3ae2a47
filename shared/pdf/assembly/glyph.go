// Package assembly makes words, lines and blocks in reading order of the glyphs of a page.
//
// It works on positions alone and knows nothing of PDF, files or engines: whoever can say where each character of a page
// stands, in which size, can have its layout.
package assembly

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Glyph is one character as drawn. Coordinates are points from the top left corner of the displayed page, y down.
type Glyph struct {
	Text       string  // what it says; see [Plain]
	X, Y       float64 // where its baseline begins
	DX, DY     float64 // from there to where its baseline ends
	Size       float64 // font size in points
	Ascent     float64 // above the baseline, in points
	Descent    float64 // below it
	Space      float64 // advance of the font's space, in points
	Bold       bool
	AfterSpace bool // a space character was drawn just before it
}

// Plain spells out what a glyph's text should be in a word: ligatures become their letters, as readers search for
// "office" and not for "oﬃce"; spaces of all kinds become a plain space; what is no character at all becomes nothing.
func Plain(s string) string {
	if ordinary(s) {
		return s
	}
	var sb strings.Builder
	for _, r := range s {
		switch {
		case r >= 0xfb00 && r <= 0xfb06:
			sb.WriteString([]string{"ff", "fi", "fl", "ffi", "ffl", "ft", "st"}[r-0xfb00]) //nolint:gosec // seven ligatures
		case unicode.Is(unicode.Zs, r) || r == '\t' || r == '\n' || r == '\r':
			sb.WriteByte(' ')
		case r == 0xad:
			sb.WriteByte('-')
		case unicode.IsControl(r), r == utf8.RuneError, r == 0xfeff, r >= 0x200b && r <= 0x200f, r == 0xffff:
		default:
			sb.WriteRune(r)
		}
	}
	return sb.String()
}

// ordinary reports whether s stands in a word as it is: it has printable characters only, of scripts without ligatures or spaces of
// their own.
func ordinary(s string) bool {
	for _, r := range s {
		if r < 0x20 || r >= 0x7f && r <= 0xa0 || r == 0xad || r >= 0x1680 && (r < 0x2010 || r > 0x2027) {
			return false
		}
	}
	return true
}

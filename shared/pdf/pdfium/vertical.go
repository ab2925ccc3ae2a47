package pdfium

import (
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/pdf/assembly"
)

// What tells vertical writing, in font sizes.
const (
	leastColumn = 3   // characters, one below the other
	leastDown   = 0.8 // from one to the next
	mostDown    = 1.6
	mostAside   = 0.15
	topOfGlyph  = 0.88 // above the baseline, as ISO 32000-1, 9.7.4.3 has it for fonts that do not say
)

// turnVertical lets East Asian characters that were drawn one below the other run downwards. PDFium does not say that writing is
// vertical: it gives every character a baseline from left to right.
func turnVertical(glyphs []assembly.Glyph) {
	for first := 0; first < len(glyphs); {
		last := first
		for last+1 < len(glyphs) && below(&glyphs[last], &glyphs[last+1]) {
			last++
		}
		if last-first+1 >= leastColumn {
			for i := first; i <= last; i++ {
				g := &glyphs[i]
				down := g.Size
				if i < last {
					down = glyphs[i+1].Y - g.Y
				}
				g.X, g.Y, g.DX, g.DY = g.X+g.Descent, g.Y-topOfGlyph*g.Size, 0, down
			}
		}
		first = last + 1
	}
}

// below reports whether b stands below a, both being characters of a script that is written vertically. Neither has been turned.
func below(a, b *assembly.Glyph) bool {
	down := b.Y - a.Y
	return wide(a.Text) && wide(b.Text) && a.DX > 0 && b.DX > 0 && math.Abs(a.Size-b.Size) < 0.1*a.Size &&
		math.Abs(b.X-a.X) < mostAside*a.Size && down > leastDown*a.Size && down < mostDown*a.Size
}

func wide(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303f || r >= 0xfe30 && r <= 0xfe4f || r >= 0xff00 && r <= 0xffef || r == 0x30fc
}

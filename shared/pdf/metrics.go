package pdf

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Advance widths of printable ASCII in the standard fonts, in thousandths, from Adobe's font metrics. Documents from before
// 2008 may leave widths out for these.
func helvetica() []float64 {
	return []float64{
		278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
		556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
		556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
	}
}

func helveticaBold() []float64 {
	return []float64{
		278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
		556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
		667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611,
		611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
	}
}

func times() []float64 {
	return []float64{
		250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500,
		500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722,
		556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500,
		500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541,
	}
}

func timesBold() []float64 {
	return []float64{
		250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500,
		500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944, 722, 778,
		611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556, 444, 333, 500,
		556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394, 220, 394, 520,
	}
}

// standardWidths sets the widths of a font that does not say them, by its name and by what each code says.
func (f *font) standardWidths(name string) {
	lower := strings.ToLower(name)
	table := helvetica()
	switch {
	case strings.Contains(lower, "courier") || strings.Contains(lower, "mono"):
		table = nil
	case strings.Contains(lower, "times") || strings.Contains(lower, "roman") || strings.Contains(lower, "serif") && !strings.Contains(lower, "sans"):
		table = times()
		if f.bold {
			table = timesBold()
		}
	case f.bold:
		table = helveticaBold()
	}
	for code, text := range f.text {
		switch {
		case table == nil:
			f.width[code] = 0.6
		case text != "":
			f.width[code] = widthOf(text, table) / 1000
		}
	}
}

// widthOf takes an accented letter for its base.
func widthOf(text string, table []float64) float64 {
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case r < 0x7f:
	case int(r) < len(baseLetters()):
		r = baseLetters()[r]
	default:
		r = baseLetter(r)
	}
	switch r {
	case '‘', '’', '•':
		return 333
	case '—', '…', '™':
		return 1000
	case '“', '”':
		return 444
	}
	if r >= ' ' && int(r-' ') < len(table) {
		return table[r-' ']
	}
	return 556
}

// baseLetters has the base of each letter of the Latin blocks: a font asks for a hundred of them.
var baseLetters = sync.OnceValue(func() *[0x250]rune { //nolint:gochecknoglobals // a table that is worked out once
	var table [0x250]rune
	for r := range table {
		table[r] = baseLetter(rune(r))
	}
	return &table
})

// baseLetter returns a letter without its accents.
func baseLetter(r rune) rune {
	if base := norm.NFD.PropertiesString(string(r)).Decomposition(); len(base) > 0 {
		r, _ = utf8.DecodeRune(base)
	}
	return r
}

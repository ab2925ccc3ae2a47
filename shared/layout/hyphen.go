package layout

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the block's lines, one a line. A word that a hyphen breaks at the end of a line, because it goes on in small letters at the
// beginning of the next one, is put together and stands on the first of the two lines, without the hyphen. (So a compound that is
// broken at its own hyphen loses it; pdftotext does the same.)
func (b *Block) Text() string {
	var sb strings.Builder
	b.text(&sb)
	return sb.String()
}

func (b *Block) text(sb *strings.Builder) {
	taken := 0 // words of the line that stand on the one before
	for j := range b.Lines {
		words := b.Lines[j].Words[taken:]
		taken = 0
		for k := range words {
			if k > 0 {
				sb.WriteByte(' ')
			}
			if k == len(words)-1 && j+1 < len(b.Lines) && len(b.Lines[j+1].Words) > 0 {
				if stem, next := words[k].Text, b.Lines[j+1].Words[0].Text; broken(stem, next) {
					_, n := utf8.DecodeLastRuneInString(stem)
					sb.WriteString(stem[:len(stem)-n])
					sb.WriteString(next)
					taken = 1
					continue
				}
			}
			sb.WriteString(words[k].Text)
		}
		if len(words) > 0 || len(b.Lines[j].Words) == 0 {
			sb.WriteByte('\n')
		}
	}
}

// broken reports whether a hyphen at the end of a line breaks a word that goes on with next.
func broken(stem, next string) bool {
	hyphen, n := utf8.DecodeLastRuneInString(stem)
	before, _ := utf8.DecodeLastRuneInString(stem[:len(stem)-n])
	first, _ := utf8.DecodeRuneInString(next)
	return (hyphen == '-' || hyphen == '\u2010') && unicode.IsLetter(before) && unicode.IsLower(first) && !slices.Contains(joiners, next)
}

// joiners follow a hyphen that stands for a part of another word: "Ein- und Ausgang", "pre- and postfix".
var joiners = []string{"und", "oder", "bis", "bzw.", "and", "or", "to", "et", "ou", "en", "of", "y", "o", "e"} //nolint:gochecknoglobals // constant

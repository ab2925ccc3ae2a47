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
	var w textWriter
	b.text(&w)
	return w.String()
}

func (b *Block) text(w *textWriter) {
	for j := range b.Lines {
		for k := range b.Lines[j].Words {
			w.word(b.Lines[j].Words[k].Text)
		}
		w.endLine()
	}
	w.endBlock()
}

// textWriter writes the text of blocks word by word. It keeps each word in hand until it knows what follows.
type textWriter struct {
	strings.Builder
	held  string
	words int  // of the line, the one in hand among them
	taken bool // the first word of the line stands on the line before
	ended bool // the line of the word in hand
}

func (w *textWriter) word(text string) {
	switch {
	case w.ended && broken(w.held, text):
		_, n := utf8.DecodeLastRuneInString(w.held)
		w.held = w.held[:len(w.held)-n]
		w.WriteString(w.held)
		w.held, w.taken = text, true
		w.release()
		return
	case w.ended:
		w.release()
	case w.words > 0:
		w.WriteString(w.held)
		w.WriteByte(' ')
	}
	w.held = text
	w.words++
}

func (w *textWriter) endLine() {
	switch {
	case w.words > 0:
		w.ended = true
	case !w.taken: // the line is empty
		w.endBlock()
		w.WriteByte('\n')
	}
	w.words, w.taken = 0, false
}

func (w *textWriter) endBlock() {
	if w.ended {
		w.release()
	}
}

// release writes the last word of a line.
func (w *textWriter) release() {
	w.WriteString(w.held)
	w.WriteByte('\n')
	w.held, w.ended = "", false
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

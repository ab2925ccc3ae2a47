package reader

import (
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/pdfium"
)

// What makes a page doubtful. The numbers were found by trying, with cmd/eval.
const (
	unmappedShare = 0.10 // of the characters drawn, from which on too many say nothing
	unreadShare   = 0.50 // of the characters drawn that are in no word
	fewDrawn      = 20   // characters; on fewer, what is in no word tells nothing
	spacingWords  = 20   // least words to judge spacing by
	loneLetters   = 0.60 // share of words that are single letters, from which on words have fallen apart
	longWords     = 25.0 // mean letters of a word, from which on words have run together
	maxDoubtful   = 200  // pages that are read twice
)

// doubts says why a page may have been read badly, or "". p has no error.
func doubts(p *layout.Page, s pdf.Signs) string {
	m := measure(p)
	switch {
	case float64(s.Unmapped) > unmappedShare*float64(s.Drawn):
		return "characters without a meaning"
	case s.Drawn >= fewDrawn && float64(m.letters) < unreadShare*float64(s.Drawn):
		return "far fewer characters than are drawn"
	case m.badlySpaced():
		return "absurd spacing"
	}
	return ""
}

// text is what is measured of a page's words.
type text struct {
	words, lone, letters, spoilt int
	wide                         bool // has letters of a script without spaces
}

func measure(p *layout.Page) text {
	var m text
	for i := range p.Blocks {
		for j := range p.Blocks[i].Lines {
			for _, w := range p.Blocks[i].Lines[j].Words {
				m.add(w.Text)
			}
		}
	}
	return m
}

func (m *text) add(word string) {
	m.words++
	n := utf8.RuneCountInString(word)
	m.letters += n
	first, _ := utf8.DecodeRuneInString(word)
	if n == 1 && unicode.IsLetter(first) {
		m.lone++
	}
	for _, r := range word {
		switch {
		case r >= ' ' && r < 0x7f: // most are, and nothing is to be said of them
		case r == utf8.RuneError || unicode.Is(unicode.Co, r) || unicode.IsControl(r):
			m.spoilt++
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			m.wide = true
		}
	}
}

func (m text) badlySpaced() bool {
	if m.wide || m.words == 0 || m.letters < spacingWords*2 {
		return false
	}
	return m.words >= spacingWords && float64(m.lone) > loneLetters*float64(m.words) || float64(m.letters) > longWords*float64(m.words)
}

// good is how many characters of a page can be relied on.
func (m text) good() int { return m.letters - m.spoilt }

// doubtful reads the doubtful pages by PDFium too, and keeps what is better. With all, every page is doubtful: the document has no
// text.
func (w *work) doubtful(all bool) error {
	doc := w.reading.Document
	twice := 0
	for i := range doc.Pages {
		p, signs := &doc.Pages[i], w.reading.Signs[i]
		why := doubts(p, signs)
		switch {
		case p.Error != "":
			why = "the page could not be read by " + pdf.Engine
		case all && why == "" && signs.Pictures == 0:
			why = "no text by " + pdf.Engine
		}
		if why == "" || w.ctx.Err() != nil || twice >= maxDoubtful {
			continue
		}
		if err := w.open(); err != nil {
			return err // the next page would fare no better
		}
		twice++
		other, err := w.page(p.Number)
		if err == nil && better(&other, p) {
			*p = other.Page
			w.reading.Signs[i].Drawn, w.reading.Signs[i].Unmapped = max(signs.Drawn, other.Signs.Drawn), other.Signs.Unmapped
			w.reasons.page(pdfium.Engine, why, p.Number)
		}
	}
	return nil
}

// better reports whether PDFium read a page better than p says.
func better(other *pdfium.Page, p *layout.Page) bool {
	a, b := measure(&other.Page), measure(p)
	known, was := a.good()-other.Signs.Unmapped, b.good()
	if p.Error != "" {
		return true
	}
	if b.badlySpaced() && !a.badlySpaced() {
		return known*10 >= was*9
	}
	return known > was
}

package remote

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
)

// finder looks values up in a document's words. It is made for one document and is not safe for concurrent use.
type finder struct {
	language string
	pieces   []piece
	typed    map[string][]occurrence // by type; made when first asked for
	lines    []textLine
}

// piece is a run of letters and digits of a word, folded: a word such as No.:AB-1 has two.
type piece struct {
	fold string
	text string
	page int
	box  layout.Box
}

// place is where a value stands. A box is that of the words, and empty where they have none.
type place struct {
	page int
	box  layout.Box
	text string
}

// occurrence is a typed value with its place.
type occurrence struct {
	place
	normal string
}

// textLine is a line with its words' ends in its text.
type textLine struct {
	page int
	line *layout.Line
	text string
	ends []int
}

func newFinder(doc *layout.Document) *finder {
	f := &finder{language: doc.Language, typed: map[string][]occurrence{}}
	for i := range doc.Pages {
		for b := range doc.Pages[i].Blocks {
			lines := doc.Pages[i].Blocks[b].Lines
			for l := range lines {
				f.add(doc.Pages[i].Number, &lines[l])
			}
		}
	}
	return f
}

func (f *finder) add(page int, line *layout.Line) {
	t := textLine{page: page, line: line, text: line.Text()}
	end := 0
	for i, w := range line.Words {
		if i > 0 {
			end++
		}
		end += len(w.Text)
		t.ends = append(t.ends, end)
		for _, part := range strings.FieldsFunc(w.Text, func(r rune) bool { return r == ':' || r == '=' || r == '#' || r == '|' }) {
			if folded := fold(part); folded != "" {
				f.pieces = append(f.pieces, piece{folded, part, page, w.Box})
			}
		}
	}
	f.lines = append(f.lines, t)
}

// fold leaves the letters and digits of a text, in lower case.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// find returns the place of a value in its normal form. Of several places it prefers one on the page that the model named,
// and one whose text is what the model says stands there. What the model says stands there proves nothing by itself.
func (f *finder) find(kind, normal, raw string, page int) (place, bool) {
	all := f.places(kind, normal)
	if len(all) == 0 {
		return place{}, false
	}
	best, wanted := 0, fold(raw)
	rank := func(p place) int {
		n := 0
		if p.page == page {
			n += 2
		}
		if wanted != "" && fold(p.text) == wanted {
			n++
		}
		return n
	}
	for i := range all {
		if rank(all[i]) > rank(all[best]) {
			best = i
		}
	}
	return all[best], true
}

func (f *finder) places(kind, normal string) []place {
	switch kind {
	case typeDate, typeAmount, typeNumber, typeCurrency:
	default:
		return f.texts(normal)
	}
	occurrences, made := f.typed[kind]
	if !made {
		occurrences = f.occurrences(kind)
		f.typed[kind] = occurrences
	}
	var out []place
	for _, o := range occurrences {
		if o.normal == normal || kind != typeDate && kind != typeCurrency && equal(o.normal, normal) {
			out = append(out, o.place)
		}
	}
	return out
}

// equal compares numbers.
func equal(a, b string) bool {
	x, errX := value.ParseDecimal(a)
	y, errY := value.ParseDecimal(b)
	return errX == nil && errY == nil && x.Equal(y)
}

// maxPlaces bounds the places of one value.
const maxPlaces = 50

// texts returns where whole words make up a text, also from the end of one line to the next.
func (f *finder) texts(text string) []place {
	wanted := fold(text)
	var out []place
	for i := range f.pieces {
		if len(out) == maxPlaces || wanted == "" {
			break
		}
		rest := wanted
		for k := i; k < len(f.pieces) && f.pieces[k].page == f.pieces[i].page; k++ {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, f.pieces[k].fold); !ok {
				break
			}
			if rest == "" {
				out = append(out, f.over(i, k))
				break
			}
		}
	}
	return out
}

// over returns the place of pieces from to to, inclusive.
func (f *finder) over(from, to int) place {
	p := place{page: f.pieces[from].page}
	var words []string
	for _, w := range f.pieces[from : to+1] {
		p.box = p.box.Union(w.box)
		words = append(words, w.text)
	}
	p.text = strings.Join(words, " ")
	return p
}

// occurrences returns all values of a type. What may be read in two ways (3/4 as April or March, 1.234 as a thousand or as
// one) is there in both: the model has chosen, and the document does not contradict it.
func (f *finder) occurrences(kind string) []occurrence {
	var out []occurrence
	for i := range f.lines {
		t := &f.lines[i]
		note := func(s value.Span, normal string) { out = append(out, occurrence{t.place(s), normal}) }
		switch kind {
		case typeDate:
			for _, monthFirst := range []bool{false, true} {
				for _, d := range value.FindDates(t.text, value.Locale{Language: f.language, MonthFirst: monthFirst, OrderKnown: true}) {
					note(d.Span, d.ISO)
				}
			}
		case typeAmount, typeNumber, typeCurrency:
			for _, language := range []string{"en", "de"} {
				for _, a := range value.FindAmounts(t.text, value.Locale{Language: language}) {
					if kind == typeCurrency {
						note(a.Span, a.Currency)
					} else if !a.Percent || kind == typeNumber {
						note(a.Span, a.Decimal)
					}
				}
			}
		}
		if kind == typeCurrency {
			t.currencies(note)
		}
	}
	return out
}

// currencies notes words that name a currency. A code must be in capitals: "all" is no lek.
func (t *textLine) currencies(note func(value.Span, string)) {
	for i, w := range t.line.Words {
		code, ok := value.ParseCurrency(w.Text)
		if !ok || strings.EqualFold(strings.Trim(w.Text, ".,;:()[]"), code) && w.Text != strings.ToUpper(w.Text) {
			continue
		}
		note(value.Span{Start: t.ends[i] - len(w.Text), End: t.ends[i]}, code)
	}
}

// place returns the place of the words that a span touches.
func (t *textLine) place(s value.Span) place {
	p := place{page: t.page}
	first, _ := slices.BinarySearch(t.ends, s.Start+1)
	last := first
	for i := first; i < len(t.ends) && t.ends[i]-len(t.line.Words[i].Text) < s.End; i++ {
		p.box = p.box.Union(t.line.Words[i].Box)
		last = i
	}
	if first < len(t.ends) {
		p.text = t.text[t.ends[first]-len(t.line.Words[first].Text) : t.ends[last]]
	}
	return p
}

package extract

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/layout"
)

// Rows that are taken from the running text as they are, and rows that are put together, say the same.
func TestRowsHaveTheirWords(t *testing.T) {
	at := func(x, y float64, text string) layout.Word {
		return layout.Word{Text: text, Box: layout.Box{x, y, x + 6*float64(len(text)), y + 10}, Size: 10}
	}
	for name, tt := range map[string]struct {
		lines [][]layout.Word
		want  []string
	}{
		"plain":              {[][]layout.Word{{at(10, 10, "Net"), at(40, 10, "7.00")}}, []string{"Net 7.00"}},
		"accents":            {[][]layout.Word{{at(10, 10, "Übertrag"), at(90, 10, "7,00"), at(130, 10, "€")}}, []string{"Übertrag 7,00 €"}},
		"blanks, no text":    {[][]layout.Word{{at(10, 10, " Net "), at(40, 10, ""), at(70, 10, "7.00\u00a0"), at(99, 10, " ")}}, []string{"Net 7.00"}},
		"not UTF-8":          {[][]layout.Word{{at(10, 10, "N\xffet"), at(50, 10, "7")}}, []string{"N\ufffdet 7"}},
		"long word":          {[][]layout.Word{{at(10, 10, strings.Repeat("x", 3000)), at(99999, 10, "7")}}, []string{strings.Repeat("x", 2000) + " 7"}},
		"no boxes":           {[][]layout.Word{{{Text: "Net"}, {Text: "7.00"}}, {{Text: "Tax"}}}, []string{"Net 7.00", "Tax"}},
		"same height":        {[][]layout.Word{{at(200, 11, "7.00")}, {at(10, 10, "Net")}}, []string{"Net 7.00"}},
		"same place":         {[][]layout.Word{{at(10, 10, "Net")}, {at(12, 11, "Tax")}}, []string{"Net", "Tax"}},
		"two heights":        {[][]layout.Word{{at(10, 10, "Net"), at(50, 40, "below"), at(40, 10, "7.00")}}, []string{"Net 7.00", "below"}},
		"printed over":       {[][]layout.Word{{at(10, 10, "Net"), at(11, 13, "Tax")}}, []string{"Net", "Tax"}},
		"from top to bottom": {[][]layout.Word{{at(10, 50, "Tax")}, {at(10, 10, "Net")}}, []string{"Net", "Tax"}},
	} {
		t.Run(name, func(t *testing.T) {
			var b layout.Block
			for _, words := range tt.lines {
				b.Lines = append(b.Lines, layout.Line{Words: words})
			}
			s := newSheet(&layout.Document{Pages: []layout.Page{{Number: 1, Blocks: []layout.Block{b}}}})
			if len(s.rows) != len(tt.want) {
				t.Fatalf("%d rows, want %q", len(s.rows), tt.want)
			}
			for i := range s.rows {
				r := &s.rows[i]
				var words []string
				for k := range r.words {
					words = append(words, r.word(k))
				}
				if r.text != tt.want[i] || strings.Join(words, " ") != r.text || r.lower != lower(r.text) || r.plain != plain(r.text) {
					t.Errorf("row %d is %q of the words %q in small letters %q, want %q", i, r.text, words, r.lower, tt.want[i])
				}
			}
		})
	}
}

// A value's place is found again in the running text, whatever the words around it are.
func TestTheRunningTextKnowsItsPlaces(t *testing.T) {
	box := layout.Box{10, 10, 20, 20}
	doc := &layout.Document{Pages: []layout.Page{{Number: 4, Blocks: []layout.Block{{}, {Lines: []layout.Line{
		{}, {Words: []layout.Word{{Text: " für "}, {Text: ""}, {Text: "7"}}}, {Words: []layout.Word{{Text: "Euro", Box: box}, {Text: "net"}}},
	}}}}}}
	f := newSheet(doc).flow
	if want := "\nfür  7 Euro net \n"; f.text != want {
		t.Fatalf("%q, want %q", f.text, want)
	}
	for text, want := range map[string]layout.Box{"Euro": box, "7 Euro": box, "ur": box, "net": {}, "für": {}} {
		from := strings.Index(f.text, text)
		if page, got := f.evidence(from, from+len(text)); page != 4 || got != want {
			t.Errorf("%q stands at %v of page %d, want %v of page 4", text, got, page, want)
		}
	}
}

package layout_test

import (
	"testing"

	"github.com/millrace/millrace/shared/layout"
)

// placed is a document of words, each of a line of its own, 10 points high with characters 5 points wide.
func placed(words ...layout.Word) *layout.Document {
	d := &layout.Document{Pages: []layout.Page{{Number: 1, Width: 600, Height: 800}}}
	for _, w := range words {
		d.Pages[0].Blocks = append(d.Pages[0].Blocks, layout.Block{Lines: []layout.Line{{Words: []layout.Word{w}}}})
	}
	return d
}

func wordAt(x, y float64, text string) layout.Word {
	return layout.Word{Text: text, Box: layout.Box{x, y, x + 5*float64(len(text)), y + 10}, Size: 10}
}

func TestLaidOutTextKeepsPlaces(t *testing.T) {
	turned := layout.Word{Text: "margin", Box: layout.Box{50, 100, 60, 300}, Size: 10}
	tests := []struct {
		name string
		doc  *layout.Document
		want string
	}{
		{"columns under each other, whatever the order read", placed(
			wordAt(50, 100, "Item"), wordAt(50, 112, "Bolt"), wordAt(200, 100, "Price"), wordAt(200, 113, "1.00"), wordAt(50, 140, "Total"), wordAt(200, 140, "3.00")),
			"Item                          Price\nBolt                          1.00\n\nTotal                         3.00\n"},
		{"words that overlap keep a space", placed(wordAt(50, 100, "one"), wordAt(55, 100, "two")), "one two\n"},
		{"a turned word stands where it begins", placed(turned, wordAt(70, 102, "one"), wordAt(70, 114, "two"), wordAt(70, 126, "three")),
			"margin one\n    two\n    three\n"},
		{"pages", &layout.Document{Pages: []layout.Page{placed(wordAt(9, 9, "a")).Pages[0], {}, placed(wordAt(9, 9, "b")).Pages[0]}}, "a\n\f\fb\n"},
	}
	for _, tt := range tests {
		if got := tt.doc.LaidOut(); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

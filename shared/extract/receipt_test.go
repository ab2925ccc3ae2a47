package extract_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
)

// receiptLayout reads lines of "x1,y1,x2,y1,x2,y2,x1,y2,text" as a page; a line's words share its box by their length.
func receiptLayout(t *testing.T, path string) *layout.Document {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := layout.Page{Number: 1}
	for _, line := range strings.Split(string(raw), "\n") {
		cells := strings.SplitN(strings.TrimRight(line, "\r"), ",", 9)
		if len(cells) < 9 {
			continue
		}
		var n [8]float64
		for i := range n {
			n[i], _ = strconv.ParseFloat(cells[i], 64)
		}
		box := layout.Box{n[0], n[1], n[2], n[5]}
		page.Width, page.Height = max(page.Width, n[2]+10), max(page.Height, n[5]+10)
		page.Blocks = append(page.Blocks, layout.Block{Box: box, Lines: []layout.Line{{Box: box, Words: wordsIn(cells[8], box)}}})
	}
	return &layout.Document{Pages: []layout.Page{page}}
}

func wordsIn(text string, box layout.Box) []layout.Word {
	var out []layout.Word
	per := (box[2] - box[0]) / float64(max(len(text), 1))
	at := 0
	for _, w := range strings.Split(text, " ") {
		if w != "" {
			x := box[0] + per*float64(at)
			out = append(out, layout.Word{Text: w, Box: layout.Box{x, box[1], x + per*float64(len(w)), box[3]}, Size: box[3] - box[1]})
		}
		at += len(w) + 1
	}
	return out
}

// normaliseReceipt puts a receipt's answers into our form: its keys give dates and totals as printed.
func normaliseReceipt(gold map[string][]string) {
	if d, ok := gold["date"]; ok {
		if iso, err := value.ParseDate(d[0], value.Locale{}); err == nil {
			gold["date"] = []string{iso}
		}
	}
	if v, ok := gold["total"]; ok {
		if a, err := value.ParseAmount(v[0], value.Locale{Language: "en"}); err == nil {
			gold["total"] = []string{a.Decimal}
		}
	}
}

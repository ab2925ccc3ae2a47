package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/millrace/millrace/shared/extract/score"
	"github.com/millrace/millrace/shared/extract/value"
	"github.com/millrace/millrace/shared/layout"
)

// receipts are text lines with boxes, as a character recognition gave them.
func receipts(m *measure) ([]document, error) {
	dir := filepath.Join("fields", "sroie", "data")
	files, err := filepath.Glob(filepath.Join(m.data, dir, "box", "*.csv"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("there are no receipts in %s", filepath.Join(m.data, dir))
	}
	var out []document
	for _, f := range files {
		key := strings.TrimSuffix(filepath.Base(f), ".csv") + ".json"
		raw, err := os.ReadFile(filepath.Join(m.data, dir, "key", key))
		if err != nil {
			continue // a receipt without an answer
		}
		var printed map[string]string
		if err := json.Unmarshal(raw, &printed); err != nil {
			return nil, fmt.Errorf("read the answer key %s: %w", key, err)
		}
		a := score.Answer{Document: filepath.Join(dir, "box", filepath.Base(f)), Values: map[string][]string{}}
		for name, v := range printed {
			if v != "" {
				a.Values[name] = []string{receiptValue(name, v)}
			}
		}
		out = append(out, document{path: a.Document, answer: a, load: textLines})
	}
	return out, nil
}

// receiptValue puts an answer into our form: the keys give dates and totals as printed.
func receiptValue(name, printed string) string {
	switch name {
	case "date":
		if iso, err := value.ParseDate(printed, value.Locale{}); err == nil {
			return iso
		}
	case "total":
		if a, err := value.ParseAmount(printed, value.Locale{Language: "en"}); err == nil {
			return a.Decimal
		}
	}
	return printed
}

// textLines reads lines of "x1,y1,x2,y1,x2,y2,x1,y2,text" as a page; a line's words share its box by their length.
func textLines(_ context.Context, content []byte) (*layout.Document, error) {
	page := layout.Page{Number: 1}
	for line := range strings.Lines(string(content)) {
		cells := strings.SplitN(strings.TrimRight(line, "\r\n"), ",", 9)
		if len(cells) < 9 {
			continue
		}
		var n [8]float64
		for i := range n {
			n[i], _ = strconv.ParseFloat(cells[i], 64) // 0 for what is no number: the text counts
		}
		box := layout.Box{n[0], n[1], n[2], n[5]}
		page.Width, page.Height = max(page.Width, n[2]+10), max(page.Height, n[5]+10)
		page.Blocks = append(page.Blocks, layout.Block{Box: box, Lines: []layout.Line{{Box: box, Words: wordsIn(cells[8], box)}}})
	}
	return &layout.Document{Pages: []layout.Page{page}}, nil
}

func wordsIn(text string, box layout.Box) []layout.Word {
	var out []layout.Word
	per := (box[2] - box[0]) / float64(max(len(text), 1))
	at := 0
	for w := range strings.SplitSeq(text, " ") {
		if w != "" {
			x := box[0] + per*float64(at)
			out = append(out, layout.Word{Text: w, Box: layout.Box{x, box[1], x + per*float64(len(w)), box[3]}, Size: box[3] - box[1]})
		}
		at += len(w) + 1
	}
	return out
}

package ocr

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/layout"
)

// The columns of tesseract's table (tesseract(1), "tsv").
const (
	columnLevel = iota
	columnPage
	columnBlock
	columnParagraph
	columnLine
	columnWord
	columnLeft
	columnTop
	columnWidth
	columnHeight
	columnSure
	columnText
	columns
)

const (
	levelWord = "5"
	leastSure = 25 // of 100; below, it is mostly stains and lines that are taken for letters
)

// parse makes blocks of tesseract's table, a paragraph each. Lengths are multiplied by scale.
func parse(table string, scale float64) []layout.Block {
	var blocks []layout.Block
	var paragraph, line string
	for row := range strings.Lines(table) {
		cells := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(cells) < columns || cells[columnLevel] != levelWord {
			continue
		}
		word, ok := wordOf(cells, scale)
		if !ok {
			continue
		}
		inParagraph := strings.Join(cells[columnPage:columnLine], ".")
		if inLine := inParagraph + "." + cells[columnLine]; inLine != line || len(blocks) == 0 {
			if inParagraph != paragraph || len(blocks) == 0 {
				blocks = append(blocks, layout.Block{})
			}
			b := &blocks[len(blocks)-1]
			b.Lines = append(b.Lines, layout.Line{})
			paragraph, line = inParagraph, inLine
		}
		b := &blocks[len(blocks)-1]
		l := &b.Lines[len(b.Lines)-1]
		l.Words = append(l.Words, word)
		l.Box, b.Box = l.Box.Union(word.Box), b.Box.Union(word.Box)
	}
	return blocks
}

// wordOf reads one row; ok is false for a word that is empty or not sure enough.
func wordOf(cells []string, scale float64) (w layout.Word, ok bool) {
	text := strings.TrimSpace(strings.Join(cells[columnText:], " "))
	sure, err := strconv.ParseFloat(cells[columnSure], 64)
	if err != nil || sure < leastSure || text == "" || !utf8.ValidString(text) {
		return w, false
	}
	var n [4]float64
	for i := range n {
		if n[i], err = strconv.ParseFloat(cells[columnLeft+i], 64); err != nil {
			return w, false
		}
	}
	round := func(x float64) float64 { return math.Round(x*scale*100) / 100 }
	w.Text = text
	w.Box = layout.Box{round(n[0]), round(n[1]), round(n[0] + n[2]), round(n[1] + n[3])}
	w.Size = round(n[3])
	return w, true
}

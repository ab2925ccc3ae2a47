// Package layouttest makes documents of plain lines for tests that look at words and lines, not at where they stand.
package layouttest

import (
	"strings"

	"github.com/millrace/millrace/shared/layout"
)

// Page returns an A4 page with one block of the given lines, as page 1. Its boxes are empty.
func Page(lines ...string) layout.Page {
	var block layout.Block
	for _, l := range lines {
		var line layout.Line
		for _, w := range strings.Fields(l) {
			line.Words = append(line.Words, layout.Word{Text: w})
		}
		block.Lines = append(block.Lines, line)
	}
	return layout.Page{Number: 1, Width: 595, Height: 842, Blocks: []layout.Block{block}}
}

// Document returns a document of one such page.
func Document(lines ...string) *layout.Document {
	return &layout.Document{Pages: []layout.Page{Page(lines...)}}
}

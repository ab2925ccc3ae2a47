package inspect

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// Views say what is shown of a document beside what is found in it. The zero Views show nothing more.
type Views struct {
	Layout bool   // the text as it stands on the page, and what the document holds beside it
	Words  bool   // every word with its box
	PNG    string // folder for pictures of the pages with the boxes drawn; empty for none
}

// Word is one word and where it stands: [x0, y0, x1, y1] in points from the top left corner of the page.
type Word struct {
	Page int        `json:"page"`
	Text string     `json:"text"`
	BBox [4]float64 `json:"bbox"`
	Size float64    `json:"size"`
	Bold bool       `json:"bold"`
}

// view adds the views of a document to its result.
func (i *Inspector) view(ctx context.Context, content []byte, doc *layout.Document, r *Result) error {
	if i.views.Layout {
		r.Layout, r.Structure = doc.LaidOut(), structure(doc)
	}
	for n := range doc.Pages {
		p := &doc.Pages[n]
		if i.views.Words {
			for _, w := range p.AllWords() {
				r.Words = append(r.Words, Word{Page: p.Number, Text: w.Text, BBox: w.Box, Size: w.Size, Bold: w.Bold})
			}
		}
		if i.views.PNG != "" {
			path := filepath.Join(i.views.PNG, fmt.Sprintf("%s-%d.png", stem(r.File), p.Number))
			if err := i.drawPage(ctx, content, p, path); err != nil {
				return fmt.Errorf("draw page %d: %w", p.Number, err)
			}
			r.Pictures = append(r.Pictures, path)
		}
	}
	return nil
}

// stem is a file's name without folder and ending.
func stem(path string) string {
	if path == "-" {
		return "stdin"
	}
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// noSuchPage is the fault of pages that are asked for and not there.
func noSuchPage(from, to int) error {
	if from == to {
		return fault.New(fault.ClassPermanent, "no_such_page", "the document has no page %d", from)
	}
	return fault.New(fault.ClassPermanent, "no_such_page", "the document has none of the pages %d to %d", from, to)
}

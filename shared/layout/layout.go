// Package layout is the model of a document that has been read: pages, blocks, lines and words, each with its box.
//
// Boxes are in PDF points (1/72 inch) of the page as it is displayed (after the page's rotation), origin in the top left
// corner, x to the right and y down, as [x0, y0, x1, y1]. Pages are numbered from 1. The package knows nothing of how a
// document is read, sent or stored.
package layout

import "strings"

// Box is an axis-aligned rectangle [x0, y0, x1, y1] in points, origin top left.
type Box [4]float64

// Union returns the smallest box that holds both; a zero box is the neutral element.
func (b Box) Union(o Box) Box {
	if b == (Box{}) {
		return o
	}
	if o == (Box{}) {
		return b
	}
	return Box{min(b[0], o[0]), min(b[1], o[1]), max(b[2], o[2]), max(b[3], o[3])}
}

// Outcome says how much of a document could be read.
type Outcome string

const (
	// Complete means that every page was read.
	Complete Outcome = "complete"
	// Partial means that some pages could not be read; each says why in [Page.Error].
	Partial Outcome = "partial"
)

// Document is what a parser read. Its zero value is an empty document.
type Document struct {
	Engine       string            `json:"engine"`                  // engine and version, such as "glyph/1"
	EngineReason string            `json:"engine_reason,omitempty"` // why this engine, where it was not the first choice
	Outcome      Outcome           `json:"outcome"`
	Language     string            `json:"language,omitempty"`    // ISO 639-1; empty when unknown
	Info         map[string]string `json:"info,omitempty"`        // document information: title, author, producer, …
	Attachments  []Attachment      `json:"attachments,omitempty"` // data files that the document carries, in its order
	Form         []FormField       `json:"form,omitempty"`        // form fields that are filled in, page by page
	Outline      []Heading         `json:"outline,omitempty"`     // the document's own table of contents
	Annotations  []Annotation      `json:"annotations,omitempty"` // links and what people wrote or marked on the pages, page by page
	Pages        []Page            `json:"pages"`
}

// Page is one page. Blocks are in reading order.
type Page struct {
	Number   int     `json:"n"`
	Label    string  `json:"label,omitempty"` // what the document calls the page, such as "iv" or "A-3", where it says so
	Width    float64 `json:"w"`               // points, as displayed
	Height   float64 `json:"h"`
	Rotation int     `json:"rot,omitempty"` // clockwise degrees applied for display: 0, 90, 180, 270
	Blocks   []Block `json:"blocks,omitempty"`
	Error    string  `json:"error,omitempty"` // why the page could not be read
}

// Block is a run of lines that belong together, such as a paragraph or a table's row group.
type Block struct {
	Box   Box    `json:"b"`
	Lines []Line `json:"l"`
}

// Line is one visual line; words are in reading order.
type Line struct {
	Box   Box    `json:"b"`
	Words []Word `json:"w"`
}

// Word is one word. Size is the font size in points.
type Word struct {
	Text string  `json:"t"`
	Box  Box     `json:"b"`
	Size float64 `json:"s,omitempty"`
	Bold bool    `json:"bold,omitempty"`
}

// Text returns the line's words with single spaces between them.
func (l *Line) Text() string {
	var sb strings.Builder
	for i, w := range l.Words {
		if i > 0 {
			sb.WriteByte(' ')
		}
		sb.WriteString(w.Text)
	}
	return sb.String()
}

// Text returns the page's lines in reading order, one a line, with an empty line between blocks. A word that a hyphen breaks at the
// end of a line is put together; see [Block.Text].
func (p *Page) Text() string {
	var w textWriter
	p.text(&w)
	return w.String()
}

func (p *Page) text(w *textWriter) {
	for i := range p.Blocks {
		if i > 0 {
			w.WriteByte('\n')
		}
		p.Blocks[i].text(w)
	}
}

// Text returns the text of all pages in reading order; pages are separated by a form feed.
func (d *Document) Text() string {
	var w textWriter
	for i := range d.Pages {
		if i > 0 {
			w.WriteByte('\f')
		}
		d.Pages[i].text(&w)
	}
	return w.String()
}

// Words returns the number of words on all pages.
func (d *Document) Words() int {
	n := 0
	for i := range d.Pages {
		for j := range d.Pages[i].Blocks {
			for k := range d.Pages[i].Blocks[j].Lines {
				n += len(d.Pages[i].Blocks[j].Lines[k].Words)
			}
		}
	}
	return n
}

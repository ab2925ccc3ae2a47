package layout

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// MediaType names the encoded form: JSON in gzip's format. docs/layout-format.md describes it.
const MediaType = "application/vnd.millrace.layout+json+gzip"

// The encoded form is the JSON of [Document] but for its pages, in which blocks, lines and words are arrays, because a
// document is mostly words:
//
//	page  {"n":1,"label":"i","w":595.28,"h":841.89,"rot":90,"error":"…","blocks":[block,…]}
//	block [line,…]
//	line  [word,…]
//	word  ["text",x0,y0,x1,y1,size,bold]    size and bold (1) are left out from the end when they are zero
//
// Numbers have at most two decimals. Boxes of lines and blocks are those of their words together, so they are not written.

// head is the part of a document that is not its pages.
type head struct {
	Engine       string            `json:"engine"`
	EngineReason string            `json:"engine_reason,omitempty"`
	Outcome      Outcome           `json:"outcome"`
	Language     string            `json:"language,omitempty"`
	Info         map[string]string `json:"info,omitempty"`
	Attachments  []Attachment      `json:"attachments,omitempty"`
	Form         []FormField       `json:"form,omitempty"`
	Outline      []Heading         `json:"outline,omitempty"`
	Annotations  []Annotation      `json:"annotations,omitempty"`
}

// Encode returns the document as JSON in gzip's format. The same document always gives the same bytes. Coordinates are
// rounded to a hundredth of a point; a coordinate that is no number (NaN, infinite) becomes 0.
func Encode(d *Document) ([]byte, error) {
	raw, err := json.Marshal(head{d.Engine, d.EngineReason, d.Outcome, d.Language, d.Info, d.Attachments, d.Form, d.Outline, d.Annotations})
	if err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	raw = append(raw[:len(raw)-1], `,"pages":[`...)
	for i := range d.Pages {
		raw = appendPage(comma(raw, i), &d.Pages[i])
	}
	raw = append(raw, ']', '}')

	packed, err := pack(raw)
	if err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	return packed, nil
}

func appendPage(b []byte, p *Page) []byte {
	b = append(b, `{"n":`...)
	b = strconv.AppendInt(b, int64(p.Number), 10)
	if p.Label != "" {
		b = append(b, `,"label":`...)
		b = appendString(b, p.Label)
	}
	b = append(b, `,"w":`...)
	b = appendNumber(b, p.Width)
	b = append(b, `,"h":`...)
	b = appendNumber(b, p.Height)
	if p.Rotation != 0 {
		b = append(b, `,"rot":`...)
		b = strconv.AppendInt(b, int64(p.Rotation), 10)
	}
	if p.Error != "" {
		b = append(b, `,"error":`...)
		b = appendString(b, p.Error)
	}
	b = append(b, `,"blocks":[`...)
	for i := range p.Blocks {
		b = append(comma(b, i), '[')
		for j := range p.Blocks[i].Lines {
			b = append(comma(b, j), '[')
			for k := range p.Blocks[i].Lines[j].Words {
				b = appendWord(comma(b, k), &p.Blocks[i].Lines[j].Words[k])
			}
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return append(b, ']', '}')
}

func appendWord(b []byte, w *Word) []byte {
	b = append(b, '[')
	b = appendString(b, w.Text)
	for _, v := range w.Box {
		b = appendNumber(append(b, ','), v)
	}
	if w.Size != 0 || w.Bold {
		b = appendNumber(append(b, ','), w.Size)
	}
	if w.Bold {
		b = append(b, ',', '1')
	}
	return append(b, ']')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// largestNumber bounds what is written; a page is at most 14,400 points wide (ISO 32000-1, annex C).
const largestNumber = 1e9

// appendNumber writes v with at most two decimals.
func appendNumber(b []byte, v float64) []byte {
	if !(math.Abs(v) <= largestNumber) { // NaN too
		return append(b, '0')
	}
	n := int64(math.Round(v * 100))
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	switch cents := n % 100; {
	case cents == 0:
	case cents%10 == 0:
		b = append(b, '.', byte('0'+cents/10))
	default:
		b = append(b, '.', byte('0'+cents/10), byte('0'+cents%10))
	}
	return b
}

// appendString writes s as a JSON string; most words need no escape.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf && !utf8.ValidString(s) {
			return appendEscaped(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	escaped, err := json.Marshal(s)
	if err != nil { // cannot be: invalid UTF-8 is replaced
		return append(b, '"', '"')
	}
	return append(b, escaped...)
}

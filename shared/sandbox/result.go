package sandbox

import (
	"bytes"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/mail"
)

// Summary is what a consumer wants to know of a document without decoding its layout.
type Summary struct {
	Outcome     layout.Outcome `json:"outcome"`
	Engine      string         `json:"engine"`
	Reason      string         `json:"reason,omitempty"`
	Language    string         `json:"language,omitempty"`
	Pages       int            `json:"pages"`
	FailedPages []int          `json:"failed_pages,omitempty"`
	Words       int            `json:"words"`
}

// Result is a document that was read.
type Result struct {
	Summary

	// Layout is the document in the form of layout.Encode.
	Layout []byte

	// Parts are the attachments of an e-mail that may be documents of their own.
	Parts []mail.Part
}

// Document decodes the layout.
func (r Result) Document() (*layout.Document, error) { return layout.Decode(bytes.NewReader(r.Layout)) }

func summarise(d *layout.Document) Summary {
	s := Summary{Outcome: d.Outcome, Engine: d.Engine, Reason: d.EngineReason, Language: d.Language, Pages: len(d.Pages), Words: d.Words()}
	for i := range d.Pages {
		if d.Pages[i].Error != "" {
			s.FailedPages = append(s.FailedPages, d.Pages[i].Number)
		}
	}
	return s
}

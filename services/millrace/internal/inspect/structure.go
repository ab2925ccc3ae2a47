package inspect

import (
	"github.com/millrace/millrace/shared/layout"
)

// Structure is what a document holds beside the text of its pages. Lists are never null.
type Structure struct {
	Language    string              `json:"language"` // ISO 639-1; empty when unknown
	Info        map[string]string   `json:"info"`
	Outline     []layout.Heading    `json:"outline"`
	Labels      []string            `json:"page_labels"` // one a page, or none at all
	Annotations []layout.Annotation `json:"annotations"`
	Form        []layout.FormField  `json:"form"`
	Attachments []Attachment        `json:"attachments"`
}

// Attachment is a data file that the document carries.
type Attachment struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Bytes     int64  `json:"bytes"`
	// DocumentID is the id of the document that the parser makes of a mail's attachment; empty where it makes none.
	DocumentID string `json:"document_id,omitempty"`
}

// structure returns what stands beside the text of the pages that were read.
func structure(doc *layout.Document) *Structure {
	s := &Structure{
		Language: doc.Language, Info: map[string]string{}, Outline: append([]layout.Heading{}, doc.Outline...), Labels: []string{},
		Annotations: []layout.Annotation{}, Form: []layout.FormField{}, Attachments: []Attachment{},
	}
	if doc.Info != nil {
		s.Info = doc.Info
	}
	s.Attachments = append(s.Attachments, attachments(doc, nil)...)
	read, labelled := map[int]bool{}, false
	for i := range doc.Pages {
		read[doc.Pages[i].Number] = true
		s.Labels = append(s.Labels, doc.Pages[i].Label)
		labelled = labelled || doc.Pages[i].Label != ""
	}
	for _, a := range doc.Annotations {
		if read[a.Page] {
			s.Annotations = append(s.Annotations, a)
		}
	}
	for _, f := range doc.Form {
		if read[f.Page] {
			s.Form = append(s.Form, f)
		}
	}
	if !labelled {
		s.Labels = []string{}
	}
	return s
}

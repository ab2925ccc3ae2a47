package reader

import (
	"errors"

	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/pdfium"
)

// copyGrowth bounds PDFium's copy: objects that were packed together stand alone in it.
const copyGrowth = 16

func (w *work) copied() ([]byte, error) {
	if err := w.open(); err != nil {
		return nil, err
	}
	return w.document.Copy(int64(len(w.content))*copyGrowth + 1<<20)
}

// decrypt reads a document that package pdf cannot decrypt in the copy that PDFium makes of it. first is what package pdf said; it is
// returned where the copy does not help.
func (w *work) decrypt(first error) error {
	w.reading = pdf.Reading{} // what was decrypted wrongly
	content, err := w.copied()
	if errors.Is(err, ErrNotCompiled) {
		return err
	}
	if err != nil {
		return first
	}
	reading, err := pdf.Examine(w.ctx, content, w.limits)
	if err != nil {
		return first // PDFium may know of itself what the characters mean
	}
	w.reading = reading
	w.reasons.whole = append(w.reasons.whole, "decrypted by "+pdfium.Engine)
	return nil
}

// beside adds to a document that PDFium reads what it holds beside the text of its pages. Package pdf has read that already, or
// reads it in a copy that PDFium writes. Documents that have ended a reader before are not tried again, and neither are single pages:
// their text comes first. What cannot be read is left out.
func (w *work) beside(doc, old *layout.Document) {
	if old == nil {
		if w.options.Because != "" || w.limits.From > 0 || w.limits.To > 0 {
			return
		}
		content, err := w.copied()
		if err != nil {
			return
		}
		if old, err = pdf.Beside(w.ctx, content, w.limits); err != nil {
			return
		}
	}
	doc.Attachments, doc.Form, doc.Outline, doc.Annotations = old.Attachments, old.Form, old.Outline, old.Annotations
	labels := make(map[int]string, len(old.Pages))
	for i := range old.Pages {
		labels[old.Pages[i].Number] = old.Pages[i].Label
	}
	for i := range doc.Pages {
		doc.Pages[i].Label = labels[doc.Pages[i].Number]
	}
}

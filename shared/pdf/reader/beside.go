package reader

import (
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

// beside adds to a document that PDFium reads what it holds beside the text of its pages. Package pdf has read that already, or
// reads it in a copy that PDFium writes. Documents that have ended a reader before are not tried again, and neither are single pages:
// their text comes first. What cannot be read is left out.
func (w *work) beside(doc, old *layout.Document) {
	if old == nil {
		if w.options.Because != "" || w.limits.From > 0 || w.limits.To > 0 || w.open() != nil {
			return
		}
		content, err := w.document.Copy(int64(len(w.content))*copyGrowth + 1<<20)
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

// copyGrowth bounds PDFium's copy: objects that were packed together stand alone in it.
const copyGrowth = 16

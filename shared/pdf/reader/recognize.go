package reader

import (
	"errors"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/ocr"
)

// covered is the share of a page that pictures cover, from which on a page without text is taken for a scan.
const covered = 0.3

// recognize reads the pages that have no text but pictures by tesseract. Pages of a document that has text elsewhere are left alone
// where they may well be blank, or decorated. The error is why the first page could not be recognized, if none could.
func (w *work) recognize() error {
	if !w.options.OCR.Enabled() {
		return nil
	}
	doc := w.reading.Document
	none := doc.Words() == 0
	done := 0
	var first error
	for i := range doc.Pages {
		p := &doc.Pages[i]
		if len(p.Blocks) > 0 || p.Error != "" || !scanned(w.reading.Signs[i], none) {
			continue
		}
		blocks, err := w.recognized(p.Number)
		if errors.Is(err, ErrNotCompiled) {
			return err
		}
		if err != nil {
			p.Error = err.Error()
			first = err
			continue
		}
		done++
		p.Blocks = blocks
		if len(blocks) > 0 {
			w.reasons.page(ocr.Engine, "no text", p.Number)
		}
	}
	if done > 0 || first == nil {
		return nil
	}
	if fault.KindOf(first) == "" {
		first = fault.New(fault.ClassPermanent, pdf.KindNeedsOCR, "the document has no text, and character recognition failed: %w", first)
	}
	return first
}

// scanned reports whether a page without text is worth recognizing.
func scanned(s pdf.Signs, noText bool) bool {
	return s.Covered >= covered || s.Drawn > 0 && s.Unmapped > 0 || s.Shapes >= pdf.Outlines || noText && s.Pictures > 0
}

// recognized draws a page and reads the picture.
func (w *work) recognized(number int) ([]layout.Block, error) {
	if w.ctx.Err() != nil {
		return nil, errors.New("the page is a picture, and there was no time left to recognize it")
	}
	if err := w.open(); err != nil {
		return nil, err
	}
	picture, perInch, err := w.document.Picture(number, ocr.PerInch)
	if err != nil {
		return nil, err
	}
	return w.options.OCR.Blocks(w.ctx, picture, perInch)
}

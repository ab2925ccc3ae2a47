// Package reader reads a document with the engine that reads each of its pages best.
//
// Package pdf reads first; it is fast. Where it fails, or where a page shows signs of being read badly (see [doubts]), PDFium reads
// that page too, and the better text is kept. Pages that are pictures are recognized by tesseract where that is set up. Which engine
// read what, and why, is part of the result. The package knows nothing of processes: hostile documents are read through package
// sandbox.
package reader

import (
	"context"
	"errors"
	"fmt"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/ocr"
	"github.com/millrace/millrace/shared/pdf/pdfium"
)

// The engines that can be asked for.
const (
	Best   = ""       // each page by the engine that reads it best
	Glyph  = "glyph"  // package pdf alone
	Pdfium = "pdfium" // PDFium alone
)

// Options say how a document is read. The zero Options are useful.
type Options struct {
	Engine    string     `json:"engine,omitempty"`
	Passwords []string   `json:"passwords,omitempty"` // tried in order where a document is encrypted
	OCR       ocr.Config `json:"ocr,omitzero"`
	Cache     string     `json:"cache,omitempty"`   // folder that pdfium.Compile has filled
	Wait      bool       `json:"wait,omitempty"`    // without Cache: fail with ErrNotCompiled rather than compile here
	Memory    int64      `json:"memory,omitempty"`  // bytes that PDFium may hold; 512 MiB
	Because   string     `json:"because,omitempty"` // why this engine was asked for; part of the result's reason
}

// ErrNotCompiled says that PDFium is needed, and that its cache is to be filled first.
var ErrNotCompiled = errors.New("PDFium is needed and has not been compiled yet")

// Reader reads documents one after the other. It is used by one goroutine at a time. Its zero value is ready; PDFium is started when
// it is needed first.
type Reader struct {
	library *pdfium.Library
}

// Read reads a document. The contract is that of pdf.Examine: a document with at least one word, or a Permanent fault with one of
// the kinds of package pdf; or [ErrNotCompiled].
func (r *Reader) Read(ctx context.Context, content []byte, limits pdf.Limits, o Options) (pdf.Reading, error) {
	if limits.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limits.Time, context.DeadlineExceeded)
		defer cancel()
	}
	w := &work{ctx: ctx, reader: r, content: content, limits: limits, options: o}
	defer w.close()
	switch o.Engine {
	case Glyph:
		return pdf.Examine(ctx, content, limits)
	case Pdfium:
		if err := w.byPdfium(o.Because); err != nil {
			return w.reading, err
		}
		return w.finish(nil)
	}
	var err error
	w.reading, err = pdf.Examine(ctx, content, limits)
	if fault.KindOf(err) == pdf.KindEncrypted {
		err = w.decrypt(err)
	}
	switch {
	case err == nil || textless(err) && w.reading.Document != nil:
		if failed := w.doubtful(err != nil); errors.Is(failed, ErrNotCompiled) {
			return w.reading, failed
		}
	case otherEngineMayHelp(err):
		first := w.reading
		if failed := w.byPdfium(fault.KindOf(err) + ", by " + pdf.Engine); failed != nil {
			w.reading = first
			return first, verdict(err, failed)
		}
	default:
		return w.reading, err
	}
	return w.finish(err)
}

func textless(err error) bool {
	kind := fault.KindOf(err)
	return kind == pdf.KindNoText || kind == pdf.KindNeedsOCR
}

// otherEngineMayHelp reports whether a document that package pdf gave up on may be read by PDFium.
func otherEngineMayHelp(err error) bool {
	switch fault.KindOf(err) {
	case pdf.KindDamaged, pdf.KindTruncated, pdf.KindEncrypted, pdf.KindNoText, pdf.KindNeedsOCR:
		return true
	}
	return false
}

// verdict returns the fault of a document that neither engine can read: the first one's, unless the second one knows better what
// to ask for.
func verdict(first, second error) error {
	if errors.Is(second, ErrNotCompiled) || fault.KindOf(second) == pdf.KindEncrypted || fault.ClassOf(second) == fault.ClassInterrupted {
		return second
	}
	return first
}

// work is the reading of one document.
type work struct {
	ctx      context.Context //nolint:containedctx // lives for one Read
	reader   *Reader
	content  []byte
	limits   pdf.Limits
	options  Options
	document *pdfium.Document // nil until it is needed
	reading  pdf.Reading
	reasons  reasons
	reopened int
}

// close frees what PDFium holds of the document. That it fails is no news: the next document gets a fresh PDFium.
func (w *work) close() {
	if w.document != nil {
		_ = w.document.Close()
		w.document = nil
	}
}

// open opens the document by PDFium, once.
func (w *work) open() error {
	if w.document != nil {
		return nil
	}
	if w.reader.library == nil {
		if w.options.Cache == "" && w.options.Wait {
			return ErrNotCompiled
		}
		memory := w.options.Memory
		if memory == 0 {
			memory = 512 << 20
		}
		library, err := pdfium.Load(w.options.Cache, memory)
		if err != nil {
			return err
		}
		w.reader.library = library
	}
	document, err := w.reader.library.Open(w.content, w.options.Passwords)
	w.document = document
	return err
}

// maxReopen bounds how often PDFium is started again for one document.
const maxReopen = 20

// page reads a page by PDFium. A page that it fails on may leave it in disorder, so it is started again for the next one.
func (w *work) page(number int) (pdfium.Page, error) {
	if err := w.open(); err != nil {
		return pdfium.Page{}, err
	}
	page, err := w.document.Page(w.ctx, number)
	if err != nil && w.reopened < maxReopen {
		w.reopened++
		w.close()
	}
	return page, err
}

// byPdfium reads the whole document by PDFium.
func (w *work) byPdfium(because string) error {
	if err := w.open(); err != nil {
		return err
	}
	total := w.document.Pages()
	if limit := w.limits.Pages; limit > 0 && total > limit {
		return fault.New(fault.ClassPermanent, pdf.KindTooManyPages, "the document has more than %d pages, which is the limit", limit)
	}
	doc := &layout.Document{Engine: pdfium.Engine, Outcome: layout.Complete, Info: w.document.Info()}
	old := w.reading.Document
	w.reading = pdf.Reading{Document: doc, Pages: total}
	first, last := max(w.limits.From, 1), total
	if w.limits.To > 0 {
		last = min(w.limits.To, total)
	}
	for number := first; number <= last; number++ {
		page, err := w.page(number)
		if w.ctx.Err() != nil {
			return timeUp(w.ctx, number-first)
		}
		if err != nil {
			page.Page = layout.Page{Number: number, Width: page.Width, Height: page.Height, Error: err.Error()}
			doc.Outcome = layout.Partial
		}
		doc.Pages = append(doc.Pages, page.Page)
		w.reading.Signs = append(w.reading.Signs, page.Signs)
	}
	w.beside(doc, old)
	if pdf.Truncated(w.content) {
		doc.EngineReason = "the end of the file is missing"
	}
	if because != "" {
		w.reasons.whole = append(w.reasons.whole, because)
	}
	return nil
}

func timeUp(ctx context.Context, pages int) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return fault.New(fault.ClassPermanent, pdf.KindTimeout, "the document could not be read within the time limit; %d pages were", pages)
	}
	return fault.Interrupted(fmt.Errorf("read the document: %w", context.Cause(ctx)))
}

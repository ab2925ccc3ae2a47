package sandbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// bisection reads a document page by page, each page in a request of its own, so that a page that ends its reader costs that page.
type bisection struct {
	task     *task
	deadline time.Time
	because  string
	total    int              // pages that the document has; 0 until one was read
	doc      *layout.Document // nil until a page was read
	strikes  map[string]int   // how often each engine was ended, since it last read a page
}

// maxStrikes is how often in a row an engine may be ended: then it is the document, not the page.
const maxStrikes = 3

// read returns what pages could be read, or the document's first error when none could.
func (b *bisection) read(ctx context.Context, first error) (Result, error) {
	limits := b.task.pool.cfg.Limits
	for number := max(limits.From, 1); (b.total == 0 || number <= b.total) && (limits.To == 0 || number <= limits.To); number++ {
		page, err := b.page(ctx, number)
		switch {
		case err != nil && fault.ClassOf(err) == fault.ClassInterrupted:
			return Result{}, err
		case b.total == 0 && (!failedAsAWhole(err) || len(b.engines()) == 0 || b.late()):
			return Result{}, first // nobody can even count its pages
		case err != nil:
			page = layout.Page{Number: number, Error: err.Error()}
		}
		if b.doc != nil {
			b.doc.Pages = append(b.doc.Pages, page)
		}
	}
	if b.doc == nil || b.doc.Words() == 0 {
		return Result{}, first
	}
	return b.result()
}

func (b *bisection) late() bool { return !time.Now().Before(b.deadline) }

// engines returns the engines for the next page, in their order: those that were not ended too often.
func (b *bisection) engines() []string {
	all := []string{reader.Glyph, reader.Pdfium}
	if asked := b.task.pool.cfg.Engine; asked != reader.Best {
		all = []string{asked}
	}
	return slices.DeleteFunc(all, func(e string) bool { return b.strikes[e] >= maxStrikes })
}

// page reads one page, by one engine after the other.
func (b *bisection) page(ctx context.Context, number int) (layout.Page, error) {
	err := fault.New(fault.ClassPermanent, pdf.KindTimeout, "there was no time left for the page after the document had failed")
	for _, engine := range b.engines() {
		if b.late() {
			break
		}
		var page layout.Page
		if page, err = b.ask(ctx, number, engine); !failedAsAWhole(err) {
			b.strikes[engine] = 0
			return page, err
		}
		b.strikes[engine]++
	}
	return layout.Page{}, err
}

func (b *bisection) ask(ctx context.Context, number int, engine string) (layout.Page, error) {
	ask := request{Limits: b.task.pool.cfg.Limits, Options: b.task.pool.options}
	ask.Options.Engine = engine
	ask.Limits.From, ask.Limits.To = number, number
	ask.Limits.Time = max(min(time.Until(b.deadline), ask.Limits.Rescue/10), time.Millisecond)
	reply, body, err := b.task.ask(ctx, ask)
	b.total = max(b.total, reply.Total)
	if err != nil {
		return layout.Page{}, err
	}
	doc, err := Result{Layout: body}.Document()
	if err != nil || len(doc.Pages) != 1 {
		return layout.Page{}, fault.New(fault.ClassPermanent, pdf.KindCrashed, "page %d gave %d pages (%v)", number, lenOf(doc), err)
	}
	if b.doc == nil {
		b.begin(doc, number)
	}
	return doc.Pages[0], nil
}

func lenOf(d *layout.Document) int {
	if d == nil {
		return 0
	}
	return len(d.Pages)
}

// begin makes the document of the first page that was read; those before it have failed.
func (b *bisection) begin(from *layout.Document, number int) {
	doc := *from
	doc.Pages = nil
	for n := max(b.task.pool.cfg.Limits.From, 1); n < number; n++ { // why is not kept: nobody knew yet that there would be a document
		doc.Pages = append(doc.Pages, layout.Page{Number: n, Error: "the page ended its reader"})
	}
	b.doc = &doc
}

func (b *bisection) result() (Result, error) {
	d := b.doc
	d.Outcome = layout.Partial
	if !slices.ContainsFunc(d.Pages, func(p layout.Page) bool { return p.Error != "" }) {
		d.Outcome = layout.Complete
	}
	d.EngineReason = fmt.Sprintf("read page by page: %s", b.because)
	d.Language = d.GuessLanguage()
	encoded, err := layout.Encode(d)
	if err != nil {
		return Result{}, fmt.Errorf("encode the pages that were read: %w", err)
	}
	return Result{Summary: summarise(d), Layout: encoded}, nil
}

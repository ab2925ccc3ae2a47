package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	ledongthuc "github.com/ledongthuc/pdf"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf/assembly"
)

// Engine names this reader in [layout.Document.Engine]; the number grows when the same file may yield other text.
const Engine = "glyph/1"

// Limits bound the reading of one document. A zero field stands for its default.
type Limits struct {
	Bytes  int64         // size of the file; 256 MiB
	Unpack int64         // bytes that all streams together may unpack to; 1 GiB
	Ratio  int64         // how many times the file's own size that may be, from 64 MiB on; 1000
	Pages  int           // 5000
	Glyphs int           // on one page; 1,000,000
	From   int           // first page that is read, numbered from 1; the first
	To     int           // last one; the last. With From or To a document without text is no error
	Time   time.Duration // for the whole document; 60 s. Checked between operators, so a damaged file may overrun it
}

func (l Limits) withDefaults() Limits {
	d := Limits{Bytes: 256 << 20, Unpack: 1 << 30, Ratio: 1000, Pages: 5000, Glyphs: 1_000_000, Time: time.Minute}
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	if l.Unpack > 0 {
		d.Unpack = l.Unpack
	}
	if l.Ratio > 0 {
		d.Ratio = l.Ratio
	}
	if l.Pages > 0 {
		d.Pages = l.Pages
	}
	if l.Glyphs > 0 {
		d.Glyphs = l.Glyphs
	}
	if l.Time > 0 {
		d.Time = l.Time
	}
	d.From, d.To = l.From, l.To
	return d
}

// ratioFrom is what any file may unpack to, however small it is: a form that is drawn on every page is unpacked for each.
const ratioFrom = 64 << 20

// of returns the limits of a file of so many bytes: its ratio bounds what it unpacks to.
func (l Limits) of(size int) Limits {
	l.Unpack = min(l.Unpack, max(ratioFrom, l.Ratio*int64(size)))
	return l
}

// document is one PDF being read. It is used by one goroutine.
type document struct {
	ctx       context.Context //nolint:containedctx // lives for one Read
	limits    Limits
	file      []byte // what the object reader reads: the content, or its repaired copy
	reader    *ledongthuc.Reader
	repaired  string // why the file was repaired, else ""
	encrypted bool
	unpack    int64            // bytes that streams may still unpack to
	endless   int              // from where on no stream in the file has an end
	known     int              // how many pages of codes the fonts may still remember; see [font.take]
	fonts     map[string]*font // by reference
	hidden    map[string]bool  // references of optional content that is off
	space     *space
}

// Read reads a PDF document. It returns a document with at least one word, or an error: a Permanent fault with one of the
// Kinds of this package, or an Interrupted one when ctx was cancelled. A page that cannot be read carries its reason in
// [layout.Page.Error], and the outcome is then Partial; when no page can be read, that is an error. Read does not keep or
// change content. It may be called by many goroutines at once.
func Read(ctx context.Context, content []byte, limits Limits) (*layout.Document, error) {
	r, err := Examine(ctx, content, limits)
	if err != nil {
		return nil, err
	}
	return r.Document, nil
}

// Examine is [Read] for callers who want to know how well a document was read. With an error, the Reading holds what is known
// all the same.
func Examine(ctx context.Context, content []byte, limits Limits) (Reading, error) {
	limits = limits.withDefaults().of(len(content))
	if err := checkContent(content, limits); err != nil {
		return Reading{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Time, context.DeadlineExceeded)
	defer cancel()
	d := newDocument(ctx, limits)
	defer d.release()
	out, err := d.read(content)
	if out == nil {
		out = &Reading{}
	}
	switch {
	case err == nil:
		return *out, nil
	case ctx.Err() != nil:
		return *out, contextError(ctx)
	case fault.KindOf(err) == "":
		return *out, damaged(content, err)
	}
	return *out, err
}

func checkContent(content []byte, limits Limits) error {
	if len(content) == 0 {
		return failf(KindEmpty, "the file is empty (0 bytes)")
	}
	if int64(len(content)) > limits.Bytes {
		return failf(KindTooLarge, "the file has %d bytes; the limit is %d", len(content), limits.Bytes)
	}
	if bytes.Contains(content[:min(len(content), 4096)], []byte("%PDF-")) {
		return nil
	}
	if bytes.Contains(content, []byte(" obj")) && bytes.Contains(content, []byte("endobj")) {
		return nil // the header is lost, the objects are there
	}
	return failf(KindNotPDF, "the file is not a PDF: it does not begin with %%PDF-")
}

// read opens the file and reads all pages; where the file as it stands leads nowhere, it is repaired and read again.
func (d *document) read(content []byte) (*Reading, error) {
	openErr := d.open(content)
	if openErr == nil {
		out, err := d.readPages()
		if err == nil && out.Document.Outcome == layout.Complete || d.repaired != "" || d.encrypted || final(err) {
			return d.finish(content, out, err)
		}
		first, firstErr := out, err
		if d.reopen(content, "its cross references lead to damaged objects") == nil {
			if out, err = d.readPages(); err == nil && better(out, first) {
				return d.finish(content, out, nil)
			}
		}
		return d.finish(content, first, firstErr)
	}
	if final(openErr) {
		return nil, openErr
	}
	if d.repaired != "" || d.reopen(content, plain(openErr)) != nil {
		return nil, openErr
	}
	out, err := d.readPages()
	return d.finish(content, out, err)
}

// final reports whether a repair cannot change an error.
func final(err error) bool {
	return errors.Is(err, errUnpacked) || kindIs(err, KindEncrypted, KindTooManyPages, KindTimeout, KindTooLarge)
}

// better reports whether a was read more fully than b; b may be nil.
func better(a, b *Reading) bool {
	return b == nil || a.Document.Words() > b.Document.Words()
}

// damaged is the fault of a file that could not be opened, even repaired.
func damaged(content []byte, err error) error {
	if Truncated(content) {
		return failf(KindTruncated, "the PDF ends too early (there is no end mark in it) and could not be repaired: %s; ask for the file again", plain(err))
	}
	return failf(KindDamaged, "the PDF is damaged and could not be repaired: %s", plain(err))
}

// Truncated reports whether a file's end mark is missing.
func Truncated(content []byte) bool {
	return !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF"))
}

// plain returns an error's text without the object reader's own prefix.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "malformed PDF: ")
	return strings.TrimPrefix(text, "malformed PDF file: ")
}

// finish turns what was read into the result: it is a failure when there is no text.
func (d *document) finish(content []byte, r *Reading, err error) (*Reading, error) {
	if errors.Is(err, errUnpacked) {
		return r, failf(KindTooLarge, "the document unpacks to more than %d bytes", d.limits.Unpack)
	}
	if err != nil && fault.KindOf(err) == "" && d.ctx.Err() == nil {
		err = damaged(content, err) // what the structure does not give now it will not give later
	}
	if err != nil {
		return r, err
	}
	out := r.Document
	if d.repaired != "" {
		out.EngineReason = "repaired: " + d.repaired
		if Truncated(content) {
			out.Outcome = layout.Partial // nobody knows which pages the missing end held
			out.EngineReason = "the end of the file is missing; " + out.EngineReason
		}
	}
	if out.Words() > 0 {
		out.Language = out.GuessLanguage()
		return r, nil
	}
	if d.limits.From > 0 || d.limits.To > 0 {
		return r, nil
	}
	if d.encrypted {
		return r, failf(KindEncrypted, "the PDF is encrypted, and decrypting it gave no text; its scheme cannot be read yet")
	}
	return r, r.Textless()
}

// Textless returns the Permanent fault that a document without a word ends with: [KindDamaged] when a page could not be read,
// [KindNeedsOCR] when there are pictures, outlines or characters that nobody can read, else [KindNoText].
func (r *Reading) Textless() error {
	for i := range r.Document.Pages {
		if reason := r.Document.Pages[i].Error; reason != "" {
			return failf(KindDamaged, "no page could be read; page %d: %s", r.Document.Pages[i].Number, reason)
		}
	}
	if why := r.pictured(); why != "" {
		return failf(KindNeedsOCR, "the document has no text: %s, which need character recognition", why)
	}
	return failf(KindNoText, "the document has no text on %s", pagesOf(len(r.Document.Pages)))
}

func pagesAre(n int) string {
	if n == 1 {
		return "one page is made of"
	}
	return fmt.Sprintf("%d pages are made of", n)
}

func pagesOf(n int) string {
	if n == 1 {
		return "its one page"
	}
	return fmt.Sprintf("any of its %d pages", n)
}

// readPages reads the document information and every page.
func (d *document) readPages() (*Reading, error) {
	out := &layout.Document{Engine: Engine, Outcome: layout.Complete, Info: d.info()}
	pages, err := d.pages()
	if err != nil {
		return nil, err
	}
	d.hidden = d.hiddenContent()
	r := &Reading{Document: out, Pages: len(pages)}
	out.Pages = make([]layout.Page, 0, len(pages))
	for i, p := range pages {
		if i+1 < d.limits.From || d.limits.To > 0 && i+1 > d.limits.To {
			continue
		}
		page, signs, err := d.readPage(p)
		if errors.Is(err, errUnpacked) {
			return r, err
		}
		if d.ctx.Err() != nil {
			return r, contextError(d.ctx)
		}
		if err != nil {
			page.Error = plain(err)
			out.Outcome = layout.Partial
		}
		page.Number = i + 1
		out.Pages = append(out.Pages, page)
		r.Signs = append(r.Signs, signs)
	}
	d.beside(out, pages)
	return r, nil
}

// readPage reads one page; a panic on it is an error of this page only.
func (d *document) readPage(p pageNode) (page layout.Page, signs Signs, err error) {
	view := p.view()
	page = layout.Page{Width: view.width, Height: view.height, Rotation: view.rotation}
	defer func() {
		if cause := recover(); cause != nil {
			if e, ok := cause.(error); ok && (errors.Is(e, errUnpacked) || errors.Is(e, errStop)) {
				err = e
				return
			}
			err = fmt.Errorf("the page could not be read: %v", cause)
		}
	}()
	if p.err != nil {
		return page, signs, p.err
	}
	m := newMachine(d, view)
	m.page(p)
	page.Blocks = assembly.Blocks(m.glyphs)
	d.space.glyphs = m.glyphs // for the next page
	return page, m.signs, nil
}

// infoKeys are the entries of the document information that are kept, and their names in the result.
var infoKeys = []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"} //nolint:gochecknoglobals // constant

// info reads the document information dictionary.
func (d *document) info() map[string]string {
	dict := key(d.trailer(), "Info")
	out := map[string]string{}
	for _, name := range infoKeys {
		if text := strings.TrimSpace(Clean(textString(key(dict, name)))); text != "" {
			out[InfoName(name)] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// InfoName returns the name that an entry of the document information has in the result: "ModDate" is "modified".
func InfoName(key string) string {
	switch key {
	case "CreationDate":
		return "created"
	case "ModDate":
		return "modified"
	}
	return strings.ToLower(key)
}

package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
	Pages  int           // 5000
	Glyphs int           // on one page; 1,000,000
	Time   time.Duration // for the whole document; 60 s. Checked between operators, so a damaged file may overrun it
}

func (l Limits) withDefaults() Limits {
	d := Limits{Bytes: 256 << 20, Unpack: 1 << 30, Pages: 5000, Glyphs: 1_000_000, Time: time.Minute}
	if l.Bytes > 0 {
		d.Bytes = l.Bytes
	}
	if l.Unpack > 0 {
		d.Unpack = l.Unpack
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
	return d
}

// document is one PDF being read. It is used by one goroutine.
type document struct {
	ctx       context.Context //nolint:containedctx // lives for one Read
	limits    Limits
	file      []byte // what the object reader reads: the content, or its repaired copy
	reader    *ledongthuc.Reader
	repaired  string // why the file was repaired, else ""
	encrypted bool
	unpack    int64 // bytes that streams may still unpack to
	inflater  io.ReadCloser
	fonts     map[string]*font // by reference
	hidden    map[string]bool  // references of optional content that is off
	pictures  int              // images drawn so far
	glyphs    []assembly.Glyph // space for a page's glyphs, used again
}

// Read reads a PDF document. It returns a document with at least one word, or an error: a Permanent fault with one of the
// Kinds of this package, or an Interrupted one when ctx was cancelled. A page that cannot be read carries its reason in
// [layout.Page.Error], and the outcome is then Partial; when no page can be read, that is an error. Read does not keep or
// change content. It may be called by many goroutines at once.
func Read(ctx context.Context, content []byte, limits Limits) (*layout.Document, error) {
	limits = limits.withDefaults()
	if err := checkContent(content, limits); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limits.Time, context.DeadlineExceeded)
	defer cancel()
	d := &document{ctx: ctx, limits: limits, unpack: limits.Unpack, fonts: map[string]*font{}}
	out, err := d.read(content)
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return nil, contextError(ctx)
	case fault.KindOf(err) == "":
		return nil, damaged(content, err)
	}
	return nil, err
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
func (d *document) read(content []byte) (*layout.Document, error) {
	openErr := d.open(content)
	if openErr == nil {
		out, err := d.readPages()
		if err == nil && out.Outcome == layout.Complete || d.repaired != "" || d.encrypted || final(err) {
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
func better(a, b *layout.Document) bool {
	return b == nil || a.Words() > b.Words()
}

// damaged is the fault of a file that could not be opened, even repaired.
func damaged(content []byte, err error) error {
	if truncated(content) {
		return failf(KindTruncated, "the PDF ends too early (there is no end mark in it) and could not be repaired: %s; ask for the file again", plain(err))
	}
	return failf(KindDamaged, "the PDF is damaged and could not be repaired: %s", plain(err))
}

// truncated reports whether a file's end mark is missing.
func truncated(content []byte) bool {
	return !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF"))
}

// plain returns an error's text without the object reader's own prefix.
func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "malformed PDF: ")
	return strings.TrimPrefix(text, "malformed PDF file: ")
}

// finish turns what was read into the result: it is a failure when there is no text.
func (d *document) finish(content []byte, out *layout.Document, err error) (*layout.Document, error) {
	if errors.Is(err, errUnpacked) {
		return nil, failf(KindTooLarge, "the document unpacks to more than %d bytes", d.limits.Unpack)
	}
	if err != nil && fault.KindOf(err) == "" && d.ctx.Err() == nil {
		err = damaged(content, err) // what the structure does not give now it will not give later
	}
	if err != nil {
		return nil, err
	}
	if d.repaired != "" {
		out.EngineReason = "repaired: " + d.repaired
		if truncated(content) {
			out.Outcome = layout.Partial // nobody knows which pages the missing end held
			out.EngineReason = "the end of the file is missing; " + out.EngineReason
		}
	}
	if out.Words() > 0 {
		out.Language = out.GuessLanguage()
		return out, nil
	}
	if d.encrypted {
		return nil, failf(KindEncrypted, "the PDF is encrypted, and decrypting it gave no text; its scheme cannot be read yet")
	}
	for i := range out.Pages {
		if reason := out.Pages[i].Error; reason != "" {
			return nil, failf(KindDamaged, "no page could be read; page %d: %s", i+1, reason)
		}
	}
	if d.pictures > 0 {
		return nil, failf(KindNeedsOCR, "the document has no text: its %s scanned pictures, which need character recognition", pagesAre(len(out.Pages)))
	}
	return nil, failf(KindNoText, "the document has no text on %s", pagesOf(len(out.Pages)))
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
func (d *document) readPages() (*layout.Document, error) {
	out := &layout.Document{Engine: Engine, Outcome: layout.Complete, Info: d.info()}
	pages, err := d.pages()
	if err != nil {
		return nil, err
	}
	d.hidden = d.hiddenContent()
	out.Pages = make([]layout.Page, 0, len(pages))
	for i, p := range pages {
		page, err := d.readPage(p)
		if errors.Is(err, errUnpacked) {
			return nil, err
		}
		if d.ctx.Err() != nil {
			return nil, contextError(d.ctx)
		}
		if err != nil {
			page.Error = plain(err)
			out.Outcome = layout.Partial
		}
		page.Number = i + 1
		out.Pages = append(out.Pages, page)
	}
	out.Attachments, out.Form = d.attachments(), d.form(pages)
	return out, nil
}

// readPage reads one page; a panic on it is an error of this page only.
func (d *document) readPage(p pageNode) (page layout.Page, err error) {
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
		return page, p.err
	}
	m := newMachine(d, view)
	m.page(p)
	page.Blocks = assembly.Blocks(m.glyphs)
	d.glyphs = m.glyphs // for the next page
	return page, nil
}

// infoKeys are the entries of the document information that are kept, and their names in the result.
var infoKeys = []string{"Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"} //nolint:gochecknoglobals // constant

// info reads the document information dictionary.
func (d *document) info() map[string]string {
	dict := key(d.trailer(), "Info")
	out := map[string]string{}
	for _, name := range infoKeys {
		if text := strings.TrimSpace(clean(textString(key(dict, name)))); text != "" {
			out[infoName(name)] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func infoName(key string) string {
	switch key {
	case "CreationDate":
		return "created"
	case "ModDate":
		return "modified"
	}
	return strings.ToLower(key)
}

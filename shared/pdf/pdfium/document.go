package pdfium

import (
	"errors"
	"fmt"
	"image"
	"strings"

	gopdfium "github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
)

// Document is an open document. It is used by one goroutine at a time, and before the next one is opened.
type Document struct {
	in    gopdfium.Pdfium
	ref   references.FPDF_DOCUMENT
	pages int
}

// Open opens a document. Where it is encrypted, the empty password is tried, then the others in order. The error is a Permanent
// fault with one of the kinds of package pdf when the document is the cause. Content must not change until Close.
func (l *Library) Open(content []byte, passwords []string) (*Document, error) {
	in, err := l.instance()
	if err != nil {
		return nil, err
	}
	d := &Document{in: in}
	if err := d.unlock(content, passwords); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.ref})
	if err != nil {
		return nil, errors.Join(damaged(err), d.Close())
	}
	d.pages = count.PageCount
	return d, nil
}

func (d *Document) unlock(content []byte, passwords []string) error {
	var err error
	for _, password := range append([]string{""}, passwords...) {
		if err = d.open(content, password); !errors.Is(err, pdfiumerrors.ErrPassword) {
			break
		}
	}
	if errors.Is(err, pdfiumerrors.ErrPassword) {
		if opened, ok := pdf.OpenedByOwner(content); ok {
			err = d.open(opened, "")
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pdfiumerrors.ErrPassword) && len(passwords) > 0:
		return fault.New(fault.ClassPermanent, pdf.KindEncrypted, "the PDF is encrypted, and none of the %d known passwords opens it", len(passwords))
	case errors.Is(err, pdfiumerrors.ErrPassword):
		return fault.New(fault.ClassPermanent, pdf.KindEncrypted, "the PDF is encrypted and needs a password to be read")
	case errors.Is(err, pdfiumerrors.ErrSecurity):
		return fault.New(fault.ClassPermanent, pdf.KindEncrypted, "the PDF is encrypted in a way that cannot be read")
	}
	return damaged(err)
}

func (d *Document) open(content []byte, password string) error {
	request := &requests.OpenDocument{File: &content}
	if password != "" {
		request.Password = &password
	}
	opened, err := d.in.OpenDocument(request)
	if err == nil {
		d.ref = opened.Document
	}
	return err
}

func damaged(err error) error {
	return fault.New(fault.ClassPermanent, pdf.KindDamaged, "PDFium cannot read the PDF: %w", err)
}

// Close frees the document and PDFium's memory.
func (d *Document) Close() error { return d.in.Close() }

// Pages returns the number of pages.
func (d *Document) Pages() int { return d.pages }

// Info returns the document information, by the names that package pdf uses.
func (d *Document) Info() map[string]string {
	meta, err := d.in.GetMetaData(&requests.GetMetaData{Document: d.ref})
	if err != nil {
		return nil
	}
	out := map[string]string{}
	for _, tag := range meta.Tags {
		if text := strings.TrimSpace(pdf.Clean(tag.Value)); text != "" {
			out[pdf.InfoName(tag.Tag)] = text
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (d *Document) page(number int) requests.Page {
	return requests.Page{ByIndex: &requests.PageByIndex{Document: d.ref, Index: number - 1}}
}

// Bounds of a picture, in pixels.
const (
	maxSide   = 12_000
	maxPixels = 40_000_000
)

// Picture draws a page, numbered from 1, in so many pixels an inch, or fewer where the page is so large that its picture would be
// over 40 million pixels. It returns the pixels an inch that it took.
func (d *Document) Picture(number, perInch int) (*image.RGBA, int, error) {
	size, err := d.in.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: d.ref, Index: number - 1})
	if err != nil {
		return nil, 0, fmt.Errorf("page %d: %w", number, damaged(err))
	}
	for perInch > 1 {
		w, h := size.Width*float64(perInch)/72, size.Height*float64(perInch)/72
		if w <= maxSide && h <= maxSide && w*h <= maxPixels {
			break
		}
		perInch = perInch * 2 / 3
	}
	drawn, err := d.in.RenderPageInDPI(&requests.RenderPageInDPI{
		Page: d.page(number), DPI: perInch, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("draw page %d: %w", number, damaged(err))
	}
	defer drawn.Cleanup()
	picture := image.NewRGBA(drawn.Result.Image.Rect)
	copy(picture.Pix, drawn.Result.Image.Pix) // the original lies in PDFium's memory
	return picture, perInch, nil
}

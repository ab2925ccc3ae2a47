package reader

import (
	"bytes"
	"context"
	"fmt"
	"image/png"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
)

// Draw draws a page, numbered from 1, as PNG, and returns the pixels an inch that it took; see pdfium.Document.Picture. The errors
// are those of [Reader.Read].
func (r *Reader) Draw(ctx context.Context, content []byte, page, perInch int, o Options) ([]byte, int, error) {
	w := &work{ctx: ctx, reader: r, content: content, options: o}
	defer w.close()
	if err := w.open(); err != nil {
		return nil, 0, err
	}
	if n := w.document.Pages(); page > n {
		return nil, 0, fault.New(fault.ClassPermanent, pdf.KindDamaged, "PDFium finds %d pages in the document; there is no page %d to draw", n, page)
	}
	picture, perInch, err := w.document.Picture(page, perInch)
	if err != nil {
		return nil, 0, err
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture); err != nil {
		return nil, 0, fmt.Errorf("encode the picture of page %d: %w", page, err)
	}
	return out.Bytes(), perInch, nil
}

package pdfium

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/klippa-app/go-pdfium/requests"
)

// Copy returns the document as PDFium writes it: whole, with right offsets, and not encrypted. So what only PDFium can open can be
// read by package pdf as well. The error says that it has more than limit bytes, or that PDFium failed.
func (d *Document) Copy(limit int64) ([]byte, error) {
	out := bounded{limit: limit}
	_, err := d.in.FPDF_SaveAsCopy(&requests.FPDF_SaveAsCopy{Document: d.ref, Flags: requests.SaveFlagRemoveSecurity, FileWriter: &out})
	switch {
	case out.over:
		return nil, fmt.Errorf("a copy of the document has more than %d bytes", limit)
	case err != nil:
		return nil, damaged(err)
	}
	return out.content.Bytes(), nil
}

// bounded keeps at most limit bytes.
type bounded struct {
	content bytes.Buffer
	limit   int64
	over    bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if int64(b.content.Len()+len(p)) > b.limit {
		b.over = true
		return 0, errors.New("the copy is too large")
	}
	return b.content.Write(p)
}

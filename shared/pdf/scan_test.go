package pdf_test

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"log/slog"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/pdf/ocr"
	"github.com/millrace/millrace/shared/sandbox"
)

// TestScansAreRecognizedInTheSandbox reads a page that is a picture in a child, with its limits on files and memory.
func TestScansAreRecognizedInTheSandbox(t *testing.T) {
	if _, err := ocr.Find(t.Context(), "eng"); err != nil {
		t.Skip(err)
	}
	pool, err := sandbox.New(sandbox.Config{Children: 1, OCR: "eng", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	const text = "Invoice from Springfield"
	drawn, err := pool.Draw(t.Context(), newFile().page("BT /F1 24 Tf 50 700 Td ("+text+") Tj ET", "").bytes(), 1, 150)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(drawn.PNG))
	if err != nil {
		t.Fatal(err)
	}
	var gray strings.Builder
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			gray.WriteByte(color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y)
		}
	}
	f := newFile()
	n := f.stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode",
		picture.Bounds().Dx(), picture.Bounds().Dy()), deflate(t, []byte(gray.String())))
	f.page("600 0 0 800 0 0 cm /X Do", fmt.Sprintf("/Resources << /XObject << /X %d 0 R >> >>", n))
	r, err := pool.Read(t.Context(), f.bytes())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := r.Document()
	if err != nil || strings.TrimSpace(doc.Text()) != text || doc.Engine != "tesseract/1" {
		t.Errorf("%q by %s (%v)", doc.Text(), doc.Engine, err)
	}
}

package reader

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/ocr"
	"github.com/millrace/millrace/shared/pdf/pdfium"
)

// cache is where PDFium is compiled once for all tests.
var cache string

func TestMain(m *testing.M) {
	var err error
	if cache, err = os.MkdirTemp("", "reader-test-*"); err == nil {
		err = pdfium.Compile(cache)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(cache)
	os.Exit(code)
}

func read(t *testing.T, content []byte, o Options) (*layout.Document, error) {
	t.Helper()
	o.Cache = cache
	var r Reader
	out, err := r.Read(t.Context(), content, pdf.Limits{}, o)
	if r.library != nil {
		if err := r.library.Close(); err != nil {
			t.Error(err)
		}
	}
	return out.Document, err
}

// japanese is a font whose characters only a table of Adobe's tells: package pdf does not know it.
var japanese = object{body: "<< /Type /Font /Subtype /Type0 /BaseFont /Ryumin /Encoding /Identity-H /DescendantFonts [<< /Type /Font " +
	"/Subtype /CIDFontType0 /BaseFont /Ryumin /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> /DW 1000 " +
	"/FontDescriptor << /Type /FontDescriptor /FontName /Ryumin /Flags 4 >> >>] >>"}

const inJapanese = "BT /F2 24 Tf 72 700 Td <034B034D> Tj ET" // the CIDs of あ and い

func TestTheEngineAndTheReasonAreTold(t *testing.T) {
	plain := file("", nil, pages(object{body: "null"}, say("Hello reader"))...)
	tests := []struct {
		name           string
		content        []byte
		options        Options
		text           string
		engine, reason string
	}{
		{"an ordinary document", plain, Options{}, "Hello reader", "glyph/1", ""},
		{"PDFium where it is asked for", plain, Options{Engine: Pdfium}, "Hello reader", "pdfium/1", ""},
		{"encryption that package pdf cannot read", locked("", pages(object{body: "null"}, say("Hello reader"))), Options{},
			"Hello reader", "glyph/1", "decrypted by pdfium/1"},
		{"a known password", locked("hunter2", pages(object{body: "null"}, say("Hello reader"))), Options{Passwords: []string{"wrong", "hunter2"}},
			"Hello reader", "glyph/1", "decrypted by pdfium/1"},
		{"a page without meaning among others", file("", nil, pages(japanese, say("Hello reader"), inJapanese)...), Options{},
			"Hello reader\n\fあい", "glyph/1+pdfium/1", "page 2 by pdfium/1: characters without a meaning"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := read(t, tt.content, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(doc.Text()); got != tt.text || doc.Engine != tt.engine || doc.EngineReason != tt.reason || doc.Outcome != layout.Complete {
				t.Errorf("%q by %s (%q), %s; want %q by %s (%q)", got, doc.Engine, doc.EngineReason, doc.Outcome, tt.text, tt.engine, tt.reason)
			}
		})
	}
}

func TestWhatCannotBeReadIsTyped(t *testing.T) {
	outlines := strings.Repeat("10 10 m 20 20 30 20 40 10 c f\n", pdf.Outlines)
	picture := object{body: "/Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray", stream: []byte("\x00\xff\xff\x00")}
	tests := []struct {
		name    string
		content []byte
		options Options
		kind    string
		text    string
	}{
		{"a blank page", file("", nil, pages(object{body: "null"}, "")...), Options{}, pdf.KindNoText, "no text"},
		{"lines without text", file("", nil, pages(object{body: "null"}, "10 10 m 500 10 l S")...), Options{}, pdf.KindNoText, "no text"},
		{"a picture", file("", nil, pages(picture, "600 0 0 800 0 0 cm /X1 Do")...), Options{}, pdf.KindNeedsOCR, "scanned pictures"},
		{"letters drawn as outlines", file("", nil, pages(object{body: "null"}, outlines)...), Options{}, pdf.KindNeedsOCR, "outlines"},
		{"no password", locked("hunter2", pages(object{body: "null"}, say("secret"))), Options{}, pdf.KindEncrypted, "needs a password"},
		{"no password that fits", locked("hunter2", pages(object{body: "null"}, say("secret"))), Options{Passwords: []string{"a", "b"}}, pdf.KindEncrypted, "none of the 2"},
		{"not a PDF", []byte("PK\x03\x04"), Options{}, pdf.KindNotPDF, "%PDF-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := read(t, tt.content, tt.options)
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error = %v (%v, %q), want permanent %q with %q", err, fault.ClassOf(err), fault.KindOf(err), tt.kind, tt.text)
			}
		})
	}
}

func TestPdfiumIsWaitedForOnlyWhereItIsNeeded(t *testing.T) {
	var r Reader
	if _, err := r.Read(t.Context(), file("", nil, pages(object{body: "null"}, say("Hello"))...), pdf.Limits{}, Options{Wait: true}); err != nil {
		t.Errorf("an ordinary document: %v", err)
	}
	if _, err := r.Read(t.Context(), locked("", pages(object{body: "null"}, say("Hello"))), pdf.Limits{}, Options{Wait: true}); !errors.Is(err, ErrNotCompiled) {
		t.Errorf("an encrypted one: %v, want %v", err, ErrNotCompiled)
	}
}

func TestSomePages(t *testing.T) {
	content := file("", nil, pages(object{body: "null"}, say("one"), say("two"), "", say("four"))...)
	for _, engine := range []string{Best, Glyph, Pdfium} {
		r := Reader{}
		out, err := r.Read(t.Context(), content, pdf.Limits{From: 2, To: 3}, Options{Engine: engine, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		if p := out.Document.Pages; out.Pages != 4 || len(p) != 2 || p[0].Number != 2 || p[1].Number != 3 || strings.TrimSpace(out.Document.Text()) != "two" {
			t.Errorf("%q: %d pages of %d: %q", engine, len(p), out.Pages, out.Document.Text())
		}
	}
}

func TestBothEnginesAgreeOnPlaces(t *testing.T) {
	for _, rotate := range []string{"", "/Rotate 90", "/Rotate 180", "/Rotate 270", "/CropBox [50 100 550 750]"} {
		objects := pages(object{body: "null"}, say("Where"))
		objects[5].body = strings.Replace(objects[5].body, "/MediaBox", rotate+" /MediaBox", 1)
		content := file("", nil, objects...)
		a, err := read(t, content, Options{Engine: Glyph})
		if err != nil {
			t.Fatal(err)
		}
		b, err := read(t, content, Options{Engine: Pdfium})
		if err != nil {
			t.Fatal(err)
		}
		p, q := a.Pages[0], b.Pages[0]
		v, w := p.Blocks[0].Lines[0].Words[0], q.Blocks[0].Lines[0].Words[0]
		if math.Abs(p.Width-q.Width) > 0.1 || math.Abs(p.Height-q.Height) > 0.1 || p.Rotation != q.Rotation || math.Abs(v.Size-w.Size) > 0.1 {
			t.Errorf("%s: pages %v and %v, sizes %v and %v", rotate, p, q, v.Size, w.Size)
		}
		for i := range v.Box {
			if math.Abs(v.Box[i]-w.Box[i]) > 3 {
				t.Errorf("%s: boxes %v and %v", rotate, v.Box, w.Box)
			}
		}
	}
}

func TestScannedPagesAreRecognized(t *testing.T) {
	recognition, err := ocr.Find(context.Background(), "eng")
	if err != nil {
		t.Skip(err)
	}
	scan := picture(t, file("", nil, pages(object{body: "null"}, say("Invoice from Springfield"))...))
	gray := make([]byte, 0, len(scan.Pix)/4)
	for i := 0; i < len(scan.Pix); i += 4 {
		gray = append(gray, scan.Pix[i])
	}
	x := object{body: fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray", scan.Rect.Dx(), scan.Rect.Dy()), stream: gray}
	content := file("", nil, pages(x, say("Cover letter"), "600 0 0 800 0 0 cm /X1 Do", "")...)
	doc, err := read(t, content, Options{OCR: recognition})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(doc.Pages[1].Text()); got != "Invoice from Springfield" || doc.Engine != "glyph/1+tesseract/1" || doc.EngineReason != "page 2 by tesseract/1: no text" {
		t.Errorf("%q by %s (%q)", got, doc.Engine, doc.EngineReason)
	}
	box := doc.Pages[1].Blocks[0].Lines[0].Box
	if math.Abs(box[0]-72) > 4 || math.Abs(box[3]-100) > 12 {
		t.Errorf("the text stands at %v", box)
	}
	if len(doc.Pages[2].Blocks) != 0 {
		t.Error("the blank page has text")
	}
	if doc, err := read(t, content, Options{}); err != nil || len(doc.Pages[1].Blocks) != 0 {
		t.Errorf("without recognition: %v", err)
	}
}

// picture draws the first page of a document.
func picture(t *testing.T, content []byte) *image.RGBA {
	t.Helper()
	l, err := pdfium.Load(cache, 256<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d, err := l.Open(content, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, perInch, err := d.Picture(1, 200)
	if err != nil || perInch != 200 {
		t.Fatal(perInch, err)
	}
	return p
}

func TestDoubts(t *testing.T) {
	page := func(words ...string) *layout.Page {
		p := &layout.Page{Blocks: []layout.Block{{Lines: []layout.Line{{}}}}}
		for _, w := range words {
			p.Blocks[0].Lines[0].Words = append(p.Blocks[0].Lines[0].Words, layout.Word{Text: w})
		}
		return p
	}
	letters := strings.Fields(strings.Repeat("a b c d ", 20))
	tests := []struct {
		name  string
		page  *layout.Page
		signs pdf.Signs
		want  string
	}{
		{"ordinary text", page("some", "words", "of", "a", "letter"), pdf.Signs{Drawn: 18}, ""},
		{"a blank page", page(), pdf.Signs{}, ""},
		{"a character without a meaning among many", page("word"), pdf.Signs{Drawn: 100, Unmapped: 1}, "far fewer characters than are drawn"},
		{"many of them", page("word"), pdf.Signs{Drawn: 8, Unmapped: 4}, "characters without a meaning"},
		{"words that fell apart", page(letters...), pdf.Signs{Drawn: 80}, "absurd spacing"},
		{"words that ran together", page(strings.Repeat("together", 20)), pdf.Signs{Drawn: 160}, "absurd spacing"},
		{"a script without spaces", page(strings.Repeat("文", 160)), pdf.Signs{Drawn: 160}, ""},
	}
	for _, tt := range tests {
		if got := doubts(tt.page, tt.signs); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

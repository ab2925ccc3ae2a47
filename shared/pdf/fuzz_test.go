package pdf_test

import (
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
)

// fuzzed reads a document that was made of arbitrary bytes: it ends with text or with a typed fault.
func fuzzed(t *testing.T, content []byte) {
	t.Helper()
	doc, err := pdf.Read(t.Context(), content, pdf.Limits{Bytes: 1 << 20, Unpack: 1 << 22, Time: 2 * time.Second, Pages: 50})
	if err != nil {
		if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) == "" {
			t.Fatalf("untyped: %v", err)
		}
		return
	}
	if text := doc.Text(); doc.Words() == 0 || !utf8.ValidString(text) {
		t.Fatalf("%d words: %q", doc.Words(), text)
	}
}

// FuzzContent interprets arbitrary content streams.
func FuzzContent(f *testing.F) {
	f.Add("BT /F1 10 Tf 50 700 Td [(a) -300 <62>] TJ (c) ' 1 2 (d) \" T* ET q 1 0 0 1 5 5 cm Q")
	f.Add("/Span << /ActualText (x) >> BDC BT /F1 9 Tf (y) Tj ET EMC BI /W 1 /H 1 ID x EI [[<< /A [")
	f.Fuzz(func(t *testing.T, content string) { fuzzed(t, newFile().page(content, "").bytes()) })
}

// FuzzCharacterMap reads text by arbitrary character maps: one to Unicode, one of codes to glyphs.
func FuzzCharacterMap(f *testing.F) {
	f.Add("1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <10> <12> <0041> endbfrange 1 beginbfchar <20> /space endbfchar")
	f.Add("/WMode 1 def 1 begincidrange <0000> <ffff> 7 endcidrange 1 begincidchar <0010> 3 endcidchar")
	f.Fuzz(func(t *testing.T, m string) {
		doc := newFile()
		n := doc.stream("", m)
		cid := doc.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 >>")
		font := doc.add(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding %d 0 R /ToUnicode %d 0 R /DescendantFonts [%d 0 R] >>", n, n, cid))
		doc.page("BT /F1 9 Tf 50 700 Td <0010001100200000ffff> Tj ET", fmt.Sprintf("/Resources << /Font << /F1 %d 0 R >> >>", font))
		fuzzed(t, doc.bytes())
	})
}

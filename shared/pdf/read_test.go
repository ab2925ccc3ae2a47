package pdf_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

func readText(t *testing.T, content []byte) string {
	t.Helper()
	doc, err := pdf.Read(t.Context(), content, pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(doc.Text())
}

// columns sets two columns of running text under a title.
func columns() string {
	var sb strings.Builder
	sb.WriteString(at(60, 760, "A title that spans the page from its left to its right margin and so both columns"))
	for i := range 6 {
		fmt.Fprintf(&sb, "%s%s", at(60, 700-12*i, fmt.Sprintf("left column line %d reads on", i)), at(330, 700-12*i, fmt.Sprintf("right column line %d reads on", i)))
	}
	return sb.String()
}

func TestText(t *testing.T) {
	tests := []struct {
		name, content, entries, want string
	}{
		{"words from spaces in the string", at(50, 700, "two words"), "", "two words"},
		{"words from gaps between glyphs", "BT /F1 10 Tf 50 700 Td [(Hel) 20 (lo) -300 (world)] TJ ET", "", "Hello world"},
		{"words from positions alone", at(50, 700, "Total") + at(200, 700, "12.50"), "", "Total 12.50"},
		{"letter-spaced words", "BT /F1 10 Tf 3 Tc 50 700 Td (INVOICE) Tj ET", "", "INVOICE"},
		{"lines in order of height, whatever the order drawn", at(50, 680, "second") + at(50, 692, "first"), "", "first\nsecond"},
		{"paragraphs", at(50, 700, "one") + at(50, 688, "two") + at(50, 640, "three"), "", "one\ntwo\n\nthree"},
		{"the operators that move to the next line", "BT /F1 10 Tf 12 TL 50 700 Td (a) Tj T* (b) Tj (c) ' 0 0 (d) \" ET", "", "a\nb\nc\nd"},
		{"text in bold by printing it twice", at(50, 700, "Bold") + "BT /F1 10 Tf 50.3 700 Td (Bold) Tj ET", "", "Bold"},
		{"a ligature becomes its letters", "BT /F2 10 Tf 50 700 Td (o\\001ce) Tj ET", "/Resources << /Font << /F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [1 /ffi] >> >> >> >>", "office"},
		{"glyph names, common, composed and rare", "BT /F2 10 Tf 50 700 Td (\\001\\002\\003\\004) Tj ET", "/Resources << /Font << /F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [1 /Scaron /Euro /uni4F60 /afii10017] >> >> >> >>", "Š€你А"},
		{"the page turned by 90 degrees", "q 0 1 -1 0 600 0 cm " + at(50, 300, "turned page") + "Q", "/Rotate 90", "turned page"},
		{"turned text after the rest", "BT /F1 10 Tf 0 1 -1 0 30 300 Tm (margin note) Tj ET " + at(50, 700, "the body of the page"), "", "the body of the page\n\nmargin note"},
		{"text outside the page is not on it", at(50, 700, "in") + at(50, 900, "out") + at(-300, 700, "out"), "", "in"},
		{"two columns, one after the other", columns(), "", "A title that spans the page from its left to its right margin and so both columns\n\n" +
			lines("left column line %d reads on", 6) + "\n\n" + lines("right column line %d reads on", 6)},
		{"a table, row by row", at(50, 700, "Item") + at(300, 700, "Price") + at(50, 688, "Bolt") + at(300, 688, "1.00") + at(50, 676, "Nut") + at(300, 676, "2.00") + at(50, 664, "Total") + at(300, 664, "3.00"),
			"", "Item Price\nBolt 1.00\nNut 2.00\nTotal 3.00"},
		{"an inline image is passed over", "BI /W 2 /H 2 /BPC 8 /CS /G ID \x00(Tj \xff EI\n" + at(50, 700, "after"), "", "after"},
		{"right-to-left words read from the right", "BT /F2 10 Tf 50 700 Td (\\001\\002\\003) Tj ET", "/Resources << /Font << /F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [1 /uni05DD /uni05D5 /uni05DC] >> >> >> >>", "לום"},
		{"a missing font", "BT /F9 10 Tf 50 700 Td (still read) Tj ET", "", "still read"},
		{"broken operators", "Q Q 1 0 cm BT Tj /F1 Tf /F1 10 Tf [ (a" + ") ] ) ] >> Tm TJ 50 700 Td (fine) Tj ET", "", "fine"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := readText(t, newFile().page(tt.content, tt.entries).bytes()); got != tt.want {
				t.Errorf("text is\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func lines(format string, n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(format, i))
	}
	return strings.Join(out, "\n")
}

func TestToUnicodeAndCompositeFonts(t *testing.T) {
	f := newFile()
	m := f.stream("", "1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfchar <0003> <0020> endbfchar "+
		"2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<00660069> <4F60>] endbfrange")
	cid := f.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 500 /W [16 [600 700] 18 20 300] >>")
	font := f.add(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode %d 0 R /DescendantFonts [%d 0 R] >>", m, cid))
	f.page("BT /F2 10 Tf 50 700 Td <001000110012000300200021> Tj ET", fmt.Sprintf("/Resources << /Font << /F2 %d 0 R >> >>", font))
	if got := readText(t, f.bytes()); got != "ABC fi你" {
		t.Errorf("text = %q", got)
	}
}

func TestFormsAndAnnotationsAreRead(t *testing.T) {
	f := newFile()
	inner := f.stream("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >>", at(50, 100, "inner"))
	outer := f.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Matrix [1 0 0 1 0 500] /Resources << /XObject << /I %d 0 R >> >>", inner), "/I Do")
	note := f.stream("/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 3 0 R >> >>", at(2, 5, "field value"))
	f.page("/O Do", fmt.Sprintf("/Resources << /XObject << /O %d 0 R >> >> /Annots [<< /Subtype /Widget /Rect [300 400 400 420] /AP << /N %d 0 R >> >>]", outer, note))
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(doc.Text()); got != "inner\n\nfield value" {
		t.Errorf("text = %q", got)
	}
	if box := doc.Pages[0].Blocks[1].Box; math.Abs(box[0]-302) > 0.1 || math.Abs(box[3]-397.5) > 1 {
		t.Errorf("the field stands at %v", box)
	}
}

func TestOptionalContentThatIsOffIsNotRead(t *testing.T) {
	f := newFile()
	off, on := f.add("<< /Type /OCG /Name (draft) >>"), f.add("<< /Type /OCG /Name (final) >>")
	f.objects[0] = fmt.Sprintf("<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [%d 0 R %d 0 R] /D << /OFF [%d 0 R] >> >> >>", off, on, off)
	f.page("/OC /A BDC "+at(50, 700, "draft")+"EMC /OC /B BDC "+at(50, 680, "final")+"EMC",
		fmt.Sprintf("/Resources << /Font << /F1 3 0 R >> /Properties << /A %d 0 R /B %d 0 R >> >>", off, on))
	if got := readText(t, f.bytes()); got != "final" {
		t.Errorf("text = %q", got)
	}
}

func TestBoxesAreOfTheDisplayedPage(t *testing.T) {
	f := newFile()
	f.page(at(100, 700, "x"), "/MediaBox [0 0 600 800] /CropBox [50 100 550 750]")
	f.page(at(100, 700, "x"), "/Rotate 90")
	f.page(at(100, 700, "x"), "/Rotate 180")
	f.page(at(100, 700, "x"), "/Rotate 270")
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	// x is 5 points wide, 7.5 above and 2.5 below its baseline.
	want := []struct {
		w, h float64
		box  layout.Box
	}{
		{500, 650, layout.Box{50, 42.5, 55, 52.5}},
		{800, 600, layout.Box{697.5, 100, 707.5, 105}},
		{600, 800, layout.Box{495, 697.5, 500, 707.5}},
		{800, 600, layout.Box{92.5, 495, 102.5, 500}},
	}
	for i, p := range doc.Pages {
		got := p.Blocks[0].Lines[0].Words[0].Box
		if p.Width != want[i].w || p.Height != want[i].h {
			t.Errorf("page %d is %v by %v, want %v by %v", i+1, p.Width, p.Height, want[i].w, want[i].h)
		}
		for j := range got {
			if math.Abs(got[j]-want[i].box[j]) > 0.01 {
				t.Errorf("page %d: box %v, want %v", i+1, got, want[i].box)
				break
			}
		}
	}
}

func TestInfoAndLanguage(t *testing.T) {
	f := newFile().page(at(50, 700, "The buyer shall pay for this and for all of the goods that are with it on the day"), "")
	f.trailer = "/Info << /Title (\xfe\xff\x00R\x00\xe9) /Author (A\\(B\\)) /Producer () >>"
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Info["title"] != "Ré" || doc.Info["author"] != "A(B)" || len(doc.Info) != 2 || doc.Language != "en" {
		t.Errorf("info %v, language %q", doc.Info, doc.Language)
	}
}

func TestFilters(t *testing.T) {
	content := at(50, 700, "filtered")
	filters := map[string]string{
		"/FlateDecode":                   deflate(t, []byte(content)),
		"/ASCIIHexDecode":                fmt.Sprintf("%x>", content),
		"[/ASCIIHexDecode /FlateDecode]": fmt.Sprintf("%x>", deflate(t, []byte(content))),
		"/RunLengthDecode":               string(rune(len(content)-1)) + content + "\x80",
		"/FlateDecode /DecodeParms << /Predictor 15 /Columns 4 >>": deflate(t, pngUp([]byte(content), 4)),
		"/LZWDecode": lzwLiteral(content),
	}
	for filter, data := range filters {
		f := newFile()
		c := f.stream("/Filter "+filter, data)
		f.objects[1] = fmt.Sprintf("<< /Type /Pages /Count 1 /Kids [%d 0 R] >>", c+1)
		f.add(fmt.Sprintf("<< /Type /Page /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>", c))
		if got := readText(t, f.bytes()); got != "filtered" {
			t.Errorf("%s: text = %q", filter, got)
		}
	}
}

// pngUp encodes rows with PNG's Up filter; the last row is filled with spaces.
func pngUp(data []byte, columns int) []byte {
	for len(data)%columns != 0 {
		data = append(data, ' ')
	}
	var out []byte
	prev := make([]byte, columns)
	for i := 0; i < len(data); i += columns {
		out = append(out, 2)
		for j := range columns {
			out = append(out, data[i+j]-prev[j])
		}
		prev = data[i : i+columns]
	}
	return out
}

// lzwLiteral encodes text as 9-bit literals, clearing the table before it grows.
func lzwLiteral(text string) string {
	var out []byte
	acc, bits := 0, 0
	put := func(code int) {
		acc, bits = acc<<9|code, bits+9
		for bits >= 8 {
			out = append(out, byte(acc>>(bits-8)))
			bits -= 8
			acc &= 1<<bits - 1
		}
	}
	for i := range len(text) {
		if i%100 == 0 {
			put(256)
		}
		put(int(text[i]))
	}
	put(257)
	put(0)
	return string(out)
}

func TestDamagedFilesAreRepaired(t *testing.T) {
	good := newFile().page(at(50, 700, "rescued"), "").bytes()
	swap := func(old, with string) []byte { return bytes.Replace(bytes.Clone(good), []byte(old), []byte(with), 1) }
	tests := map[string][]byte{
		"the cross-reference table is cut off":  good[:bytes.Index(good, []byte("xref\n"))],
		"offsets are wrong":                     swap("%\xe2\xe3\xcf\xd3\n", "%\xe2\xe3\xcf\xd3 and so on\n"),
		"bytes before the header":               append([]byte("HTTP/1.1 200 OK\r\n\r\n"), good...),
		"bytes after the end":                   append(bytes.Clone(good), bytes.Repeat([]byte("\x00junk"), 100)...),
		"a version from the future":             swap("%PDF-1.4", "%PDF-2.0"),
		"a wrong stream length":                 swap("/Length 40", "/Length 99"),
		"no trailer":                            swap("trailer", "vanished"),
		"cross references that point in a loop": swap("/Root 1 0 R", fmt.Sprintf("/Root 1 0 R /Prev %d", bytes.Index(good, []byte("xref\n")))),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			doc, err := pdf.Read(t.Context(), content, pdf.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(doc.Text()); got != "rescued" {
				t.Errorf("text = %q", got)
			}
		})
	}
}

func TestObjectStreamsAreUnpacked(t *testing.T) {
	f := newFile().page(at(50, 700, "packed"), "")
	packed := "3 0 1 63 "
	body := "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica        >>\n<< /Type /Catalog /Pages 2 0 R >>"
	data := deflate(t, []byte(packed+body))
	f.stream(fmt.Sprintf("/Type /ObjStm /N 2 /First %d /Filter /FlateDecode", len(packed)), data)
	f.objects[2] = "null"
	if got := readText(t, f.bytes()); got != "packed" {
		t.Errorf("text = %q", got)
	}
}

func TestDefectivePagesAreNamedAndTheOthersKept(t *testing.T) {
	f := newFile().page(at(50, 700, "first"), "").page(at(50, 700, "third"), "")
	f.objects[1] = strings.Replace(f.objects[1], "R ", "R 999 0 R ", 1)
	doc, err := pdf.Read(t.Context(), f.bytes(), pdf.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Outcome != layout.Partial || len(doc.Pages) != 3 || doc.Pages[1].Error == "" || doc.Pages[0].Error+doc.Pages[2].Error != "" {
		t.Errorf("outcome %s, pages %+v", doc.Outcome, doc.Pages)
	}
	if got := strings.TrimSpace(doc.Pages[2].Text()); got != "third" {
		t.Errorf("page 3 = %q", got)
	}
}

func TestFailuresAreTyped(t *testing.T) {
	good := newFile().page(at(50, 700, "text"), "").bytes()
	image := newFile()
	x := image.stream("/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray", "x")
	image.page("/X Do", fmt.Sprintf("/Resources << /XObject << /X %d 0 R >> >>", x))
	locked := newFile().page(at(50, 700, "secret"), "")
	locked.trailer = "/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + strings.Repeat("41", 32) + "> /U <" + strings.Repeat("42", 32) + "> >>"
	many := newFile()
	for range 12 {
		many.page(at(50, 700, "text"), "")
	}
	bomb := newFile()
	c := bomb.stream("/Filter /FlateDecode", deflate(t, bytes.Repeat([]byte(" "), 4<<20)))
	bomb.page("", fmt.Sprintf("/Contents %d 0 R", c))
	bomb.objects[len(bomb.objects)-1] = fmt.Sprintf("<< /Type /Page /Contents %d 0 R >>", c)
	tests := []struct {
		name    string
		content []byte
		kind    string
		text    string
	}{
		{"no bytes", nil, pdf.KindEmpty, "0 bytes"},
		{"another type of file", []byte("PK\x03\x04 a zip file"), pdf.KindNotPDF, "%PDF-"},
		{"only the beginning", good[:60], pdf.KindTruncated, "ask for the file again"},
		{"a header and nonsense", append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("nonsense "), 50)...), pdf.KindTruncated, "too early"},
		{"whole, but without objects", []byte("%PDF-1.4\n" + strings.Repeat("% nothing\n", 20) + "startxref\n0\n%%EOF\n"), pdf.KindDamaged, "damaged"},
		{"a password is needed", locked.bytes(), pdf.KindEncrypted, "password"},
		{"a scanned picture", image.bytes(), pdf.KindNeedsOCR, "character recognition"},
		{"an empty page", newFile().page("", "").bytes(), pdf.KindNoText, "no text"},
		{"too large", bytes.Repeat(good, 20), pdf.KindTooLarge, "limit"},
		{"too many pages", many.bytes(), pdf.KindTooManyPages, "10 pages"},
		{"a decompression bomb", bomb.bytes(), pdf.KindTooLarge, "unpacks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := pdf.Read(t.Context(), tt.content, pdf.Limits{Bytes: 10000, Pages: 10, Unpack: 1 << 20})
			if fault.ClassOf(err) != fault.ClassPermanent || fault.KindOf(err) != tt.kind {
				t.Fatalf("error = %v (%v, %q), want permanent %q", err, fault.ClassOf(err), fault.KindOf(err), tt.kind)
			}
			if !strings.Contains(err.Error(), tt.text) {
				t.Errorf("text = %q, want %q in it", err, tt.text)
			}
		})
	}
}

func TestAFileUnpacksToSoManyTimesItsSize(t *testing.T) {
	f := newFile()
	for range 2 {
		n := f.stream("/Filter /FlateDecode", deflate(t, bytes.Repeat([]byte(" "), 40<<20)))
		f.page("", "")
		f.objects[len(f.objects)-1] = fmt.Sprintf("<< /Type /Page /Parent 2 0 R /Contents %d 0 R >>", n)
	}
	content := f.page(at(50, 700, "text"), "").bytes()
	if _, err := pdf.Read(t.Context(), content, pdf.Limits{Ratio: 10}); fault.KindOf(err) != pdf.KindTooLarge || !strings.Contains(err.Error(), "67108864 bytes") {
		t.Errorf("80 MiB in %d kB end with %v", len(content)>>10, err)
	}
	if doc, err := pdf.Read(t.Context(), content, pdf.Limits{Ratio: 2000}); err != nil || !strings.Contains(doc.Text(), "text") {
		t.Errorf("with a ratio that allows it: %v", err)
	}
}

func TestLoopsEnd(t *testing.T) {
	tree := newFile().page(at(50, 700, "once"), "")
	tree.objects[1] = strings.Replace(tree.objects[1], "/Kids [", "/Kids [2 0 R ", 1)
	form := newFile()
	n := len(form.objects) + 1
	form.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /X %d 0 R >> /Font << /F1 3 0 R >> >>", n), at(50, 700, "once")+"/X Do")
	form.page("/X Do", fmt.Sprintf("/Resources << /XObject << /X %d 0 R >> >>", n))
	parent := newFile().page(at(50, 700, "once"), "/Resources 2 0 R")
	for name, f := range map[string]*file{"a page tree that holds itself": tree, "a form that draws itself": form, "resources that are the page tree": parent} {
		t.Run(name, func(t *testing.T) {
			if got := readText(t, f.bytes()); got != "once" {
				t.Errorf("text = %q", got)
			}
		})
	}
}

func TestTimeAndCancellation(t *testing.T) {
	endless := newFile()
	n := len(endless.objects) + 1
	for i := range 24 {
		endless.stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /X %d 0 R >> >>", n+i+1), strings.Repeat("/X Do ", 10))
	}
	content := endless.page("/X Do", fmt.Sprintf("/Resources << /XObject << /X %d 0 R >> >>", n)).bytes()
	_, err := pdf.Read(t.Context(), content, pdf.Limits{Time: 50 * time.Millisecond})
	if fault.KindOf(err) != pdf.KindTimeout {
		t.Errorf("10^24 forms end with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pdf.Read(ctx, content, pdf.Limits{}); fault.ClassOf(err) != fault.ClassInterrupted {
		t.Errorf("a cancelled read ends with %v (%v)", err, fault.ClassOf(err))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(newFile().page(columns(), "").bytes())
	f.Add([]byte("%PDF-1.4\n1 0 obj\n<< /Type /Page /Contents 2 0 R >>\n2 0 obj\n<< >>\nstream\nBT (x) Tj\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := pdf.Read(t.Context(), content, pdf.Limits{Bytes: 1 << 20, Unpack: 1 << 22, Time: 2 * time.Second, Pages: 50})
		if err != nil && fault.ClassOf(err) == fault.ClassTransient {
			t.Errorf("untyped: %v", err)
		}
		if err == nil && doc.Words() == 0 {
			t.Error("an empty success")
		}
	})
}

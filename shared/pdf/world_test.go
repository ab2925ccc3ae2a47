package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
)

// file builds small PDFs by hand, so that each test says what is in its document.
type file struct {
	objects []string // bodies; the number is the index plus one
	trailer string
	version string
}

// newFile returns a document with a catalog (1), a page tree (2) and Helvetica (3, as /F1).
func newFile() *file {
	return &file{version: "1.4", objects: []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}}
}

func (f *file) add(body string) (number int) {
	f.objects = append(f.objects, body)
	return len(f.objects)
}

func (f *file) stream(dict, data string) int {
	return f.add(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data))
}

// page adds a page with the given content and entries; resources are F1 unless the entries say others.
func (f *file) page(content, entries string) *file {
	c := f.stream("", content)
	if !strings.Contains(entries, "/Resources") {
		entries += " /Resources << /Font << /F1 3 0 R >> >>"
	}
	if !strings.Contains(entries, "/MediaBox") {
		entries += " /MediaBox [0 0 600 800]"
	}
	n := f.add(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /Contents %d 0 R %s >>", c, entries))
	kids := strings.TrimSuffix(f.objects[1], "] >>")
	if kids == "" {
		kids = "<< /Type /Pages /Count 99 /Kids ["
	}
	f.objects[1] = fmt.Sprintf("%s %d 0 R] >>", kids, n)
	return f
}

func (f *file) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n", f.version)
	offsets := make([]int, len(f.objects))
	for i, body := range f.objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, body)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(f.objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(f.objects)+1, f.trailer, table)
	return b.Bytes()
}

func deflate(tb testing.TB, data []byte) string {
	tb.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// at shows text at a point, 10 points high.
func at(x, y int, text string) string {
	return fmt.Sprintf("BT /F1 10 Tf %d %d Td (%s) Tj ET\n", x, y, text)
}

package pdf_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/pdf"
)

// BenchmarkPages reads documents of more and more pages: the time for each page should stay what it is.
func BenchmarkPages(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 5000} {
		f := newFile()
		for range n {
			f.page(words(200, func(i int) (x, y int) { return 40 + 50*(i%10), 40 + 12*(i/10) }), "")
		}
		linear(b, fmt.Sprintf("sound/%d", n), f.bytes(), n, "ns/page")
		linear(b, fmt.Sprintf("repaired/%d", n), append([]byte("junk\n"), f.bytes()...), n, "ns/page") // its offsets are wrong
	}
}

// BenchmarkGlyphs reads single pages of more and more characters in several arrangements: the time for each should stay what it is.
func BenchmarkGlyphs(b *testing.B) {
	for _, shape := range []struct {
		name  string
		place func(i int) (x, y int)
	}{
		{"text", func(i int) (int, int) { return 40 * (i % 10), 12 * (i / 10) }},
		{"row", func(i int) (int, int) { return 40 * i, 300 }},
		{"column", func(i int) (int, int) { return 40, 12 * i }},
		{"columns", func(i int) (int, int) { return 200*(i%4) + i/4%7, 12 * (i / 4) }},
		{"pile", func(int) (int, int) { return 300, 300 }},
		{"word", func(i int) (int, int) { return 22 * i, 300 }},
	} {
		for _, n := range []int{200, 2_000, 20_000} { // words of five letters
			f := newFile().page(words(n, shape.place), "/MediaBox [0 0 900000 900000]")
			linear(b, fmt.Sprintf("%s/%d", shape.name, 5*n), f.bytes(), 5*n, "ns/glyph")
		}
	}
}

func linear(b *testing.B, name string, content []byte, n int, unit string) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		start := processorTime()
		for b.Loop() {
			if _, err := pdf.Read(context.Background(), content, pdf.Limits{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64((processorTime()-start).Nanoseconds())/float64(n*b.N), "cpu-"+unit)
	})
}

// words places words of five letters.
func words(n int, place func(i int) (x, y int)) string {
	var sb strings.Builder
	for i := range n {
		x, y := place(i)
		sb.WriteString(at(x, y, string([]byte{byte('a' + i%26), byte('a' + i/26%26), 'r', 's', 't'})))
	}
	return sb.String()
}

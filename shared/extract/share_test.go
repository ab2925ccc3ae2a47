package extract_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// smallPDF is the size up to which a file counts as small: most business documents that a program printed are.
const smallPDF = 100 << 10

// BenchmarkShareOfParsing tells what classifying and extracting add to the time that reading a document takes, all three
// in one process and one run, so that other work on the machine slows them alike. Wanted is a ratio below 0.25.
func BenchmarkShareOfParsing(b *testing.B) {
	b.Run("synthetic", func(b *testing.B) { share(b, syntheticPDFs(b, 120)) })
	b.Run("real", func(b *testing.B) {
		dir := testkit.Data(b)
		share(b, append(smallPDFs(b, filepath.Join(dir, "fields")), smallPDFs(b, filepath.Join(dir, "doctype"))...))
	})
}

func share(b *testing.B, files [][]byte) {
	b.Helper()
	model, err := classify.Default()
	if err != nil {
		b.Fatal(err)
	}
	fields, err := extract.New(extract.Config{})
	if err != nil {
		b.Fatal(err)
	}
	var parse, classified, extracted time.Duration
	documents := 0
	pass := func(content []byte) {
		start := time.Now()
		doc, err := pdf.Read(b.Context(), content, pdf.Limits{})
		if err != nil {
			return
		}
		read := time.Now()
		answer := model.Classify(doc)
		known := time.Now()
		fields.Extract(doc, fields.ReadAs(answer.Class, answer.Alternatives))
		parse, classified, extracted = parse+read.Sub(start), classified+known.Sub(read), extracted+time.Since(known)
		documents++
	}
	for b.Loop() {
		for _, content := range files {
			pass(content)
		}
	}
	if documents == 0 {
		b.Fatal("no document could be read")
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(documents) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(each(parse), "parse-µs/doc")
	b.ReportMetric(each(classified), "classify-µs/doc")
	b.ReportMetric(each(extracted), "extract-µs/doc")
	b.ReportMetric(float64(classified+extracted)/float64(parse), "ratio")
}

func syntheticPDFs(b *testing.B, n int) [][]byte {
	b.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: 20})
	if err != nil {
		b.Fatal(err)
	}
	var out [][]byte
	for range n {
		d, err := source.Next()
		if err != nil {
			b.Fatal(err)
		}
		if len(d.PDF) <= smallPDF {
			out = append(out, d.PDF)
		}
	}
	return out
}

func smallPDFs(b *testing.B, dir string) [][]byte {
	b.Helper()
	var out [][]byte
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".pdf") {
			return err
		}
		if info, err := e.Info(); err != nil || info.Size() > smallPDF {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // the developer's own documents
		out = append(out, content)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

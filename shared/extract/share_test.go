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
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/pdf/reader"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// smallPDF is the size up to which a file counts as small: most business documents that a program printed are.
const smallPDF = 100 << 10

// BenchmarkShareOfParsing tells what classifying and extracting add to the time that reading a document takes, all three
// in one process and one run, and each document's best time of all passes, so that other work on the machine disturbs none of
// them. Each goes over the documents by itself, as in a service, which does one of the three for one document after the other.
// Reading is what the parser does: by package pdf, with a look for signs of bad pages, and by PDFium what needs it. What carries
// layouts from one service to the next (encoding, decoding, the store) counts for none. Wanted is a ratio below 0.25.
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
	engines := new(reader.Reader)
	_, _ = engines.Read(b.Context(), files[0], pdf.Limits{}, reader.Options{Engine: reader.Pdfium}) // which compiles PDFium
	best := make([][3]time.Duration, len(files))                                                    // of parsing, classifying and extracting each document
	docs := make([]*layout.Document, len(files))                                                    // nil for what cannot be read
	answers := make([]classify.Result, len(files))
	steps := [...]func(i int){
		func(i int) {
			docs[i] = nil
			if r, err := engines.Read(b.Context(), files[i], pdf.Limits{}, reader.Options{}); err == nil {
				docs[i] = r.Document
			}
		},
		func(i int) { answers[i] = model.Classify(docs[i]) },
		func(i int) { fields.Extract(docs[i], fields.ReadAs(answers[i].Class, answers[i].Alternatives)) },
	}
	for b.Loop() {
		for k, step := range steps {
			for i := range files {
				if k > 0 && docs[i] == nil {
					continue
				}
				start := time.Now()
				step(i)
				if took := time.Since(start); best[i][k] == 0 || took < best[i][k] {
					best[i][k] = took
				}
			}
		}
	}
	var sum [3]float64
	documents := 0.0
	for i, d := range best {
		if docs[i] == nil {
			continue
		}
		documents++
		for k := range sum {
			sum[k] += float64(d[k].Microseconds())
		}
	}
	if documents == 0 {
		b.Fatal("no document could be read")
	}
	b.ReportMetric(0, "ns/op")
	for k, name := range [...]string{"parse", "classify", "extract"} {
		b.ReportMetric(sum[k]/documents, name+"-µs/doc")
	}
	b.ReportMetric((sum[1]+sum[2])/sum[0], "ratio")
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
		content, err := os.ReadFile(path)
		out = append(out, content)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

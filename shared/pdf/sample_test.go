package pdf_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// sample is documents that speed is measured on.
type sample struct {
	paths    []string
	contents [][]byte
	pages    []int  // 0 where a document cannot be read
	ordinary []bool // read by package pdf alone
}

// sampleOf reads files into memory, as what is measured is not the disk, and once through a pool to learn what is in them.
func sampleOf(b *testing.B, paths []string) *sample {
	b.Helper()
	s := &sample{paths: paths, contents: make([][]byte, len(paths)), pages: make([]int, len(paths)), ordinary: make([]bool, len(paths))}
	throughPool(b, func(pool *sandbox.Pool) {
		s.each(func(i int) {
			content, err := os.ReadFile(paths[i])
			if err != nil {
				b.Error(err)
				return
			}
			s.contents[i] = content
			if r, err := pool.Read(b.Context(), content); err == nil {
				s.pages[i], s.ordinary[i] = r.Pages, r.Engine == pdf.Engine
			}
		})
	})
	return s
}

// only returns the documents for which keep says true.
func (s *sample) only(keep func(i int) bool) *sample {
	out := &sample{}
	for i := range s.paths {
		if keep(i) {
			out.paths, out.contents = append(out.paths, s.paths[i]), append(out.contents, s.contents[i])
			out.pages, out.ordinary = append(out.pages, s.pages[i]), append(out.ordinary, s.ordinary[i])
		}
	}
	return out
}

// each calls f for every document, as many at once as there are CPUs.
func (s *sample) each(f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(s.paths); i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

func throughPool(b *testing.B, f func(*sandbox.Pool)) {
	b.Helper()
	pool, err := sandbox.New(sandbox.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	f(pool)
}

// filesBelow returns the development documents in a folder that have at most so many bytes.
func filesBelow(b *testing.B, folder string, limit int64) []string {
	b.Helper()
	var out []string
	for _, path := range pdfFiles(b, filepath.Join(testkit.Data(b), folder)) {
		if info, err := os.Stat(path); err == nil && info.Size() <= limit {
			out = append(out, path)
		}
	}
	if len(out) == 0 {
		b.Skip("no documents in " + folder)
	}
	return out
}

// syntheticFiles are what "millrace generate --count 600" writes.
func syntheticFiles(b *testing.B) []string {
	b.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for range 600 {
		d, err := source.Next()
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, d.Name), d.PDF, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return pdfFiles(b, dir)
}

// longFiles are of more than 50 pages: contracts of the development documents, put together in turn by pdfunite, as hardly any
// document there has so many.
func longFiles(b *testing.B) []string {
	b.Helper()
	if _, err := exec.LookPath("pdfunite"); err != nil {
		b.Skip("pdfunite is not installed: install poppler-utils")
	}
	contracts := sampleOf(b, append(filesBelow(b, "fields/kleister_nda", 1<<20), filesBelow(b, "fields/cuad", 1<<20)...))
	dir := b.TempDir()
	var out, parts []string
	pages := 0
	for i, path := range contracts.paths {
		if contracts.pages[i] == 0 {
			continue
		}
		parts = append(parts, path)
		if pages += contracts.pages[i]; pages > 50 {
			name := filepath.Join(dir, fmt.Sprintf("%02d.pdf", len(out)))
			if err := exec.CommandContext(b.Context(), "pdfunite", append(parts, name)...).Run(); err != nil {
				b.Fatalf("pdfunite: %v", err)
			}
			out, parts, pages = append(out, name), nil, 0
		}
	}
	return out
}

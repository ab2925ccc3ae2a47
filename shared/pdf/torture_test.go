package pdf_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/testkit"
)

// TestTorture reads broken, hostile and odd files: each ends as a document with words or as a typed fault, and the pool
// goes on.
func TestTorture(t *testing.T) {
	files := pdfFiles(t, filepath.Join(testkit.Data(t), "torture"))
	if len(files) == 0 {
		t.Skip("no files to be tortured with")
	}
	pool, err := sandbox.New(sandbox.Config{Children: 2, Limits: sandbox.Limits{Limits: pdf.Limits{Time: 20 * time.Second}}})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var mu sync.Mutex
	outcomes := map[string]int{}
	each(files, func(path string) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			return
		}
		r, err := pool.Read(context.Background(), content)
		outcome := string(r.Outcome)
		if err != nil {
			outcome = fault.KindOf(err)
			if fault.ClassOf(err) != fault.ClassPermanent || outcome == "" {
				t.Errorf("%s: untyped: %v", path, err)
			}
		} else if r.Words == 0 {
			t.Errorf("%s: an empty success", path)
		}
		mu.Lock()
		defer mu.Unlock()
		outcomes[outcome]++
	})
	t.Logf("%d files: %v", len(files), outcomes)
}

// each calls f for every path, as many at once as there are CPUs.
func each(paths []string, f func(string)) {
	next := make(chan string)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for path := range next {
				f(path)
			}
		})
	}
	for _, path := range paths {
		next <- path
	}
	close(next)
	wg.Wait()
}

// smallFiles are the development documents of ordinary size.
func smallFiles(tb testing.TB) []string {
	tb.Helper()
	var out []string
	for _, path := range pdfFiles(tb, filepath.Join(testkit.Data(tb), "fields")) {
		if info, err := os.Stat(path); err == nil && info.Size() < 300<<10 {
			out = append(out, path)
		}
	}
	if len(out) == 0 {
		tb.Skip("no documents")
	}
	return out
}

// BenchmarkDocuments compares, per pass over the small documents on all CPUs: this package in process, in the sandbox,
// and a loop of pdftotext.
func BenchmarkDocuments(b *testing.B) {
	files := smallFiles(b)
	contents := map[string][]byte{}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		contents[path] = content
	}
	pass := func(b *testing.B, f func(string)) {
		b.Helper()
		for b.Loop() {
			each(files, f)
		}
		b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "documents/s")
	}
	b.Run("bare", func(b *testing.B) {
		pass(b, func(path string) { _, _ = pdf.Read(context.Background(), contents[path], pdf.Limits{}) }) // only the time counts
	})
	b.Run("encoded", func(b *testing.B) { // what the sandbox does, without the sandbox
		pass(b, func(path string) {
			if doc, err := pdf.Read(context.Background(), contents[path], pdf.Limits{}); err == nil {
				_, _ = layout.Encode(doc) // only the time counts
			}
		})
	})
	b.Run("sandbox", func(b *testing.B) {
		pool, err := sandbox.New(sandbox.Config{})
		if err != nil {
			b.Fatal(err)
		}
		defer pool.Close()
		pass(b, func(path string) { _, _ = pool.Read(context.Background(), contents[path]) })
	})
	b.Run("pdftotext", func(b *testing.B) {
		list := strings.NewReader("")
		for b.Loop() {
			list.Reset(strings.Join(files, "\x00"))
			runPdftotext(b, list)
		}
		b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "documents/s")
	})
}

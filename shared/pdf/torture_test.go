package pdf_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
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

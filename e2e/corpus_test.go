package e2e

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/testkit"
)

// TestRealDocuments drops every PDF of the development data's fields folder into the inbox, twice: each ends with text and
// class, or as a typed failure, and the second time adds arrivals, not documents.
func TestRealDocuments(t *testing.T) {
	files := pdfsBelow(t, filepath.Join(testkit.Data(t), "fields"))
	s := system.New(t, programs)
	distinct := make(map[[32]byte]bool)
	drop := func(round string) {
		for i, path := range files {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			distinct[sha256.Sum256(content)] = true
			s.Drop(fmt.Sprintf("%s-%04d-%s", round, i, filepath.Base(path)), content)
		}
	}
	drop("first")
	s.Start(system.Services()...)

	s.WaitCount(10*time.Minute, len(distinct), ended)
	s.WaitCount(time.Minute, len(files), allArrivals)

	drop("second")
	s.WaitCount(10*time.Minute, 2*len(files), allArrivals)
	if got := s.Count(allDocuments); got != len(distinct) {
		t.Errorf("%d documents for %d contents", got, len(distinct))
	}
	if got := s.Count(`select count(*) from failures where kind = '' or message = ''`); got != 0 {
		t.Errorf("%d failures without a kind or a message", got)
	}
	if got := s.Count(`select count(*) from documents d where status = 'stored' and not exists (select from texts x where x.document_id = d.document_id and x.text <> '')`); got != 0 {
		t.Errorf("%d stored documents have no text", got)
	}
	if got := s.Count(`select count(*) from documents where status = 'stored' and (class is null or confidence is null)`); got != 0 {
		t.Errorf("%d stored documents have no class", got)
	}
	testkit.Eventually(t, time.Minute, func() error {
		if waiting, unrouted := s.Backlog(); waiting+unrouted != 0 {
			return fmt.Errorf("%d waiting, %d unrouted", waiting, unrouted)
		}
		return nil
	})
	failed := s.Count(`select count(*) from documents where status = 'failed'`)
	t.Logf("%d files, %d contents: %d stored, %d failed", len(files), len(distinct), s.Count(storedDocuments), failed)
	s.Report(`select failure_kind, count(*)::text from documents where status = 'failed' group by 1 order by 2 desc`)
}

// pdfsBelow returns the PDF files below a folder.
func pdfsBelow(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.EqualFold(filepath.Ext(path), ".pdf") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

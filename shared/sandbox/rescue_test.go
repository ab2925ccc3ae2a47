package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
	"github.com/millrace/millrace/shared/pdf"
)

func TestADocumentThatEndsItsReaderIsRescued(t *testing.T) {
	limits := Limits{Limits: pdf.Limits{Time: 400 * time.Millisecond}, Rescue: time.Minute}
	tests := []struct {
		name, content string
		engine, text  string
		outcome       layout.Outcome
		failed        []int
	}{
		{"by the other engine", "pages one exit-glyph three", "pdfium", "one exit-glyph three", layout.Complete, nil},
		{"page by page", "pages one exit three", "glyph", "one  three", layout.Partial, []int{2}},
		{"page by page, the first one bad", "pages exit two three", "glyph", " two three", layout.Partial, []int{1}},
		{"each page by the engine that survives it", "pages one exit-glyph exit-pdfium exit five", "glyph", "one exit-glyph exit-pdfium  five", layout.Partial, []int{4}},
		{"many bad pages, but not in a row", "pages 1 exit 3 exit 5 exit 7 exit 9", "glyph", "1  3  5  7  9", layout.Partial, []int{2, 4, 6, 8}},
		{"pages that hang", "pages one hang three", "glyph", "one  three", layout.Partial, []int{2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := limits
			if strings.Contains(tt.content, "hang") {
				limits.Rescue = 3 * time.Second
			}
			p := newPool(t, Config{Children: 1, Limits: limits})
			r, err := p.Read(t.Context(), []byte(tt.content))
			if err != nil {
				t.Fatal(err)
			}
			doc, err := r.Document()
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for i := range doc.Pages {
				if doc.Pages[i].Number != i+1 {
					t.Errorf("page %d has the number %d", i+1, doc.Pages[i].Number)
				}
				words = append(words, strings.TrimSpace(doc.Pages[i].Text()))
			}
			if got := strings.Join(words, " "); got != tt.text || r.Outcome != tt.outcome || !slices.Equal(r.FailedPages, tt.failed) || r.Engine != tt.engine {
				t.Errorf("%q by %s (%s), %s, failed %v; want %q, %s, %v", got, r.Engine, r.Reason, r.Outcome, r.FailedPages, tt.text, tt.outcome, tt.failed)
			}
			if tt.outcome == layout.Partial && !strings.HasPrefix(r.Reason, "read page by page: ") {
				t.Errorf("the reason is %q", r.Reason)
			}
		})
	}
}

func TestWhatCannotBeRescuedKeepsItsFault(t *testing.T) {
	p := newPool(t, Config{Children: 1, Limits: Limits{Limits: pdf.Limits{Time: time.Second}, Rescue: 5 * time.Second}})
	never := newPool(t, Config{Children: 1, Limits: Limits{Rescue: -1}})
	tests := []struct {
		name, content string
		pool          *Pool
	}{
		{"every page is bad", "pages exit exit exit exit", p},
		{"it is no use", "exit", p},
		{"nobody may", "pages one exit-glyph", never},
	}
	for _, tt := range tests {
		if _, err := tt.pool.Read(t.Context(), []byte(tt.content)); fault.KindOf(err) != pdf.KindCrashed || !strings.Contains(err.Error(), "exit status 3") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestPdfiumIsCompiledOnceAndRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	orphan := filepath.Join(os.TempDir(), "millrace-pdfium-orphan")
	if err := os.MkdirAll(orphan, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(orphan, lockName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folders := func() []string {
		found, err := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	p := newPool(t, Config{Children: 1, Recycle: 1})
	const broken = "pdf %PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n0\n%%EOF\n"
	for range 2 {
		if _, err := p.Read(t.Context(), []byte(broken)); fault.KindOf(err) != pdf.KindDamaged {
			t.Fatalf("a broken document: %v", err)
		}
	}
	if got := folders(); len(got) != 1 || got[0] == orphan {
		t.Errorf("the folders are %v, want one, without that of a pool that is gone", got)
	}
	p.Close()
	if got := folders(); len(got) != 0 {
		t.Errorf("a closed pool leaves %v", got)
	}
}

func TestPdfiumIsCompiledByTheChildrenWhereNothingCanBeWritten(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	p := newPool(t, Config{Children: 1})
	if _, err := p.Read(t.Context(), []byte("pdf %PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n0\n%%EOF\n")); fault.KindOf(err) != pdf.KindDamaged {
		t.Errorf("a broken document: %v", err)
	}
}

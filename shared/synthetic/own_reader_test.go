package synthetic_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/synthetic"
)

// TestMillracesOwnReaderFindsTheFields reads with the parser that the pipeline uses. Lines may interleave where columns
// stand side by side, so only values of a single printed line are looked for.
func TestMillracesOwnReaderFindsTheFields(t *testing.T) {
	s, err := synthetic.New(synthetic.Config{Seed: 31})
	if err != nil {
		t.Fatal(err)
	}
	found, total := 0, 0
	for range 156 {
		doc, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		read, err := pdf.Read(t.Context(), doc.PDF, pdf.Limits{})
		if err != nil {
			t.Fatalf("read %s (%s): %v", doc.Name, doc.Layout, err)
		}
		for _, f := range doc.Truth.Fields {
			if f.Page > len(read.Pages) {
				t.Fatalf("%s (%s): %d pages read, %s is on page %d", doc.Name, doc.Layout, len(read.Pages), f.Name, f.Page)
			}
			total++
			if strings.Contains(letters(read.Pages[f.Page-1].Text()), letters(f.Raw)) {
				found++
			} else {
				t.Logf("%s (%s, %s): %s %q not found", doc.Name, doc.Layout, doc.Language, f.Name, f.Raw)
			}
		}
	}
	if found*1000 < total*985 {
		t.Errorf("found %d of %d fields", found, total)
	}
	t.Logf("found %d of %d fields", found, total)
}

func letters(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u00a0", "", "-", "").Replace(s)), "")
}

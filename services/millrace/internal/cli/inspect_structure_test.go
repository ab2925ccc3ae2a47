package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
)

// furnished writes a PDF with an outline, page labels, a link and a note.
func furnished(t *testing.T) string {
	t.Helper()
	page := "BT /F1 12 Tf 50 700 Td (The text) Tj ET"
	pdf := fmt.Sprintf(`%%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R /Outlines 5 0 R /PageLabels << /Nums [0 << /P (A-) /S /D >>] >> >> endobj
2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Annots [<< /Subtype /Link /Rect [10 10 60 30]
/A << /S /URI /URI (https://example.org/) >> >> << /Subtype /Text /T (Ada) /Contents (check \033[31m) /Rect [10 40 60 60] >>]
/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj
4 0 obj << /Length %d >> stream
%s
endstream endobj
5 0 obj << /First 6 0 R >> endobj
6 0 obj << /Title (Chapter) /Dest [3 0 R /Fit] /First 7 0 R >> endobj
7 0 obj << /Title (Section) >> endobj
trailer << /Root 1 0 R /Size 8 >>
%%%%EOF
`, len(page), page)
	path := filepath.Join(t.TempDir(), "furnished.pdf")
	if err := os.WriteFile(path, []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInspectShowsWhatStandsBesideTheText(t *testing.T) {
	path := furnished(t)
	r := run(t, nil, "inspect", "--json", "--layout", path)
	s := objects[inspect.Result](t, r.out)[0].Structure
	if s == nil || len(s.Outline) != 1 || s.Outline[0].Page != 1 || s.Outline[0].Items[0].Title != "Section" || len(s.Labels) != 1 ||
		s.Labels[0] != "A-1" || len(s.Annotations) != 2 || s.Annotations[0].URI != "https://example.org/" {
		t.Fatalf("the structure is %+v: %s", s, r.out)
	}
	people := run(t, nil, "inspect", "--layout", path).out
	for _, want := range []string{"page labels: A-1\n", "    Chapter, page 1\n      Section\n", "https://example.org/", "Ada", "The text"} {
		if !strings.Contains(people, want) {
			t.Errorf("people do not see %q:\n%s", want, people)
		}
	}
	if strings.Contains(people, "\x1b[31m") {
		t.Errorf("a document's control characters reach the terminal: %q", people)
	}
	if plain := run(t, nil, "inspect", "--json", path); objects[inspect.Result](t, plain.out)[0].Structure != nil {
		t.Error("the structure is there without --layout")
	}
}

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

// TestBadInputHasAReadableEnd drops what people drop by mistake: each file is stored, or rejected next to a reason, or
// recorded as a typed failure, and a good document behind them comes through.
func TestBadInputHasAReadableEnd(t *testing.T) {
	s := system.New(t, programs)
	source, err := synthetic.New(synthetic.Config{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	pdf := func() []byte {
		d, err := source.Next()
		if err != nil {
			t.Fatal(err)
		}
		return d.PDF
	}
	whole := pdf()
	s.Drop("notes.pdf", []byte("these are notes, not a PDF"))
	s.Drop("empty.pdf", nil)
	s.Drop("truncated.pdf", whole[:len(whole)/3])
	s.Drop("encrypted.pdf", encrypted())
	s.Drop("with spaces and ünïcödé – 文書.pdf", pdf())
	s.Drop("good.pdf", whole)
	s.DropSparse("huge.pdf", 200<<20)
	s.Start(system.Services()...)

	rejected := map[string]string{"notes.pdf": "not_a_pdf", "empty.pdf": "empty", "huge.pdf": "too_large"}
	for name, kind := range rejected {
		testkit.Eventually(t, time.Minute, func() error {
			reason, err := s.Reason(name)
			if err != nil {
				return err
			}
			if !strings.Contains(reason, kind) {
				return fmt.Errorf("the reason for %s does not say %q:\n%s", name, kind, reason)
			}
			return nil
		})
	}
	s.WaitCount(time.Minute, 1, `select count(*) from documents where name = 'encrypted.pdf' and status = 'failed' and failure_kind = 'encrypted'`)
	// What is left of a truncated file may be enough for some of its pages; it must not pass for the whole.
	s.WaitCount(time.Minute, 1, `select count(*) from documents where name = 'truncated.pdf' and (status = 'failed' and failure_kind in ('truncated', 'damaged') or status = 'stored' and outcome = 'partial')`)
	s.WaitCount(time.Minute, 2, storedDocuments+` and name <> 'truncated.pdf'`)
	if n := s.Count(`select count(*) from arrivals where name = 'with spaces and ünïcödé – 文書.pdf'`); n != 1 {
		t.Error("the name with spaces and unicode is not on record")
	}
}

// encrypted returns a small PDF that needs a password: its encryption dictionary fits no empty user password.
func encrypted() []byte {
	var pdf strings.Builder
	var offsets []int
	object := func(body string) {
		offsets = append(offsets, pdf.Len())
		fmt.Fprintf(&pdf, "%d 0 obj\n%s\nendobj\n", len(offsets), body)
	}
	pdf.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>")
	object("<< /Length 5 >>\nstream\n\x11\x22\x33\x44\x55\nendstream")
	object("<< /Filter /Standard /V 1 /R 2 /P -44 /O <" + strings.Repeat("41", 32) + "> /U <" + strings.Repeat("42", 32) + "> >>")
	xref := pdf.Len()
	fmt.Fprintf(&pdf, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&pdf, "%010d 00000 n \n", o)
	}
	id := strings.Repeat("ab", 16)
	fmt.Fprintf(&pdf, "trailer\n<< /Size %d /Root 1 0 R /Encrypt 5 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, id, id, xref)
	return []byte(pdf.String())
}

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/inspect"
)

// electronicInvoice writes a PDF that says one invoice number on its page and another one in its embedded XML.
func electronicInvoice(t *testing.T) string {
	t.Helper()
	page := "BT /F1 12 Tf 50 700 Td (Invoice number: PAGE-1) Tj ET"
	xml := "<Invoice><ID>XML-2</ID></Invoice>"
	pdf := fmt.Sprintf(`%%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R /AF [6 0 R] >> endobj
2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj
4 0 obj << /Length %d >> stream
%s
endstream endobj
5 0 obj << /Type /EmbeddedFile /Subtype /text#2Fxml /Length %d >> stream
%s
endstream endobj
6 0 obj << /Type /Filespec /F (invoice.xml) /EF << /F 5 0 R >> >> endobj
trailer << /Root 1 0 R /Size 7 >>
%%%%EOF
`, len(page), page, len(xml), xml)
	path := filepath.Join(t.TempDir(), "e-invoice.pdf")
	if err := os.WriteFile(path, []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// inspected runs inspect on one file with one template and returns the values of a field with their sources.
func inspected(t *testing.T, field string, args ...string) []string {
	t.Helper()
	r := run(t, nil, append([]string{"inspect", "--json"}, args...)...)
	if r.code != ExitOK {
		t.Fatalf("exit code %d: %s", r.code, r.err)
	}
	var out []string
	for _, f := range objects[inspect.Result](t, r.out)[0].Fields {
		if f.Name == field {
			out = append(out, f.Value+" "+f.Source)
		}
	}
	return out
}

func TestInspectCanWithholdWhatIsEmbedded(t *testing.T) {
	path := electronicInvoice(t)
	template := filepath.Join(t.TempDir(), "number.yaml")
	text := "template: number\nversion: 4\nfields:\n  - {name: invoice_number, type: identifier, labels: {en: [invoice number]}}\n"
	if err := os.WriteFile(template, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := inspected(t, "invoice_number", "--template", template, path); !slices.Equal(got, []string{"XML-2 ubl/1#invoice_number!page"}) {
		t.Errorf("with the XML: %q", got)
	}
	if got := inspected(t, "invoice_number", "--template", template, "--no-embedded", path); !slices.Equal(got, []string{"PAGE-1 number/4#invoice_number.label"}) {
		t.Errorf("without it: %q", got)
	}
	r := run(t, nil, "inspect", "--template", filepath.Join(t.TempDir(), "absent.yaml"), path)
	if r.code != ExitFailed || !strings.Contains(r.err, "absent.yaml") {
		t.Errorf("a template that is not there: exit code %d, %q", r.code, r.err)
	}
}

func TestInspectExplainsWhatLostAndWhatNearlyFitted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "oak.yml"), []byte("keywords: [Invoice, Oak Timber]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := electronicInvoice(t)
	r := run(t, nil, "inspect", "--json", "--explain", "--templates", dir, path)
	e := objects[inspect.Result](t, r.out)[0].Explanation
	if e == nil || len(e.Templates) < 12 || !e.Templates[0].Used || e.Templates[0].Template != e.Template {
		t.Fatalf("the explanation is %+v", e)
	}
	oak := slices.IndexFunc(e.Templates, func(m inspect.Match) bool { return m.Template == "invoice2data/oak.yml" })
	if oak < 0 || !slices.Equal(e.Templates[oak].Lacks, []string{`"Oak Timber"`}) || e.Templates[oak].Found != 1 {
		t.Errorf("the near miss: %+v", e.Templates)
	}
	if people := run(t, nil, "inspect", "--explain", path); !strings.Contains(people.out, "read by the template ") || !strings.Contains(people.out, "LACKS") {
		t.Errorf("for people:\n%s", people.out)
	}
}

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTemplatesLintTellsEveryProblem(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"fine.yml":    "issuer: Oak\nkeywords: [Oak]\nfields: {amount: 'Total ([0-9.]+)'}\n",
		"broken.yaml": "template: ticket\nversion: 1\nfields:\n  - {name: a, type: money, labels: {en: [a]}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, nil, "templates", "lint", dir)
	if r.code != ExitSomeDocuments || !strings.Contains(r.out, "broken.yaml:4: fields[0].type: ") || !strings.Contains(r.out, "fine.yml: invoice2data/fine.yml, no problems") {
		t.Errorf("exit code %d:\n%s%s", r.code, r.out, r.err)
	}
	r = run(t, nil, "templates", "lint", "--json", filepath.Join(dir, "fine.yml"))
	if got := objects[lintedFile](t, r.out); r.code != ExitOK || len(got) != 1 || got[0].Template == nil || *got[0].Template != "invoice2data/fine.yml" || len(got[0].Problems) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.out)
	}
	if r = run(t, nil, "templates", "lint"); r.code != ExitOK || !strings.Contains(r.out, "invoice.yaml: invoice/1, no problems") {
		t.Errorf("the built-in ones: exit code %d:\n%s", r.code, r.out)
	}
	if r = run(t, nil, "templates", "lint", filepath.Join(dir, "absent.yaml")); r.code != ExitFailed || !strings.Contains(r.err, "absent.yaml") {
		t.Errorf("a file that is not there: exit code %d, %q", r.code, r.err)
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Child()
	os.Exit(m.Run())
}

func TestVariantsAreRepeatable(t *testing.T) {
	c := &corpus{bases: [][]byte{[]byte("%PDF-1.4\n1 0 obj\n<< /Length 12 >>\nendobj\n%%EOF\n"), []byte("another one, 123")}}
	different := 0
	for n := range uint64(200) {
		a, b := c.variant(7, n), c.variant(7, n)
		if !bytes.Equal(a, b) || len(a) == 0 {
			t.Fatalf("variant %d is %q and %q", n, a, b)
		}
		if !bytes.Equal(a, c.variant(8, n)) {
			different++
		}
	}
	if different < 150 {
		t.Errorf("another seed gives other bytes %d times of 200", different)
	}
	if string(c.bases[1]) != "another one, 123" {
		t.Errorf("the files were changed: %q", c.bases[1])
	}
}

func TestItSaysHowDocumentsEnd(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.pdf"), []byte("no PDF at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"--data", dir, "--variants", "20"}, &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "not_a_pdf") || !strings.Contains(out.String(), "1 files and 20 variants") {
		t.Errorf("it says\n%s", out.String())
	}
	out.Reset()
	if err := run(t.Context(), []string{"--data", filepath.Join(dir, "missing")}, &out); err != nil || !strings.Contains(out.String(), "skipped") {
		t.Errorf("without documents: %v, %q", err, out.String())
	}
}

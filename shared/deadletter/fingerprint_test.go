package deadletter_test

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/deadletter"
)

func TestErrorsOfOneKindHaveOnePattern(t *testing.T) {
	tests := []struct{ pattern, one, other string }{
		{"read blob <id>: open <path>: no such file or directory",
			"read blob sha256:" + strings.Repeat("ab", 32) + ": open /data/blobs/ab/cd: no such file or directory",
			"read blob sha256:" + strings.Repeat("12", 32) + ": open /var/lib/millrace/blobs/12/34: no such file or directory"},
		{"page <n> of <n>: object <n> is damaged", "page 3 of 12: object 4711 is damaged", "page 1 of 9: object 8 is damaged"},
		{`the font "…" has no widths`, `the font "Arial \"Bold\"" has no widths`, "the font 'Times' has no widths"},
		{"after <n>: the stage's function did not return", "after 5m0s: the stage's function did not return", "after 1m30s: the stage's function did not return"},
		{"job <id> for document <id>", "job 019a9f3e-8c1d-7a55-9b63-0f5d8f2f6f10 for document 3fa9c1d2e4", "job 019b0000-8c1d-7a55-9b63-0f5d8f2f6f10 for document 00ffee1234"},
		{"at <time>: not yet", "at 2026-03-04T05:06:07.123Z: not yet", "at 2027-01-02 03:04:05: not yet"},
		{"ask <url>: refused", "ask http://10.0.0.1:8080/v1/x?y=1: refused", "ask https://model.example/: refused"},
		{"payload breaks the schema of document.parsed.v1: at \"…\": minimum: got <n>, want <n>",
			"payload breaks the schema of document.parsed.v1: at '/pages': minimum: got -1, want 0",
			"payload breaks the schema of document.parsed.v1:\n  at '/words': minimum: got -5, want 0"},
	}
	for _, tt := range tests {
		for _, message := range []string{tt.one, tt.other} {
			got := deadletter.Pattern(message)
			if got != tt.pattern {
				t.Errorf("the pattern of %q is %q, want %q", message, got, tt.pattern)
			}
		}
	}
}

func TestWordsAreNotMistakenForIDs(t *testing.T) {
	for _, message := range []string{"the facade decided: deadbeat", "unknown version v2 of utf8 in pdf-1a", "it can't be read; don't retry"} {
		if got := deadletter.Pattern(message); got != message {
			t.Errorf("the pattern of %q is %q", message, got)
		}
	}
}

func TestFingerprintsTellStagesAndKindsApart(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range [][4]string{{"parser", "permanent", "a", "x"}, {"sink", "permanent", "a", "x"}, {"parser", "transient", "a", "x"},
		{"parser", "permanent", "b", "x"}, {"parser", "permanent", "a", "y"}} {
		fingerprint, _ := deadletter.Fingerprint(f[0], f[1], f[2], f[3])
		if seen[fingerprint] || len(fingerprint) != 16 {
			t.Errorf("%v has the fingerprint %q", f, fingerprint)
		}
		seen[fingerprint] = true
	}
	if p := deadletter.Pattern(strings.Repeat("wörter ", 10_000)); len(p) > 500 {
		t.Errorf("a pattern of %d bytes", len(p))
	}
}

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProveRefusesWhatCannotBeProved(t *testing.T) {
	used := t.TempDir()
	if err := os.WriteFile(filepath.Join(used, "millrace.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	programs := t.TempDir()
	for _, name := range stages() {
		if err := os.WriteFile(filepath.Join(programs, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no time":              {[]string{"--minutes", "0"}, ExitUsage, "--minutes must be more than 0"},
		"a negative number":    {[]string{"--documents", "-1"}, ExitUsage, "must not be negative"},
		"too little time":      {[]string{"--minutes", "0.5"}, ExitFailed, "too short for"},
		"a folder in use":      {[]string{"--data", used, "--bin-dir", programs}, ExitUsage, "is not empty"},
		"no programs":          {[]string{"--minutes", "3", "--data", filepath.Join(t.TempDir(), "new")}, ExitFailed, "the program generator is not in /nowhere"},
		"an argument too many": {[]string{"everything"}, ExitUsage, "unknown command"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, nil, append([]string{"prove"}, c.args...)...)
			if r.code != c.code || !strings.Contains(r.err, c.says) {
				t.Errorf("exit code %d, not %d, or it does not say %q:\n%s", r.code, c.code, c.says, r.err)
			}
		})
	}
}

func TestAProofThatCannotBeMadeLeavesNoFolder(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	if r := run(t, nil, "prove", "--minutes", "0.5"); r.code != ExitFailed {
		t.Errorf("exit code %d:\n%s", r.code, r.err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v: %v", left, err)
	}
}

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/classify"
)

func TestTwoRunsWriteTheSameModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.model")
	args := []string{"--texts", "3", "--pdfs", "4", "--out", path}
	var out strings.Builder
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "macro-F1") || !strings.Contains(out.String(), "calibration error") {
		t.Errorf("the report lacks figures:\n%s", out.String())
	}
	if _, err := classify.Load(path); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), append(args, "--check"), io.Discard); err != nil {
		t.Errorf("made again, the model differs: %v", err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := compare(path, content[1:]); err == nil {
		t.Error("another file passes for the same model")
	}
	if err := compare(filepath.Join(t.TempDir(), "absent"), content); err == nil {
		t.Error("a missing file passes for the same model")
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"--nonsense"}, {"--texts", "x", "--out", "y"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/shared/classify"
)

func TestTwoRunsWriteTheSameModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.model")
	args := []string{"--texts", "8", "--pdfs", "12", "--out", path}
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
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), append(args, "--check", "--seed", "2"), io.Discard); err == nil {
		t.Error("another seed passes for the same recipe")
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("--check changed the file (%v)", err)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"--nonsense"}, {"--texts", "x", "--out", "y"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

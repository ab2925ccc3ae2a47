package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"github.com/millrace/millrace/shared/sandbox"
)

// tool reads a document's text; what it cannot read it says by an error or by no text.
type tool struct {
	name string
	read func(ctx context.Context, path string, content []byte) (string, error)
}

// toolTime bounds one run of another program.
const toolTime = 30 * time.Second

// The tools' names, in the order of the report.
const (
	ours      = "millrace"
	reference = "pdftotext"
	laidOut   = "pdftotext -layout"
	mupdf     = "mutool"
)

// tools returns the readers that are there; pool is ours.
func tools(pool *sandbox.Pool) []tool {
	out := []tool{
		{ours, func(ctx context.Context, _ string, content []byte) (string, error) {
			return readOurs(ctx, pool, content)
		}},
		{reference, program("pdftotext", "-enc", "UTF-8", "FILE", "-")},
		{laidOut, program("pdftotext", "-layout", "-enc", "UTF-8", "FILE", "-")},
	}
	if _, err := exec.LookPath("mutool"); err == nil {
		out = append(out, tool{mupdf, program("mutool", "draw", "-q", "-F", "txt", "FILE")})
	}
	return out
}

func readOurs(ctx context.Context, pool *sandbox.Pool, content []byte) (string, error) {
	r, err := pool.Read(ctx, content)
	if err != nil {
		return "", err
	}
	doc, err := r.Document()
	if err != nil {
		return "", err
	}
	return doc.Text(), nil
}

// program reads by another program, whose argument FILE stands for the document. How it ends does not matter: what it
// printed counts.
func program(name string, args ...string) func(context.Context, string, []byte) (string, error) {
	return func(ctx context.Context, path string, _ []byte) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, toolTime)
		defer cancel()
		filled := make([]string, len(args))
		for i, a := range args {
			if filled[i] = a; a == "FILE" {
				filled[i] = path
			}
		}
		out, err := exec.CommandContext(ctx, name, filled...).Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return "", fmt.Errorf("run %s: %w", name, err)
		}
		return string(out), nil
	}
}

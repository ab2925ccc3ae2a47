package main

import (
	"bytes"
	"context"
	"io"
	"time"

	ledongthuc "github.com/ledongthuc/pdf"
)

// readPlain reads by the object reader's own text method. It may loop for ever: after ten seconds the text counts as empty,
// and the reading goes on for nobody.
func readPlain(ctx context.Context, _ string, content []byte) (string, error) {
	done := make(chan string, 1)
	go func() { done <- plainText(content) }()
	select {
	case text := <-done:
		return text, nil
	case <-time.After(10 * time.Second):
		return "", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// plainText returns what GetPlainText gives, or "" where it fails.
func plainText(content []byte) (out string) {
	defer func() {
		if recover() != nil {
			out = ""
		}
	}()
	r, err := ledongthuc.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return ""
	}
	text, err := r.GetPlainText()
	if err != nil {
		return ""
	}
	all, err := io.ReadAll(text)
	if err != nil {
		return ""
	}
	return string(all)
}

package testkit

import (
	"strings"
	"sync"
)

// Text keeps what is written to it, such as a log. It is safe for concurrent use; the zero value is empty.
type Text struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write appends p.
func (t *Text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String returns all that was written.
func (t *Text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

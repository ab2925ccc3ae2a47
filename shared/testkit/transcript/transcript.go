// Package transcript keeps what a test hears, such as a log or a screen.
package transcript

import (
	"strings"
	"sync"
)

// Buffer keeps what is written to it, such as a log. It is safe for concurrent use; the zero value is empty.
type Buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write appends p.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns all that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace/millrace/services/millrace/internal/table"
)

// terminalWidth returns the number of columns of the terminal behind w; 0 when there is none.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return max(int(size.Col), 20)
}

// progress shows how far long work is: one line that is drawn again on a terminal, plain lines every few seconds elsewhere.
// It is safe for concurrent use.
type progress struct {
	mu      sync.Mutex
	w       io.Writer
	width   int // 0: not a terminal
	drawn   bool
	said    string
	last    time.Time
	between time.Duration
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, width: terminalWidth(w), between: 100 * time.Millisecond}
	if p.width == 0 {
		p.between, p.last = 5*time.Second, time.Now() // what is done at once needs no word
	}
	return p
}

// show says where the work stands, unless something was said a moment ago.
func (p *progress) show(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	text := table.Clean(fmt.Sprintf(format, args...))
	if now.Sub(p.last) < p.between || text == p.said {
		return
	}
	p.last, p.said = now, text
	if p.width == 0 {
		_, _ = fmt.Fprintln(p.w, text) // nobody is left to tell
		return
	}
	_, _ = fmt.Fprint(p.w, "\r\x1b[K"+table.Cut(text, p.width-1))
	p.drawn = true
}

// clear takes the line away, so that something else can be printed.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// printJSON prints v as one line.
func (a *app) printJSON(v any) error {
	encoder := json.NewEncoder(a.Out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/millrace/millrace/services/millrace/internal/supervise"
	"github.com/millrace/millrace/services/millrace/internal/table"
)

// console prints what people have to know while an instance runs: its own steps, and of the services' logs the warnings
// and errors. It is safe for concurrent use.
type console struct {
	mu  sync.Mutex
	w   io.Writer
	bar *progress
}

func newConsole(w io.Writer) *console { return &console{w: w, bar: newProgress(w)} }

// say prints one line.
func (c *console) say(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bar.clear()
	_, _ = fmt.Fprintf(c.w, format+"\n", args...) // nobody is left to tell
}

// child prints what happened to a service.
func (c *console) child(e supervise.Event) {
	switch e.Kind {
	case supervise.Crashed:
		c.say("%-10s ended (%v); starts again in %v", e.Program, e.Err, e.Delay)
	case supervise.Killed:
		c.say("%-10s did not end in time and was killed", e.Program)
	case supervise.Started, supervise.Stopped: // its log says so
	}
}

// maxLog is the size above which a service's log is put aside at start-up; the one put aside before is lost.
const maxLog = 16 << 20

// serviceLog writes a service's output to its log file, as it is, and what matters of it to the console.
type serviceLog struct {
	name    string
	file    *os.File
	console *console
	rest    []byte // of a line that is not complete
}

func openServiceLog(dir, name string, c *console) (*serviceLog, error) {
	path := filepath.Join(dir, name+".log")
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("put the old log of %s aside: %w", name, err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", name, err)
	}
	return &serviceLog{name: name, file: f, console: c}, nil
}

// maxLine bounds what is kept of a line for the console.
const maxLine = 64 << 10

// Write never fails: a full disk must not stop the service whose output this is.
func (l *serviceLog) Write(p []byte) (int, error) {
	_, _ = l.file.Write(p)
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			break
		}
		if text, matters := forConsole(line); matters {
			l.console.say("%-10s %s", l.name, text)
		}
		l.rest = append([]byte(nil), rest...)
	}
	if len(l.rest) > maxLine {
		l.rest = nil
	}
	return len(p), nil
}

func (l *serviceLog) close() error { return l.file.Close() }

// forConsole turns a log line into one for people; matters is false for what they need not see.
func forConsole(line []byte) (text string, matters bool) {
	var record map[string]any
	if json.Unmarshal(line, &record) != nil {
		return table.Clean(string(line)), len(bytes.TrimSpace(line)) > 0 // not a log record: a panic, a usage message
	}
	level, _ := record["level"].(string)
	if level != "WARN" && level != "ERROR" {
		return "", false
	}
	msg, _ := record["msg"].(string)
	parts := []string{level + " " + msg}
	for _, key := range slices.Sorted(maps.Keys(record)) {
		switch key {
		case "time", "level", "msg", "service":
			continue
		}
		parts = append(parts, fmt.Sprintf("%s=%v", key, record[key]))
	}
	return table.Clean(strings.Join(parts, " ")), true
}

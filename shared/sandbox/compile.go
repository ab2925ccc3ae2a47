package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/pdf/pdfium"
)

// compileArgument makes a process compile PDFium into the folder named after it. It is no command of any program.
const compileArgument = "\x01millrace-sandbox-compile"

// compile compiles PDFium and ends the process.
func compile(folder string) {
	if err := pdfium.Compile(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// compileTime bounds the compiling, which takes a second or two where nothing else is running.
const compileTime = time.Minute

// compiled is PDFium compiled for this machine, in a folder that only this pool's children read. It is made when it is needed
// first, by a process of its own: the children may not write, and the pool's program need not hold the compiler's memory.
type compiled struct {
	program string
	log     *slog.Logger
	mu      sync.Mutex
	folder  string   // "" until it is made
	lock    *os.File // held as long as the folder is used
	tried   bool
	closed  bool
}

func newCompiled(program string, log *slog.Logger) *compiled {
	return &compiled{program: program, log: log}
}

// ready returns the folder, and whether a child that needs it should wait for it rather than compile for itself.
func (c *compiled) ready() (folder string, wait bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.folder, !c.tried
}

// compile fills the folder, once, and returns it; "" where that is not possible. Others wait meanwhile.
func (c *compiled) compile(ctx context.Context) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tried || c.closed {
		return c.folder
	}
	removeAbandoned()
	folder, err := c.fill(ctx)
	if ctx.Err() != nil {
		return "" // called off: the next document tries again
	}
	c.tried = true
	if err != nil {
		c.log.Warn("PDFium could not be compiled beforehand; each reading process will do it for itself", "error", err)
		return ""
	}
	c.folder = folder
	return folder
}

// folderPattern names the folders of pools. A file in each is locked as long as its pool lives.
const folderPattern = "millrace-pdfium-*"

func (c *compiled) fill(ctx context.Context) (folder string, err error) {
	if folder, err = os.MkdirTemp("", folderPattern); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(folder) // it is the compiling that failed
		}
	}()
	if c.lock, err = lockFile(folder); err != nil {
		return "", fmt.Errorf("lock %s: %w", folder, err)
	}
	ctx, cancel := context.WithTimeout(ctx, compileTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, compileArgument, folder)
	cmd.Env, cmd.Dir = []string{"GOTRACEBACK=none"}, "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("compile PDFium: %w: %.200s", err, out)
	}
	return folder, nil
}

// close removes the folder.
func (c *compiled) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.lock != nil {
		_ = c.lock.Close() // nobody else wants it
	}
	if c.folder != "" {
		if err := os.RemoveAll(c.folder); err != nil {
			c.log.Warn("a temporary folder could not be removed", "folder", c.folder, "error", err)
		}
		c.folder = ""
	}
}

// removeAbandoned removes the folders of pools whose process was killed: nobody holds their locks.
func removeAbandoned() {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
	if err != nil {
		return
	}
	for _, folder := range folders {
		if abandoned(folder) {
			_ = os.RemoveAll(folder) // another's, or gone already: the next pool tries again
		}
	}
}

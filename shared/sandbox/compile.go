package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// compileTime bounds the compiling, which takes a second or two where nothing else is running. It is less than the five minutes that a
// stage gives a document by default: one whose compiling hangs is still read, by a child that compiles for itself.
const compileTime = 3 * time.Minute

// compiled is PDFium compiled for this machine, in a folder that only this pool's children read. The folder is made with the pool,
// for each child is told once what it may read; it is filled when it is needed first, by a process of its own: the children may not
// write, and the pool's program need not hold the compiler's memory.
type compiled struct {
	program string
	log     *slog.Logger
	folder  string   // "" where none could be made
	lock    *os.File // held as long as the folder is used
	mu      sync.Mutex
	filled  bool
	tried   bool
	closed  bool
}

func newCompiled(program string, log *slog.Logger) *compiled {
	removeAbandoned()
	c := &compiled{program: program, log: log}
	if err := c.make(); err != nil {
		c.warn(err)
		c.tried = true
	}
	return c
}

func (c *compiled) warn(err error) {
	c.log.Warn("PDFium could not be compiled beforehand; each reading process will do it for itself", "error", err)
}

// make makes the folder.
func (c *compiled) make() error {
	folder, err := os.MkdirTemp("", folderPattern)
	if err != nil {
		return err
	}
	if c.lock, err = lockFile(folder); err != nil {
		return errors.Join(fmt.Errorf("prepare %s: %w", folder, err), c.unlock(), os.RemoveAll(folder))
	}
	c.folder = folder
	return nil
}

// ready returns the folder once it is filled, and whether a child that needs it should wait for it rather than compile for itself.
func (c *compiled) ready() (folder string, wait bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.usable(), !c.tried
}

// usable returns the folder if it is filled; c.mu is held.
func (c *compiled) usable() string {
	if c.filled {
		return c.folder
	}
	return ""
}

// compile fills the folder, once, and returns it; "" where that is not possible. Others wait meanwhile.
func (c *compiled) compile(ctx context.Context) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tried || c.closed {
		return c.usable()
	}
	err := c.fill(ctx)
	if ctx.Err() != nil {
		return "" // called off: the next document tries again
	}
	c.tried, c.filled = true, err == nil
	if err != nil {
		c.warn(err)
	}
	return c.usable()
}

// folderPattern names the folders of pools. A file in each is locked as long as its pool lives.
const folderPattern = "millrace-pdfium-*"

func (c *compiled) fill(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, compileTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, compileArgument, c.folder)
	cmd.Env, cmd.Dir = []string{"GOTRACEBACK=none"}, "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile PDFium: %w: %.200s", err, out)
	}
	return letAllRead(c.folder)
}

// letAllRead lets every user read a folder and what is in it: the children may run as another. Compiled PDFium is no secret.
func letAllRead(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.Chmod(path, 0o755) //nolint:gosec // see above
		case entry.Name() == lockName:
			return nil
		}
		return os.Chmod(path, 0o644) //nolint:gosec // see above
	})
}

// close removes the folder.
func (c *compiled) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed, c.filled = true, false
	if c.folder == "" {
		return
	}
	if err := errors.Join(c.unlock(), os.RemoveAll(c.folder)); err != nil {
		c.log.Warn("a temporary folder could not be removed", "folder", c.folder, "error", err)
	}
}

func (c *compiled) unlock() error {
	if c.lock == nil {
		return nil
	}
	return c.lock.Close()
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

package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/google/uuid"
)

// home is an instance's place in the inbox: its folder of claims, and the lock that says that it is alive. The lock is
// advisory (flock) and ends with the process, however that ends. Where a file system has no locks every other instance
// counts as dead, which costs repeated work but no doubled arrival, because the arrival id stays with the claim.
type home struct {
	base string // <inbox>/.millrace

	mu     sync.Mutex
	id     string
	own    string // claims()/id
	lock   *os.File
	closed bool
}

const homeName = ".millrace"

// openHome makes an instance with a new id.
func openHome(inbox string) (*home, error) {
	h := &home{base: filepath.Join(inbox, homeName)}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h, h.settle()
}

// settle takes a new lock and makes the folder of claims. The lock file gets its name only when it is locked, so that
// nobody finds it unlocked and takes its owner for dead. Callers hold mu.
func (h *home) settle() error {
	for _, dir := range []string{h.claims(), h.locks()} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an instance id: %w", err)
	}
	hidden := filepath.Join(h.locks(), "."+id.String())
	lock, err := os.OpenFile(hidden, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the instance's lock: %w", err)
	}
	_ = flock(lock) // no locks on this file system: see home
	err = errors.Join(os.Rename(hidden, filepath.Join(h.locks(), id.String())), os.MkdirAll(filepath.Join(h.claims(), id.String()), 0o750))
	if err != nil {
		return errors.Join(fmt.Errorf("take the instance's place: %w", err), lock.Close())
	}
	h.id, h.own, h.lock = id.String(), filepath.Join(h.claims(), id.String()), lock
	return nil
}

// ensure checks that the instance's place is still there, and takes a new one when it is not: the folder was emptied, or
// a share went away and came back.
func (h *home) ensure() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errors.New("the inbox is closed")
	}
	_, lockErr := os.Lstat(filepath.Join(h.locks(), h.id))
	_, dirErr := os.Lstat(filepath.Join(h.claims(), h.id))
	if lockErr == nil && dirErr == nil {
		return nil
	}
	if err := errors.Join(lockErr, dirErr); !errors.Is(lockErr, fs.ErrNotExist) && !errors.Is(dirErr, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(filepath.Dir(h.base)); err != nil {
		return err // the inbox itself is away, and not ours to make anew
	}
	_ = h.lock.Close()
	return h.settle()
}

// close gives the place up.
func (h *home) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.closed = true
	if os.Remove(filepath.Join(h.claims(), h.id)) == nil { // fails while claims are left
		_ = os.Remove(filepath.Join(h.locks(), h.id))
	}
	_ = h.lock.Close()
}

func (h *home) claims() string { return filepath.Join(h.base, "claimed") }
func (h *home) locks() string  { return filepath.Join(h.base, "instances") }

// mine returns the folder of this instance's claims.
func (h *home) mine() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.own
}

// inherit moves the claims of instances that are dead into this instance's folder.
func (h *home) inherit() error {
	entries, err := os.ReadDir(h.claims())
	if err != nil {
		return err
	}
	var errs error
	for _, entry := range entries {
		if dir := filepath.Join(h.claims(), entry.Name()); entry.IsDir() && dir != h.mine() {
			errs = errors.Join(errs, h.inheritFrom(dir, filepath.Join(h.locks(), entry.Name())))
		}
	}
	return errs
}

// inheritFrom does so for one instance, when nobody holds its lock.
func (h *home) inheritFrom(dir, lockPath string) error {
	lock, err := os.OpenFile(lockPath, os.O_RDWR, 0)
	switch {
	case err == nil:
		defer lock.Close() //nolint:errcheck // nothing was written
		if errors.Is(flock(lock), syscall.EWOULDBLOCK) {
			return nil // alive
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	claims, err := os.ReadDir(dir)
	if err != nil {
		return ignoreGone(err)
	}
	for _, c := range claims {
		if err := os.Rename(filepath.Join(dir, c.Name()), filepath.Join(h.mine(), c.Name())); ignoreGone(err) != nil {
			return err
		}
	}
	return errors.Join(ignoreGone(os.Remove(dir)), ignoreGone(os.Remove(lockPath)))
}

// flock locks a file without waiting. The lock belongs to the open file, so it also keeps two instances in one process
// apart.
func flock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

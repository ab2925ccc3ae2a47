package datadir

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrLocked means that another process runs an instance in the folder.
var ErrLocked = errors.New("another millrace up is running in this data folder")

const lockFile = "lock"

// Lock is held by the one process that runs an instance in the folder. The kernel lets go of it when the process ends,
// however it ends.
type Lock struct {
	f *os.File
}

// Lock takes the folder for this process, or fails with [ErrLocked] and the holder's process id.
func (d Dir) Lock() (*Lock, error) {
	f, err := os.OpenFile(d.Sub(lockFile), os.O_RDWR|os.O_CREATE, 0o644) //nolint:gosec // status of another user reads it
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(d.Sub(lockFile)) // only to name it
		_ = f.Close()                             // nothing was written
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("%w: %s (process %s); stop it, or choose another folder with --data",
				ErrLocked, d.root, strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := errors.Join(f.Truncate(0), write(f, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", errors.Join(err, f.Close()))
	}
	return &Lock{f: f}, nil
}

// Unlock lets go of the folder.
func (l *Lock) Unlock() error { return l.f.Close() }

// held reports whether some process holds the lock.
func (d Dir) held() bool {
	f, err := os.Open(d.Sub(lockFile))
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // read only
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	return errors.Is(err, unix.EWOULDBLOCK)
}

func write(f *os.File, s string) error {
	_, err := f.WriteAt([]byte(s), 0)
	return err
}

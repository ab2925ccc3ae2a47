package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockName is the file in a folder that its owner keeps locked.
const lockName = "lock"

// lockFile locks a new folder for its owner, until the file is closed or the process ends.
func lockFile(folder string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(folder, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// abandoned reports whether a folder's owner is gone: its lock can be had. One that has no lock yet is given time to get it.
func abandoned(folder string) bool {
	f, err := os.Open(filepath.Join(folder, lockName))
	if err != nil {
		info, statErr := os.Stat(folder)
		return errors.Is(err, os.ErrNotExist) && statErr == nil && time.Since(info.ModTime()) > time.Hour
	}
	defer f.Close() //nolint:errcheck // gives the lock back
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

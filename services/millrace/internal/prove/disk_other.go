//go:build !linux

package prove

import (
	"errors"
	"fmt"
	"os"
)

// openDisk makes a plain folder: small file systems are mounted on Linux only.
func openDisk(path string, size int64) (*disk, error) {
	if err := os.MkdirAll(path, 0o750); err != nil {
		return nil, fmt.Errorf("make the blob folder: %w", err)
	}
	return &disk{path: path, size: size, missing: "small file systems are mounted on Linux only"}, nil
}

func (d *disk) fill() error { return errors.New(d.missing) }

func (d *disk) free() error { return nil }

func (d *disk) close() error { return nil }

// unmountBelow does nothing: nothing is ever mounted.
func unmountBelow(string) error { return nil }

// mounted returns nothing: nothing is ever mounted.
func mounted() ([]string, error) { return nil, nil }

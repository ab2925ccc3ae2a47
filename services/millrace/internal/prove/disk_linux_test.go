package prove

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func disk64(t *testing.T) *disk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "with space", "blobs")
	d, err := openDisk(path, 64<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	})
	if d.missing != "" {
		t.Skip(d.missing)
	}
	return d
}

func TestAFullDiskTakesNothingAndAFreeOneDoesAgain(t *testing.T) {
	d := disk64(t)
	keep := filepath.Join(d.path, "keep")
	if err := os.WriteFile(keep, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.fill(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.path, "more"), make([]byte, 1<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("writing to the full disk gives %v", err)
	}
	if content, err := os.ReadFile(keep); err != nil || len(content) != 1<<20 {
		t.Errorf("what was there before has %d bytes: %v", len(content), err)
	}
	if err := d.free(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.path, "more"), make([]byte, 1<<20), 0o600); err != nil {
		t.Errorf("writing to the free disk: %v", err)
	}
}

func TestAMountThatAKilledRunLeftIsTakenAway(t *testing.T) {
	d := disk64(t)
	if err := os.WriteFile(filepath.Join(d.path, "left"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	next, err := openDisk(d.path, 64<<20) // as the next run in the same folder does
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(d.path, "left")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the next run sees the last one's files: %v", err)
	}
	if err := next.close(); err != nil {
		t.Fatal(err)
	}
	all, err := mounted()
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(all, d.path) {
		t.Error("it is still mounted")
	}
}

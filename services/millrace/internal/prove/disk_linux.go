package prove

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// openDisk mounts a file system in memory of size bytes at path, after taking away one that a killed run left there. Without the
// right to mount, it makes a plain folder and says in missing why.
func openDisk(path string, size int64) (*disk, error) {
	if err := os.MkdirAll(path, 0o750); err != nil {
		return nil, fmt.Errorf("make the blob folder: %w", err)
	}
	d := &disk{path: path, size: size}
	if err := unmountBelow(path); err != nil {
		return nil, err
	}
	err := unix.Mount(source, path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=750", size))
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		d.missing = "mounting a small file system needs root"
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("mount a small file system at %s: %w", path, err)
	}
	return d, nil
}

// fill makes the file system full: its size becomes what it holds. That takes no memory, which a file of ballast would.
func (d *disk) fill() error {
	var err error
	for range 20 { // it may grow between the two calls
		var s unix.Statfs_t
		if err = unix.Statfs(d.path, &s); err != nil {
			break
		}
		used := int64(s.Blocks-s.Bfree) * s.Bsize
		if err = d.resize(max(used, s.Bsize)); !errors.Is(err, unix.EINVAL) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("fill the blob store's disk: %w", err)
	}
	return nil
}

// free gives the file system its size back.
func (d *disk) free() error {
	if err := d.resize(d.size); err != nil {
		return fmt.Errorf("free the blob store's disk: %w", err)
	}
	return nil
}

func (d *disk) resize(size int64) error {
	return unix.Mount(source, d.path, "tmpfs", unix.MS_REMOUNT|unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d", size))
}

// close takes the file system away with all it holds. It may be called twice.
func (d *disk) close() error { return unmountBelow(d.path) }

// mounted returns the folders at which runs have mounted a file system that is still there.
func mounted() ([]string, error) {
	table, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil, fmt.Errorf("read the table of mounts: %w", err)
	}
	var paths []string
	for line := range strings.Lines(string(table)) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == source && fields[2] == "tmpfs" {
			// The kernel writes white space and backslashes as octal numbers.
			paths = append(paths, strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(fields[1]))
		}
	}
	return paths, nil
}

// unmountBelow takes away the mounts of this package at path and below, even while somebody uses them.
func unmountBelow(path string) error {
	paths, err := mounted()
	if err != nil {
		return err
	}
	for _, p := range paths {
		if rel, err := filepath.Rel(path, p); err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
			continue
		}
		if err := unix.Unmount(p, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("unmount %s: %w", p, err)
		}
	}
	return nil
}

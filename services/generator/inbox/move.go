package inbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/fault"
)

// maxLeaf is the longest file name in bytes that common file systems take.
const maxLeaf = 255

// archive moves an announced file to <archive>/<day>/<rel>. A name that is taken gets the arrival's mark.
func (x *Inbox) archive(c *claim) error {
	day := c.arrived().Local().Format("2006-01-02")
	for n := range 3 {
		to := filepath.Join(x.cfg.Archive, day, candidate(c, n, maxLeaf))
		err := x.move(c, to, kindArchive)
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return fmt.Errorf("archive %s: every name for it is taken in %s", c.rel, filepath.Join(x.cfg.Archive, day))
}

// candidate returns the n-th name to try for a claim, relative to its folder, with a last element of at most limit bytes:
// its own name, then one that holds the arrival's mark, then one that holds its whole id.
func candidate(c *claim, n, limit int) string {
	dir, leaf := filepath.Split(c.rel)
	ext := filepath.Ext(leaf)
	if len(ext) > 16 || ext == leaf {
		ext = ""
	}
	mark := ""
	switch n {
	case 0:
	case 1:
		mark = "~" + c.id[max(0, len(c.id)-12):]
	default:
		mark = "~" + c.id
	}
	stem := strings.TrimSuffix(leaf, ext)
	if room := limit - len(mark) - len(ext); len(stem) > room {
		for room > 0 && !utf8.RuneStart(stem[room]) {
			room--
		}
		stem = stem[:room]
	}
	return filepath.Join(dir, stem+mark+ext)
}

// move moves a claimed file to a name that is not taken, else it fails with fs.ErrExist. A target folder that cannot be
// written to is DependencyDown of the given kind: it would fail for every file.
func (x *Inbox) move(c *claim, to, kind string) error {
	if err := makeFolder(filepath.Dir(to)); err != nil {
		return targetFault(kind, err)
	}
	err := renameNew(x.path(c), to)
	switch {
	case errors.Is(err, syscall.EXDEV):
		return x.copyOver(c, to, kind)
	case errors.Is(err, fs.ErrNotExist):
		if _, statErr := os.Lstat(x.path(c)); errors.Is(statErr, fs.ErrNotExist) {
			return nil // another instance took the claim up, or the owner took the file away: nothing is left to move
		}
		return err
	case err == nil || errors.Is(err, fs.ErrExist):
		return err
	default:
		return targetFault(kind, err)
	}
}

// targetFault says whose fault it is that a file could not be moved to a folder.
func targetFault(kind string, err error) error {
	if errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("move to the %s folder: %w", kind, err)
	}
	return fault.DependencyDown(kind, fmt.Errorf("move to the %s folder: %w", kind, err))
}

// copyOver moves a file to another file system: copy under a hidden name, sync, rename, and only then remove.
func (x *Inbox) copyOver(c *claim, to, kind string) error {
	from, err := os.Open(x.path(c))
	if err != nil {
		return fmt.Errorf("copy to the %s folder: %w", kind, err)
	}
	defer from.Close() //nolint:errcheck // read only
	info, err := from.Stat()
	if err != nil {
		return fmt.Errorf("copy to the %s folder: %w", kind, err)
	}
	hidden := filepath.Join(filepath.Dir(to), "."+c.id+".part")
	if err := writeSynced(hidden, from, info.Mode().Perm()); err != nil {
		return errors.Join(targetFault(kind, err), ignoreGone(os.Remove(hidden)))
	}
	_ = os.Chtimes(hidden, info.ModTime(), info.ModTime()) // a nicety
	if err := renameNew(hidden, to); err != nil {
		_ = os.Remove(hidden)
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		return targetFault(kind, err)
	}
	if err := x.syncs.Sync(filepath.Dir(to)); err != nil {
		return targetFault(kind, err)
	}
	return ignoreGone(os.Remove(x.path(c)))
}

// writeSynced writes a file and returns when it is on disk.
func writeSynced(path string, content io.Reader, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// renameReserved is renameNew in two steps: it takes the name with an empty file, then renames over it. A crash between
// them leaves the empty file, and the next attempt takes another name.
func renameReserved(from, to string) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

package inbox

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// file is what a look saw of a file. Two looks that saw the same mean that nothing wrote to it in between.
type file struct {
	rel   string // relative to the inbox
	size  int64
	mtime time.Time
}

// look is what is known of a file that is not claimed yet.
type look struct {
	file
	since   time.Time // when it was first seen like this
	busy    bool      // handed to a worker
	blocked string    // why it could not be claimed
	again   time.Time // when to try a blocked file again
}

// blockedAgain is how long a file that could not be claimed is left alone unless it changes.
const blockedAgain = time.Minute

// scan looks at every file in the inbox and returns those that are complete, oldest first. Symbolic links are never
// followed, and no path is opened outside the folder, whatever happens to it meanwhile.
func (x *Inbox) scan(now time.Time) ([]file, error) {
	root, err := os.OpenRoot(x.cfg.Folder)
	if err != nil {
		return nil, fmt.Errorf("look at the inbox: %w", err)
	}
	defer root.Close() //nolint:errcheck // read only
	s := &scanning{x: x, root: root, now: now, seen: map[string]bool{}}
	if err := s.folder("."); err != nil {
		return nil, fmt.Errorf("look at the inbox: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for rel, l := range x.looks {
		if !s.seen[rel] && !l.busy {
			delete(x.looks, rel) // gone: deleted, renamed or moved away by its owner
		}
	}
	for rel := range x.noted {
		if !s.seen[rel] {
			delete(x.noted, rel)
		}
	}
	x.dirs = s.dirs
	slices.SortFunc(s.complete, func(a, b file) int {
		return cmp.Or(a.mtime.Compare(b.mtime), cmp.Compare(a.rel, b.rel))
	})
	return s.complete, nil
}

// scanning is one pass over the folder.
type scanning struct {
	x        *Inbox
	root     *os.Root
	now      time.Time
	seen     map[string]bool
	dirs     []string
	complete []file
}

// folder looks at one folder and those below it. Only the top folder's error is an error: a folder below that cannot be
// read is reported once and passed over.
func (s *scanning) folder(rel string) error {
	entries, err := readDir(s.root, rel)
	if err != nil {
		return err
	}
	s.dirs = append(s.dirs, filepath.Join(s.x.cfg.Folder, rel))
	for _, entry := range entries {
		path := filepath.Join(rel, entry.Name())
		switch {
		case skipped(entry.Name()) || s.x.own(path):
		case entry.IsDir():
			s.seen[path] = true
			if err := s.folder(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				s.x.note(path, "cannot look into a folder of the inbox", err.Error())
			}
		case entry.Type() == fs.ModeSymlink:
			s.seen[path] = true
			s.x.note(path, "passed over in the inbox", "it is a symbolic link, and links are not followed")
		case !entry.Type().IsRegular():
			s.seen[path] = true
			s.x.note(path, "passed over in the inbox", "it is not a file ("+entry.Type().String()+")")
		default:
			s.file(path)
		}
	}
	return nil
}

// file looks at one file.
func (s *scanning) file(rel string) {
	info, err := s.root.Lstat(rel)
	if err != nil || !info.Mode().IsRegular() {
		return // vanished or replaced since the folder was read; the next look will tell
	}
	s.seen[rel] = true
	saw := file{rel: rel, size: info.Size(), mtime: info.ModTime()}
	x := s.x
	x.mu.Lock()
	defer x.mu.Unlock()
	l, known := x.looks[rel]
	switch {
	case known && l.busy:
		return
	case !known || !l.same(saw):
		l = &look{file: saw, since: s.now}
		x.looks[rel] = l
	}
	if l.blocked != "" && s.now.Before(l.again) {
		return
	}
	if s.now.Sub(l.since) >= x.patience(saw) {
		s.complete = append(s.complete, saw)
	}
}

// same reports whether two looks saw the same file unchanged.
func (f file) same(g file) bool { return f.size == g.size && f.mtime.Equal(g.mtime) }

// patience is how long a file must stay the same.
func (x *Inbox) patience(f file) time.Duration {
	if f.size == 0 {
		return emptyPatience * x.cfg.Settle
	}
	return x.cfg.Settle
}

// own reports whether a path in the inbox is one of the inbox's own folders.
func (x *Inbox) own(rel string) bool {
	abs := filepath.Join(x.cfg.Folder, rel)
	return abs == x.cfg.Archive || abs == x.cfg.Rejected
}

// folders returns the folders that the last look saw.
func (x *Inbox) folders() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.dirs
}

// note says something about a path once, and again when what there is to say changes.
func (x *Inbox) note(rel, what, why string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.noted[rel] == why {
		return
	}
	x.noted[rel] = why
	x.cfg.Log.Warn(what, "file", rel, "reason", why)
}

// skipped reports whether a name belongs to a file that is not meant as a document: hidden and temporary files that
// scanners, browsers, editors and synchronisers write under another name first, and what desktops leave in folders.
func skipped(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") {
		return true
	}
	switch filepath.Ext(name) {
	case ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", ".lock":
		return true
	}
	return name == "thumbs.db" || name == "desktop.ini"
}

// readDir reads a folder below root. fs.ReadDir is not used because it refuses names that are not UTF-8.
func readDir(root *os.Root, rel string) ([]os.DirEntry, error) {
	d, err := root.OpenFile(rel, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	entries, err := d.ReadDir(-1)
	return entries, errors.Join(err, d.Close())
}

package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/millrace/millrace/shared/fault"
)

// claim is a file that this instance has taken. It lies in <inbox>/.millrace/claimed/<instance>/, see place.
type claim struct {
	id  string // arrival id: a UUIDv7, whose time is the time of arrival
	rel string // the file's name as it was in the inbox

	// What follows is guarded by Inbox.mu while the claim waits, and belongs to the worker while it is busy.
	busy      bool
	waits     bool // for a dependency
	due       time.Time
	tries     int
	said      string // the last failure that was logged
	fixed     bool   // on disk
	verdict   error  // why the file is refused; nil while it is not
	announced bool   // the broker has confirmed it; it only has to be archived
	document  string // its document id, once announced
}

// path returns where the claimed file lies.
func (x *Inbox) path(c *claim) string { return filepath.Join(x.home.mine(), c.place()) }

// place returns the claimed file's name in the instance's folder: <arrival id>_<rel>, or <arrival id>/<rel> where that is too
// long or the file was in a folder.
func (c *claim) place() string {
	if name := c.id + "_" + c.rel; len(name) <= maxLeaf && filepath.Base(c.rel) == c.rel {
		return name
	}
	return filepath.Join(c.id, c.rel)
}

// hasFolder reports whether the claim has a folder of its own.
func (c *claim) hasFolder() bool { return c.rel == "" || filepath.Dir(c.place()) != "." }

// arrived returns the time of the claim, to the millisecond, from the arrival id: it is the same after a restart.
func (c *claim) arrived() time.Time {
	id, err := uuid.Parse(c.id)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(id.Time().UnixTime()).UTC()
}

// take claims a complete file and makes the first attempt at it.
func (x *Inbox) take(ctx context.Context, f file) {
	id, err := uuid.NewV7()
	if err != nil {
		x.suffer(fault.DependencyDown(kindClaims, fmt.Errorf("make an arrival id: %w", err)))
		return
	}
	c := &claim{id: id.String(), rel: f.rel, busy: true}
	x.mu.Lock()
	l := x.looks[f.rel]
	if l == nil || l.busy || !l.same(f) {
		x.mu.Unlock()
		return
	}
	l.busy = true
	x.held[c.id] = c
	x.mu.Unlock()

	err = x.claim(c, f)
	x.mu.Lock()
	l.busy = false
	switch {
	case err == nil || errors.Is(err, errGone):
		delete(x.looks, f.rel)
	case errors.Is(err, errChanged):
		l.since = time.Now() // it has to settle anew
	}
	if err != nil {
		delete(x.held, c.id)
	}
	x.mu.Unlock()
	switch {
	case err == nil:
		x.attempt(ctx, c)
	case errors.Is(err, errGone), errors.Is(err, errChanged): // taken by another, deleted, or written to: not ours
	case fault.ClassOf(err) == fault.ClassDependencyDown:
		x.suffer(err)
	default:
		x.block(l, err)
	}
}

// errChanged says that a file was written to after the look that found it complete.
var errChanged = errors.New("the file changed since it was looked at")

// claim moves a file from the inbox to its claim's place. Of two instances that try, one gets the file and the other errGone.
func (x *Inbox) claim(c *claim, f file) error {
	root, err := os.OpenRoot(x.cfg.Folder)
	if err != nil {
		return fault.DependencyDown(kindFolder, err)
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	if info, err := root.Lstat(f.rel); err != nil {
		return errGone
	} else if now := (file{size: info.Size(), mtime: info.ModTime()}); !f.same(now) || !info.Mode().IsRegular() {
		return errChanged
	}
	if openForWriting(root, f.rel) {
		return errChanged
	}
	mine, err := filepath.Rel(x.cfg.Folder, x.home.mine())
	if err != nil {
		return err
	}
	target := filepath.Join(mine, c.place())
	if c.hasFolder() {
		if err := makeClaims(root, target); err != nil {
			return err
		}
	}
	x.reach(stepFolder)
	err = root.Rename(f.rel, target)
	if errors.Is(err, fs.ErrNotExist) && !c.hasFolder() { // the file is gone, or the instance's folder since the look
		if err := makeClaims(root, target); err != nil {
			return err
		}
		err = root.Rename(f.rel, target)
	}
	if err != nil {
		x.discard(c)
		if errors.Is(err, fs.ErrNotExist) {
			return errGone
		}
		if blocksOnlyTheFile(err) {
			return err
		}
		return fault.DependencyDown(kindClaims, fmt.Errorf("claim a file: %w", err))
	}
	x.reach(stepClaimed)
	return nil
}

// fix puts a claim on disk, so that the arrival id survives a power loss: from its place to the folder that the file came from.
func (x *Inbox) fix(c *claim) {
	if c.fixed {
		return
	}
	c.fixed = true
	for _, dir := range slices.Compact([]string{filepath.Dir(x.path(c)), x.home.mine(), filepath.Join(x.cfg.Folder, filepath.Dir(c.rel))}) {
		if err := x.syncs.Sync(dir); ignoreGone(err) != nil {
			x.cfg.Log.Debug("folder not synced", "folder", dir, "error", err) // some file systems cannot
		}
	}
}

// makeClaims makes the folder that a claim goes to.
func makeClaims(root *os.Root, target string) error {
	if err := root.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return fault.DependencyDown(kindClaims, fmt.Errorf("make a claim: %w", err))
	}
	return nil
}

// blocksOnlyTheFile reports whether a claim failed for a reason of the file's own.
func blocksOnlyTheFile(err error) bool {
	for _, e := range []error{fs.ErrPermission, syscall.EXDEV, syscall.ENAMETOOLONG, syscall.EBUSY} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// block leaves a file that cannot be claimed where it is, says so once, and tries again later or when it changes.
func (x *Inbox) block(l *look, err error) {
	x.mu.Lock()
	first := l.blocked != err.Error()
	l.blocked, l.again = err.Error(), time.Now().Add(blockedAgain)
	x.mu.Unlock()
	if first {
		x.cfg.Log.Warn("a file stays in the inbox: it cannot be claimed (it is claimed by renaming it, which needs the right to write in its folder)",
			"file", l.rel, "error", err)
	}
}

// adopt takes up claims that are on disk and not in hand: those of this instance, and those of instances that are dead.
func (x *Inbox) adopt() {
	if err := x.home.inherit(); err != nil {
		x.cfg.Log.Warn("cannot take up the claims of another instance; will try again", "error", err)
	}
	mine := x.home.mine()
	entries, err := os.ReadDir(mine)
	if err != nil {
		return // the next look's ensure says it
	}
	for _, entry := range entries {
		id, rel, _ := strings.Cut(entry.Name(), "_")
		if _, err := uuid.Parse(id); err != nil || entry.IsDir() != (rel == "") {
			continue
		}
		x.mu.Lock()
		_, held := x.held[id]
		x.mu.Unlock()
		if held {
			continue
		}
		c := &claim{id: id, rel: rel}
		if entry.IsDir() {
			c.rel = onlyFile(filepath.Join(mine, id))
		} else if _, err := os.Lstat(filepath.Join(mine, entry.Name())); err != nil {
			continue // came to its end since the folder was read
		}
		if c.rel == "" {
			x.discard(c) // died before the rename, or after the archiving
			continue
		}
		x.cfg.Log.Info("takes up a claim that was left", "arrival_id", id, "file", c.rel)
		x.mu.Lock()
		x.held[id] = c
		x.mu.Unlock()
	}
}

// onlyFile returns the path below dir of the file in it, "" when there is none.
func onlyFile(dir string) string {
	found := ""
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is not the file
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		found = rel
		return fs.SkipAll
	})
	return found
}

// discard removes a claim's folders when no file is left in them.
func (x *Inbox) discard(c *claim) {
	if !c.hasFolder() {
		return
	}
	top := filepath.Join(x.home.mine(), c.id)
	for dir := filepath.Join(top, filepath.Dir(c.rel)); len(dir) >= len(top); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break
		}
	}
	if c.rel == "" {
		removeEmpty(top)
	}
}

// removeEmpty removes the folders below and including dir, as far as they are empty.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			removeEmpty(filepath.Join(dir, e.Name()))
		}
	}
	_ = os.Remove(dir)
}

// openForWriting reports whether somebody is known to hold a file open for writing; false when that cannot be told.
func openForWriting(root *os.Root, rel string) bool {
	f, err := root.OpenFile(rel, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false // the claim will tell what is wrong with it
	}
	defer f.Close() //nolint:errcheck // read only
	return writerHolds(f)
}

package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// step is a point at which a crash leaves a state of its own on disk. Tests end the process there.
type step string

const (
	stepFolder    step = "claim folder made"
	stepClaimed   step = "file claimed"
	stepStored    step = "content stored"
	stepAnnounced step = "event confirmed"
	stepReason    step = "reason written"
	stepMoved     step = "file moved out"
)

func (x *Inbox) reach(s step) {
	if x.step != nil {
		x.step(s)
	}
}

// KindNoPermission refuses a file that this user may not read.
const KindNoPermission = "no_permission"

// KindNotAFile refuses what turned into something else than a file between the look and the claim.
const KindNotAFile = "not_a_file"

// errGrowing says that a claimed file is still being written. It is looked at again after the settle time.
var errGrowing = errors.New("the file is still being written")

// errGone says that a claimed file is no longer there.
var errGone = errors.New("the file is gone")

// attempt tries to bring a claim to its end, and decides what a failure means for it.
func (x *Inbox) attempt(ctx context.Context, c *claim) {
	err := x.deliver(ctx, c)
	if err == nil {
		x.finished(c)
		return
	}
	var until time.Time
	down := fault.ClassOf(err) == fault.ClassDependencyDown
	if down && ctx.Err() == nil {
		until = x.suffer(err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	c.busy = false
	c.waits = down
	switch {
	case ctx.Err() != nil: // shutting down: the next start goes on with it
	case down:
		c.due = until
	case errors.Is(err, errGrowing):
		c.due = time.Now().Add(max(x.cfg.Settle, wakePause))
	default:
		c.due = time.Now().Add(delay(c.tries, fileDelay))
		c.tries++
		if c.said != err.Error() {
			c.said = err.Error()
			x.cfg.Log.Warn("a file waits in the inbox's claims and will be tried again", "file", c.rel, "arrival_id", c.id, "error", err)
		}
	}
	x.nudge()
}

// finished forgets a claim that has come to its end.
func (x *Inbox) finished(c *claim) {
	x.mu.Lock()
	delete(x.held, c.id)
	switch {
	case c.verdict != nil:
		x.stats.Rejected[fault.KindOf(c.verdict)]++
	case c.announced:
		x.stats.Accepted++
	}
	x.mu.Unlock()
	switch {
	case c.verdict != nil:
		x.cfg.Log.Warn("rejected a file", "file", c.rel, "arrival_id", c.id, "kind", fault.KindOf(c.verdict), "reason", c.verdict)
		x.recovered(kindRejected)
	case c.announced:
		x.cfg.Log.Info("received a document", "file", c.rel, "arrival_id", c.id, "document_id", c.document)
		x.recovered("")
	}
}

// deliver does what is left to do for a claim. It can be called again after any error, and by another instance after any
// crash: the content store and the announcement are idempotent under the arrival id.
func (x *Inbox) deliver(ctx context.Context, c *claim) error {
	if c.verdict == nil && !c.announced {
		content, err := x.store(ctx, c)
		x.fix(c) // now, not at the claim: on most file systems the content's sync has taken the claim along
		switch {
		case errors.Is(err, errGone):
			x.cfg.Log.Warn("a claimed file is gone: deleted, or taken up by another instance", "file", c.rel, "arrival_id", c.id)
			x.discard(c)
			return nil
		case fault.ClassOf(err) == fault.ClassPermanent:
			c.verdict = err
		case err != nil:
			return err
		default:
			x.reach(stepStored)
			arrival := event.Arrival{ID: c.id, Name: filepath.ToSlash(c.rel), Source: Source, At: c.arrived()}
			received, err := x.intake.Announce(ctx, content, arrival)
			if err != nil {
				return err
			}
			c.announced, c.document = true, received.DocumentID
			x.reach(stepAnnounced)
		}
	}
	move := x.archive
	if c.verdict != nil {
		move = x.reject
	}
	if err := move(c); err != nil {
		return err
	}
	x.reach(stepMoved)
	x.discard(c)
	return nil
}

// store reads a claimed file into the content store. What it returns was read from a file that did not change meanwhile;
// otherwise the error is errGrowing.
func (x *Inbox) store(ctx context.Context, c *claim) (event.Blob, error) {
	// Not following links and not blocking keep out what was put in the file's place between the look and the claim.
	f, err := os.OpenFile(x.path(c), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return event.Blob{}, fault.New(fault.ClassPermanent, KindNoPermission, "this program's user may not read the file: %w", err)
	case errors.Is(err, syscall.ELOOP):
		return event.Blob{}, fault.New(fault.ClassPermanent, KindNotAFile, "it is a symbolic link, and links are not followed")
	case errors.Is(err, fs.ErrNotExist):
		return event.Blob{}, errGone
	case err != nil:
		return event.Blob{}, fmt.Errorf("read the file: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	before, err := f.Stat()
	switch {
	case err != nil:
		return event.Blob{}, fmt.Errorf("read the file: %w", err)
	case !before.Mode().IsRegular():
		return event.Blob{}, fault.New(fault.ClassPermanent, KindNotAFile, "it is not a file but a %s", before.Mode().Type())
	case writerHolds(f):
		return event.Blob{}, errGrowing
	}
	content, err := x.read(ctx, c, f, before)
	if err != nil && fault.ClassOf(err) != fault.ClassPermanent {
		return event.Blob{}, err
	}
	after, statErr := f.Stat()
	if statErr != nil {
		return event.Blob{}, fmt.Errorf("read the file: %w", statErr)
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return event.Blob{}, errGrowing
	}
	return content, err
}

func (x *Inbox) read(ctx context.Context, c *claim, f *os.File, info fs.FileInfo) (event.Blob, error) {
	if limit := x.intake.Limit(); info.Size() > limit {
		return event.Blob{}, tooLarge(info.Size(), limit)
	}
	return x.intake.Store(ctx, f, c.rel, "")
}

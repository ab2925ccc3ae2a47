// Package inbox turns a folder into a source of documents: what people or scanners drop there is claimed once it is
// complete, handed to the intake, and moved to an archive after the broker has confirmed it, or next to a text that says why
// it was refused. It knows nothing of the broker or the blob store.
//
// A claim is a rename to <inbox>/.millrace/claimed/<instance>/<arrival id>_<name>, so the arrival id is on disk before anybody
// hears of it, and whoever takes a claim up again after a crash announces the same arrival.
package inbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/folder"
)

// Source is the arrival source of files from an inbox.
const Source = "inbox"

// Intake is where complete files go; intake.Intake is one. Its methods' errors follow package fault: Permanent from Store
// refuses the file, everything else keeps it.
type Intake interface {
	Store(ctx context.Context, r io.Reader, name, declared string) (event.Blob, error)
	Announce(ctx context.Context, content event.Blob, arrival event.Arrival) (event.Received, error)
	Limit() int64
}

// Config says how an inbox works. Start from [Defaults].
type Config struct {
	Folder   string        // the inbox; made when it is missing
	Archive  string        // where accepted files go, in a folder per day
	Rejected string        // where refused files go, next to their reason
	Settle   time.Duration // how long size and time of a file must stay the same; 0 claims at the first look
	Rescan   time.Duration // how often the folder is looked at when no notification comes
	Notify   bool          // ask the operating system for notifications too
	Workers  int           // files in work at once
	Log      *slog.Logger
}

// Defaults returns the configuration for a folder: archive and rejected in it, so that the folder is all that a container
// has to be given and every move is a rename; 2 s to settle, a look every 5 s.
func Defaults(folder string) Config {
	return Config{
		Folder:   folder,
		Archive:  filepath.Join(folder, "archive"),
		Rejected: filepath.Join(folder, "rejected"),
		Settle:   2 * time.Second,
		Rescan:   5 * time.Second,
		Notify:   true,
		Workers:  16,
		Log:      slog.Default(),
	}
}

// emptyPatience is how many settle times an empty file is given: scanners and network clients often make a file first and
// write it later, so an empty file is refused only when it has stayed empty for long.
const emptyPatience = 5

// Delays between attempts after a failure: doubled each time, within these bounds.
const (
	firstDelay      = 250 * time.Millisecond
	dependencyDelay = 15 * time.Second // at most, while a dependency is down
	fileDelay       = 10 * time.Minute // at most, for a file that fails on its own
)

// wakePause is the least time between two looks, so that a busy writer's notifications do not become a busy loop.
const wakePause = 100 * time.Millisecond

// Inbox is one folder being watched. Run it once.
type Inbox struct {
	cfg    Config
	intake Intake
	home   *home
	syncs  folder.Syncer
	step   func(step) // tests stop the world here; nil otherwise
	// scanned is how long the last look took to read the folder. What it waited for workers does not count: during an outage
	// of the broker that is as long as the outage.
	scanned time.Duration

	watcher func() (*fsnotify.Watcher, error)

	wake  chan struct{} // at most one pending wake-up
	slots chan struct{} // one token per file in work
	work  sync.WaitGroup

	mu      sync.Mutex
	looks   map[string]*look // files not claimed yet, by name relative to the folder
	held    map[string]*claim
	noted   map[string]string // what was already said about a path, so that it is said once
	trouble trouble
	dirs    []string  // the folders that the last look saw
	adopted time.Time // when claims of others were last looked for
	stats   Stats
}

// Stats counts what an inbox has done since it was opened, and what it holds.
type Stats struct {
	Accepted int64            // announced, confirmed and archived
	Rejected map[string]int64 // refused, by kind
	Waiting  int              // seen and not yet complete
	Held     int              // claimed and not yet finished
	Blocked  int              // seen, and could not be claimed
}

// Open makes the folders and takes the instance's lock. Close or Run's end releases it.
func Open(cfg Config, in Intake) (*Inbox, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	for _, path := range []string{cfg.Folder, cfg.Archive, cfg.Rejected} {
		if err := makeFolder(path); err != nil {
			return nil, fmt.Errorf("inbox: make folder %s: %w (make it, or give this user the right to)", path, err)
		}
	}
	h, err := openHome(cfg.Folder)
	if err != nil {
		return nil, fmt.Errorf("inbox %s: %w (the generator must be allowed to write in its inbox: it claims files by renaming them)", cfg.Folder, err)
	}
	return &Inbox{
		cfg: cfg, intake: in, home: h,
		watcher: fsnotify.NewWatcher,
		wake:    make(chan struct{}, 1),
		slots:   make(chan struct{}, cfg.Workers),
		looks:   map[string]*look{},
		held:    map[string]*claim{},
		noted:   map[string]string{},
		stats:   Stats{Rejected: map[string]int64{}},
	}, nil
}

// makeFolder makes a folder that people use, with the rights that the umask leaves.
func makeFolder(path string) error {
	return os.MkdirAll(path, 0o777) //nolint:gosec // other users drop files here, and read the reasons
}

// complete makes the paths absolute and checks the rest.
func (c *Config) complete() error {
	if c.Folder == "" || c.Archive == "" || c.Rejected == "" {
		return errors.New("inbox: folder, archive and rejected must be named")
	}
	for _, p := range []*string{&c.Folder, &c.Archive, &c.Rejected} {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return fmt.Errorf("inbox: %w", err)
		}
		*p = abs
	}
	if c.Folder == c.Archive || c.Folder == c.Rejected {
		return fmt.Errorf("inbox: archive (%s) and rejected (%s) must not be the inbox itself", c.Archive, c.Rejected)
	}
	if c.Settle < 0 || c.Rescan <= 0 || c.Workers < 1 {
		return fmt.Errorf("inbox: settle (%s) must not be negative, rescan (%s) and workers (%d) must be positive", c.Settle, c.Rescan, c.Workers)
	}
	return nil
}

// Run looks at the folder until ctx ends, then waits for the files in work and releases the instance's claims. What it
// could not finish stays claimed on disk for the next start. It returns nil when ctx ends.
func (x *Inbox) Run(ctx context.Context) error {
	watch := x.startWatch()
	defer x.Close()
	defer x.work.Wait()
	defer watch.close()
	for {
		next := x.Look(ctx)
		watch.follow(x.folders())
		pause := max(wakePause, 4*x.scanned) // a huge folder is looked at less often
		if !sleep(ctx, nil, pause) || !sleep(ctx, x.wake, time.Until(next)) {
			return nil
		}
	}
}

// Close releases the instance's lock; claims that are left are taken up by the next instance. It is safe to call twice.
func (x *Inbox) Close() { x.home.close() }

// Look looks at the folder once, hands complete files and due retries to the workers, and returns when the next look is
// due at the latest. It does not wait for the workers.
func (x *Inbox) Look(ctx context.Context) time.Time {
	now := time.Now()
	if err := x.home.ensure(); err != nil {
		return x.suffer(fault.DependencyDown(kindFolder, fmt.Errorf("inbox %s: %w", x.cfg.Folder, err)))
	}
	if now.Sub(x.adopted) >= x.cfg.Rescan || x.adopted.IsZero() {
		x.adopted = now
		x.adopt()
	}
	for _, c := range x.due(now) {
		if !x.begin(ctx, func() { x.attempt(ctx, c) }) {
			x.release(c)
			break
		}
	}
	began := time.Now()
	complete, err := x.scan(now)
	x.scanned = time.Since(began)
	if err != nil {
		return x.suffer(fault.DependencyDown(kindFolder, err))
	}
	x.recovered(kindFolder)
	x.calm()
	for _, f := range complete {
		if !x.mayClaim(time.Now()) || !x.begin(ctx, func() { x.take(ctx, f) }) {
			break
		}
	}
	return x.nextLook(now)
}

// begin runs f in a goroutine of its own once a slot is free; it returns false when ctx ended first.
func (x *Inbox) begin(ctx context.Context, f func()) bool {
	select {
	case x.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	x.work.Go(func() {
		defer func() { <-x.slots }()
		f()
	})
	return true
}

// due returns the claims that wait for an attempt now, oldest first, and marks them as in work.
func (x *Inbox) due(now time.Time) []*claim {
	x.mu.Lock()
	defer x.mu.Unlock()
	var due []*claim
	for _, c := range x.held {
		if !c.busy && !c.due.After(now) {
			due = append(due, c)
		}
	}
	slices.SortFunc(due, func(a, b *claim) int { return cmp.Compare(a.id, b.id) })
	if x.trouble.err != nil && len(due) > x.cfg.Workers {
		due = due[:x.cfg.Workers] // these find out for the others whether it is over
	}
	for _, c := range due {
		c.busy = true
	}
	return due
}

// release marks a claim as no longer in work.
func (x *Inbox) release(c *claim) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c.busy = false
}

// mayClaim reports whether new files may be claimed: not while a dependency is down, except for one that finds out
// whether it still is, and not while too many claims already wait.
func (x *Inbox) mayClaim(now time.Time) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.trouble.err != nil {
		return len(x.held) == 0 && !x.trouble.until.After(now)
	}
	return len(x.held) < 64+4*x.cfg.Workers
}

// nextLook returns when something is due, or the next rescan.
func (x *Inbox) nextLook(now time.Time) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	next := now.Add(x.cfg.Rescan)
	sooner := func(t time.Time) {
		if t.Before(next) {
			next = t
		}
	}
	for _, c := range x.held {
		if !c.busy {
			sooner(c.due)
		}
	}
	if x.trouble.err != nil {
		sooner(x.trouble.until)
		return next
	}
	for _, l := range x.looks {
		if !l.busy && l.blocked == "" {
			sooner(l.since.Add(x.patience(l.file)))
		}
	}
	return next
}

// Ready returns nil when files can be taken in, else what stands in the way.
func (x *Inbox) Ready(context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.trouble.err == nil {
		return nil
	}
	return fmt.Errorf("files wait in the inbox (%d claimed, %d seen): %w", len(x.held), len(x.looks), x.trouble.err)
}

// Stats returns the counts so far.
func (x *Inbox) Stats() Stats {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.stats
	s.Rejected = map[string]int64{}
	for kind, n := range x.stats.Rejected {
		s.Rejected[kind] = n
	}
	s.Held = len(x.held)
	for _, l := range x.looks {
		if l.blocked != "" {
			s.Blocked++
		} else {
			s.Waiting++
		}
	}
	return s
}

// nudge makes Run look again soon.
func (x *Inbox) nudge() {
	select {
	case x.wake <- struct{}{}:
	default: // one is pending already
	}
}

// sleep waits for d or for wake; it returns false when ctx ended.
func sleep(ctx context.Context, wake <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-wake:
	case <-ctx.Done():
		return false
	}
	return ctx.Err() == nil
}

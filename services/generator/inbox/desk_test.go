package inbox_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/testkit/transcript"
)

const pdf = "%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"

// desk is an inbox with a real blob store and a broker made of a slice.
type desk struct {
	t      *testing.T
	dir    string // inbox/, archive/, rejected/ and blobs/ lie here
	config func(*inbox.Config)
	limit  int64
	log    transcript.Buffer

	mu    sync.Mutex
	sent  []event.Received
	fails error        // what the broker answers while it is not nil
	until time.Time    // the broker is silent until then
	early func()       // called when an event was confirmed
	blobs intake.Blobs // nil: a real store
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), config: func(*inbox.Config) {}}
	for _, dir := range []string{"inbox", "blobs"} {
		if err := os.Mkdir(filepath.Join(d.dir, dir), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// open starts an instance on the desk's folders. Settle is 0 and notifications are off unless config says otherwise.
func (d *desk) open() *inbox.Inbox {
	d.t.Helper()
	x, err := d.start()
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(x.Close)
	return x
}

func (d *desk) start() (*inbox.Inbox, error) {
	store := d.blobs
	if store == nil {
		s, err := blob.Open("file://" + d.path("blobs"))
		if err != nil {
			return nil, err
		}
		store = s
	}
	in, err := intake.New(intake.Config{Blobs: store, Emit: d.emit, Limit: d.limit})
	if err != nil {
		return nil, err
	}
	cfg := inbox.Defaults(d.path("inbox"))
	cfg.Archive, cfg.Rejected = d.path("archive"), d.path("rejected")
	cfg.Settle, cfg.Notify, cfg.Workers = 0, false, 4
	cfg.Log = slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.config(&cfg)
	return inbox.Open(cfg, in)
}

// emit is the broker.
func (d *desk) emit(_ context.Context, r event.Received) error {
	d.mu.Lock()
	until := d.until
	d.mu.Unlock()
	time.Sleep(time.Until(until))
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails != nil {
		return d.fails
	}
	d.sent = append(d.sent, r)
	if d.early != nil {
		d.early()
	}
	return nil
}

// silent makes the broker answer nothing until a time.
func (d *desk) silent(until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until = until
}

// broker sets what the broker answers; nil means that it confirms.
func (d *desk) broker(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fails = err
}

func (d *desk) path(elem ...string) string {
	return filepath.Join(append([]string{d.dir}, elem...)...)
}

// drop puts a file into the inbox.
func (d *desk) drop(name, content string) {
	d.t.Helper()
	path := d.path("inbox", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
		d.t.Fatal(err)
	}
}

// look makes an instance look once and waits for its workers.
func (d *desk) look(x *inbox.Inbox) {
	d.t.Helper()
	x.Look(d.t.Context())
	x.Wait()
}

// arrivals returns the distinct arrivals announced so far: id to name. The same id under two names or documents fails.
func (d *desk) arrivals() map[string]string {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := map[string]event.Received{}
	names := map[string]string{}
	for _, r := range d.sent {
		if first, ok := seen[r.Arrival.ID]; ok && first != r {
			d.t.Errorf("arrival %s was announced as %+v and as %+v", r.Arrival.ID, first, r)
		}
		seen[r.Arrival.ID] = r
		names[r.Arrival.ID] = r.Arrival.Name
	}
	return names
}

// names returns the names of the distinct arrivals, sorted.
func (d *desk) names() []string {
	d.t.Helper()
	var names []string
	for _, name := range d.arrivals() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// files returns the files below a folder of the desk, sorted, relative to it.
func (d *desk) files(folder string) []string {
	d.t.Helper()
	var found []string
	root := d.path(folder)
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if rel, _ := filepath.Rel(root, path); !e.IsDir() && !strings.HasPrefix(rel, filepath.Join(".millrace", "instances")) {
			found = append(found, rel)
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// archived returns the files in the archive without the folder of the day.
func (d *desk) archived() []string {
	d.t.Helper()
	var names []string
	for _, path := range d.files("archive") {
		day, rest, _ := strings.Cut(path, string(filepath.Separator))
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			d.t.Errorf("%s is not in a folder of a day", path)
		}
		names = append(names, rest)
	}
	return names
}

// wantOnly fails unless the folder holds exactly these files.
func (d *desk) wantOnly(folder string, want ...string) {
	d.t.Helper()
	slices.Sort(want)
	got := d.files(folder)
	if folder == "archive" {
		got = d.archived()
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("%s holds %q, want %q\nlog:\n%s", folder, got, want, d.log.String())
	}
}

// reason returns the reason file beside a rejected file.
func (d *desk) reason(name string) string {
	d.t.Helper()
	text, err := os.ReadFile(d.path("rejected", name+".reason.txt"))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

var errBroker = fault.DependencyDown("rabbitmq", errors.New("connection refused"))

package inbox_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/testkit"
)

func TestTwoInstancesOnOneInboxDoNotClash(t *testing.T) {
	d := newDesk(t)
	var want []string
	for i := range 200 {
		want = append(want, fmt.Sprintf("%03d.pdf", i))
		d.drop(want[i], pdf+want[i])
	}
	var wg sync.WaitGroup
	for _, x := range []*inbox.Inbox{d.open(), d.open(), d.open()} {
		wg.Go(func() {
			x.Look(t.Context())
			x.Wait()
		})
	}
	wg.Wait()
	d.look(d.open()) // what no instance could claim because it had enough in hand
	d.wantOnly("archive", want...)
	if got := d.names(); !slices.Equal(got, want) {
		t.Errorf("%d arrivals, want %d", len(got), len(want))
	}
	if len(d.sent) != len(want) {
		t.Errorf("%d events, want %d", len(d.sent), len(want))
	}
}

func TestClaimsOfTheDeadAreTakenUpAndThoseOfTheLivingAreNot(t *testing.T) {
	for kind, name := range map[string]string{"plain": "x.pdf", "folder": "a_b/x_y.pdf", "long": strings.Repeat("long", 60) + ".pdf"} {
		t.Run(kind, func(t *testing.T) { claimsAreTakenUp(t, name) })
	}
}

func claimsAreTakenUp(t *testing.T, name string) {
	t.Helper()
	d := newDesk(t)
	d.drop(name, pdf)
	d.broker(errBroker)
	first, second := d.open(), d.open()
	d.look(first)
	claimed := d.files("inbox")
	d.look(second)
	if got := d.files("inbox"); !slices.Equal(got, claimed) || second.Stats().Held != 0 {
		t.Fatalf("a living instance's claim was taken: %q was %q", got, claimed)
	}
	d.broker(nil)
	first.Close() // as the end of its process does
	third := d.open()
	d.look(third)
	d.wantOnly("archive", name)
	arrival := claimed[0][strings.LastIndex(claimed[0], name)-len("_")-len(uuid.Nil.String()):][:len(uuid.Nil.String())]
	if _, ok := d.arrivals()[arrival]; !ok || len(d.arrivals()) != 1 {
		t.Errorf("arrivals %v, want %s as before", d.arrivals(), arrival)
	}
}

func TestAClosedInboxLeavesNothingBehind(t *testing.T) {
	d := newDesk(t)
	d.drop("x.pdf", pdf)
	x := d.open()
	d.look(x)
	x.Close()
	x.Close()
	for _, dir := range []string{"claimed", "instances"} {
		entries, err := os.ReadDir(d.path("inbox", ".millrace", dir))
		if err != nil || len(entries) != 0 {
			t.Errorf("%s holds %v (%v)", dir, entries, err)
		}
	}
}

func TestTheShareGoesAwayAndComesBack(t *testing.T) {
	d := newDesk(t)
	x := d.open()
	away := func(from, to string) {
		t.Helper()
		if err := os.Rename(d.path(from), d.path(to)); err != nil {
			t.Fatal(err)
		}
	}
	d.broker(errBroker)
	d.drop("claimed.pdf", pdf)
	d.look(x)
	d.broker(nil)
	away("inbox", "elsewhere")
	d.look(x)
	if err := x.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "inbox") {
		t.Errorf("Ready = %v, want a word about the inbox", err)
	}
	away("elsewhere", "inbox")
	d.drop("new.pdf", pdf+"new")
	y := d.open() // a look of x waits for its rescan; a restart does not
	x.Close()
	d.look(y)
	d.wantOnly("archive", "claimed.pdf", "new.pdf")
	if n := len(d.arrivals()); n != 2 {
		t.Errorf("%d arrivals, want 2", n)
	}
}

func TestTheClaimsFolderIsDeleted(t *testing.T) {
	d := newDesk(t)
	x := d.open()
	if err := os.RemoveAll(d.path("inbox", ".millrace")); err != nil {
		t.Fatal(err)
	}
	d.drop("x.pdf", pdf)
	d.look(x)
	d.wantOnly("archive", "x.pdf")
}

func TestTheClaimsFolderIsDeletedBeforeAClaim(t *testing.T) {
	d := newDesk(t)
	d.drop("x.pdf", pdf)
	x := d.open()
	x.OnStep(func(step string) {
		if step == inbox.StepFolder {
			_ = os.RemoveAll(d.path("inbox", ".millrace", "claimed"))
		}
	})
	d.look(x)
	d.wantOnly("archive", "x.pdf")
}

func TestAFileThatVanishesBeforeItsClaim(t *testing.T) {
	d := newDesk(t)
	d.drop("x.pdf", pdf)
	x := d.open()
	x.OnStep(func(step string) {
		if step == inbox.StepFolder {
			_ = os.Remove(d.path("inbox", "x.pdf"))
		}
	})
	d.look(x)
	d.look(x)
	d.wantOnly("inbox")
	if err := x.Ready(t.Context()); err != nil || len(d.sent) != 0 || strings.Contains(d.log.String(), "level=WARN") {
		t.Errorf("Ready = %v, events %v, log:\n%s", err, d.sent, d.log.String())
	}
}

func TestALinkPutInAFilesPlaceIsNotFollowed(t *testing.T) {
	d := newDesk(t)
	if err := os.WriteFile(d.path("outside.pdf"), []byte(pdf+"secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.drop("x.pdf", pdf)
	x := d.open()
	x.OnStep(func(step string) {
		if step == inbox.StepFolder {
			_ = os.Remove(d.path("inbox", "x.pdf"))
			_ = os.Symlink(d.path("outside.pdf"), d.path("inbox", "x.pdf"))
		}
	})
	d.look(x)
	if len(d.sent) != 0 {
		t.Errorf("announced %v", d.sent)
	}
	if text := d.reason("x.pdf"); !strings.HasPrefix(text, "not_a_file\n") {
		t.Errorf("reason:\n%s", text)
	}
	if _, err := os.Stat(d.path("outside.pdf")); err != nil {
		t.Error(err)
	}
}

func TestAFileThatGrowsWhileItIsReadIsReadAgain(t *testing.T) {
	d := newDesk(t)
	store, err := blob.Open("file://" + d.path("blobs"))
	if err != nil {
		t.Fatal(err)
	}
	grow := true
	d.blobs = putFunc(func(ctx context.Context, r io.Reader) (blob.Ref, int64, error) {
		ref, n, err := store.Put(ctx, r)
		if grow {
			grow = false
			claimed := d.files("inbox")
			f, openErr := os.OpenFile(d.path("inbox", claimed[0]), os.O_APPEND|os.O_WRONLY, 0)
			if openErr != nil {
				t.Error(openErr)
				return ref, n, err
			}
			_, _ = io.WriteString(f, "more")
			_ = f.Close()
		}
		return ref, n, err
	})
	d.drop("x.pdf", pdf)
	x := d.open()
	deadline := time.Now().Add(testkit.Patience(10 * time.Second))
	for len(d.archived()) == 0 && time.Now().Before(deadline) {
		d.look(x)
	}
	if len(d.sent) != 1 || d.sent[0].Content.Size != int64(len(pdf)+4) {
		t.Errorf("announced %+v, want once with all of it", d.sent)
	}
}

func TestNotificationsSaveWaiting(t *testing.T) {
	d := newDesk(t)
	d.config = func(c *inbox.Config) { c.Notify, c.Rescan, c.Settle = true, time.Hour, 10*time.Millisecond }
	x := d.open()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx) }()
	for i, name := range []string{"a.pdf", "sub/b.pdf", "sub/c.pdf"} {
		d.drop(name, pdf)
		testkit.Eventually(t, 20*time.Second, func() error {
			if len(d.archived()) != i+1 {
				return fmt.Errorf("%s was not noticed; log:\n%s", name, d.log.String())
			}
			return nil
		})
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWithoutNotificationsItSaysSoAndGoesOn(t *testing.T) {
	d := newDesk(t)
	d.config = func(c *inbox.Config) { c.Notify, c.Rescan = true, 10*time.Millisecond }
	x := d.open()
	x.FailToWatch()
	d.drop("a.pdf", pdf)
	ctx, cancel := context.WithCancel(t.Context())
	d.early = cancel
	if err := x.Run(ctx); err != nil {
		t.Error(err)
	}
	if len(d.sent) != 1 || !strings.Contains(d.log.String(), "looked at regularly instead") {
		t.Errorf("events %v, log:\n%s", d.sent, d.log.String())
	}
}

func TestArchiveOnAnotherFileSystem(t *testing.T) {
	d := newDesk(t)
	other, err := os.MkdirTemp("/dev/shm", "millrace-test-") //nolint:usetesting // another file system is the point
	if err != nil {
		t.Skipf("no second file system: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(other) })
	d.config = func(c *inbox.Config) { c.Archive, c.Rejected = filepath.Join(other, "a"), filepath.Join(other, "r") }
	if device(t, other) == device(t, d.dir) {
		t.Skip("no second file system")
	}
	x := d.open()
	for range 2 {
		d.drop("x.pdf", pdf)
		d.drop("bad.pdf", "bad")
		d.look(x)
	}
	d.wantOnly("inbox")
	var found []string
	for _, pattern := range []string{"a/*/x*.pdf", "r/bad*.pdf", "r/bad*.reason.txt", "a/*/.*", "r/.*"} {
		paths, err := filepath.Glob(filepath.Join(other, pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, paths...)
	}
	if len(found) != 6 {
		t.Errorf("found %q, want each file twice and a reason for each bad one", found)
	}
}

func device(t *testing.T, path string) uint64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Skip("no device numbers")
	}
	return uint64(stat.Dev) //nolint:unconvert // not uint64 everywhere
}

// smallDisk mounts a file system of a few KiB on a folder of the desk.
func (d *desk) smallDisk(folder, size string) {
	d.t.Helper()
	if err := os.MkdirAll(d.path(folder), 0o750); err != nil {
		d.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", d.path(folder)).CombinedOutput(); err != nil {
		d.t.Skipf("cannot mount a small disk here: %v: %s", err, out)
	}
	d.t.Cleanup(func() { _ = exec.Command("umount", d.path(folder)).Run() })
}

func (d *desk) enlarge(folder, size string) {
	d.t.Helper()
	if out, err := exec.Command("mount", "-o", "remount,size="+size, d.path(folder)).CombinedOutput(); err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
}

func TestDiskFull(t *testing.T) {
	for _, folder := range []string{"blobs", "archive", "rejected"} {
		t.Run(folder, func(t *testing.T) {
			d := newDesk(t)
			d.smallDisk(folder, "64k")
			big := strings.Repeat("x", 200_000)
			if folder != "rejected" {
				big = pdf + big
			}
			d.drop("big.pdf", big)
			x := d.open()
			d.look(x)
			if err := x.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "no space left") {
				t.Errorf("Ready = %v, want no space left", err)
			}
			d.wantOnly("archive")
			if n := len(d.files("rejected")); folder != "rejected" && n != 0 {
				t.Error("it was rejected for what is not its fault")
			}
			d.enlarge(folder, "1m")
			deadline := time.Now().Add(testkit.Patience(20 * time.Second))
			for x.Ready(t.Context()) != nil && time.Now().Before(deadline) {
				d.look(x)
			}
			if folder == "rejected" {
				d.wantOnly("rejected", "big.pdf", "big.pdf.reason.txt")
			} else {
				d.wantOnly("archive", "big.pdf")
			}
			if n := len(d.arrivals()); folder != "rejected" && n != 1 {
				t.Errorf("%d arrivals, want 1", n)
			}
			d.wantOnly("inbox")
		})
	}
}

func TestRenameInTwoStepsOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	from, taken, free := filepath.Join(dir, "from"), filepath.Join(dir, "taken"), filepath.Join(dir, "free")
	for _, path := range []string{from, taken} {
		if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := inbox.RenameReserved(from, taken); !os.IsExist(err) {
		t.Errorf("err = %v, want that the name is taken", err)
	}
	if err := inbox.RenameReserved(from, free); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{taken: taken, free: from} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v)", path, got, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(d *desk, c *inbox.Config)
		says   string
	}{
		{"no folder", func(_ *desk, c *inbox.Config) { c.Folder = "" }, "must be named"},
		{"archive is the inbox", func(d *desk, c *inbox.Config) { c.Archive = d.path("inbox") + "/" }, "must not be the inbox"},
		{"no workers", func(_ *desk, c *inbox.Config) { c.Workers = 0 }, "workers"},
		{"an inbox that is a file", func(d *desk, c *inbox.Config) { c.Folder = d.path("file") }, "make folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t)
			if err := os.WriteFile(d.path("file"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			d.config = func(c *inbox.Config) { tt.change(d, c) }
			if _, err := d.start(); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("err = %v, want one that says %q", err, tt.says)
			}
		})
	}
}

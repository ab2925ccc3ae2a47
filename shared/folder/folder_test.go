package folder_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/millrace/millrace/shared/folder"
)

func TestSync(t *testing.T) {
	dir := t.TempDir()
	var s folder.Syncer
	for range 2 {
		if err := s.Sync(dir); err != nil {
			t.Error(err)
		}
		if err := s.Sync(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("err = %v, want that it does not exist", err)
		}
	}
}

// disk is a Syncer whose syncs begin when they like and end when the test says so, and its callers.
type disk struct {
	folder.Syncer
	began []string // the folders of all syncs, guarded by mu
	ends  map[string]chan error

	mu   sync.Mutex
	back map[string]error // what each caller that is back was told
}

func newDisk() *disk {
	d := &disk{ends: map[string]chan error{"a": make(chan error), "b": make(chan error)}, back: map[string]error{}}
	d.With = func(path string) error {
		d.mu.Lock()
		d.began = append(d.began, path)
		d.mu.Unlock()
		return <-d.ends[path]
	}
	return d
}

// call lets named callers sync a folder, and returns when each of them is back or waits.
func (d *disk) call(path string, names ...string) {
	for _, name := range names {
		go func() {
			err := d.Sync(path)
			d.mu.Lock()
			defer d.mu.Unlock()
			d.back[name] = err
		}()
	}
	synctest.Wait()
}

// end ends the running sync of a folder.
func (d *disk) end(path string, err error) {
	d.ends[path] <- err
	synctest.Wait()
}

// want fails unless so many syncs began, and exactly these callers are back.
func (d *disk) want(t *testing.T, syncs int, back map[string]error) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.began) != syncs {
		t.Errorf("syncs of %q began, want %d", d.began, syncs)
	}
	if len(d.back) != len(back) {
		t.Errorf("%v are back, want %v", d.back, back)
	}
	for name, want := range back {
		if got, ok := d.back[name]; !ok || !errors.Is(got, want) {
			t.Errorf("%s was told %v (back: %t), want %v", name, got, ok, want)
		}
	}
}

func TestWhoComesDuringASyncWaitsForTheNextWhichAllShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		d.call("a", "first")
		d.call("a", "second", "third")
		d.want(t, 1, map[string]error{})
		d.end("a", nil)
		d.want(t, 2, map[string]error{"first": nil})
		d.call("a", "fourth")
		d.call("a", "fifth")
		d.want(t, 2, map[string]error{"first": nil})
		d.end("a", nil)
		d.want(t, 3, map[string]error{"first": nil, "second": nil, "third": nil})
		d.end("a", nil)
		d.want(t, 3, map[string]error{"first": nil, "second": nil, "third": nil, "fourth": nil, "fifth": nil})
		d.call("a", "sixth")
		d.want(t, 4, map[string]error{"first": nil, "second": nil, "third": nil, "fourth": nil, "fifth": nil})
		d.end("a", nil)
	})
}

func TestAnErrorGoesToAllWhomTheSyncServedAndToNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, full := newDisk(), errors.New("no space left")
		d.call("a", "first")
		d.call("a", "second", "third")
		d.end("a", nil)
		d.call("a", "fourth")
		d.end("a", full)
		d.want(t, 3, map[string]error{"first": nil, "second": full, "third": full})
		d.end("a", nil)
		d.want(t, 3, map[string]error{"first": nil, "second": full, "third": full, "fourth": nil})
	})
}

func TestFoldersDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		d.call("a", "of a")
		d.call("b", "of b")
		d.end("b", nil)
		d.want(t, 2, map[string]error{"of b": nil})
		d.end("a", nil)
		d.want(t, 2, map[string]error{"of a": nil, "of b": nil})
	})
}

func TestWhatACallerDidIsOnDiskWhenItIsBack(t *testing.T) {
	var done, synced, syncs atomic.Int64
	s := folder.Syncer{With: func(string) error {
		seen := done.Load()
		runtime.Gosched()
		synced.Store(seen) // no two syncs of one folder run at once
		syncs.Add(1)
		return nil
	}}
	const callers, calls = 8, 500
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range calls {
				mine := done.Add(1)
				if err := s.Sync("a"); err != nil || synced.Load() < mine {
					t.Errorf("back with %d of %d on disk (%v)", synced.Load(), mine, err)
					return
				}
			}
		})
	}
	all.Wait()
	if n := syncs.Load(); n > callers*calls {
		t.Errorf("%d syncs for %d calls", n, callers*calls)
	}
}

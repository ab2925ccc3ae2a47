package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
)

func open(t testing.TB, root string) *blob.Store {
	t.Helper()
	s, err := blob.Open("file://" + root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files returns the files below root, relative to it.
func files(t testing.TB, root string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			rel, _ := filepath.Rel(root, path)
			found = append(found, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wantFault fails unless err has the class and kind.
func wantFault(t *testing.T, err error, class fault.Class, kind string) {
	t.Helper()
	if fault.ClassOf(err) != class || fault.KindOf(err) != kind {
		t.Errorf("err = %v (%s %q), want %s %q", err, fault.ClassOf(err), fault.KindOf(err), class, kind)
	}
}

func TestWhatIsPutCanBeGot(t *testing.T) {
	for name, content := range map[string][]byte{
		"empty": {}, "text": []byte("hello"), "zeros": make([]byte, 100_000), "large": bytes.Repeat([]byte("0123456789abcdef"), 1<<16),
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			s := open(t, root)
			ref, size, err := s.Put(t.Context(), iotest.HalfReader(bytes.NewReader(content)))
			if err != nil || ref != blob.RefOf(content) || size != int64(len(content)) {
				t.Fatalf("Put = %s, %d, %v", ref, size, err)
			}
			if err := ref.Validate(); err != nil {
				t.Errorf("its own reference is not valid: %v", err)
			}
			got, err := open(t, root).Get(t.Context(), ref, int64(len(content)))
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("Get = %d bytes, %v; want what was put", len(got), err)
			}
			h := ref.Hex()
			if want := []string{filepath.Join(h[:2], h)}; fmt.Sprint(files(t, root)) != fmt.Sprint(want) {
				t.Errorf("the store holds %q, want %q and no leftovers", files(t, root), want)
			}
		})
	}
}

func TestTheSameContentIsStoredOnce(t *testing.T) {
	root := t.TempDir()
	first, second := open(t, root), open(t, root)
	a, err := first.PutBytes(t.Context(), []byte("same"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := second.PutBytes(t.Context(), []byte("same"))
	if err != nil || a != b || len(files(t, root)) != 1 {
		t.Errorf("put as %s and %s (%v): %q", a, b, err, files(t, root))
	}
}

func TestConcurrentPuts(t *testing.T) {
	root := t.TempDir()
	stores := []*blob.Store{open(t, root), open(t, root)}
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			content := bytes.Repeat(fmt.Appendf(nil, "%d ", i%8), 10_000) // each of 8 contents 8 times
			ref, err := stores[i%2].PutBytes(t.Context(), content)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := stores[(i+1)%2].Get(t.Context(), ref, 1<<20); err != nil || !bytes.Equal(got, content) {
				t.Errorf("got %d bytes back (%v)", len(got), err)
			}
		})
	}
	wg.Wait()
	if n := len(files(t, root)); n != 8 {
		t.Errorf("%d files, want 8", n)
	}
}

func TestAPutThatFailsLeavesNothing(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	broken := errors.New("the network is gone")
	_, _, err := s.Put(t.Context(), io.MultiReader(strings.NewReader("half of it"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || fault.ClassOf(err) != fault.ClassTransient {
		t.Errorf("err = %v (%s), want the reader's own, not the store's fault", err, fault.ClassOf(err))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.PutBytes(ctx, []byte("content"))
	wantFault(t, err, fault.ClassInterrupted, "")
	if left := files(t, root); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestGetChecksSizeAndContent(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	content := []byte("0123456789")
	ref, err := s.PutBytes(t.Context(), content)
	if err != nil {
		t.Fatal(err)
	}
	for limit, ok := range map[int64]bool{10: true, 1<<63 - 1: true, 9: false, 0: false} {
		_, err := s.Get(t.Context(), ref, limit)
		if ok && err != nil {
			t.Errorf("limit %d: %v", limit, err)
		}
		if !ok {
			wantFault(t, err, fault.ClassPermanent, "blob_too_large")
		}
	}
	path := filepath.Join(root, files(t, root)[0])
	for name, damaged := range map[string]string{"other bytes": "0123456780", "cut short": "01234", "longer": "0123456789a"} {
		if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte(damaged), 0o600)); err != nil {
			t.Fatal(err)
		}
		_, err = s.Get(t.Context(), ref, 1<<20)
		t.Run(name, func(t *testing.T) { wantFault(t, err, fault.ClassPermanent, "blob_corrupt") })
		if _, err := s.PutBytes(t.Context(), content); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), ref, 1<<20); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: putting it again did not repair it: %q, %v", name, got, err)
		}
	}
}

func TestMissingBlobAndMissingStore(t *testing.T) {
	root := filepath.Join(t.TempDir(), "store")
	s := open(t, root)
	ref := blob.RefOf([]byte("never put"))
	_, err := s.Get(t.Context(), ref, 10)
	wantFault(t, err, fault.ClassPermanent, "blob_missing")

	if err := os.RemoveAll(root); err != nil { // as an unmounted disk
		t.Fatal(err)
	}
	_, err = s.Get(t.Context(), ref, 10)
	wantFault(t, err, fault.ClassDependencyDown, "blob")
	_, err = s.PutBytes(t.Context(), []byte("x"))
	wantFault(t, err, fault.ClassDependencyDown, "blob")
	wantFault(t, s.Ready(t.Context()), fault.ClassDependencyDown, "blob")
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the store was made anew under the mount point")
	}
}

func TestAFolderThatIsRemovedIsMadeAgain(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	ref, err := s.PutBytes(t.Context(), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, ref.Hex()[:2])); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutBytes(t.Context(), []byte("x")); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), ref, 10); err != nil {
		t.Error(err)
	}
}

func TestReferences(t *testing.T) {
	good := string(blob.RefOf([]byte("x")))
	tests := []struct {
		name, ref string
		ok        bool
	}{
		{"its own", good, true},
		{"no scheme", strings.TrimPrefix(good, "sha256:"), false},
		{"another scheme", "sha512:" + strings.TrimPrefix(good, "sha256:"), false},
		{"too short", good[:len(good)-1], false},
		{"too long", good + "0", false},
		{"upper case", "sha256:" + strings.ToUpper(strings.TrimPrefix(good, "sha256:")), false},
		{"not hexadecimal", "sha256:" + strings.Repeat("g", 64), false},
		{"a path", "sha256:../../../etc/passwd" + strings.Repeat("/", 46), false},
		{"empty", "", false},
	}
	s := open(t, t.TempDir())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := blob.Ref(tt.ref).Validate(); (err == nil) != tt.ok {
				t.Errorf("Validate = %v", err)
			}
			if _, err := s.Get(t.Context(), blob.Ref(tt.ref), 10); !tt.ok {
				wantFault(t, err, fault.ClassPermanent, "blob_reference")
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"", "/plain/path", "file://relative/path", "file:relative", "s3://bucket", "file://host/x", "::", "file://" + file} {
		if _, err := blob.Open(url); err == nil {
			t.Errorf("%q is accepted", url)
		}
	}
	if s, err := blob.Open("file://" + filepath.ToSlash(t.TempDir()) + "/with%20space"); err != nil || s.Ready(t.Context()) != nil {
		t.Errorf("a folder with a space: %v", err)
	}
}

func TestLeftoversOfTheDeadAreSweptAndOthersAreNot(t *testing.T) {
	root := t.TempDir()
	open(t, root)
	old, young := filepath.Join(root, "tmp", "put-old"), filepath.Join(root, "tmp", "put-young")
	for _, path := range []string{old, young} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	longAgo := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, longAgo, longAgo); err != nil {
		t.Fatal(err)
	}
	open(t, root)
	if left := files(t, root); len(left) != 1 || filepath.Base(left[0]) != "put-young" {
		t.Errorf("left: %q, want the young one alone", left)
	}
}

func TestReadyLeavesNothing(t *testing.T) {
	root := t.TempDir()
	if err := open(t, root).Ready(t.Context()); err != nil || len(files(t, root)) != 0 {
		t.Errorf("Ready = %v, left %q", err, files(t, root))
	}
}

func TestTheModeOfABlobIsNotLeftToTheUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	root := t.TempDir()
	s := open(t, root)
	ref, err := s.PutBytes(t.Context(), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(root, ref.Hex()[:2], ref.Hex()))
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v (%v), want rw-r-----", info.Mode(), err)
	}
}

package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/fault"
)

// TestMain runs the tests, or tries a store as another user when a test started it for that.
func TestMain(m *testing.M) {
	if root := os.Getenv("BLOB_TEST_ROOT"); root != "" {
		os.Exit(tryStore(root))
	}
	os.Exit(m.Run())
}

// tryStore exits with 0 when the store at root can be opened and says of everything that it is down.
func tryStore(root string) int {
	ctx := context.Background()
	s, err := blob.Open("file://" + root)
	if err != nil {
		return 3
	}
	_, put := s.PutBytes(ctx, []byte("new"))
	_, get := s.Get(ctx, blob.RefOf([]byte("x")), 10)
	for code, err := range map[int]error{4: s.Ready(ctx), 5: put, 6: get} {
		if fault.ClassOf(err) != fault.ClassDependencyDown || !errors.Is(err, os.ErrPermission) {
			return code
		}
	}
	return 0
}

func TestDiskFull(t *testing.T) {
	root := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", root).CombinedOutput(); err != nil {
		t.Skipf("cannot mount a small disk here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", root).Run() })
	s := open(t, root)
	small, err := s.PutBytes(t.Context(), []byte("small"))
	if err != nil {
		t.Fatal(err)
	}
	big := make([]byte, 1<<20)
	_, _ = rand.Read(big)
	for range 3 {
		_, _, err := s.Put(t.Context(), bytes.NewReader(big))
		wantFault(t, err, fault.ClassDependencyDown, "blob")
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("err = %v, want no space left", err)
		}
	}
	if left := files(t, root); len(left) != 1 {
		t.Errorf("failed puts left %q", left)
	}
	if _, err := s.Get(t.Context(), small, 10); err != nil {
		t.Errorf("what was there before: %v", err)
	}
	if _, err := s.PutBytes(t.Context(), []byte("fits")); err != nil {
		t.Errorf("what still fits: %v", err)
	}
	fill := filepath.Join(root, "fill")
	_ = os.WriteFile(fill, big, 0o600) // as much as goes in
	wantFault(t, s.Ready(t.Context()), fault.ClassDependencyDown, "blob")
	if out, err := exec.Command("mount", "-o", "remount,size=8m", root).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, _, err := s.Put(t.Context(), bytes.NewReader(big)); err != nil || s.Ready(t.Context()) != nil {
		t.Errorf("with room again: %v, Ready = %v", err, s.Ready(t.Context()))
	}
}

func TestNoPermission(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "store")
	ref, err := open(t, root).PutBytes(t.Context(), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	if os.Getuid() == 0 { // root may do everything: try as nobody, with a copy of the program where nobody may run it
		program, err := os.ReadFile(os.Args[0])
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, "program"), program, 0o755), os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755))
		if err != nil {
			t.Fatal(err)
		}
		cmd = exec.Command(filepath.Join(dir, "program"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	h := ref.Hex()
	closed := []string{filepath.Join(root, "tmp"), filepath.Join(root, h[:2])}
	for _, path := range append(closed, root) {
		mode := os.FileMode(0o755)
		if path == closed[0] || path == closed[1] {
			mode = 0o500 // closed to others, and not writable for its owner
			if path == closed[1] {
				mode = 0
			}
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o700) })
	}
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "BLOB_TEST_ROOT="+root)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the store as another user: %v: %s", err, out)
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, b.TempDir())
	content := make([]byte, 20_000)
	_, _ = rand.Read(content)
	b.SetBytes(int64(len(content)))
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		own := bytes.Clone(content)
		for pb.Next() {
			_, _ = rand.Read(own[:32])
			if _, err := s.PutBytes(b.Context(), own); err != nil {
				b.Fatal(err)
			}
		}
	})
}

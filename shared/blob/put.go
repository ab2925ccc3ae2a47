package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Put stores what r yields and returns its reference and size in bytes. When it returns nil the content is on disk: file
// and folder are synced. An interrupted Put leaves nothing under any reference.
func (s *Store) Put(ctx context.Context, r io.Reader) (Ref, int64, error) {
	d, err := s.draft()
	if err != nil {
		return "", 0, err
	}
	defer d.end()
	buffer, _ := s.buffers.Get().(*copyBuffer)
	defer s.buffers.Put(buffer)
	hash := sha256.New()
	size, err := io.CopyBuffer(io.MultiWriter(d, hash), sourceErrors{ctx, r}, buffer[:])
	if err != nil {
		return "", 0, err
	}
	ref := Ref(scheme + hex.EncodeToString(hash.Sum(nil)))
	there, err := s.has(ref, size)
	if !there {
		err = d.publish(ref)
	}
	if err != nil {
		return "", 0, err
	}
	return ref, size, nil
}

// PutBytes is Put for content in memory. Content that is there already is not written again.
func (s *Store) PutBytes(ctx context.Context, content []byte) (Ref, error) {
	ref := RefOf(content)
	there, err := s.has(ref, int64(len(content)))
	if !there {
		err = s.putAs(ctx, ref, content)
	}
	if err != nil {
		return "", err
	}
	return ref, nil
}

func (s *Store) putAs(ctx context.Context, ref Ref, content []byte) error {
	d, err := s.draft()
	if err != nil {
		return err
	}
	defer d.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := d.Write(content); err != nil {
		return err
	}
	return d.publish(ref)
}

// has reports whether the store holds content. When it does, the content is on disk, or the error says why that is not known:
// another Put wrote the file, perhaps a moment ago; it is synced, its folder's entry need not be yet.
func (s *Store) has(ref Ref, size int64) (bool, error) {
	path := s.path(ref)
	if !holds(path, size, ref) {
		return false, nil
	}
	dir := filepath.Dir(path)
	return true, down("put blob: sync", errors.Join(s.keep(dir), s.syncs.Sync(dir)))
}

// holds reports whether a file is there with the content of ref. Content that was damaged is not trusted, so putting it
// again repairs it.
func holds(path string, size int64, ref Ref) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // read only
	if info, err := f.Stat(); err != nil || info.Size() != size {
		return false
	}
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	return err == nil && Ref(scheme+hex.EncodeToString(hash.Sum(nil))) == ref
}

// keep makes a folder <root>/ab and syncs the root, which holds its name. That a folder is there does not mean that it
// is on disk: another process may have made it a moment ago. So each process syncs each folder once.
func (s *Store) keep(dir string) error {
	if _, ok := s.synced.Load(dir); ok {
		return nil
	}
	if err := os.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := s.syncs.Sync(s.root); err != nil {
		return err
	}
	s.synced.Store(dir, struct{}{})
	return nil
}

// draft is content that is not under its reference yet: a temporary file, open for writing.
type draft struct {
	s         *Store
	f         *os.File
	published bool
}

// mode is that of a blob's file, whatever the umask.
const mode = 0o640

func (s *Store) draft() (*draft, error) {
	f, err := os.OpenFile(filepath.Join(s.tempDir(), "put-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, down("put blob", err)
	}
	d := &draft{s: s, f: f}
	if info, err := f.Stat(); err == nil && info.Mode().Perm() == mode {
		return d, nil
	}
	if err := f.Chmod(mode); err != nil {
		d.end()
		return nil, down("put blob", err)
	}
	return d, nil
}

// Write marks errors as the store's fault, so that Put can tell them from the source's.
func (d *draft) Write(p []byte) (int, error) {
	n, err := d.f.Write(p)
	return n, down("write blob", err)
}

// publish syncs the content, moves it to its final path and syncs the folders that changed.
func (d *draft) publish(ref Ref) error {
	if err := d.f.Sync(); err != nil {
		return down("put blob: sync", err)
	}
	to := d.s.path(ref)
	dir := filepath.Dir(to)
	err := d.rename(to)
	if errors.Is(err, fs.ErrNotExist) { // the folder was removed since it was made
		d.s.synced.Delete(dir)
		err = d.rename(to)
	}
	if err == nil {
		d.published = true
		err = d.s.syncs.Sync(dir)
	}
	return down("put blob", err)
}

func (d *draft) rename(to string) error {
	if err := d.s.keep(filepath.Dir(to)); err != nil {
		return err
	}
	return os.Rename(d.f.Name(), to)
}

// end closes the file, and removes it when it was not published.
func (d *draft) end() {
	_ = d.f.Close() // it is synced, or to be removed
	if !d.published {
		_ = os.Remove(d.f.Name())
	}
}

// copyBuffer is room for a Put to copy through.
type copyBuffer [32 << 10]byte

// sourceErrors stops a copy when ctx ends.
type sourceErrors struct {
	ctx context.Context //nolint:containedctx // lives for one Put
	r   io.Reader
}

func (s sourceErrors) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// Package blob is the claim-check store: content goes in once, a small reference travels in events.
//
// Content is addressed by its SHA-256, so putting the same bytes twice stores them once, and a reader can tell whether
// what it got is what was put. Every failure of the store itself is a fault.DependencyDown named "blob"; a reference that
// nothing was stored under is Permanent with the kind "blob_missing". A Store may be used by many goroutines and many
// processes at once.
package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/fault"
)

// Ref names stored content: "sha256:" and 64 lower-case hexadecimal digits.
type Ref string

const scheme = "sha256:"

// RefOf returns the reference of content without storing it.
func RefOf(content []byte) Ref {
	sum := sha256.Sum256(content)
	return Ref(scheme + hex.EncodeToString(sum[:]))
}

// Hex returns the reference's 64 hexadecimal digits; for a document's content they are its document id.
func (r Ref) Hex() string { return strings.TrimPrefix(string(r), scheme) }

// Validate reports whether the reference is well formed, as a Permanent fault of kind "blob_reference".
func (r Ref) Validate() error {
	digits, ok := strings.CutPrefix(string(r), scheme)
	if ok && len(digits) == sha256.Size*2 && strings.ToLower(digits) == digits {
		if _, err := hex.DecodeString(digits); err == nil {
			return nil
		}
	}
	return fault.New(fault.ClassPermanent, "blob_reference", "blob reference %q is not sha256: and 64 lower-case hexadecimal digits", string(r))
}

// Store keeps blobs in a folder: <root>/ab/abcd…. 256 folders are few enough that a process soon has made and synced them all,
// and enough for millions of blobs.
type Store struct {
	root   string
	synced sync.Map // folders that this process knows to be on disk, by path
}

// Open opens the store at a URL; file:///absolute/folder is the one scheme so far. The folder is made when it is missing.
func Open(rawURL string) (*Store, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("open blob store %q: %w", rawURL, err)
	}
	if u.Scheme != "file" || u.Host != "" || !filepath.IsAbs(u.Path) {
		return nil, fmt.Errorf("open blob store %q: use file:///absolute/folder", rawURL)
	}
	s := &Store{root: filepath.Clean(u.Path)}
	if err := os.MkdirAll(s.tempDir(), 0o750); err != nil {
		return nil, down("open blob store", err)
	}
	s.sweep()
	return s, nil
}

// Ready reports whether the store can be written to now. It is what a stage's probe asks.
func (s *Store) Ready(context.Context) error {
	f, err := os.CreateTemp(s.tempDir(), "ready-*")
	if err != nil {
		return down("write to the blob store", err)
	}
	_, werr := f.WriteString("ready")
	return down("write to the blob store", errors.Join(werr, f.Close(), os.Remove(f.Name())))
}

// Put stores what r yields and returns its reference and size in bytes. When it returns nil the content is on disk: file
// and folder are synced. An interrupted Put leaves nothing under any reference.
func (s *Store) Put(ctx context.Context, r io.Reader) (Ref, int64, error) {
	f, err := os.CreateTemp(s.tempDir(), "put-*")
	if err != nil {
		return "", 0, down("put blob", err)
	}
	published := false
	defer func() {
		_ = f.Close() // a second close after success is harmless
		if !published {
			_ = os.Remove(f.Name())
		}
	}()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(sinkErrors{f}, hash), sourceErrors{ctx, r})
	if err != nil {
		return "", 0, err
	}
	ref := Ref(scheme + hex.EncodeToString(hash.Sum(nil)))
	path := s.path(ref)
	if holds(path, size, ref) {
		if err := s.settle(filepath.Dir(path)); err != nil {
			return "", 0, down("put blob: sync", err)
		}
		return ref, size, nil
	}
	if err := f.Sync(); err != nil {
		return "", 0, down("put blob: sync", err)
	}
	if err := f.Chmod(0o640); err != nil {
		return "", 0, down("put blob", err)
	}
	if err := s.publish(f.Name(), path); err != nil {
		return "", 0, down("put blob", err)
	}
	published = true
	return ref, size, nil
}

// PutBytes is Put for content in memory. Content that is there already is not written again.
func (s *Store) PutBytes(ctx context.Context, content []byte) (Ref, error) {
	ref := RefOf(content)
	if path := s.path(ref); holds(path, int64(len(content)), ref) {
		if err := s.settle(filepath.Dir(path)); err != nil {
			return "", down("put blob: sync", err)
		}
		return ref, nil
	}
	ref, _, err := s.Put(ctx, bytes.NewReader(content))
	return ref, err
}

// settle syncs a folder and its place in the store: another Put wrote a file there, perhaps a moment ago; that file is
// synced, the folder's entry need not be yet.
func (s *Store) settle(dir string) error { return errors.Join(s.keep(dir), syncDir(dir)) }

// Get returns the whole content of ref. It is a Permanent fault of kind "blob_too_large" when the content is larger than limit
// bytes, and of kind "blob_corrupt" when it is not what was put.
func (s *Store) Get(ctx context.Context, ref Ref, limit int64) ([]byte, error) {
	f, err := s.Open(ctx, ref)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // read only
	info, err := f.Stat()
	if err != nil {
		return nil, down("read blob "+string(ref), err)
	}
	if info.Size() > limit {
		return nil, fault.New(fault.ClassPermanent, "blob_too_large", "blob %s has %d bytes, more than the %d that are wanted", ref, info.Size(), limit)
	}
	content := make([]byte, info.Size())
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, down("read blob "+string(ref), err)
	}
	if RefOf(content) != ref {
		return nil, fault.New(fault.ClassPermanent, "blob_corrupt", "blob %s: the store's content is not what was put there; restore it or put the document again", ref)
	}
	return content, nil
}

// Open returns a reader of the content of ref; the caller closes it.
func (s *Store) Open(_ context.Context, ref Ref) (*os.File, error) {
	if err := ref.Validate(); err != nil {
		return nil, err
	}
	f, err := os.Open(s.path(ref))
	if errors.Is(err, fs.ErrNotExist) {
		if _, rootErr := os.Stat(s.tempDir()); rootErr != nil {
			return nil, down("open blob", rootErr) // the whole store is away, not this blob
		}
		return nil, fault.New(fault.ClassPermanent, "blob_missing", "blob %s is not in the store: %w", ref, err)
	}
	if err != nil {
		return nil, down("open blob", err)
	}
	return f, nil
}

// publish moves a synced file to its final path and syncs the folders that changed.
func (s *Store) publish(from, to string) error {
	dir := filepath.Dir(to)
	if err := s.keep(dir); err != nil {
		return err
	}
	err := os.Rename(from, to)
	if errors.Is(err, fs.ErrNotExist) { // the folder was removed since it was made
		s.synced.Delete(dir)
		if err := s.keep(dir); err != nil {
			return err
		}
		err = os.Rename(from, to)
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
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
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	if err := syncDir(s.root); err != nil {
		return err
	}
	s.synced.Store(dir, struct{}{})
	return nil
}

// sweepAge is how old a temporary file must be to count as left by a process that died; no Put takes that long.
const sweepAge = 24 * time.Hour

// sweep removes temporary files that dead processes left. It is a courtesy: what it cannot remove stays.
func (s *Store) sweep() {
	entries, err := os.ReadDir(s.tempDir())
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > sweepAge {
			_ = os.Remove(filepath.Join(s.tempDir(), e.Name()))
		}
	}
}

func (s *Store) path(ref Ref) string {
	h := ref.Hex()
	return filepath.Join(s.root, h[:2], h)
}

func (s *Store) tempDir() string { return filepath.Join(s.root, "tmp") }

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func down(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fault.DependencyDown("blob", fmt.Errorf("%s: %w", doing, err))
}

// sinkErrors marks write errors as the store's fault, so that Put can tell them from the source's.
type sinkErrors struct{ w io.Writer }

func (s sinkErrors) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	return n, down("write blob", err)
}

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

// Package blob is the claim-check store: content goes in once, a small reference travels in events.
//
// Content is addressed by its SHA-256, so putting the same bytes twice stores them once, and a reader can tell whether
// what it got is what was put. Every failure of the store itself is a fault.DependencyDown named "blob"; a reference that
// nothing was stored under is Permanent with the kind "blob_missing". A Store may be used by many goroutines and many
// processes at once.
package blob

import (
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
	"github.com/millrace/millrace/shared/folder"
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
	root    string
	syncs   folder.Syncer
	synced  sync.Map  // folders that this process knows to be on disk, by path
	buffers sync.Pool // of *copyBuffer
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
	s := &Store{root: filepath.Clean(u.Path), buffers: sync.Pool{New: func() any { return new(copyBuffer) }}}
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

func down(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fault.DependencyDown("blob", fmt.Errorf("%s: %w", doing, err))
}

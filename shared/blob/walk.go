package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/millrace/millrace/shared/fault"
)

// Info is what the store knows of a blob beside its content.
type Info struct {
	Ref    Ref
	Size   int64     // bytes
	Stored time.Time // when it was first put, by the clock of the store's machine
}

// OpenExisting is [Open] for programs that only look: it makes nothing. A store that is not there is DependencyDown.
func OpenExisting(rawURL string) (*Store, error) {
	if u, err := url.Parse(rawURL); err == nil && u.Scheme == "file" {
		if _, err := os.Stat(filepath.Join(u.Path, "tmp")); err != nil {
			return nil, down("open blob store", err)
		}
	}
	return Open(rawURL)
}

// Walk calls f with the reference of every blob, in no order that means anything, until f returns an error or ctx ends. A
// blob that is put or removed meanwhile may be among them or not.
func (s *Store) Walk(ctx context.Context, f func(Ref) error) error {
	if _, err := os.Stat(s.tempDir()); err != nil {
		return down("list blobs", err) // the whole store is away: it is not that there are none
	}
	folders, err := os.ReadDir(s.root)
	if err != nil {
		return down("list blobs", err)
	}
	for _, folder := range folders {
		if !folder.IsDir() || len(folder.Name()) != 2 {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(s.root, folder.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return down("list blobs", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, e := range entries {
			ref := Ref(scheme + e.Name())
			if ref.Validate() != nil || e.Name()[:2] != folder.Name() {
				continue // not put here by a store
			}
			if err := f(ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// Stat returns what is known of a blob. One that is not in the store is a Permanent fault of kind "blob_missing".
func (s *Store) Stat(ref Ref) (Info, error) {
	if err := ref.Validate(); err != nil {
		return Info{}, err
	}
	info, err := os.Stat(s.path(ref))
	if errors.Is(err, fs.ErrNotExist) {
		if _, rootErr := os.Stat(s.tempDir()); rootErr != nil {
			return Info{}, down("look at blob", rootErr)
		}
		return Info{}, fault.New(fault.ClassPermanent, "blob_missing", "blob %s is not in the store: %w", ref, err)
	}
	if err != nil {
		return Info{}, down(fmt.Sprintf("look at blob %s", ref), err)
	}
	return Info{Ref: ref, Size: info.Size(), Stored: info.ModTime()}, nil
}

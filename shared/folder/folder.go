// Package folder puts what happened to the names in a folder on disk: files that were made, renamed or removed there outlast
// a power loss only once the folder itself is synced. It knows nothing of what the files are.
package folder

import (
	"errors"
	"os"
	"sync"
)

// Sync returns nil once the names in a folder, as they were when it was called, are on disk.
func Sync(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Syncer is [Sync] for many callers at once: those that come while a folder is being synced share the next sync of it. The zero
// value works.
type Syncer struct {
	// With syncs one folder; nil stands for [Sync].
	With func(path string) error

	mu   sync.Mutex
	last map[string]*turn // the latest sync of each folder that is not over, by path
}

// turn is one sync of a folder and those whom it serves.
type turn struct {
	begun bool          // guarded by Syncer.mu: too late to join, as it may have passed over the caller's names
	over  chan struct{} // closed at the end
	err   error         // readable then
}

// Sync returns nil once the names in a folder, as they were when it was called, are on disk: by a sync that began after the
// call. Its error goes to every caller that it served. A folder goes by its path: of two ways to write one, each has syncs of
// its own.
func (s *Syncer) Sync(path string) error {
	s.mu.Lock()
	before := s.last[path]
	if before != nil && !before.begun {
		s.mu.Unlock()
		<-before.over
		return before.err
	}
	own := &turn{over: make(chan struct{})}
	if s.last == nil {
		s.last = map[string]*turn{}
	}
	s.last[path] = own
	s.mu.Unlock()

	if before != nil {
		<-before.over
	}
	s.mu.Lock()
	own.begun = true
	s.mu.Unlock()
	own.err = s.sync(path)
	s.mu.Lock()
	if s.last[path] == own {
		delete(s.last, path)
	}
	s.mu.Unlock()
	close(own.over)
	return own.err
}

func (s *Syncer) sync(path string) error {
	if s.With == nil {
		return Sync(path)
	}
	return s.With(path)
}

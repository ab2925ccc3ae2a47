package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	rescan = 10 * time.Second       // how often the model's file is looked at anyway: some file systems tell of no changes
	settle = 100 * time.Millisecond // how long after a change it is looked at: changes come in groups
)

// Watch looks at the model's file when something changes in its folder, and regularly, until ctx ends.
func (m *Models) Watch(ctx context.Context) {
	if m.path == "" {
		return
	}
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		defer watcher.Close() //nolint:errcheck // nothing is left to do
		err = watcher.Add(folderOf(m.path))
	} else {
		watcher = &fsnotify.Watcher{} // its nil channels never say anything
	}
	if err != nil {
		m.log.Warn("the model's folder cannot be watched; it is looked at regularly instead", "path", m.path, "every", rescan, "error", err)
	}
	look := time.NewTimer(0) // what changed before the watch began
	defer look.Stop()
	soon := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-watcher.Events:
			if !soon { // a folder in which something changes all the time must not put the look off for ever
				look.Reset(settle)
				soon = true
			}
		case err := <-watcher.Errors: // changes may have been missed
			m.log.Warn("watching the model's folder failed for a moment; it is looked at now", "path", m.path, "error", err)
			look.Reset(0)
		case <-look.C:
			soon = false
			m.Look()
			look.Reset(rescan)
		}
	}
}

// folderOf returns the folder that tells of changes: path itself, or the one that path is a file in.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path
	}
	return filepath.Dir(path)
}

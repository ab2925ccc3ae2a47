package inbox

import (
	"sync"

	"github.com/fsnotify/fsnotify"
)

// watch makes an inbox look as soon as something happens in its folders. It only saves waiting: every event, and every
// failure to watch, is made good by the next rescan. A nil watch does nothing.
type watch struct {
	x         *Inbox
	watcher   *fsnotify.Watcher
	listening sync.WaitGroup
	failed    bool // said once that a folder cannot be watched
}

func (x *Inbox) startWatch() *watch {
	if !x.cfg.Notify {
		return nil
	}
	watcher, err := x.watcher()
	if err != nil {
		x.cfg.Log.Warn("no notifications from the operating system; the inbox is looked at regularly instead", "every", x.cfg.Rescan, "error", err)
		return nil
	}
	w := &watch{x: x, watcher: watcher}
	w.follow([]string{x.cfg.Folder})
	w.listening.Go(w.listen)
	return w
}

// listen turns every event into a wake-up, until close.
func (w *watch) listen() {
	for {
		select {
		case _, ok := <-w.watcher.Events:
			if !ok {
				return
			}
		case err, ok := <-w.watcher.Errors:
			if !ok {
				return
			}
			w.x.cfg.Log.Debug("a notification was lost; the inbox is looked at now", "error", err)
		}
		w.x.nudge()
	}
}

// follow watches the given folders too. A folder that is removed is forgotten by the watcher itself.
func (w *watch) follow(folders []string) {
	if w == nil {
		return
	}
	watched := map[string]bool{}
	for _, dir := range w.watcher.WatchList() {
		watched[dir] = true
	}
	for _, dir := range folders {
		if watched[dir] {
			continue
		}
		if err := w.watcher.Add(dir); err != nil && !w.failed {
			w.failed = true
			w.x.cfg.Log.Warn("cannot watch a folder; it is looked at regularly instead", "folder", dir, "every", w.x.cfg.Rescan, "error", err)
		}
	}
}

func (w *watch) close() {
	if w != nil {
		_ = w.watcher.Close()
		w.listening.Wait()
	}
}

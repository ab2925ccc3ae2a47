package inbox

import (
	"errors"
	"os"

	"github.com/fsnotify/fsnotify"

	"github.com/millrace/millrace/shared/folder"
)

// OnStep makes the inbox call f at each of its steps; tests end the process there.
func (x *Inbox) OnStep(f func(string)) { x.step = func(s step) { f(string(s)) } }

// OnSync makes the inbox call f before it syncs a folder.
func (x *Inbox) OnSync(f func(path string)) {
	x.syncs.With = func(path string) error {
		f(path)
		return folder.Sync(path)
	}
}

// Wait waits for the files in work.
func (x *Inbox) Wait() { x.work.Wait() }

// FailToWatch makes the operating system refuse notifications.
func (x *Inbox) FailToWatch() {
	x.watcher = func() (*fsnotify.Watcher, error) { return nil, errors.New("too many open files") }
}

// Names of the steps.
const (
	StepFolder    = string(stepFolder)
	StepClaimed   = string(stepClaimed)
	StepStored    = string(stepStored)
	StepAnnounced = string(stepAnnounced)
	StepReason    = string(stepReason)
	StepMoved     = string(stepMoved)
)

// RenameReserved is the two-step rename of file systems that cannot rename to a free name in one.
func RenameReserved(from, to string) error { return renameReserved(from, to) }

// WriterHolds reports whether somebody holds f open for writing.
func WriterHolds(f *os.File) bool { return writerHolds(f) }

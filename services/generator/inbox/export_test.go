package inbox

import "os"

// OnStep makes the inbox call f at each of its steps; tests end the process there.
func (x *Inbox) OnStep(f func(string)) { x.step = func(s step) { f(string(s)) } }

// Wait waits for the files in work.
func (x *Inbox) Wait() { x.work.Wait() }

// Steps lists the points at which a crash leaves a state of its own on disk.
func Steps() []string {
	return []string{
		string(stepFolder), string(stepClaimed), string(stepStored), string(stepAnnounced), string(stepReason), string(stepMoved),
	}
}

// RenameReserved is the two-step rename of file systems that cannot rename to a free name in one.
func RenameReserved(from, to string) error { return renameReserved(from, to) }

// WriterHolds reports whether somebody holds f open for writing.
func WriterHolds(f *os.File) bool { return writerHolds(f) }

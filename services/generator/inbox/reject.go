package inbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/fault"
)

const reasonSuffix = ".reason.txt"

// reject moves a refused file to <rejected>/<rel>, next to <rel>.reason.txt. The text comes first, so that no refused file
// is ever without one; it holds the arrival id, by which a restart knows it again.
func (x *Inbox) reject(c *claim) error {
	for n := range 3 {
		to := filepath.Join(x.cfg.Rejected, candidate(c, n, maxLeaf-len(reasonSuffix)))
		if _, err := os.Lstat(to); err == nil {
			continue // taken; its reason is not ours to overwrite
		}
		if taken, err := x.writeReason(c, to+reasonSuffix); err != nil {
			return targetFault(kindRejected, err)
		} else if taken {
			continue
		}
		x.reach(stepReason)
		err := x.move(c, to, kindRejected)
		if errors.Is(err, fs.ErrExist) {
			_ = os.Remove(to + reasonSuffix)
			continue
		}
		return err
	}
	return fmt.Errorf("reject %s: every name for it is taken in %s", c.rel, x.cfg.Rejected)
}

// writeReason writes the reason file; taken is true when another arrival's reason has the name.
func (x *Inbox) writeReason(c *claim, path string) (taken bool, err error) {
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return false, err
	}
	hidden := filepath.Join(filepath.Dir(path), "."+c.id+".part")
	if err := writeSynced(hidden, strings.NewReader(reason(c, time.Now(), x.intake.Limit())), 0o666); err != nil {
		return false, errors.Join(err, ignoreGone(os.Remove(hidden)))
	}
	err = renameNew(hidden, path)
	if !errors.Is(err, fs.ErrExist) {
		return false, err
	}
	if old, readErr := os.ReadFile(path); readErr == nil && strings.Contains(string(old), c.id) {
		return false, os.Rename(hidden, path) // ours, from before a restart
	}
	return true, os.Remove(hidden)
}

// reason is the text beside a refused file. Its first line is the kind, for programs; the rest is for people.
func reason(c *claim, now time.Time, limit int64) string {
	var b strings.Builder
	kind := fault.KindOf(c.verdict)
	fmt.Fprintf(&b, "%s\n\n", kind)
	fmt.Fprintf(&b, "File:       %q\n", c.rel)
	fmt.Fprintf(&b, "Arrived:    %s\n", c.arrived().Local().Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Rejected:   %s\n", now.Local().Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Arrival id: %s\n", c.id)
	fmt.Fprintf(&b, "Why:        %s.\n", strings.TrimSuffix(c.verdict.Error(), "."))
	fmt.Fprintf(&b, "What to do: %s\n", advice(kind, limit))
	return b.String()
}

// advice says what a person can do about a refused file.
func advice(kind string, limit int64) string {
	const again = "move it back into the inbox"
	switch kind {
	case intake.KindEmpty:
		return "Nothing was ever written to it, or the copy failed: copy or scan it again. If it is filled by now, " + again + "."
	case intake.KindNotPDF:
		return "It is called .pdf and is something else. If it should be a PDF, the copy is damaged: fetch it again. A text, a web page or an e-mail " +
			"is read under its own extension (.txt, .html, .eml)."
	case intake.KindUnsupported:
		return "Save or print it as a PDF and drop that. Plain text is read when its name ends in .txt."
	case intake.KindTooLarge:
		return fmt.Sprintf("Split it, or raise MILLRACE_MAX_DOCUMENT_BYTES above %d and %s.", limit, again)
	case KindNoPermission:
		return "Give the user that runs the generator the right to read it (for instance: chmod a+r FILE), then " + again + "."
	default:
		return "Put the file itself, not a link or a device, into the inbox."
	}
}

// tooLarge refuses a file by its size alone, without reading it.
func tooLarge(size, limit int64) error {
	return fmt.Errorf("it has %s: %w", intake.Bytes(size), intake.TooLarge(limit))
}

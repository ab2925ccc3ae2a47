package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	ledongthuc "github.com/ledongthuc/pdf"

	"github.com/millrace/millrace/shared/fault"
)

// errStop unwinds a read whose time is up.
var errStop = errors.New("stopped")

// metered is the file as the object reader sees it. Each read asks whether there is time left, so that a file whose cross
// references form a loop ends at the time limit instead of never.
type metered struct {
	ctx    context.Context //nolint:containedctx // lives for one Read
	file   *bytes.Reader
	budget int64 // bytes that may still be read while the file is being opened
}

func (m *metered) ReadAt(p []byte, off int64) (int, error) {
	if m.ctx.Err() != nil {
		return 0, errStop
	}
	if off < 0 {
		return 0, io.EOF
	}
	if m.budget -= int64(len(p)); m.budget < 0 {
		return 0, errors.New("its cross references form a loop")
	}
	return m.file.ReadAt(p, off)
}

// open opens content with the object reader. Content whose header or end the object reader would not take, or whose
// objects are packed into object streams, goes through [repair] first.
func (d *document) open(content []byte) error {
	if why := unready(content); why != "" {
		return d.reopen(content, why)
	}
	if packed(content) {
		if err := d.openFile(repair(d, content)); err == nil && d.catalogued() {
			return nil
		}
	}
	return d.openFile(normalHeader(content))
}

// reopen opens a repaired copy of content.
func (d *document) reopen(content []byte, why string) error {
	d.repaired = why
	d.unpack = d.limits.Unpack
	clear(d.fonts)
	if err := d.openFile(repair(d, content)); err != nil {
		return err
	}
	if !d.catalogued() {
		return errors.New("there is no page tree")
	}
	return nil
}

// catalogued reports whether the page tree can be found.
func (d *document) catalogued() bool { return isDict(key(key(d.trailer(), "Root"), "Pages")) }

func (d *document) trailer() value { return d.reader.Trailer() }

func (d *document) openFile(file []byte) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%v", cause)
		}
	}()
	d.file, d.endless = file, len(file)
	d.encrypted = false
	source := &metered{d.ctx, bytes.NewReader(file), openBudget(len(file))}
	r, err := ledongthuc.NewReader(source, int64(len(file)))
	source.budget = math.MaxInt64
	if err != nil {
		return openFault(err)
	}
	d.reader = r
	d.encrypted = key(r.Trailer(), "Encrypt").Kind() == ledongthuc.Dict
	return nil
}

// openBudget is how much is read at most to open a file of so many bytes: what the cross references of a real one take is
// a part of it, a loop of them takes any amount.
func openBudget(size int) int64 { return 4*int64(size) + 1<<20 }

// openFault tells encryption from damage by the object reader's words; it has one typed error only.
func openFault(err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, ledongthuc.ErrInvalidPassword):
		return fault.New(fault.ClassPermanent, KindEncrypted, "the PDF is encrypted and needs a password to be read")
	case strings.Contains(text, "encryption") || strings.Contains(text, "RC4 key"):
		return fault.New(fault.ClassPermanent, KindEncrypted, "the PDF is encrypted in a way that cannot be read yet: %s", plain(err))
	}
	return err
}

func kindIs(err error, kinds ...string) bool {
	kind := fault.KindOf(err)
	for _, k := range kinds {
		if kind == k {
			return true
		}
	}
	return false
}

// unready says why the object reader would refuse content at the door, or "". It takes versions 1.0 to 1.7 at the first
// byte, and wants the end mark within the last 100 bytes.
func unready(content []byte) string {
	if !bytes.HasPrefix(content, []byte("%PDF-")) {
		return "bytes before its header"
	}
	tail := bytes.TrimRight(content[max(0, len(content)-100):], "\r\n\t ")
	if !bytes.HasSuffix(tail, []byte("%%EOF")) {
		return "its end mark is not at the end"
	}
	if len(content) < 200 {
		return "it is very short"
	}
	return ""
}

// packed reports whether objects stand in object streams. The object reader unpacks the whole stream again for every
// object it resolves, which is quadratic; [repair] unpacks each once. Encrypted ones are left to the object reader.
func packed(content []byte) bool {
	return bytes.Contains(content, []byte("/ObjStm")) && !bytes.Contains(content, []byte("/Encrypt"))
}

const header = "%PDF-1.7\n"

// normalHeader returns content with a header line that the object reader takes; content itself is not changed.
func normalHeader(content []byte) []byte {
	if len(content) > 8 && bytes.HasPrefix(content, []byte("%PDF-1.")) && content[7] >= '0' && content[7] <= '7' && (content[8] == '\n' || content[8] == '\r') {
		return content
	}
	return append([]byte(header), content[min(len(header), len(content)):]...)
}

package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf/reader"
)

// A frame is a JSON head and a body, each after its length as four bytes and eight bytes, big endian.

// oneWrite is how much of a body goes into one write with the head, so that a small document wakes the other side once. A pipe holds
// 64 KiB at least (pipe(7)), or what widen gives it.
const oneWrite = 256 << 10

// maxHead bounds the JSON head of a frame.
const maxHead = 1 << 20

// request asks a child to read the body.
type request struct {
	Limits  Limits         `json:"limits"`
	Options reader.Options `json:"options"`
	Draw    *drawing       `json:"draw,omitempty"` // not to read the document, but to draw a page of it

	MediaType string `json:"media_type,omitempty"` // of what is no PDF

	// Vault comes with the first request to a child, which shuts itself in before it looks at the body.
	Vault *vault `json:"vault,omitempty"`
}

// drawing is a page, numbered from 1, and how many pixels an inch its picture is to have.
type drawing struct {
	Page    int `json:"page"`
	PerInch int `json:"per_inch"`
}

// answer is what a child says of a document; the body is the encoded layout, or the picture, unless there is a fault.
type answer struct {
	Summary Summary      `json:"summary"`
	Total   int          `json:"total,omitempty"`    // pages of the document, where it was asked for some of them
	PerInch int          `json:"per_inch,omitempty"` // pixels of the picture
	Parts   []part       `json:"parts,omitempty"`    // of a mail; their contents follow the layout
	Fault   *wireFault   `json:"fault,omitempty"`
	Compile bool         `json:"compile,omitempty"` // PDFium is needed: ask again when it is compiled
	Used    memoryReport `json:"used"`
	Missing []string     `json:"missing,omitempty"` // what of the vault this system refused, with a child's first answer
}

// memoryReport is what the child holds after the document.
type memoryReport struct {
	Heap uint64 `json:"heap"`
}

// wireFault carries a fault.Error over the pipe.
type wireFault struct {
	Class string `json:"class"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
}

func toWire(err error) *wireFault {
	return &wireFault{Class: fault.ClassOf(err).String(), Kind: fault.KindOf(err), Text: err.Error()}
}

func (w *wireFault) fault() error {
	class, ok := fault.ParseClass(w.Class)
	if !ok {
		class = fault.ClassPermanent
	}
	return &fault.Error{Class: class, Kind: w.Kind, Err: errors.New(w.Text)}
}

func writeFrame(w io.Writer, head any, body []byte) error {
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	together := min(len(body), oneWrite)
	frame := make([]byte, 0, 12+len(text)+together)
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(text)))
	frame = binary.BigEndian.AppendUint64(frame, uint64(len(body)))
	frame = append(append(frame, text...), body[:together]...)
	if _, err := w.Write(frame); err != nil {
		return err
	}
	if together == len(body) {
		return nil // an empty write would wake the other side too
	}
	_, err = w.Write(body[together:])
	return err
}

// readFrame reads a frame whose body has at most limit bytes. It returns io.EOF where the other side ended between frames.
func readFrame(r io.Reader, head any, limit int64) ([]byte, error) {
	var prefix [12]byte
	if _, err := io.ReadFull(r, prefix[:]); err != nil {
		return nil, err
	}
	n, size := binary.BigEndian.Uint32(prefix[:4]), binary.BigEndian.Uint64(prefix[4:])
	if n > maxHead || size > uint64(max(limit, 0)) {
		return nil, fmt.Errorf("a frame with a head of %d and a body of %d bytes is over the limit", n, size)
	}
	buf := make([]byte, uint64(n)+size)
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(buf[:n], head); err != nil {
		return nil, fmt.Errorf("decode frame: %w", err)
	}
	return buf[n:], nil
}

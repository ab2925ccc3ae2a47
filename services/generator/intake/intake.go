// Package intake is the one way into the pipeline, shared by every source: content goes to the blob store, then the event
// that announces it goes to the broker. It knows nothing of folders, HTTP or who asks.
//
// The two halves are separate so that a source can do its own checks between them: until [Intake.Announce] returns nil
// nobody has been told of the document, and the source must keep what it holds.
package intake

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/mediatype"
)

// Kinds of the Permanent faults that say that content is no document. A source turns them into its own kind of refusal.
const (
	KindEmpty       = "empty"
	KindNotPDF      = "not_a_pdf"              // it calls itself one
	KindUnsupported = "unsupported_media_type" // it is of a kind that is not read
	KindTooLarge    = "too_large"
)

// DefaultLimit is the size in bytes of the largest document that is accepted unless configured otherwise: 100 MiB.
const DefaultLimit = 100 << 20

// DefaultConfirmWithin is how long an event may wait for the broker's confirm before the broker counts as down.
const DefaultConfirmWithin = 30 * time.Second

// readAhead is how many bytes of a document are read at a time.
const readAhead = 64 << 10

// maxName is the longest name in bytes that is carried in an event.
const maxName = 1024

// Blobs is where content is kept; [blob.Store] is one.
type Blobs interface {
	Put(ctx context.Context, r io.Reader) (blob.Ref, int64, error)
}

// Emit publishes r and returns nil once the broker has confirmed it. Emitting the same arrival id again must be harmless.
type Emit func(ctx context.Context, r event.Received) error

// Config says what an [Intake] works with. Blobs and Emit are required.
type Config struct {
	Blobs         Blobs
	Emit          Emit
	Limit         int64         // largest document in bytes; 0 means DefaultLimit
	ConfirmWithin time.Duration // 0 means DefaultConfirmWithin
}

// Intake stores and announces documents. It may be used by many goroutines at once.
type Intake struct {
	cfg     Config
	readers sync.Pool // of *bufio.Reader
}

// New returns an Intake.
func New(cfg Config) (*Intake, error) {
	if cfg.Blobs == nil || cfg.Emit == nil {
		return nil, errors.New("intake needs a blob store and an emitter")
	}
	if cfg.Limit < 0 || cfg.ConfirmWithin < 0 {
		return nil, fmt.Errorf("intake: limit (%d) and confirm time (%s) must not be negative", cfg.Limit, cfg.ConfirmWithin)
	}
	if cfg.Limit == 0 {
		cfg.Limit = DefaultLimit
	}
	if cfg.ConfirmWithin == 0 {
		cfg.ConfirmWithin = DefaultConfirmWithin
	}
	return &Intake{cfg: cfg, readers: sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readAhead) }}}, nil
}

// Limit returns the size in bytes of the largest document that is accepted.
func (i *Intake) Limit() int64 { return i.cfg.Limit }

// Store keeps a document's content and returns its claim check; the content is on disk by then. What kind of document it is shows
// in its first bytes; name, and the media type that somebody declared it to be (empty where nobody did), help where they leave it open
// (see package mediatype). Content that is no document is a Permanent fault with one of the kinds above and leaves nothing behind.
// A store that cannot take it is DependencyDown. An error of r itself comes back unchanged.
func (i *Intake) Store(ctx context.Context, r io.Reader, name, declared string) (event.Blob, error) {
	buffered, _ := i.readers.Get().(*bufio.Reader)
	buffered.Reset(r)
	defer func() {
		buffered.Reset(nil) // keeps nothing of r
		i.readers.Put(buffered)
	}()
	head, err := buffered.Peek(mediatype.Window)
	if err != nil && !errors.Is(err, io.EOF) {
		return event.Blob{}, err
	}
	if len(head) == 0 {
		return event.Blob{}, fault.New(fault.ClassPermanent, KindEmpty, "the document is empty (0 bytes)")
	}
	mediaType := mediatype.Of(head, name, declared)
	if mediaType == "" {
		return event.Blob{}, refusal(head, name)
	}
	ref, size, err := i.cfg.Blobs.Put(ctx, &limited{r: buffered, left: i.cfg.Limit, limit: i.cfg.Limit})
	if err != nil {
		return event.Blob{}, err
	}
	return event.Blob{Ref: ref, Size: size, MediaType: mediaType}, nil
}

// refusal says why content is taken for no document.
func refusal(head []byte, name string) error {
	if strings.EqualFold(path.Ext(name), ".pdf") {
		return fault.New(fault.ClassPermanent, KindNotPDF,
			"the document is not a PDF: no %%PDF- header in its first 1024 bytes; it looks like %s", looksLike(head))
	}
	return fault.New(fault.ClassPermanent, KindUnsupported,
		"documents of this kind are not read; it looks like %s. PDF, e-mail (.eml), HTML and plain text (.txt) are", looksLike(head))
}

// Announce publishes that content arrived and returns once the broker has confirmed it. Any error means that the broker
// may not have it: announce the same arrival again later, under the same id. An error is never Permanent, because the
// document is not at fault; no confirm in time is DependencyDown.
func (i *Intake) Announce(ctx context.Context, content event.Blob, arrival event.Arrival) (event.Received, error) {
	arrival.Name = CleanName(arrival.Name)
	received := event.Received{DocumentID: content.Ref.Hex(), Content: content, Arrival: arrival}
	within, cancel := context.WithTimeout(ctx, i.cfg.ConfirmWithin)
	defer cancel()
	err := i.cfg.Emit(within, received)
	switch {
	case err == nil:
		return received, nil
	case ctx.Err() != nil:
		return event.Received{}, fault.Interrupted(fmt.Errorf("announce arrival %s: %w", arrival.ID, err))
	case within.Err() != nil:
		return event.Received{}, fault.DependencyDown("broker",
			fmt.Errorf("announce arrival %s: no confirm from the broker within %s: %w", arrival.ID, i.cfg.ConfirmWithin, err))
	case fault.ClassOf(err) == fault.ClassDependencyDown:
		return event.Received{}, fmt.Errorf("announce arrival %s: %w", arrival.ID, err)
	default:
		return event.Received{}, fault.New(fault.ClassTransient, fault.KindOf(err), "announce arrival %s: %w", arrival.ID, err)
	}
}

// CleanName makes a name fit for an event: valid UTF-8 without NUL, at most 1024 bytes. Bytes that are not UTF-8 become
// U+FFFD; of a name that is too long the end is kept, which says more about a file than its beginning.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	name = strings.ReplaceAll(name, "\x00", "\uFFFD")
	if len(name) <= maxName {
		return name
	}
	cut := len(name) - maxName + len("…")
	for !utf8.RuneStart(name[cut]) {
		cut++
	}
	return "…" + name[cut:]
}

// looksLike names the kind of content for people.
func looksLike(head []byte) string {
	kind, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if kind == "application/octet-stream" {
		return "binary data of no known kind"
	}
	return kind
}

// limited ends a copy with a too_large fault when more than limit bytes come.
type limited struct {
	r           io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return 0, TooLarge(l.limit)
	}
	return n, err
}

// TooLarge is the fault for a document of more than limit bytes.
func TooLarge(limit int64) error {
	return fault.New(fault.ClassPermanent, KindTooLarge, "the document is larger than the limit of %s", Bytes(limit))
}

// Bytes writes a number of bytes for people.
func Bytes(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}

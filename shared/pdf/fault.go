package pdf

import (
	"context"
	"errors"

	"github.com/millrace/millrace/shared/fault"
)

// Kinds of the Permanent faults that reading a document ends with. They are stored and shown to people; a kind is never
// renamed.
const (
	KindEmpty        = "empty"          // no bytes at all
	KindNotPDF       = "not_a_pdf"      // the bytes are something else
	KindDamaged      = "damaged"        // the structure cannot be followed, not even after a repair
	KindTruncated    = "truncated"      // the end of the file is missing, and what is there cannot be read
	KindEncrypted    = "encrypted"      // a password, or an encryption scheme that is not supported
	KindTooLarge     = "too_large"      // more bytes than the limit, in the file or in what it unpacks to
	KindTooManyPages = "too_many_pages" // more pages than the limit
	KindTimeout      = "timeout"        // not read within the time limit
	KindOutOfMemory  = "out_of_memory"  // not read within the memory limit
	KindCrashed      = "crashed"        // the reading process died
	KindNoText       = "no_text"        // read without fault, and there is no text on any page
	KindNeedsOCR     = "needs_ocr"      // the pages are pictures
)

func failf(kind, format string, args ...any) error {
	return fault.New(fault.ClassPermanent, kind, format, args...)
}

// contextError says why a read was given up: out of time, or called off by the caller.
func contextError(ctx context.Context) error {
	err := context.Cause(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return failf(KindTimeout, "the document could not be read within the time limit: %w", err)
	}
	return fault.Interrupted(err)
}

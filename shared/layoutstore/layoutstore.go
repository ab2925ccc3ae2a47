// Package layoutstore keeps layouts in the blob store: the parser puts them there, every stage behind it gets them by the
// claim check in its event. It knows nothing of how documents are read or what stages do with them.
package layoutstore

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// maxEncoded is the largest encoded layout that is read, in bytes.
const maxEncoded = 256 << 20

// Put stores an encoded layout (see [layout.Encode]) and returns its claim check.
func Put(ctx context.Context, blobs *blob.Store, encoded []byte) (event.Blob, error) {
	ref, err := blobs.PutBytes(ctx, encoded)
	if err != nil {
		return event.Blob{}, fmt.Errorf("store a layout: %w", err)
	}
	return event.Blob{Ref: ref, Size: int64(len(encoded)), MediaType: layout.MediaType}, nil
}

// Get returns the layout behind a claim check. A layout that is missing or damaged is a Permanent fault ("blob_missing",
// "blob_corrupt", "layout_damaged"); a store that is away is DependencyDown.
func Get(ctx context.Context, blobs *blob.Store, ref blob.Ref) (*layout.Document, error) {
	var doc *layout.Document
	err := read(ctx, blobs, ref, func(r io.Reader) (err error) {
		doc, err = layout.Decode(r)
		return err
	})
	return doc, err
}

// GetText returns the language and the text of the layout behind a claim check, see [layout.DecodeText]. The errors are those of [Get].
func GetText(ctx context.Context, blobs *blob.Store, ref blob.Ref) (language, text string, err error) {
	err = read(ctx, blobs, ref, func(r io.Reader) (err error) {
		language, text, err = layout.DecodeText(r)
		return err
	})
	return language, text, err
}

func read(ctx context.Context, blobs *blob.Store, ref blob.Ref, decode func(io.Reader) error) error {
	content, err := blobs.Get(ctx, ref, maxEncoded)
	if err != nil {
		return fmt.Errorf("get a layout: %w", err)
	}
	if err := decode(bytes.NewReader(content)); err != nil {
		return fault.New(fault.ClassPermanent, "layout_damaged",
			"the layout %s cannot be read; parse the document again: %w", ref, err)
	}
	return nil
}

// Holds reports whether a blob is a layout rather than a document's content. The error is that of [blob.Store.Open].
func Holds(ctx context.Context, blobs *blob.Store, ref blob.Ref) (bool, error) {
	f, err := blobs.Open(ctx, ref)
	if err != nil {
		return false, fmt.Errorf("look whether a blob is a layout: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	return layout.Recognize(f), nil
}

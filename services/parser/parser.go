package main

import (
	"context"
	"fmt"
	"mime"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

// kindUnsupported is the kind of the fault for documents of a type that no reader is there for.
const kindUnsupported = "unsupported_media_type"

// Parser reads documents. It may be used by many goroutines at once.
type Parser struct {
	Blobs    *blob.Store
	Pool     *sandbox.Pool
	MaxBytes int64 // largest content that is read
}

// Parse reads a received document and stores its layout. A document that cannot be read is a Permanent fault with one of
// the kinds of package pdf, or "unsupported_media_type". The same document always gives the same layout, under the same
// reference.
func (p *Parser) Parse(ctx context.Context, in event.Received) (event.Parsed, error) {
	read, err := p.readerOf(in.Content.MediaType)
	if err != nil {
		return event.Parsed{}, err
	}
	if in.Content.Size > p.MaxBytes {
		return event.Parsed{}, fault.New(fault.ClassPermanent, pdf.KindTooLarge, "the file has %d bytes; the limit is %d", in.Content.Size, p.MaxBytes)
	}
	content, err := p.Blobs.Get(ctx, in.Content.Ref, p.MaxBytes)
	if fault.KindOf(err) == "blob_too_large" {
		return event.Parsed{}, fault.New(fault.ClassPermanent, pdf.KindTooLarge, "the file is larger than the limit: %w", err)
	}
	if err != nil {
		return event.Parsed{}, fmt.Errorf("get the content of document %s: %w", in.DocumentID, err)
	}
	result, err := read(ctx, content)
	if err != nil {
		return event.Parsed{}, err
	}
	claim, err := layoutstore.Put(ctx, p.Blobs, result.Layout)
	if err != nil {
		return event.Parsed{}, fmt.Errorf("parse document %s: %w", in.DocumentID, err)
	}
	return event.Parsed{
		DocumentID:  in.DocumentID,
		Content:     in.Content,
		Layout:      claim,
		Outcome:     string(result.Outcome),
		Engine:      result.Engine,
		Reason:      result.Reason,
		Language:    result.Language,
		Pages:       result.Pages,
		FailedPages: result.FailedPages,
		Words:       result.Words,
	}, nil
}

// readFunc reads content into a layout.
type readFunc func(ctx context.Context, content []byte) (sandbox.Result, error)

// readerOf returns the reader for a media type. Octets of no known type are tried as PDF, which says so if they are not.
func (p *Parser) readerOf(mediaType string) (readFunc, error) {
	name, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		name = mediaType
	}
	switch name {
	case "application/pdf", "application/x-pdf", "application/octet-stream":
		return p.Pool.Read, nil
	case "text/plain":
		return readText, nil
	}
	return nil, fault.New(fault.ClassPermanent, kindUnsupported, "documents of type %q cannot be read: PDF and plain text can", mediaType)
}

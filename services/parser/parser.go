package main

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/mediatype"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
	"github.com/millrace/millrace/shared/stage"
)

// Parser reads documents. It may be used by many goroutines at once.
type Parser struct {
	Blobs    *blob.Store
	Pool     *sandbox.Pool
	MaxBytes int64 // largest content that is read
}

// Output is what the parser publishes: what it read, and an arrival for each document that is attached to an e-mail.
type Output = stage.With[event.Parsed, event.Received]

// Parse reads a received document and stores its layout and what is attached to it. A document that cannot be read is a Permanent
// fault with one of the kinds of packages pdf, markup and mail, or "unsupported_media_type". The same document always gives the same
// layout, under the same reference.
func (p *Parser) Parse(ctx context.Context, in event.Received) (Output, error) {
	if !mediatype.Readable(in.Content.MediaType) { // not worth fetching
		return Output{}, sandbox.Unsupported(in.Content.MediaType)
	}
	if in.Content.Size > p.MaxBytes {
		return Output{}, fault.New(fault.ClassPermanent, pdf.KindTooLarge, "the file has %d bytes; the limit is %d", in.Content.Size, p.MaxBytes)
	}
	content, err := p.Blobs.Get(ctx, in.Content.Ref, p.MaxBytes)
	if fault.KindOf(err) == "blob_too_large" {
		return Output{}, fault.New(fault.ClassPermanent, pdf.KindTooLarge, "the file is larger than the limit: %w", err)
	}
	if err != nil {
		return Output{}, fmt.Errorf("get the content of document %s: %w", in.DocumentID, err)
	}
	result, err := p.Pool.ReadAs(ctx, content, in.Content.MediaType)
	if err != nil {
		return Output{}, err
	}
	claim, err := layoutstore.Put(ctx, p.Blobs, result.Layout)
	if err != nil {
		return Output{}, fmt.Errorf("parse document %s: %w", in.DocumentID, err)
	}
	attached, err := p.attachments(ctx, in, result.Parts)
	if err != nil {
		return Output{}, fmt.Errorf("store what is attached to document %s: %w", in.DocumentID, err)
	}
	return Output{Further: attached, Output: event.Parsed{
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
	}}, nil
}

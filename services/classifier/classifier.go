package main

import (
	"bytes"
	"context"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/layout"
)

// maxLayout is the largest encoded layout that is read, in bytes.
const maxLayout = 256 << 20

// Classifier turns parsed documents into classified ones. It is safe for concurrent use.
type Classifier struct {
	layouts *blob.Store
	model   *classify.Model
}

// Classify reads the document's layout from the blob store and says what type it is. The same document and model always
// give the same answer. A layout that is missing or damaged is a Permanent fault; a blob store that is away is
// DependencyDown.
func (c *Classifier) Classify(ctx context.Context, in event.Parsed) (event.Classified, error) {
	content, err := c.layouts.Get(ctx, in.Layout.Ref, maxLayout)
	if err != nil {
		return event.Classified{}, err
	}
	doc, err := layout.Decode(bytes.NewReader(content))
	if err != nil {
		return event.Classified{}, fault.New(fault.ClassPermanent, "layout_damaged",
			"classify document %s: its layout %s cannot be read; parse the document again: %w", in.DocumentID, in.Layout.Ref, err)
	}
	res := c.model.Classify(doc)
	return event.Classified{
		DocumentID: in.DocumentID, Layout: in.Layout,
		Class: res.Class, Model: res.Model, Alternatives: res.Alternatives,
	}, nil
}

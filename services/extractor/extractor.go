package main

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layoutstore"
)

// Extractor turns classified documents into extracted ones. It is safe for concurrent use.
type Extractor struct {
	layouts *blob.Store
	fields  *extract.Extractor
}

// Extract reads the document's layout from the blob store and the fields and rows that the template of its class describes. The
// same document, class and templates always give the same answer; a field that is not found is absent. A layout that is
// missing or damaged is a Permanent fault; a blob store that is away is DependencyDown.
func (e *Extractor) Extract(ctx context.Context, in event.Classified) (event.Extracted, error) {
	doc, err := layoutstore.Get(ctx, e.layouts, in.Layout.Ref)
	if err != nil {
		return event.Extracted{}, fmt.Errorf("extract from document %s: %w", in.DocumentID, err)
	}
	res := e.fields.Extract(doc, e.fields.ReadAs(in.Class, in.Alternatives))
	return event.Extracted{
		DocumentID: in.DocumentID, Class: in.Class, Template: res.Template, Fields: res.Fields, Items: res.Items, OmittedItems: res.OmittedItems,
		Checks: res.Checks,
	}, nil
}

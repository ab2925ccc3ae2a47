package main

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layoutstore"
)

// Classifier turns parsed documents into classified ones. It is safe for concurrent use.
type Classifier struct {
	layouts *blob.Store
	model   *classify.Model
}

// Classify reads the document's layout from the blob store and says what type it is. The same document and model always
// give the same answer. A layout that is missing or damaged is a Permanent fault; a blob store that is away is
// DependencyDown.
func (c *Classifier) Classify(ctx context.Context, in event.Parsed) (event.Classified, error) {
	doc, err := layoutstore.Get(ctx, c.layouts, in.Layout.Ref)
	if err != nil {
		return event.Classified{}, fmt.Errorf("classify document %s: %w", in.DocumentID, err)
	}
	res := c.model.Classify(doc)
	return event.Classified{
		DocumentID: in.DocumentID, Layout: in.Layout,
		Class: res.Class, Model: res.Model, Alternatives: res.Alternatives,
	}, nil
}

// openModel opens a model file, or the built-in model for an empty path.
func openModel(path string) (*classify.Model, error) {
	if path == "" {
		return classify.Default()
	}
	return classify.Load(path)
}

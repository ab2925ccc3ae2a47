package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/stage"
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

// run runs the stage until ctx ends, with the model in use at each time. Another model gives other results, so their ids must
// differ too: when the model is replaced the stage drains, as it does at its end, and starts again under the version of the
// new model. What it had taken from the queue and not begun goes back.
func run(ctx context.Context, sc stage.Config, layouts *blob.Store, models *Models) error {
	var watching sync.WaitGroup
	defer watching.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	watching.Go(func() { models.Watch(ctx) })
	version := sc.Version
	for ctx.Err() == nil {
		model, replaced := models.Current()
		turn, end := context.WithCancel(ctx)
		watching.Go(func() {
			select {
			case <-replaced:
				end()
			case <-turn.Done():
			}
		})
		sc.Version = version + "+" + model.Name()
		c := &Classifier{layouts: layouts, model: model}
		err := stage.Run[event.Parsed, event.Classified](turn, sc, c.Classify)
		end()
		if err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/remote"
	"github.com/millrace/millrace/shared/stage"
)

// batchWait is how long a request waits for more documents after its first.
const batchWait = 50 * time.Millisecond

// runRemote runs the stage with a remote model.
func runRemote(ctx context.Context, sc stage.Config, layouts *blob.Store, backend remote.Settings) error {
	c, err := NewRemoteClassifier(layouts, backend)
	if err != nil {
		return err
	}
	sc.Log.InfoContext(ctx, "documents are sent to a remote model", "model", backend.Name())
	return c.Run(ctx, sc)
}

// RemoteClassifier turns parsed documents into classified ones by asking a remote model. It is safe for concurrent use.
type RemoteClassifier struct {
	layouts  *blob.Store
	settings remote.Settings
	model    *remote.Classifier
}

// NewRemoteClassifier asks for the labels that the built-in model knows.
func NewRemoteClassifier(layouts *blob.Store, s remote.Settings) (*RemoteClassifier, error) {
	builtin, err := classify.Default()
	if err != nil {
		return nil, err
	}
	model, err := remote.NewClassifier(s, builtin.Labels())
	if err != nil {
		return nil, err
	}
	return &RemoteClassifier{layouts: layouts, settings: s, model: model}, nil
}

// Run runs the stage until ctx ends. There are as many workers as requests at once, so that none waits for another within
// its time limit.
func (c *RemoteClassifier) Run(ctx context.Context, sc stage.Config) error {
	sc.Version += "+" + c.settings.Name()
	sc.Workers, sc.Prefetch, sc.Probe = c.settings.Concurrency, 0, c.Ready
	return stage.Batch(ctx, sc, c.settings.Batch, batchWait, c.Classify)
}

// Ready returns nil when the blob store and the model's API answer.
func (c *RemoteClassifier) Ready(ctx context.Context) error {
	if err := c.layouts.Ready(ctx); err != nil {
		return err
	}
	return c.model.Ready(ctx)
}

// Classify reads the documents' layouts from the blob store and asks about all of them at once. The errors are those of
// [Classifier.Classify] for layouts and of [remote.Classifier.Classify].
func (c *RemoteClassifier) Classify(ctx context.Context, in []stage.Input[event.Parsed]) ([]event.Classified, []error) {
	out, errs := make([]event.Classified, len(in)), make([]error, len(in))
	var docs []remote.Document
	var asked []int
	for i := range in {
		p := &in[i].Payload
		doc, err := layoutstore.Get(ctx, c.layouts, p.Layout.Ref)
		if err != nil {
			errs[i] = fmt.Errorf("classify document %s: %w", p.DocumentID, err)
			continue
		}
		docs, asked = append(docs, remote.Document{ID: p.DocumentID, Layout: doc}), append(asked, i)
	}
	for k, a := range c.model.Classify(ctx, docs) {
		i := asked[k]
		errs[i] = a.Err // not wrapped: it keeps the answer out of logs
		out[i] = event.Classified{
			DocumentID: in[i].Payload.DocumentID, Layout: in[i].Payload.Layout,
			Class: a.Class, Model: a.Model, Alternatives: a.Alternatives,
		}
	}
	return out, errs
}

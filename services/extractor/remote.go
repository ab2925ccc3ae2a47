package main

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layoutstore"
	"github.com/millrace/millrace/shared/remote"
	"github.com/millrace/millrace/shared/stage"
)

// batchWait is how long a request waits for more documents after its first.
const batchWait = 50 * time.Millisecond

// runRemote runs the stage with a remote model.
func runRemote(ctx context.Context, sc stage.Config, layouts *blob.Store, fields *extract.Extractor, backend remote.Settings) error {
	e, err := NewRemoteExtractor(layouts, fields, backend)
	if err != nil {
		return err
	}
	sc.Log.InfoContext(ctx, "documents are sent to a remote model", "model", backend.Name())
	return e.Run(ctx, sc)
}

// RemoteExtractor turns classified documents into extracted ones by asking a remote model for the fields of the class's
// template. It is safe for concurrent use.
type RemoteExtractor struct {
	layouts  *blob.Store
	fields   *extract.Extractor
	settings remote.Settings
	model    *remote.Extractor
}

// NewRemoteExtractor asks for the fields of the given templates.
func NewRemoteExtractor(layouts *blob.Store, fields *extract.Extractor, s remote.Settings) (*RemoteExtractor, error) {
	model, err := remote.NewExtractor(s)
	if err != nil {
		return nil, err
	}
	return &RemoteExtractor{layouts: layouts, fields: fields, settings: s, model: model}, nil
}

// Run runs the stage until ctx ends. There are as many workers as requests at once, so that none waits for another within
// its time limit.
func (e *RemoteExtractor) Run(ctx context.Context, sc stage.Config) error {
	sc.Version += "+" + e.settings.Name()
	sc.Workers, sc.Prefetch, sc.Probe = e.settings.Concurrency, 0, e.Ready
	return stage.Batch(ctx, sc, e.settings.Batch, batchWait, e.Extract)
}

// Ready returns nil when the blob store and the model's API answer.
func (e *RemoteExtractor) Ready(ctx context.Context) error {
	if err := e.layouts.Ready(ctx); err != nil {
		return err
	}
	return e.model.Ready(ctx)
}

// Extract reads the documents' layouts from the blob store and asks about all of them at once. The errors are those of
// [Extractor.Extract] for layouts and of [remote.Extractor.Extract].
func (e *RemoteExtractor) Extract(ctx context.Context, in []stage.Input[event.Classified]) ([]event.Extracted, []error) {
	out, errs := make([]event.Extracted, len(in)), make([]error, len(in))
	var docs []remote.Wanted
	var asked []int
	for i := range in {
		p := &in[i].Payload
		doc, err := layoutstore.Get(ctx, e.layouts, p.Layout.Ref)
		if err != nil {
			errs[i] = fmt.Errorf("extract from document %s: %w", p.DocumentID, err)
			continue
		}
		class := e.fields.ReadAs(p.Class, p.Alternatives)
		template, fields := e.fields.Asks(class)
		out[i] = event.Extracted{DocumentID: p.DocumentID, Class: p.Class, Template: template}
		docs = append(docs, remote.Wanted{Document: remote.Document{ID: p.DocumentID, Layout: doc}, Class: class, Fields: fields})
		asked = append(asked, i)
	}
	for k, a := range e.model.Extract(ctx, docs) {
		out[asked[k]].Fields, errs[asked[k]] = a.Fields, a.Err // not wrapped: it keeps the answer out of logs
	}
	return out, errs
}

// Command generator brings documents into the pipeline: from an inbox folder, over HTTP, or made up. Each source uses the
// same intake: the content goes to the blob store, then the event to the broker.
package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/stage"
)

func main() {
	service.Main(service.About{Name: pipeline.Generator, Version: "1", Summary: "takes documents from an inbox folder and over HTTP"}, run)
}

func run(ctx context.Context, s *service.Service, cfg settings) error {
	blobs, err := blob.Open(cfg.Blob.URL)
	if err != nil {
		return err
	}
	stageConfig, err := s.Stage(blobs.Ready)
	if err != nil {
		return err
	}
	emitter, err := stage.NewEmitter[event.Received](stageConfig)
	if err != nil {
		return err
	}
	counts := newCounts(s.Metrics)
	in, err := intake.New(intake.Config{Blobs: blobs, Emit: counts.counted(emitter.Emit), Limit: cfg.MaxBytes})
	if err != nil {
		return err
	}
	sources, err := open(cfg, in, parts{log: s.Log, metrics: s.Metrics, check: s.Health.Check, workers: stageConfig.Workers, drain: stageConfig.DrainTimeout})
	if err != nil {
		return err
	}
	s.Health.Check("blob", func() error { return blobs.Ready(ctx) })
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return emitter.Declare(ctx) })
	for _, source := range sources {
		all.Go(func() error { return source(ctx) })
	}
	return all.Wait()
}

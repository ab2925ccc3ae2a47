package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/stage"
)

const (
	batchSize = 50                    // see docs/adr/0007
	batchWait = 20 * time.Millisecond // what a lone event waits for company
	// batchesAtOnce is per topic: one is stored while the next is gathered and its texts are read.
	batchesAtOnce = 2
	// transactionsAtOnce is for all topics. More do not store faster: they wait for the same disk.
	transactionsAtOnce = 2
)

// config is the sink's part of the settings.
type config struct {
	Postgres service.Postgres
	Blob     service.Blob
}

// run consumes all topics until ctx ends.
func run(ctx context.Context, s *service.Service, cfg config) error {
	blobs, err := blob.Open(cfg.Blob.URL)
	if err != nil {
		return err
	}
	pool, err := openPool(ctx, cfg.Postgres.URL)
	if err != nil {
		return err
	}
	defer pool.Close()
	check := func(ctx context.Context) error { return migrations.Check(ctx, pool) }
	if err := s.Await(ctx, "schema", check, migrations.ErrOutdated, migrations.ErrTooNew); err != nil || ctx.Err() != nil {
		return err
	}
	stageConfig, err := s.Stage(func(ctx context.Context) error {
		return errors.Join(pool.Ready(ctx), blobs.Ready(ctx))
	})
	if err != nil {
		return err
	}
	stageConfig.Workers = batchesAtOnce
	return consume(ctx, stageConfig, newSink(pool, blobs, stageConfig.Broker.QualifiedName("")))
}

// consume runs one stage per topic under the sink's name; the first that fails stops the others.
func consume(ctx context.Context, cfg stage.Config, s *sink) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return inBatches(ctx, cfg, s.received) })
	group.Go(func() error { return inBatches(ctx, cfg, s.parsed) })
	group.Go(func() error { return inBatches(ctx, cfg, s.classified) })
	group.Go(func() error { return inBatches(ctx, cfg, s.extracted) })
	group.Go(func() error { return inBatches(ctx, cfg, s.corrected) })
	group.Go(func() error { return inBatches(ctx, cfg, s.shadows) })
	group.Go(func() error { return inBatches(ctx, cfg, s.deadLetters) })
	return group.Wait()
}

func inBatches[In event.Payload](ctx context.Context, cfg stage.Config, f stage.BatchFunc[In, event.None]) error {
	return stage.Batch(ctx, cfg, batchSize, batchWait, f)
}

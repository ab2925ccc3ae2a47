package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
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
	schemaRetry        = time.Second
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
	pool, err := postgres.Open(ctx, cfg.Postgres.URL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := awaitSchema(ctx, s, pool); err != nil || ctx.Err() != nil {
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
	group.Go(func() error { return inBatches(ctx, cfg, s.deadLetters) })
	return group.Wait()
}

func inBatches[In event.Payload](ctx context.Context, cfg stage.Config, f stage.BatchFunc[In, event.None]) error {
	return stage.Batch(ctx, cfg, batchSize, batchWait, f)
}

// awaitSchema returns nil once the database has the schema that this program was built for. A Postgres that is down is
// waited for; another schema is an error.
func awaitSchema(ctx context.Context, s *service.Service, pool *postgres.Pool) error {
	for {
		err := migrations.Check(ctx, pool)
		if errors.Is(err, migrations.ErrOutdated) || errors.Is(err, migrations.ErrTooNew) {
			return err
		}
		s.Health.Set("schema", err)
		if err == nil {
			return nil
		}
		s.Log.Warn("cannot read the schema version; trying again", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(schemaRetry):
		}
	}
}

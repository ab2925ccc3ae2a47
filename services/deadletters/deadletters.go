package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/stage"
)

const (
	batchSize     = 50                    // as in the sink; see docs/adr/0007
	batchWait     = 20 * time.Millisecond // what a lone dead letter waits for company
	batchesAtOnce = 2
)

// config is the service's part of the settings.
type config struct {
	Postgres service.Postgres
}

// run consumes both topics until ctx ends.
func run(ctx context.Context, s *service.Service, cfg config) error {
	pool, err := postgres.Open(ctx, cfg.Postgres.URL)
	if err != nil {
		return err
	}
	defer pool.Close()
	check := func(ctx context.Context) error { return migrations.Check(ctx, pool) }
	if err := s.Await(ctx, "schema", check, migrations.ErrOutdated, migrations.ErrTooNew); err != nil || ctx.Err() != nil {
		return err
	}
	stageConfig, err := s.Stage(pool.Ready)
	if err != nil {
		return err
	}
	stageConfig.Workers = batchesAtOnce
	return consume(ctx, stageConfig, &keeper{
		store: deadletter.NewStore(pool), prefix: stageConfig.Broker.QualifiedName(""), now: time.Now,
	})
}

// consume runs one stage per topic under the service's name; the first that fails stops the other.
func consume(ctx context.Context, cfg stage.Config, k *keeper) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return stage.Batch(ctx, cfg, batchSize, batchWait, k.died) })
	group.Go(func() error { return stage.Batch(ctx, cfg, batchSize, batchWait, k.replayed) })
	return group.Wait()
}

// keeper stores what it is told. Its methods are stage.BatchFuncs: any order, any repetition and any mix of batches leads
// to the same letters.
type keeper struct {
	store  *deadletter.Store
	prefix string // of queue names, for dead letters that only name their queue
	now    func() time.Time
}

// died stores that consumer groups gave up on messages.
func (k *keeper) died(ctx context.Context, in []stage.Input[event.DeadLetter]) ([]event.None, []error) {
	deaths := make([]deadletter.Death, len(in))
	for i := range in {
		deaths[i] = deadletter.Read(in[i].Payload, k.prefix, k.now())
	}
	return nil, k.store.Put(ctx, deaths)
}

// replayed stores that messages which came back from here were handled.
func (k *keeper) replayed(ctx context.Context, in []stage.Input[event.Replayed]) ([]event.None, []error) {
	words := make([]event.Replayed, len(in))
	for i := range in {
		words[i] = in[i].Payload
	}
	return nil, k.store.Settle(ctx, words)
}

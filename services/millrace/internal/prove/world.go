package prove

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
)

// retryTiers are short, so that a run ends in minutes and all the real paths are used.
func retryTiers() []time.Duration {
	return []time.Duration{500 * time.Millisecond, 2 * time.Second, 8 * time.Second}
}

// world is all that runs: servers, proxies, disk, services. What faults do to it is spread over its parts' own files.
type world struct {
	cfg      Config
	inbox    string
	groups   []broker.Group
	disk     *disk
	rabbitmq *rabbitmq
	postgres *postgresql
	broker   *broker.Broker // past the proxy, as the pool
	pool     *postgres.Pool
	fleet    *fleet
	dice     *rand.Rand // of the blows' lane
}

// openWorld starts everything. On an error nothing is left.
func openWorld(ctx context.Context, cfg Config) (*world, error) {
	w := &world{
		cfg: cfg, inbox: cfg.Dir.Sub("inbox"), groups: pipeline.Groups(retryTiers(), broker.DefaultDeliveryLimit),
		dice: rand.New(rand.NewPCG(cfg.Seed, 1)), //nolint:gosec // no secret
	}
	for _, step := range []func(context.Context) error{w.openDisk, w.startServers, w.prepare, w.startServices} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, w.close(true))
		}
	}
	return w, nil
}

func (w *world) openDisk(context.Context) (err error) {
	w.disk, err = openDisk(w.cfg.Dir.Sub("blobs"), leastDisk+diskPerDocument*w.cfg.expected())
	return err
}

func (w *world) startServers(ctx context.Context) error {
	what := "RabbitMQ"
	if w.cfg.Cluster {
		what = "RabbitMQ cluster"
	}
	w.cfg.Say("starting a private %s and Postgres in %s", what, w.cfg.Dir.Path())
	var (
		wg               sync.WaitGroup
		rabbitErr, pgErr error
	)
	wg.Go(func() { w.rabbitmq, rabbitErr = startRabbitMQ(ctx, w.cfg.Dir.Sub(rabbitmqFolder), w.cfg.Cluster) })
	wg.Go(func() { w.postgres, pgErr = startPostgres(ctx, w.cfg.Dir.Sub(postgresFolder)) })
	wg.Wait()
	return errors.Join(rabbitErr, pgErr)
}

// prepare makes schema, topology and inbox.
func (w *world) prepare(ctx context.Context) (err error) {
	if err := migrations.Up(ctx, w.postgres.url()); err != nil {
		return err
	}
	if w.pool, err = postgres.Open(ctx, w.postgres.url()); err != nil {
		return err
	}
	w.broker, err = broker.Open(broker.Config{
		URL: w.rabbitmq.url(), Name: "prove", ConnectWait: 500 * time.Millisecond, BackoffMax: time.Second, ConfirmTimeout: 10 * time.Second,
	})
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if err = w.broker.Declare(within, w.groups, pipeline.Topics()); err == nil {
			break
		}
		if !pause(within, 100*time.Millisecond) {
			return err
		}
	}
	if err := os.MkdirAll(w.inbox, 0o750); err != nil {
		return fmt.Errorf("make the inbox: %w", err)
	}
	return nil
}

func (w *world) startServices(context.Context) error {
	postgresURL, err := w.postgres.proxied()
	if err != nil {
		return err
	}
	var tiers []string
	for _, t := range retryTiers() {
		tiers = append(tiers, t.String())
	}
	all := environment(w.cfg.Environ, map[string]string{
		"MILLRACE_POSTGRES_URL":   postgresURL,
		"MILLRACE_BLOB_URL":       w.cfg.Dir.BlobURL(),
		"MILLRACE_INBOX":          w.inbox,
		"MILLRACE_INBOX_SETTLE":   "100ms",
		"MILLRACE_INBOX_RESCAN":   "1s",
		"MILLRACE_RETRY_TIERS":    strings.Join(tiers, ","),
		"MILLRACE_DELIVERY_LIMIT": fmt.Sprint(broker.DefaultDeliveryLimit),
		"MILLRACE_DRAIN_TIMEOUT":  "10s",
		"MILLRACE_LISTEN":         "off",
		"MILLRACE_LOG_FORMAT":     "json",
	})
	var crew []member
	for i, name := range w.cfg.Services {
		amqpURL, err := w.rabbitmq.proxied(i)
		if err != nil {
			return err
		}
		crew = append(crew, member{name, append(slices.Clip(all), "MILLRACE_AMQP_URL="+amqpURL)})
	}
	w.fleet, err = startFleet(w.cfg.BinDir, w.cfg.Dir.LogDir(), crew)
	return err
}

// eachProxy does the same to all proxies.
func (w *world) eachProxy(f func(*proxy) error) error {
	err := f(w.postgres.proxy)
	for _, n := range w.rabbitmq.nodes {
		err = errors.Join(err, f(n.proxy))
	}
	return err
}

// stopWithin bounds the end of each server.
const stopWithin = 30 * time.Second

// close ends everything that runs, in a hurry without letting the services finish. It may be called in any state, and twice.
func (w *world) close(hurry bool) error {
	var errs []error
	if w.fleet != nil {
		if hurry {
			w.fleet.hurry()
		}
		if err := w.fleet.close(); !hurry {
			errs = append(errs, err)
		}
	}
	if w.broker != nil {
		_ = w.broker.Close() // nothing is in flight
	}
	if w.pool != nil {
		w.pool.Close()
	}
	var wg sync.WaitGroup
	var rabbitErr, pgErr error
	if w.rabbitmq != nil {
		wg.Go(func() { rabbitErr = w.rabbitmq.close(hurry) })
	}
	if w.postgres != nil {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
			defer cancel()
			pgErr = w.postgres.close(ctx)
		})
	}
	wg.Wait()
	errs = append(errs, rabbitErr, pgErr)
	if w.disk != nil {
		errs = append(errs, w.disk.close())
	}
	return errors.Join(errs...)
}

// Package service is the skeleton of every program: start-up, settings from the environment, logs, signals, health and
// metrics. It is the only package that reads environment variables. It knows nothing of what a service does.
package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/stage"
)

// Exit codes of a service.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// About says what a program is, for --help, logs and metrics.
type About struct {
	Name    string // also the stage's name and the broker connection's
	Version string // version of the service's results
	Summary string // one sentence
}

// Service is what a running program shares among its parts.
type Service struct {
	About
	Log     *slog.Logger
	Metrics *prometheus.Registry
	Health  *Health

	base   base
	broker *broker.Broker
	turns  stage.Turns
}

// Main runs a program to its end and exits. C is its own settings: a struct with env tags, composed from the groups of this
// package as needed. run gets a context that ends on SIGINT or SIGTERM; what it returns decides the exit code: nil is 0.
// A second signal kills at once. `NAME health` asks a running instance, `NAME --help` lists the settings.
func Main[C any](about About, run func(context.Context, *Service, C) error) {
	if len(os.Args) == 1 { // it is to serve
		easeTimers()
	}
	os.Exit(realMain(about, os.Args[1:], os.Environ(), os.Stdout, os.Stderr, run))
}

func realMain[C any](about About, args, environ []string, stdout, stderr io.Writer, run func(context.Context, *Service, C) error) int {
	var cfg struct {
		Base base
		Own  C
	}
	if code, done := command(about, args, environ, stdout, stderr, &cfg); done {
		return code
	}
	if err := Load(&cfg, environ); err != nil {
		fmt.Fprintf(stderr, "%s: %v\nRun %s --help for the settings.\n", about.Name, err, about.Name)
		return exitUsage
	}
	log, err := newLogger(stderr, cfg.Base)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", about.Name, err)
		return exitUsage
	}
	log = log.With("service", about.Name)
	if cfg.Base.GC > 0 {
		debug.SetGCPercent(cfg.Base.GC)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the default action is back: a second signal kills

	s := &Service{About: about, Log: log, Metrics: newRegistry(about), Health: NewHealth(), base: cfg.Base}
	if err := s.serve(ctx, func(ctx context.Context) error { return run(ctx, s, cfg.Own) }); err != nil {
		log.Error("stopped", "error", err)
		return exitFailed
	}
	log.Info("stopped")
	return exitOK
}

// serve runs the service beside its health server and closes the broker at the end.
func (s *Service) serve(ctx context.Context, run func(context.Context) error) error {
	server, err := startHealthServer(s.base.Listen, s.Health, s.Metrics)
	if err != nil {
		return err
	}
	s.Log.Info("started", "version", s.Version, "build", buildVersion(), "listen", server.addr())
	err = run(ctx)
	if s.broker != nil {
		err = errors.Join(err, s.broker.Close())
	}
	return errors.Join(err, server.close())
}

// Broker returns the service's connection to RabbitMQ, opened on first use. It does not wait for the broker to answer.
// Call it from one goroutine, at start-up.
func (s *Service) Broker() (*broker.Broker, error) {
	if s.broker != nil {
		return s.broker, nil
	}
	b, err := broker.Open(broker.Config{URL: s.base.AMQPURL, Prefix: s.base.Prefix, Name: s.Name, Log: s.Log, History: s.base.History.Config()})
	if err != nil {
		return nil, fmt.Errorf("open the broker: %w", err)
	}
	s.broker = b
	s.Health.Check("rabbitmq", b.Ready)
	return b, nil
}

// Stage returns the configuration of a stage in the name of this service. The probe asks the stage's dependencies and
// may be nil.
func (s *Service) Stage(probe func(context.Context) error) (stage.Config, error) {
	b, err := s.Broker()
	if err != nil {
		return stage.Config{}, err
	}
	return stage.Config{
		Name: s.Name, Version: s.Version, Broker: b,
		Log: s.Log, Metrics: s.Metrics, Health: s.Health,
		Workers: s.base.Workers, Prefetch: s.base.Prefetch, Tiers: s.base.Tiers, DeliveryLimit: s.base.DeliveryLimit,
		Timeout: s.base.Timeout, DrainTimeout: s.base.DrainTimeout, Probe: probe, Turns: &s.turns,
	}, nil
}

// buildVersion returns the module version or commit the program was built from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return info.Main.Version
}

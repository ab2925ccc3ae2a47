package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/services/generator/feed"
	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/services/generator/upload"
	"github.com/millrace/millrace/shared/service"
	"github.com/millrace/millrace/shared/synthetic"
)

// settings are the generator's own.
type settings struct {
	Blob      service.Blob
	MaxBytes  int64 `env:"MILLRACE_MAX_DOCUMENT_BYTES" envDefault:"104857600" desc:"largest document that is accepted, in bytes"`
	Inbox     inboxSettings
	HTTP      httpSettings
	Synthetic syntheticSettings
}

type inboxSettings struct {
	Folder   string        `env:"MILLRACE_INBOX" desc:"inbox folder; empty for none"`
	Archive  string        `env:"MILLRACE_INBOX_ARCHIVE" desc:"where accepted files go; default archive in the inbox"`
	Rejected string        `env:"MILLRACE_INBOX_REJECTED" desc:"where refused files go, next to their reason; default rejected in the inbox"`
	Settle   time.Duration `env:"MILLRACE_INBOX_SETTLE" envDefault:"2s" desc:"how long a file must stay unchanged before it is taken"`
	Rescan   time.Duration `env:"MILLRACE_INBOX_RESCAN" envDefault:"5s" desc:"how often the inbox is looked at without a notification"`
	Notify   bool          `env:"MILLRACE_INBOX_NOTIFY" envDefault:"true" desc:"use the operating system's notifications"`
}

type httpSettings struct {
	Listen string `env:"MILLRACE_HTTP_LISTEN" desc:"address for uploads, such as 127.0.0.1:8080; empty for none"`
	Token  string `env:"MILLRACE_HTTP_TOKEN" desc:"token that clients must send; needed unless the address is loopback"`
}

type syntheticSettings struct {
	Count int64    `env:"MILLRACE_SYNTHETIC_COUNT" envDefault:"0" desc:"synthetic documents to send after the start"`
	Rate  float64  `env:"MILLRACE_SYNTHETIC_RATE" envDefault:"0" desc:"synthetic documents per second; 0 for as fast as they are taken"`
	Seed  int64    `env:"MILLRACE_SYNTHETIC_SEED" envDefault:"1" desc:"the same seed gives the same documents"`
	Kinds []string `env:"MILLRACE_SYNTHETIC_KINDS" desc:"kinds of synthetic documents, with commas; empty for all"`
}

// parts is what the sources need of the service.
type parts struct {
	log     *slog.Logger
	metrics prometheus.Registerer
	check   func(name string, ask func() error)
	workers int
	drain   time.Duration
}

// source runs until its context ends, or until it has nothing more to send.
type source func(context.Context) error

// open opens the sources that the settings ask for.
func open(cfg settings, in *intake.Intake, p parts) ([]source, error) {
	var sources []source
	for _, part := range []func(settings, *intake.Intake, parts) (source, error){openUpload, openFeed, openInbox} {
		s, err := part(cfg, in, p)
		if err != nil {
			return nil, err
		}
		if s != nil {
			sources = append(sources, s)
		}
	}
	if len(sources) == 0 {
		return nil, errors.New("there is no source of documents: set MILLRACE_INBOX, MILLRACE_HTTP_LISTEN or MILLRACE_SYNTHETIC_COUNT")
	}
	return sources, nil
}

func openInbox(cfg settings, in *intake.Intake, p parts) (source, error) {
	if cfg.Inbox.Folder == "" {
		return nil, nil //nolint:nilnil // no source is no error
	}
	folder, err := filepath.Abs(cfg.Inbox.Folder)
	if err != nil {
		return nil, fmt.Errorf("find the inbox (MILLRACE_INBOX): %w", err)
	}
	config := inbox.Defaults(folder)
	config.Settle, config.Rescan, config.Notify = cfg.Inbox.Settle, cfg.Inbox.Rescan, cfg.Inbox.Notify
	config.Workers, config.Log = 4*p.workers, p.log // a file mostly waits for the disk and the broker, not for a CPU
	if cfg.Inbox.Archive != "" {
		config.Archive = cfg.Inbox.Archive
	}
	if cfg.Inbox.Rejected != "" {
		config.Rejected = cfg.Inbox.Rejected
	}
	box, err := inbox.Open(config, in)
	if err != nil {
		return nil, err
	}
	p.log.Info("takes files", "inbox", folder)
	p.check("inbox", func() error { return box.Ready(context.Background()) })
	return box.Run, p.metrics.Register(&inboxMetrics{stats: box.Stats})
}

func openUpload(cfg settings, in *intake.Intake, p parts) (source, error) {
	if cfg.HTTP.Listen == "" {
		return nil, nil //nolint:nilnil // no source is no error
	}
	server, err := upload.New(upload.Config{Listen: cfg.HTTP.Listen, Token: cfg.HTTP.Token, Drain: p.drain, Log: p.log}, in)
	if err != nil {
		return nil, err
	}
	return server.Run, nil
}

func openFeed(cfg settings, in *intake.Intake, p parts) (source, error) {
	if cfg.Synthetic.Count == 0 {
		return nil, nil //nolint:nilnil // no source is no error
	}
	documents, err := synthetic.New(synthetic.Config{Seed: cfg.Synthetic.Seed, Kinds: cfg.Synthetic.Kinds})
	if err != nil {
		return nil, fmt.Errorf("MILLRACE_SYNTHETIC_KINDS: %w", err)
	}
	stream := fmt.Sprintf("%d/%s", cfg.Synthetic.Seed, strings.Join(cfg.Synthetic.Kinds, ","))
	config := feed.Config{Stream: stream, Count: cfg.Synthetic.Count, Rate: cfg.Synthetic.Rate, Workers: p.workers, Log: p.log}
	f, err := feed.New(config, in, func(i int64) (string, []byte, error) {
		d, err := documents.At(i)
		return d.Name, d.PDF, err
	})
	if err != nil {
		return nil, err
	}
	p.check("synthetic", f.Ready)
	return f.Run, nil
}

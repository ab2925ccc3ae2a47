package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/service"
)

// line is the way from the sources to the broker, with a broker that remembers.
type line struct {
	blobs   *blob.Store
	intake  *intake.Intake
	metrics *prometheus.Registry

	mu   sync.Mutex
	sent map[string]event.Received // by event id
}

func newLine(t *testing.T) *line {
	t.Helper()
	blobs, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := &line{blobs: blobs, metrics: prometheus.NewRegistry(), sent: map[string]event.Received{}}
	l.intake, err = intake.New(intake.Config{Blobs: blobs, Emit: newCounts(l.metrics).counted(l.emit)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *line) emit(_ context.Context, id string, _ time.Time, r event.Received) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[id] = r
	return nil
}

func (l *line) parts(checks map[string]func() error) parts {
	return parts{
		log: slog.New(slog.DiscardHandler), metrics: l.metrics, workers: 4, drain: time.Second,
		check: func(name string, ask func() error) { checks[name] = ask },
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name string
		cfg  settings
		says string
	}{
		{"no source", settings{}, "MILLRACE_INBOX"},
		{"uploads from other machines without a token", settings{HTTP: httpSettings{Listen: "0.0.0.0:8080"}}, "MILLRACE_HTTP_TOKEN"},
		{"an unknown kind", settings{Synthetic: syntheticSettings{Count: 1, Kinds: []string{"poem"}}}, "poem"},
		{"a negative rate", settings{Synthetic: syntheticSettings{Count: 1, Rate: -1}}, "rate"},
		{"no time between looks", settings{Inbox: inboxSettings{Folder: filepath.Join(t.TempDir(), "in")}}, "rescan"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLine(t)
			if _, err := open(tt.cfg, l.intake, l.parts(map[string]func() error{})); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("err = %v, want one that says %q", err, tt.says)
			}
		})
	}
}

func TestSettingsFromTheEnvironment(t *testing.T) {
	var cfg settings
	err := service.Load(&cfg, []string{"MILLRACE_BLOB_URL=file:///b", "MILLRACE_INBOX=/in", "MILLRACE_SYNTHETIC_KINDS=invoice,receipt"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Inbox.Settle != 2*time.Second || cfg.Inbox.Rescan != 5*time.Second || !cfg.Inbox.Notify || cfg.MaxBytes != intake.DefaultLimit {
		t.Errorf("defaults: %+v", cfg)
	}
	if cfg.HTTP.Listen != "" || len(cfg.Synthetic.Kinds) != 2 || cfg.Synthetic.Count != 0 {
		t.Errorf("settings: %+v", cfg)
	}
}

func TestSyntheticDocumentsGoTheSameWay(t *testing.T) {
	run := func() map[string]event.Received {
		l := newLine(t)
		checks := map[string]func() error{}
		sources, err := open(settings{Synthetic: syntheticSettings{Count: 12, Seed: 7}}, l.intake, l.parts(checks))
		if err != nil || len(sources) != 1 {
			t.Fatalf("%d sources, %v", len(sources), err)
		}
		if err := sources[0](t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := checks["synthetic"](); err != nil {
			t.Errorf("not ready: %v", err)
		}
		for id, r := range l.sent {
			content, err := l.blobs.Get(t.Context(), r.Content.Ref, 1<<30)
			if err != nil || !bytes.HasPrefix(content, []byte("%PDF-")) || r.Arrival.ID != id || r.Arrival.Source != "synthetic" {
				t.Errorf("event %s: %+v (%v)", id, r, err)
			}
		}
		const want = `
			# HELP millrace_documents_received_total Arrivals whose event the broker has confirmed, by source. A repeated announcement after a crash counts again.
			# TYPE millrace_documents_received_total counter
			millrace_documents_received_total{source="synthetic"} 12
		`
		if err := testutil.GatherAndCompare(l.metrics, strings.NewReader(want), "millrace_documents_received_total"); err != nil {
			t.Error(err)
		}
		return l.sent
	}
	first, again := run(), run()
	if len(first) != 12 {
		t.Fatalf("%d events, want 12", len(first))
	}
	for id, r := range first {
		if again[id].DocumentID != r.DocumentID {
			t.Errorf("arrival %s is document %s, and %s after a restart", id, r.DocumentID, again[id].DocumentID)
		}
	}
}

func TestInboxMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	stats := inbox.Stats{Accepted: 3, Waiting: 2, Held: 1, Rejected: map[string]int64{"empty": 4}}
	err := reg.Register(&inboxMetrics{stats: func() inbox.Stats { return stats }})
	const want = `
		# HELP millrace_inbox_accepted_total Files that were announced and archived.
		# TYPE millrace_inbox_accepted_total counter
		millrace_inbox_accepted_total 3
		# HELP millrace_inbox_files Files in the inbox: waiting to be complete, claimed, or blocked (cannot be claimed).
		# TYPE millrace_inbox_files gauge
		millrace_inbox_files{state="blocked"} 0
		millrace_inbox_files{state="claimed"} 1
		millrace_inbox_files{state="waiting"} 2
		# HELP millrace_inbox_rejected_total Files that were rejected, by kind.
		# TYPE millrace_inbox_rejected_total counter
		millrace_inbox_rejected_total{kind="empty"} 4
	`
	if err = errors.Join(err, testutil.GatherAndCompare(reg, strings.NewReader(want))); err != nil {
		t.Error(err)
	}
}

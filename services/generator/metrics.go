package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace/millrace/services/generator/inbox"
	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/event"
)

// counts counts what was received, by source.
type counts struct {
	received *prometheus.CounterVec
}

func newCounts(metrics prometheus.Registerer) counts {
	c := counts{received: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "millrace_documents_received_total",
		Help: "Arrivals whose event the broker has confirmed, by source. A repeated announcement after a crash counts again.",
	}, []string{"source"})}
	metrics.MustRegister(c.received)
	return c
}

// counted turns the emitter's method into the intake's: the event's id is the arrival's.
func (c counts) counted(emit func(ctx context.Context, id string, started time.Time, out event.Received) error) intake.Emit {
	return func(ctx context.Context, r event.Received) error {
		if err := emit(ctx, r.Arrival.ID, r.Arrival.At, r); err != nil {
			return err
		}
		c.received.WithLabelValues(r.Arrival.Source).Inc()
		return nil
	}
}

// inboxMetrics shows an inbox's counts to Prometheus.
type inboxMetrics struct {
	stats func() inbox.Stats
}

// Describe sends nothing: an unchecked collector, because the kinds of rejections are open.
func (m *inboxMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect sends the current counts.
func (m *inboxMetrics) Collect(out chan<- prometheus.Metric) {
	s := m.stats()
	files := prometheus.NewDesc("millrace_inbox_files", "Files in the inbox: waiting to be complete, claimed, or blocked (cannot be claimed).", []string{"state"}, nil)
	for state, n := range map[string]int{"waiting": s.Waiting, "claimed": s.Held, "blocked": s.Blocked} {
		out <- prometheus.MustNewConstMetric(files, prometheus.GaugeValue, float64(n), state)
	}
	accepted := prometheus.NewDesc("millrace_inbox_accepted_total", "Files that were announced and archived.", nil, nil)
	out <- prometheus.MustNewConstMetric(accepted, prometheus.CounterValue, float64(s.Accepted))
	rejected := prometheus.NewDesc("millrace_inbox_rejected_total", "Files that were rejected, by kind.", []string{"kind"}, nil)
	for kind, n := range s.Rejected {
		out <- prometheus.MustNewConstMetric(rejected, prometheus.CounterValue, float64(n), kind)
	}
}

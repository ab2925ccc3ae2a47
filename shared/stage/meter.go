package stage

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Outcomes of a message, as in the metric's label.
const (
	outcomeDone     = "done"
	outcomeRetried  = "retried"
	outcomeDead     = "dead"
	outcomePutBack  = "put_back"
	outcomeReleased = "released"
	outcomeSuspect  = "suspect"
)

// meter counts what one stage does on one topic. All methods are safe for concurrent use.
type meter struct {
	outcomes *prometheus.CounterVec
	inFlight prometheus.Gauge
	seconds  prometheus.Observer
	breaker  prometheus.Gauge
	stuck    prometheus.Counter
}

// newMeter registers the stage's metrics, or finds them when another loop of the same process has registered them.
func newMeter(reg prometheus.Registerer, stage, topic string) (*meter, error) {
	labels := prometheus.Labels{"stage": stage, "topic": topic}
	names := []string{"stage", "topic"}
	messages, err := register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "millrace_stage_messages_total",
		Help: "Messages settled, by outcome: done, retried, dead, put_back (dependency down), released (given back to the queue), suspect (to be handled alone).",
	}, append(names, "outcome")))
	if err != nil {
		return nil, err
	}
	inFlight, err := register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "millrace_stage_in_flight", Help: "Messages in the stage's function now.",
	}, names))
	if err != nil {
		return nil, err
	}
	seconds, err := register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "millrace_stage_seconds", Help: "Duration of one call of the stage's function, decoding included.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 4, 10),
	}, names))
	if err != nil {
		return nil, err
	}
	open, err := register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "millrace_stage_breaker_open", Help: "1 while the stage does not pull because a dependency is down.",
	}, names))
	if err != nil {
		return nil, err
	}
	stuck, err := register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "millrace_stage_stuck_total", Help: "Calls that ignored the end of their context and were abandoned.",
	}, names))
	if err != nil {
		return nil, err
	}
	curried, err := messages.CurryWith(labels)
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return &meter{
		outcomes: curried, inFlight: inFlight.With(labels), seconds: seconds.With(labels),
		breaker: open.With(labels), stuck: stuck.With(labels),
	}, nil
}

func register[C prometheus.Collector](reg prometheus.Registerer, c C) (C, error) {
	err := reg.Register(c)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing, nil
		}
	}
	if err != nil {
		return c, fmt.Errorf("register metrics: %w", err)
	}
	return c, nil
}

func (m *meter) settled(outcome string) { m.outcomes.WithLabelValues(outcome).Inc() }

func (m *meter) started(n int) { m.inFlight.Add(float64(n)) }

func (m *meter) finished(n int, d time.Duration) {
	m.inFlight.Sub(float64(n))
	m.seconds.Observe(d.Seconds())
}

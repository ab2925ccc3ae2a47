package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Health collects what is well and what is not. Liveness is the process itself; readiness is that every check is well.
// It is safe for concurrent use.
type Health struct {
	mu     sync.Mutex
	states map[string]error
	checks map[string]func() error
	notes  map[string]string
}

// NewHealth returns a Health without checks: ready.
func NewHealth() *Health {
	return &Health{states: make(map[string]error), checks: make(map[string]func() error), notes: make(map[string]string)}
}

// Set records the state of a check; nil means well.
func (h *Health) Set(check string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.states[check] = err
}

// Check adds a check that is asked at each look at /readyz; it must answer quickly.
func (h *Health) Check(name string, ask func() error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks[name] = ask
}

// Note adds what an operator should know to the report. It has no part in readiness.
func (h *Health) Note(name, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.notes[name] = text
}

// Report returns the state of every check, "ok" or the error's text, and the notes; ready is true when all checks are well.
func (h *Health) Report() (report map[string]string, ready bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	report, ready = maps.Clone(h.notes), true
	note := func(name string, err error) {
		report[name] = "ok"
		if err != nil {
			report[name], ready = err.Error(), false
		}
	}
	for name, err := range h.states {
		note(name, err)
	}
	for name, ask := range h.checks {
		note(name, ask())
	}
	return report, ready
}

// listenOff is the address that switches the health server off. It is a word, because an empty variable counts as unset.
const listenOff = "off"

// healthServer serves /healthz, /readyz and /metrics. The zero listener means that it is switched off.
type healthServer struct {
	server   *http.Server
	listener net.Listener
}

func startHealthServer(listen string, health *Health, metrics *prometheus.Registry) (*healthServer, error) {
	if listen == listenOff {
		return &healthServer{}, nil
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for health and metrics (MILLRACE_LISTEN): %w", listen, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		report, ready := health.Report()
		w.Header().Set("Content-Type", "application/json")
		if !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"ready": ready, "checks": report}) // the client may be gone
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	s := &healthServer{listener: listener, server: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}}
	go func() { _ = s.server.Serve(listener) }() // ends with close
	return s, nil
}

func (s *healthServer) addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

func (s *healthServer) close() error {
	if s.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return s.server.Shutdown(ctx)
}

// dialable turns a listen address into one to connect to: an unspecified host becomes loopback.
func dialable(listen string) (string, error) {
	if listen == listenOff {
		return "", errors.New("MILLRACE_LISTEN is off, so a running instance cannot be asked")
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("MILLRACE_LISTEN %q: %w", listen, err)
	}
	if port == "0" || port == "" {
		return "", errors.New("MILLRACE_LISTEN names no fixed port, so a running instance cannot be found")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

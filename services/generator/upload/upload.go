// Package upload takes documents over HTTP: POST /documents with the file as the body, or with files as multipart/form-data.
// It answers after the broker has confirmed the event, never before. Content streams to the blob store; no document is held
// in memory. It knows nothing of the broker or the blob store beyond the intake's errors.
//
// Every failure is JSON of the form {"error":{"kind":"…","message":"…"}}, with a kind that does not change.
package upload

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/event"
)

// Source is the arrival source of uploaded documents.
const Source = "http"

// Intake is where uploads go; intake.Intake is one.
type Intake interface {
	Store(ctx context.Context, r io.Reader, name, declared string) (event.Blob, error)
	Announce(ctx context.Context, content event.Blob, arrival event.Arrival) (event.Received, error)
	Limit() int64
}

// Limits on what one client may keep busy.
const (
	headerTime = 10 * time.Second
	idleBody   = 30 * time.Second // without a byte
	wholeBody  = 15 * time.Minute
	keepAlive  = time.Minute
	maxHeader  = 64 << 10
	maxFiles   = 100 // in one request
	maxAtOnce  = 64  // requests being read
)

// Config says how the server listens. Listen must be a loopback address unless Token is set.
type Config struct {
	Listen string        // host:port
	Token  string        // clients send it as "Authorization: Bearer …"; empty: none
	Drain  time.Duration // for finishing uploads at shutdown
	Log    *slog.Logger
}

// Server takes uploads.
type Server struct {
	cfg    Config
	intake Intake
	token  [sha256.Size]byte
	busy   chan struct{}
}

// New checks the configuration. It refuses an address that other machines can reach without a token.
func New(cfg Config, in Intake) (*Server, error) {
	if cfg.Token == "" && !loopback(cfg.Listen) {
		return nil, fmt.Errorf("listen for uploads on %s: other machines can reach this address, so a token is needed: "+
			"set MILLRACE_HTTP_TOKEN (or MILLRACE_HTTP_TOKEN_FILE), or listen on 127.0.0.1", cfg.Listen)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Drain <= 0 {
		cfg.Drain = 20 * time.Second
	}
	return &Server{cfg: cfg, intake: in, token: sha256.Sum256([]byte(cfg.Token)), busy: make(chan struct{}, maxAtOnce)}, nil
}

// Run listens until ctx ends, then finishes the uploads in hand. It returns an error when the address cannot be listened on.
func (s *Server) Run(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen for uploads (MILLRACE_HTTP_LISTEN): %w", err)
	}
	s.cfg.Log.Info("takes uploads", "url", "http://"+listener.Addr().String()+"/documents", "token", s.cfg.Token != "")
	return s.Serve(ctx, listener)
}

// Serve is [Server.Run] on a listener of the caller's, which it closes.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       keepAlive,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve uploads: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Drain)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		s.cfg.Log.Warn("uploads were cut off at shutdown; their clients got no answer and may send them again", "error", err)
		return ignoreDeadline(errors.Join(err, server.Close()))
	}
	return nil
}

func ignoreDeadline(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// Handler returns the HTTP handler.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/documents", s.documents)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, problem{http.StatusNotFound, "not_found", "there is nothing here; POST documents to /documents"})
	})
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, problem{http.StatusForbidden, "cross_origin", "a page of another site may not upload"})
	}))
	return protection.Handler(mux)
}

// documents is POST /documents.
func (s *Server) documents(w http.ResponseWriter, r *http.Request) {
	if p, ok := s.admit(w, r); !ok {
		refuse(w, p)
		return
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	default:
		refuse(w, problem{http.StatusServiceUnavailable, "busy", "too many uploads at once; try again"})
		return
	}
	r = r.WithContext(r.Context()) // net/http wants its own Body back: it decides by it whether a client still waits to send
	r.Body = &patient{body: r.Body, control: http.NewResponseController(w), end: time.Now().Add(wholeBody)}
	if isMultipart(r) {
		s.form(w, r)
		return
	}
	s.raw(w, r)
}

// admit decides whether the client may upload at all.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (problem, bool) {
	switch {
	case s.cfg.Token != "" && !s.authorised(r):
		w.Header().Set("WWW-Authenticate", `Bearer realm="millrace"`)
		return problem{http.StatusUnauthorized, "unauthorized", "send the token as Authorization: Bearer TOKEN"}, false
	case s.cfg.Token == "" && !loopbackHost(r.Host):
		// Without a token only this machine may upload; a name that a foreign page made point here may not.
		return problem{http.StatusForbidden, "wrong_host", "call this service as localhost or 127.0.0.1, or set a token"}, false
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		return problem{http.StatusMethodNotAllowed, "method_not_allowed", "use POST"}, false
	}
	return problem{}, true
}

func (s *Server) authorised(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
}

// loopback reports whether a listen address can only be reached from this machine.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && host != "" && loopbackName(host)
}

// loopbackHost reports whether a Host header names this machine from the inside.
func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	return loopbackName(host)
}

func loopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// patient reads a body as long as bytes keep coming: a client that stops sending is cut off, a slow one is not.
type patient struct {
	body    io.ReadCloser
	control *http.ResponseController
	end     time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	deadline := time.Now().Add(idleBody)
	if deadline.After(p.end) {
		deadline = p.end
	}
	_ = p.control.SetReadDeadline(deadline) // not every test's writer has one
	n, err := p.body.Read(b)
	switch {
	case errors.Is(err, io.EOF):
		_ = p.control.SetReadDeadline(time.Time{}) // else it would cancel the request while the broker is waited for
	case err != nil:
		err = &bodyError{err}
	}
	return n, err
}

func (p *patient) Close() error { return p.body.Close() }

// bodyError is a failure of the client or the network, not of this service.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return "read the upload: " + e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

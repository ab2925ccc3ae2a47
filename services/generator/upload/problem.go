package upload

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/fault"
)

// retryAfter is what a client is told to wait, in seconds, when a dependency is down.
const retryAfter = "5"

// problem is a failure as the client sees it.
type problem struct {
	status  int
	kind    string
	message string
}

type errBody struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

func (p problem) body() *errBody { return &errBody{Kind: p.kind, Message: p.message} }

// Error makes a problem an error, for failures that are known by their status where they happen.
func (p problem) Error() string { return p.message }

// broken marks an error of reading a form: the body's own errors stay what they are, the rest is bad syntax.
func broken(err error) error {
	var body *bodyError
	if errors.As(err, &body) {
		return err
	}
	return problem{http.StatusBadRequest, "bad_form", "the form is not valid multipart/form-data: " + err.Error()}
}

// describe decides what a client is told about an error.
func describe(err error) problem {
	var (
		known problem
		body  *bodyError
	)
	kind, class := fault.KindOf(err), fault.ClassOf(err)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &body) && errors.Is(err, os.ErrDeadlineExceeded):
		return problem{http.StatusRequestTimeout, "timeout", "the upload stopped or took too long"}
	case errors.As(err, &body) || errors.Is(err, io.ErrUnexpectedEOF):
		return problem{http.StatusBadRequest, "incomplete", "the upload broke off: " + err.Error()}
	case kind == intake.KindEmpty:
		return problem{http.StatusUnprocessableEntity, kind, err.Error()}
	case kind == intake.KindNotPDF, kind == intake.KindUnsupported:
		return problem{http.StatusUnsupportedMediaType, kind, err.Error()}
	case kind == intake.KindTooLarge:
		return problem{http.StatusRequestEntityTooLarge, kind, err.Error()}
	case class == fault.ClassDependencyDown:
		return problem{http.StatusServiceUnavailable, "unavailable", "the document was not taken in because a dependency is down; send it again later: " + kind}
	case class == fault.ClassInterrupted:
		return problem{http.StatusServiceUnavailable, "shutting_down", "the service is shutting down; send the document again"}
	default:
		return problem{http.StatusInternalServerError, "internal", "the document was not taken in; the service's log says why"}
	}
}

// fatal reports whether an error ends a request of several files: its rest cannot be read, or would be refused as well.
func fatal(err error) bool {
	if err == nil {
		return false
	}
	status := describe(err).status
	return status != http.StatusUnprocessableEntity && status != http.StatusUnsupportedMediaType
}

// fail answers with an error and logs what the client is not told.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := describe(err)
	s.logFailure(r, p, err)
	refuse(w, p)
}

func (s *Server) logFailure(r *http.Request, p problem, err error) {
	s.cfg.Log.Warn("refused an upload", "kind", p.kind, "status", p.status, "client", r.RemoteAddr, "error", err)
}

// refuse answers with a problem. A body that was not read to its end closes the connection (net/http sees to it).
func refuse(w http.ResponseWriter, p problem) {
	if p.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	answer(w, p.status, map[string]*errBody{"error": p.body()})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

package upload

import (
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/shared/event"
)

// Accepted describes one document that was taken in.
type Accepted struct {
	DocumentID string `json:"document_id"`
	ArrivalID  string `json:"arrival_id"`
	Name       string `json:"name"`
}

// outcome is one file of a form in the answer.
type outcome struct {
	*Accepted
	Name  string   `json:"name"`
	Error *errBody `json:"error,omitempty"`
}

// raw takes the body as one document.
func (s *Server) raw(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > s.intake.Limit() {
		refuse(w, describe(intake.TooLarge(s.intake.Limit())))
		return
	}
	accepted, err := s.receive(r, r.Body, rawName(r), r.Header.Get("Content-Type"), 0)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusAccepted, accepted)
}

// formAnswer is the answer to a form: its files in order, and the first failure.
type formAnswer struct {
	Documents []outcome `json:"documents"`
	Error     *errBody  `json:"error,omitempty"`
	status    int
}

// form takes every file of a multipart/form-data body. The answer's status is 202 when all were taken in, else that of the
// first failure. A file that is no document does not keep the others out; any other failure ends the request there.
func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		refuse(w, problem{http.StatusBadRequest, "bad_form", err.Error()})
		return
	}
	body := formAnswer{status: http.StatusAccepted}
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // a wrapped EOF is a form that ends without its closing boundary
			break
		}
		if err == nil && part.FileName() == "" {
			continue // a plain form field
		}
		result, err := s.part(r, part, err, len(body.Documents))
		if err != nil {
			p := describe(err)
			s.logFailure(r, p, err)
			result.Error = p.body()
			if body.Error == nil {
				body.Error, body.status = result.Error, p.status
			}
		}
		body.Documents = append(body.Documents, result)
		if fatal(err) {
			break
		}
	}
	if len(body.Documents) == 0 {
		refuse(w, problem{http.StatusBadRequest, "no_file", "the form holds no file; send one with curl -F file=@NAME.pdf"})
		return
	}
	if body.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	answer(w, body.status, body)
}

// part takes in the index-th file of a form; err is what reading up to it ended with.
func (s *Server) part(r *http.Request, part *multipart.Part, err error, index int) (outcome, error) {
	if err != nil {
		return outcome{}, broken(err)
	}
	result := outcome{Name: baseName(part.FileName())}
	if index == maxFiles {
		return result, problem{http.StatusRequestEntityTooLarge, "too_many_files", fmt.Sprintf("send at most %d files in one request", maxFiles)}
	}
	result.Accepted, err = s.receive(r, part, result.Name, part.Header.Get("Content-Type"), index)
	return result, err
}

// receive takes in one document: store, then announce. Declared is the media type that the client gives it; programs like curl give
// one that says nothing.
func (s *Server) receive(r *http.Request, body io.Reader, name, declared string, index int) (*Accepted, error) {
	content, err := s.intake.Store(r.Context(), body, name, declared)
	if err != nil {
		return nil, err
	}
	id, err := arrivalID(r.Header.Get("Idempotency-Key"), index, content)
	if err != nil {
		return nil, err
	}
	arrival := event.Arrival{ID: id, Name: name, Source: Source, At: time.Now().UTC()}
	// The document is all here: that its client hangs up now is no reason to drop it.
	received, err := s.intake.Announce(context.WithoutCancel(r.Context()), content, arrival)
	if err != nil {
		return nil, err
	}
	s.cfg.Log.Info("received a document", "file", received.Arrival.Name, "arrival_id", id, "document_id", received.DocumentID)
	return &Accepted{DocumentID: received.DocumentID, ArrivalID: id, Name: received.Arrival.Name}, nil
}

// arrivalID returns a new id, or, when the client sent a key, the one that belongs to key, place in the request and
// content: a repeated request is the same arrival, while a key used again for other content is another.
func arrivalID(key string, index int, content event.Blob) (string, error) {
	if key == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return "", fmt.Errorf("make an arrival id: %w", err)
		}
		return id.String(), nil
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "millrace:upload:%q:%d:%s", key, index, content.Ref)).String(), nil
}

func isMultipart(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// rawName returns the name that a client gave to a raw body: from Content-Disposition, X-Filename (percent-encoded where
// it is not ASCII) or the query's name.
func rawName(r *http.Request) string {
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil && params["filename"] != "" {
		return baseName(params["filename"])
	}
	if name := r.Header.Get("X-Filename"); name != "" {
		if decoded, err := url.PathUnescape(name); err == nil {
			name = decoded
		}
		return baseName(name)
	}
	return baseName(r.URL.Query().Get("name"))
}

// baseName strips folders of either kind, because some clients send a whole path.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "" {
		return "unnamed"
	}
	return intake.CleanName(name)
}

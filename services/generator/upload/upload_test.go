package upload_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/millrace/millrace/services/generator/intake"
	"github.com/millrace/millrace/services/generator/upload"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

const pdf = "%PDF-1.7\ntrailer <<>>\n%%EOF\n"

// counter is an upload service on a real blob store and a broker made of a slice.
type counter struct {
	t   *testing.T
	url string

	mu   sync.Mutex
	sent []event.Received
	emit func(context.Context, event.Received) error // nil: confirms
}

func open(t *testing.T, token string) *counter {
	t.Helper()
	store, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return openOn(t, token, store)
}

func openOn(t *testing.T, token string, store intake.Blobs) *counter {
	t.Helper()
	c := &counter{t: t}
	in, err := intake.New(intake.Config{Blobs: store, Emit: c.announce, Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	s, err := upload.New(upload.Config{Listen: "127.0.0.1:0", Token: token, Log: slog.New(slog.DiscardHandler)}, in)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *counter) announce(ctx context.Context, r event.Received) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.emit != nil {
		if err := c.emit(ctx, r); err != nil {
			return err
		}
	}
	c.sent = append(c.sent, r)
	return nil
}

type reply struct {
	status int
	header http.Header
	upload.Accepted
	Error     *struct{ Kind, Message string }
	Documents []struct {
		upload.Accepted
		Error *struct{ Kind, Message string }
	}
}

// send posts a body; headers come in pairs. A header "Host" sets the request's host.
func (c *counter) send(method, path string, body io.Reader, headers ...string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, header: resp.Header}
	content, err := io.ReadAll(resp.Body)
	if err != nil || resp.Header.Get("Content-Type") != "application/json" || json.Unmarshal(content, &r) != nil {
		c.t.Fatalf("the answer %d %q is not JSON (%v)", resp.StatusCode, content, err)
	}
	return r
}

func (c *counter) post(content string, headers ...string) reply {
	c.t.Helper()
	return c.send(http.MethodPost, "/documents", strings.NewReader(content), headers...)
}

func TestUpload(t *testing.T) {
	tests := []struct {
		name, path string
		headers    []string
		want       string
	}{
		{"named by Content-Disposition", "/documents", []string{"Content-Disposition", `attachment; filename="a b.pdf"`}, "a b.pdf"},
		{"named in UTF-8", "/documents", []string{"Content-Disposition", `attachment; filename*=UTF-8''%E7%99%BA%E7%A5%A8.pdf`}, "発票.pdf"},
		{"named by X-Filename", "/documents", []string{"X-Filename", "M%C3%A4rz 2026.pdf"}, "März 2026.pdf"},
		{"named by the query", "/documents?name=q%20r.pdf", nil, "q r.pdf"},
		{"without its folders", "/documents", []string{"X-Filename", `C:\Users\me\x.pdf`}, "x.pdf"},
		{"not a way out", "/documents", []string{"X-Filename", "../../etc/passwd"}, "passwd"},
		{"with NUL", "/documents", []string{"X-Filename", "a%00b.pdf"}, "a\uFFFDb.pdf"},
		{"without a name", "/documents", nil, "unnamed"},
		{"as curl -d sends it", "/documents", []string{"Content-Type", "application/x-www-form-urlencoded"}, "unnamed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, "")
			r := c.send(http.MethodPost, tt.path, strings.NewReader(pdf), tt.headers...)
			if r.status != http.StatusAccepted || r.DocumentID != blob.RefOf([]byte(pdf)).Hex() || r.Name != tt.want {
				t.Fatalf("answer %+v, want 202, the content's id and %q", r, tt.want)
			}
			if len(c.sent) != 1 || c.sent[0].Arrival.ID != r.ArrivalID || c.sent[0].Arrival.Name != tt.want || c.sent[0].Arrival.Source != upload.Source {
				t.Errorf("announced %+v", c.sent)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	down := fault.DependencyDown("rabbitmq", errors.New("connection refused, password hunter2"))
	tests := []struct {
		name, method, path, body, token string
		headers                         []string
		emit                            error
		status                          int
		kind                            string
	}{
		{name: "empty", status: 422, kind: "empty"},
		{name: "not a PDF", path: "/documents?name=x.pdf", body: "hello", status: 415, kind: "not_a_pdf"},
		{name: "no document", body: "GIF89a\x01", status: 415, kind: "unsupported_media_type"},
		{name: "too large", body: pdf + strings.Repeat("x", 10_000), status: 413, kind: "too_large"},
		{name: "broker down", body: pdf, emit: down, status: 503, kind: "unavailable"},
		{name: "a defect", body: pdf, emit: errors.New("password hunter2"), status: 500, kind: "internal"},
		{name: "wrong method", method: "PUT", body: pdf, status: 405, kind: "method_not_allowed"},
		{name: "wrong path", path: "/upload", body: pdf, status: 404, kind: "not_found"},
		{name: "no token", token: "s3cret", body: pdf, status: 401, kind: "unauthorized"},
		{name: "wrong token", token: "s3cret", body: pdf, headers: []string{"Authorization", "Bearer s3cre"}, status: 401, kind: "unauthorized"},
		{name: "the token without its scheme", token: "s3cret", body: pdf, headers: []string{"Authorization", "s3cret"}, status: 401, kind: "unauthorized"},
		{name: "a page of another site", body: pdf, headers: []string{"Sec-Fetch-Site", "cross-site"}, status: 403, kind: "cross_origin"},
		{name: "a foreign name for this machine", body: pdf, headers: []string{"Host", "evil.example"}, status: 403, kind: "wrong_host"},
		{name: "a form without a boundary", body: pdf, headers: []string{"Content-Type", "multipart/form-data"}, status: 400, kind: "bad_form"},
		{name: "a form that is none", body: pdf, headers: []string{"Content-Type", "multipart/form-data; boundary=x"}, status: 400, kind: "bad_form"},
		{name: "an empty form", body: "--x--\r\n", headers: []string{"Content-Type", "multipart/form-data; boundary=x"}, status: 400, kind: "no_file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, tt.token)
			c.emit = func(context.Context, event.Received) error { return tt.emit }
			if tt.method == "" {
				tt.method = http.MethodPost
			}
			if tt.path == "" {
				tt.path = "/documents"
			}
			r := c.send(tt.method, tt.path, strings.NewReader(tt.body), tt.headers...)
			if r.status != tt.status || r.Error == nil || r.Error.Kind != tt.kind || r.Error.Message == "" {
				t.Fatalf("answer %d %+v, want %d %s", r.status, r.Error, tt.status, tt.kind)
			}
			if strings.Contains(r.Error.Message, "hunter2") {
				t.Errorf("the answer tells clients what they should not know: %s", r.Error.Message)
			}
			if got := r.header.Get("Retry-After") != ""; got != (tt.status == 503) {
				t.Errorf("Retry-After = %q with status %d", r.header.Get("Retry-After"), tt.status)
			}
			if len(c.sent) != 0 {
				t.Error("it was announced")
			}
		})
	}
}

func TestDiskFull(t *testing.T) {
	c := openOn(t, "", putFunc(func(context.Context, io.Reader) (blob.Ref, int64, error) {
		return "", 0, fault.DependencyDown("blob", syscall.ENOSPC)
	}))
	if r := c.post(pdf); r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
		t.Errorf("answer %d, want 503 with Retry-After", r.status)
	}
}

type putFunc func(context.Context, io.Reader) (blob.Ref, int64, error)

func (f putFunc) Put(ctx context.Context, r io.Reader) (blob.Ref, int64, error) { return f(ctx, r) }

func TestATokenLetsIn(t *testing.T) {
	c := open(t, "s3cret")
	if r := c.post(pdf, "Authorization", "Bearer s3cret", "Host", "documents.example"); r.status != http.StatusAccepted {
		t.Errorf("answer %d %+v", r.status, r.Error)
	}
}

func TestTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	c := open(t, "")
	pipe, _ := io.Pipe() // nothing ever comes
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/documents", pipe)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 200 << 20
	req.Header.Set("Expect", "100-continue")
	resp, err := (&http.Transport{ExpectContinueTimeout: 1 << 40}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d, want 413", resp.StatusCode)
	}
}

func TestIdempotencyKey(t *testing.T) {
	c := open(t, "")
	first := c.post(pdf, "Idempotency-Key", "order 1")
	again := c.post(pdf, "Idempotency-Key", "order 1")
	if first.ArrivalID == "" || first.ArrivalID != again.ArrivalID {
		t.Errorf("the same request is two arrivals: %q and %q", first.ArrivalID, again.ArrivalID)
	}
	if other := c.post(pdf, "Idempotency-Key", "order 2"); other.ArrivalID == first.ArrivalID {
		t.Error("another key is the same arrival")
	}
	if other := c.post(pdf+"x", "Idempotency-Key", "order 1"); other.ArrivalID == first.ArrivalID {
		t.Error("other content under the key is the same arrival")
	}
	if a, b := c.post(pdf), c.post(pdf); a.ArrivalID == b.ArrivalID {
		t.Error("two uploads without a key are one arrival")
	}
}

func TestAnUploadThatBreaksOffIsNoDocument(t *testing.T) {
	c := open(t, "")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	request := "POST /documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n" + pdf
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if half, ok := conn.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), `"kind":"incomplete"`) {
		t.Errorf("answer %q (%v)", answer, err)
	}
	if len(c.sent) != 0 {
		t.Error("half a document was announced")
	}
}

func TestAnotherMachineNeedsAToken(t *testing.T) {
	tests := []struct {
		listen, token string
		ok            bool
	}{
		{"127.0.0.1:8080", "", true},
		{"localhost:8080", "", true},
		{"[::1]:8080", "", true},
		{":8080", "", false},
		{"0.0.0.0:8080", "", false},
		{"[::]:8080", "", false},
		{"192.168.1.2:8080", "", false},
		{"host.example:8080", "", false},
		{"0.0.0.0:8080", "s3cret", true},
		{"nonsense", "", false},
	}
	for _, tt := range tests {
		_, err := upload.New(upload.Config{Listen: tt.listen, Token: tt.token}, nil)
		if (err == nil) != tt.ok {
			t.Errorf("%s with token %q: err = %v", tt.listen, tt.token, err)
		}
		if err != nil && !strings.Contains(err.Error(), "MILLRACE_HTTP_TOKEN") {
			t.Errorf("%s: %v does not say what to do", tt.listen, err)
		}
	}
}

func TestShutdownFinishesWhatIsInHand(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	store, err := blob.Open("file://" + t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in, err := intake.New(intake.Config{Blobs: store, Emit: func(ctx context.Context, _ event.Received) error {
		stop() // SIGTERM while the broker is waited for
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := upload.New(upload.Config{Listen: free.Addr().String(), Log: slog.New(slog.DiscardHandler)}, in)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, free) }()
	resp, err := http.Post("http://"+free.Addr().String()+"/documents", "application/pdf", strings.NewReader(pdf)) //nolint:noctx // a test's client
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusAccepted {
		t.Errorf("status %d, want 202", resp.StatusCode)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + free.Addr().String()); err == nil { //nolint:noctx,bodyclose // it must fail
		t.Error("it still listens")
	}
}

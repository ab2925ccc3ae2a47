package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/shared/fault"
)

// dependency is what a fault names when the API is away.
const dependency = "model"

const (
	maxAnswer    = 4 << 20 // bytes
	maxRedirects = 3
	probeTimeout = 3 * time.Second
)

// client speaks HTTP to one API. It is safe for concurrent use.
type client struct {
	name    string // backend:model
	host    string // for errors
	key     string
	timeout time.Duration
	http    *http.Client
	slots   chan struct{} // one for each request at once
	pause   pause

	stranger atomic.Bool // the API did not accept the key when it was last asked about a document
}

func newClient(s Settings, at *url.URL) *client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &client{
		name: s.Name(), host: at.Host, key: s.Key, timeout: s.Timeout,
		slots: make(chan struct{}, s.Concurrency),
		pause: pause{now: time.Now},
		http: &http.Client{
			// No proxy: a document goes to the host in the settings or nowhere.
			Transport: &http.Transport{
				DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
				MaxIdleConns: s.Concurrency + 1, MaxIdleConnsPerHost: s.Concurrency + 1, IdleConnTimeout: 90 * time.Second,
				MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: sameHost,
		},
	}
}

// errRedirect marks a redirect that is not followed.
var errRedirect = errors.New("the API sends elsewhere, which is not followed; set the URL to where it really is")

// sameHost refuses redirects that would carry a document or the key to another host, and those that would drop the body.
func sameHost(to *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects || to.URL.Scheme != first.URL.Scheme || to.URL.Host != first.URL.Host || to.Method != first.Method {
		return errRedirect
	}
	return nil
}

// post sends a question and returns the answer's JSON, which was not looked at yet. See [Classifier.Classify] for the
// errors.
func (c *client) post(ctx context.Context, address string, question any) ([]byte, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, fault.Permanent(fmt.Errorf("ask %s: write the request: %w", c.name, err))
	}
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer func() { <-c.slots }()
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, c.down("%w", bare(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := c.send(req)
	if err != nil {
		return nil, c.away(ctx, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if resp.StatusCode != http.StatusOK {
		return nil, c.status(resp, answer) // however much of its reason has arrived
	}
	c.stranger.Store(false)
	if err != nil {
		return nil, c.away(ctx, err)
	}
	if len(answer) > maxAnswer {
		return nil, nonsense(answer, "it is larger than %d bytes", maxAnswer)
	}
	if kind := resp.Header.Get("Content-Type"); !isJSON(kind) {
		return nil, nonsense(answer, "it is no JSON by its content type")
	}
	return answer, nil
}

// enter waits for a free slot; while the API wants to be left alone it does not even ask.
func (c *client) enter(ctx context.Context) error {
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return c.away(ctx, ctx.Err())
	}
	if left := c.pause.left(); left > 0 {
		<-c.slots
		return c.down("it wants to be left alone for another %s", left.Round(time.Second))
	}
	return nil
}

func (c *client) send(req *http.Request) (*http.Response, error) {
	req.Header.Set("User-Agent", "millrace")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	return c.http.Do(req)
}

// ready asks an address whether the API answers. Any answer will do but those which say that it is overloaded or broken;
// while it wants to be left alone it is not asked.
func (c *client) ready(ctx context.Context, address string) error {
	if left := c.pause.left(); left > 0 {
		return c.down("it wants to be left alone for another %s", left.Round(time.Second))
	}
	limited, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, http.MethodGet, address, nil)
	if err != nil {
		return c.down("%w", bare(err))
	}
	resp, err := c.send(req)
	if err != nil {
		return c.away(ctx, err)
	}
	if resp.StatusCode == http.StatusUnauthorized && c.stranger.Load() {
		return errors.Join(c.stranded(), resp.Body.Close())
	}
	defer resp.Body.Close()                                     //nolint:errcheck // read only
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4096)) // so that the connection can be used again
	// Who answers 501 does not know GET, and so it answers.
	if overloaded(resp.StatusCode) && resp.StatusCode != http.StatusNotImplemented {
		c.pause.note(resp.Header)
		return c.down("HTTP status %d", resp.StatusCode)
	}
	return nil
}

// overloaded says that a status tells of the API, not of what it was asked.
func overloaded(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// stranded says that the API does not know us: no document can be at fault for that.
func (c *client) stranded() error {
	return c.down("HTTP status %d: it does not accept the key; give the right one with the setting KEY", http.StatusUnauthorized)
}

// status says what an answer other than 200 means.
func (c *client) status(resp *http.Response, answer []byte) error {
	if resp.StatusCode == http.StatusUnauthorized {
		c.stranger.Store(true)
		return c.stranded()
	}
	if overloaded(resp.StatusCode) {
		c.pause.note(resp.Header)
		err := c.down("HTTP status %d", resp.StatusCode)
		if resp.StatusCode == http.StatusInternalServerError {
			return &suspect{error: err}
		}
		return err
	}
	if resp.StatusCode >= 400 {
		return refused(answer, "%s at %s refused the request with HTTP status %d", c.name, c.host, resp.StatusCode)
	}
	return nonsense(answer, "HTTP status %d is not 200", resp.StatusCode)
}

// away says what it means that no answer came.
func (c *client) away(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("ask %s: %w", c.name, context.Canceled)
	}
	if ctx.Err() != nil {
		return c.down("the stage's own time limit was over first: %w", ctx.Err()) // perhaps spent on other documents
	}
	var slow net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout() {
		return &suspect{error: c.down("no answer within the time limit: %w", bare(err)), slow: true}
	}
	return c.down("%w", bare(err))
}

func (c *client) down(format string, args ...any) error {
	return fault.DependencyDown(dependency, fmt.Errorf("%s at %s does not answer: %w", c.name, c.host, fmt.Errorf(format, args...)))
}

// bare takes the address off an error: its query may hold a secret.
func bare(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

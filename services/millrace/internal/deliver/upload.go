package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/fault"
)

// Upload is a generator's HTTP intake.
type Upload struct {
	url    string
	token  string
	client *http.Client
}

// idle is how long the other side may stay silent after a whole document was sent; it waits for the broker's confirm.
const idle = 2 * time.Minute

// OpenUpload returns the intake at rawURL, such as http://127.0.0.1:8090; the path /documents may be left out. The token may
// be empty.
func OpenUpload(rawURL, token string) (Upload, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Upload{}, fmt.Errorf("the upload URL %q is not of the form http://host:port", rawURL)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/documents"
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: idle}
	return Upload{url: u.String(), token: token, client: &http.Client{Transport: transport}}, nil
}

type uploadAnswer struct {
	DocumentID string `json:"document_id"`
	ArrivalID  string `json:"arrival_id"`
	Name       string `json:"name"`
	Error      *struct {
		Kind    string `json:"kind"`
		Message string `json:"message"`
	} `json:"error"`
}

// Put sends content and returns after the generator has taken it. A refusal of the document is a Permanent fault with the
// generator's kind; any other error means that sending it again may help.
func (u Upload) Put(ctx context.Context, name string, content io.Reader) (Delivered, error) {
	content, mediaType, err := check(name, content)
	if err != nil {
		return Delivered{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url, content)
	if err != nil {
		return Delivered{}, err
	}
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("X-Filename", url.PathEscape(leaf(name, mediaType)))
	if u.token != "" {
		req.Header.Set("Authorization", "Bearer "+u.token)
	}
	resp, err := u.client.Do(req)
	if err != nil {
		return Delivered{}, fmt.Errorf("upload %s: %w (does the generator run there?)", name, err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	var answer uploadAnswer
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return Delivered{}, fmt.Errorf("upload %s: the answer (HTTP status %d) is not a generator's: %w", name, resp.StatusCode, err)
	}
	switch {
	case resp.StatusCode == http.StatusAccepted && answer.DocumentID != "":
		return Delivered{Name: answer.Name, DocumentID: answer.DocumentID, ArrivalID: answer.ArrivalID}, nil
	case answer.Error == nil:
		return Delivered{}, fmt.Errorf("upload %s: HTTP status %d", name, resp.StatusCode)
	case ofDocument(resp.StatusCode):
		return Delivered{}, fault.New(fault.ClassPermanent, answer.Error.Kind, "%s", answer.Error.Message)
	default:
		return Delivered{}, fmt.Errorf("upload %s: %w", name, errors.New(answer.Error.Message))
	}
}

// ofDocument reports whether a status says that the document, not the request or the server, is at fault.
func ofDocument(status int) bool {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType, http.StatusRequestEntityTooLarge:
		return true
	}
	return false
}

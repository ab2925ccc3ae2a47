package remote

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/layout"
)

// api is a model's API whose next answers the test decides.
type api struct {
	*httptest.Server
	answer atomic.Pointer[http.HandlerFunc]
	asked  atomic.Int64 // questions, not probes
	probed atomic.Int64
}

func newAPI(t *testing.T, answer http.HandlerFunc) *api {
	t.Helper()
	a := &api{}
	a.set(answer)
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			a.asked.Add(1)
		} else {
			a.probed.Add(1)
		}
		(*a.answer.Load())(w, r)
	}))
	t.Cleanup(func() { a.CloseClientConnections(); a.Close() })
	return a
}

func (a *api) set(answer http.HandlerFunc) { a.answer.Store(&answer) }

// says answers with a body of a content type and a status.
func says(status int, contentType, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func saysJSON(body string) http.HandlerFunc {
	return says(http.StatusOK, "application/json; charset=utf-8", body)
}

// echo answers by a function of the question, in the http backend's form.
func echo(answer func(question) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q question
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer(q))
	}
}

func settings(backend, url string) Settings {
	return Settings{Backend: backend, URL: url, Model: "doctype", Timeout: 10 * time.Second, Concurrency: 2, Batch: 1, MaxText: 10_000}
}

func classifier(t *testing.T, s Settings) *Classifier {
	t.Helper()
	if err := s.Check("T_"); err != nil {
		t.Fatal(err)
	}
	c, err := NewClassifier(s, []string{"invoice", "receipt"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.client.http.CloseIdleConnections)
	return c
}

func extractor(t *testing.T, s Settings) *Extractor {
	t.Helper()
	if err := s.Check("T_"); err != nil {
		t.Fatal(err)
	}
	e, err := NewExtractor(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.client.http.CloseIdleConnections)
	return e
}

// page is a document of one page for each list of lines, whose words stand in boxes of 10 by 10 points.
func document(pages ...[]string) *layout.Document {
	doc := &layout.Document{Language: "en"}
	for n, lines := range pages {
		var block layout.Block
		for y, text := range lines {
			var line layout.Line
			for x, w := range strings.Fields(text) {
				line.Words = append(line.Words, layout.Word{Text: w, Box: layout.Box{float64(10 * x), float64(10 * y), float64(10*x + 10), float64(10*y + 10)}})
			}
			block.Lines = append(block.Lines, line)
		}
		doc.Pages = append(doc.Pages, layout.Page{Number: n + 1, Width: 595, Height: 842, Blocks: []layout.Block{block}})
	}
	return doc
}

func one(id string) []Document {
	return []Document{{ID: id, Layout: document([]string{"Invoice number AB-1042", "Total due 108.00"})}}
}

func wantedFields() []extract.Asked {
	return []extract.Asked{
		{Name: "invoice_number", Type: "identifier"}, {Name: "issue_date", Type: "date"}, {Name: "grand_total", Type: "amount"},
		{Name: "currency", Type: "currency"}, {Name: "party", Type: "party", Repeated: true}, {Name: "count", Type: "number"},
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/remote"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// modelAPI speaks the http protocol. A document that speaks of a riddle gets an answer that makes no sense.
type modelAPI struct {
	*httptest.Server
	down   atomic.Bool
	asked  atomic.Int64
	mu     sync.Mutex
	refuse time.Time // when it last said that it is down
	early  time.Duration
}

const retryAfter = 3 * time.Second

func newModelAPI(t *testing.T) *modelAPI {
	t.Helper()
	a := &modelAPI{}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *modelAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Documents []struct{ Text string }
	}
	if r.Method == http.MethodPost {
		a.asked.Add(1)
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	if a.down.Load() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.refuse = time.Now()
		w.Header().Set("Retry-After", fmt.Sprint(int(retryAfter.Seconds())))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	a.mu.Lock()
	if since := time.Since(a.refuse); since < retryAfter {
		a.early = since
	}
	a.mu.Unlock()
	var results []string
	for _, d := range q.Documents {
		label := "invoice"
		if strings.Contains(d.Text, "riddle") {
			label = "RIDDLE-ANSWER"
		}
		results = append(results, `{"label":"`+label+`","confidence":0.8}`)
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"model":"acme/2","results":[`+strings.Join(results, ",")+`]}`)
}

func newRemoteClassifier(t *testing.T, url string) *RemoteClassifier {
	t.Helper()
	s := remote.Settings{Backend: remote.HTTP, URL: url, Model: "acme", Timeout: 10 * time.Second, Concurrency: 2, Batch: 4, MaxText: 1000}
	c, err := NewRemoteClassifier(newClassifier(t).layouts, s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// remoteInput stores a document and returns its event.
func remoteInput(t *testing.T, c *RemoteClassifier, text string) event.Parsed {
	t.Helper()
	in := parsed(t, &Classifier{layouts: c.layouts}, text)
	in.DocumentID = event.DocumentID([]byte(text))
	in.Content = event.Blob{Ref: blob.RefOf([]byte(text)), Size: int64(len(text)), MediaType: "application/pdf"}
	in.Outcome, in.Engine, in.Pages = "complete", "glyph/1", 1
	return in
}

// plant is the stage in its loop, and what is seen around it.
type plant struct {
	broker *broker.Broker
	mu     sync.Mutex
	done   map[string]event.Classified
	ids    map[string]event.Envelope
	made   map[string]map[string]bool // ids of the results of each document
	dead   []event.DeadLetter
	said   map[string]string
	log    strings.Builder
}

func (p *plant) Set(check string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said[check] = fmt.Sprint(err)
}

func (p *plant) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// look returns what ask says, asked while nothing changes.
func (p *plant) look(ask func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return ask()
}

func newPlant(t *testing.T, classifier func(context.Context, stage.Config) error, tiers []time.Duration) *plant {
	t.Helper()
	b, err := broker.Open(broker.Config{URL: testkit.Vhost(t), Prefix: testkit.Prefix(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	p := &plant{broker: b, done: map[string]event.Classified{}, ids: map[string]event.Envelope{}, made: map[string]map[string]bool{}, said: map[string]string{}}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	t.Cleanup(func() { stop(); running.Wait() })
	run := func(f func(stage.Config) error, name string, tiers []time.Duration) {
		running.Go(func() {
			log := slog.New(slog.NewJSONHandler(p, nil))
			if err := f(stage.Config{Name: name, Version: "1", Broker: b, Tiers: tiers, Health: p, Log: log, DeliveryLimit: 3}); err != nil {
				t.Error(err)
			}
		})
	}
	groups := []broker.Group{
		{Name: pipeline.Classifier, Topic: event.TopicParsed, Tiers: tiers, DeliveryLimit: 3},
		{Name: "results", Topic: event.TopicClassified, Tiers: []time.Duration{}, DeliveryLimit: 3},
		{Name: "dead", Topic: event.TopicDeadLetter, Tiers: []time.Duration{}, DeliveryLimit: 3},
	}
	if err := b.Declare(t.Context(), groups, nil); err != nil {
		t.Fatal(err)
	}
	run(func(sc stage.Config) error { return classifier(ctx, sc) }, pipeline.Classifier, tiers)
	run(func(sc stage.Config) error {
		return stage.Run(ctx, sc, func(ctx context.Context, in event.Classified) (event.None, error) {
			e, _ := event.FromContext(ctx)
			p.mu.Lock()
			defer p.mu.Unlock()
			p.done[in.DocumentID], p.ids[in.DocumentID] = in, e
			if p.made[in.DocumentID] == nil {
				p.made[in.DocumentID] = map[string]bool{}
			}
			p.made[in.DocumentID][e.ID] = true
			return event.None{}, nil
		})
	}, "results", []time.Duration{})
	run(func(sc stage.Config) error {
		return stage.Run(ctx, sc, func(_ context.Context, in event.DeadLetter) (event.None, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.dead = append(p.dead, in)
			return event.None{}, nil
		})
	}, "dead", []time.Duration{})
	return p
}

func (p *plant) send(t *testing.T, inputs ...event.Parsed) {
	t.Helper()
	codec, err := event.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range inputs {
		body, err := codec.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		id := "of-" + in.DocumentID
		m := broker.Message{ID: id, Metadata: event.Envelope{ID: id, Type: event.TopicParsed, Subject: in.DocumentID}.Metadata(), Body: body}
		if err := p.broker.Send(t.Context(), event.TopicParsed, m); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAModelAPIThatIsDownCostsNoDocument(t *testing.T) {
	t.Parallel()
	api := newModelAPI(t)
	api.down.Store(true)
	c := newRemoteClassifier(t, api.URL)
	p := newPlant(t, c.Run, []time.Duration{}) // one spent attempt is a dead letter
	const n = 30
	for i := range n {
		p.send(t, remoteInput(t, c, fmt.Sprint("document number ", i)))
	}
	testkit.Eventually(t, time.Minute, func() error {
		return p.look(func() error {
			if said := p.said["classifier/"+event.TopicParsed]; !strings.Contains(said, "not pulling") || !strings.Contains(said, "http:acme") {
				return fmt.Errorf("health says %q", said)
			}
			return nil
		})
	})
	if asked := api.asked.Load(); asked > 2 {
		t.Errorf("an API that is down and asked for time was sent %d requests", asked)
	}
	api.down.Store(false)
	testkit.Eventually(t, time.Minute, func() error {
		return p.look(func() error {
			if len(p.done) < n || len(p.dead) > 0 {
				return fmt.Errorf("%d of %d classified, %d dead", len(p.done), n, len(p.dead))
			}
			return nil
		})
	})
	if api.early > 0 {
		t.Errorf("asked again %v after the API had asked for %v", api.early, retryAfter)
	}
	for id, got := range p.done {
		if e := p.ids[id]; got.Model != "http:acme/2" || got.Class.Label != "invoice" || e.StageVersion != "1+http:acme" {
			t.Errorf("got %+v by version %s", got, e.StageVersion)
		}
	}
	if asked := api.asked.Load(); asked > 2+n/2 {
		t.Errorf("%d documents took %d requests: they are not sent in batches", n, asked)
	}
}

func TestAnswersThatMakeNoSenseEndInADeadLetterThatKeepsThem(t *testing.T) {
	t.Parallel()
	api := newModelAPI(t)
	c := newRemoteClassifier(t, api.URL)
	p := newPlant(t, c.Run, []time.Duration{10 * time.Millisecond, 20 * time.Millisecond})
	bad := remoteInput(t, c, "a riddle for the model")
	p.send(t, bad, remoteInput(t, c, "a good one"), remoteInput(t, c, "another good one"))
	testkit.Eventually(t, time.Minute, func() error {
		return p.look(func() error {
			if len(p.done) < 2 || len(p.dead) < 1 {
				return fmt.Errorf("%d classified, %d dead", len(p.done), len(p.dead))
			}
			return nil
		})
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.dead[0]
	if d.DocumentID != bad.DocumentID || d.Class != fault.ClassTransient.String() || d.Kind != remote.KindAnswer || d.Attempts != 3 || len(d.Log) != 3 {
		t.Errorf("got %+v", d)
	}
	if !strings.Contains(d.Message, `{"label":"RIDDLE-ANSWER"`) {
		t.Errorf("the answer is not kept: %s", d.Message)
	}
	if !strings.Contains(p.log.String(), remote.KindAnswer) || strings.Contains(p.log.String(), "RIDDLE-ANSWER") {
		t.Error("the logs say nothing of the failure, or show the answer")
	}
}

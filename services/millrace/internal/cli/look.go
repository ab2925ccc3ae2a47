package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// The servers, as a report names them.
const (
	serverRabbitMQ = "rabbitmq"
	serverPostgres = "postgres"
)

// lookTime bounds one look at each of the servers and services.
const lookTime = 4 * time.Second

// looker asks the broker, the database and the services, and keeps its connections between looks. It is for one goroutine.
type looker struct {
	target target
	groups []broker.Group
	broker *broker.Broker // nil where its URL is not known
	pool   *postgres.Pool // nil where its URL is not known
	client *http.Client
}

func newLooker(ctx context.Context, t target, groups []broker.Group) (*looker, error) {
	l := &looker{target: t, groups: groups, client: &http.Client{Timeout: lookTime}}
	var err error
	if t.AMQPURL != "" {
		l.broker, err = broker.Open(broker.Config{URL: t.AMQPURL, Prefix: t.Prefix, Name: "millrace status", ConnectWait: lookTime})
		if err != nil {
			return nil, err
		}
	}
	if t.PostgresURL != "" {
		if l.pool, err = postgres.Open(ctx, t.PostgresURL); err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

func (l *looker) close() {
	if l.broker != nil {
		_ = l.broker.Close() // nothing is in flight
	}
	if l.pool != nil {
		l.pool.Close()
	}
}

// stages are the rows of a report, in the order a document meets them.
func stages() []string {
	return []string{pipeline.Generator, pipeline.Parser, pipeline.Classifier, pipeline.Extractor, pipeline.Sink, pipeline.DeadLetters}
}

// look asks everything at once.
func (l *looker) look(ctx context.Context) report {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	r := report{At: time.Now(), Errors: make(map[string]string)}
	if l.target.ofFolder {
		r.Running = &l.target.isRunning
	}
	for _, name := range stages() {
		r.Stages = append(r.Stages, stageReport{Stage: name})
	}
	var (
		wg                  sync.WaitGroup
		queues              []broker.QueueStats
		tally               tallies
		brokerErr, queryErr error
	)
	wg.Go(func() { queues, brokerErr = l.queues(ctx) })
	wg.Go(func() { tally, queryErr = l.tally(ctx) })
	readiness := make([]readyAnswer, len(r.Stages))
	for i := range r.Stages {
		wg.Go(func() { readiness[i] = l.ready(ctx, r.Stages[i].Stage) })
	}
	wg.Wait()
	for i := range r.Stages {
		r.Stages[i].Ready, r.Stages[i].Why = readiness[i].ready, readiness[i].why
	}
	if brokerErr != nil {
		r.Errors[serverRabbitMQ] = brokerErr.Error()
	} else {
		r.addQueues(queues)
	}
	if queryErr != nil {
		r.Errors[serverPostgres] = queryErr.Error()
	} else {
		r.addTallies(tally)
	}
	return r
}

func (l *looker) queues(ctx context.Context) ([]broker.QueueStats, error) {
	if l.broker == nil {
		return nil, errors.New("its URL is not known; give --amqp-url")
	}
	return l.broker.Stats(ctx, l.groups)
}

// tallies is what the database says.
type tallies struct {
	counts  query.Counts
	letters map[string]int64 // open dead letters, by stage
}

func (l *looker) tally(ctx context.Context) (tallies, error) {
	var t tallies
	if l.pool == nil {
		return t, errors.New("its URL is not known; give --postgres-url")
	}
	var err error
	if t.counts, err = query.Count(ctx, l.pool); err != nil {
		return t, err
	}
	t.letters, err = deadletter.NewStore(l.pool).CountOpen(ctx)
	return t, err
}

// addQueues sums the queues up by stage.
func (r *report) addQueues(queues []broker.QueueStats) {
	for _, q := range queues {
		r.Missing = append(r.Missing, q.Missing...)
		switch {
		case q.Queue == broker.UnroutedQueue:
			r.Unrouted = q.Ready
		case q.Queue == broker.ParkedQueue:
			r.Parked = q.Ready
		case q.Group == pipeline.DeadLetters && q.Topic == event.TopicDeadLetter:
			r.DeadLetters += int64(q.Ready + q.Retry + q.Suspect)
		}
		for i := range r.Stages {
			if s := &r.Stages[i]; q.Group == s.Stage {
				s.Backlog += q.Ready
				s.Retry += q.Retry + q.Suspect
				s.Consumers += q.Consumers
			}
		}
	}
}

func (r *report) addTallies(t tallies) {
	r.Totals = &t.counts
	for _, n := range t.letters {
		r.DeadLetters += n
	}
	rates := map[string]float64{pipeline.Sink: float64(t.counts.StoredLastMinute) / time.Minute.Seconds()}
	for _, s := range t.counts.Stages {
		rates[s.Stage] = s.PerSecond
	}
	for i := range r.Stages {
		r.Stages[i].Rate, r.Stages[i].Dead = rates[r.Stages[i].Stage], t.letters[r.Stages[i].Stage]
	}
}

type readyAnswer struct {
	ready *bool
	why   string
}

// ready asks a service's /readyz; nobody knows about a service whose address is not recorded.
func (l *looker) ready(ctx context.Context, stage string) readyAnswer {
	if !l.target.isRunning {
		return readyAnswer{}
	}
	for _, s := range l.target.running.Services {
		if s.Name == stage {
			ok, why := askReady(ctx, l.client, s.Listen)
			return readyAnswer{&ok, why}
		}
	}
	return readyAnswer{}
}

// askReady asks the service at address whether it is ready; if not, why names the checks that are not well.
func askReady(ctx context.Context, client *http.Client, address string) (ok bool, why string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false, err.Error()
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, "it does not answer"
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	var answer struct {
		Ready  bool              `json:"ready"`
		Checks map[string]string `json:"checks"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&answer); err != nil {
		return false, fmt.Sprintf("its answer (HTTP status %d) cannot be read", resp.StatusCode)
	}
	var wrong []string
	for _, check := range slices.Sorted(maps.Keys(answer.Checks)) {
		if state := answer.Checks[check]; state != "ok" {
			wrong = append(wrong, check+": "+state)
		}
	}
	return answer.Ready, strings.Join(wrong, "; ")
}

// unreachable reports whether err says that a server is down.
func unreachable(err error) bool { return fault.ClassOf(err) == fault.ClassDependencyDown }

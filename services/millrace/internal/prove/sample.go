package prove

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
)

// Retry is the name under which samples count the messages in all retry queues.
const Retry = "retry"

// Sample is what was counted at one moment. What could not be counted, because its server was down, is left out.
type Sample struct {
	At      float64        `json:"at"`                // seconds since the load began
	Backlog map[string]int `json:"backlog,omitempty"` // by stage: messages that wait; of the generator files in the inbox; and Retry
	In      int            `json:"in"`                // documents and duplicates handed over, as the harness knows
	Stored  *int           `json:"stored,omitempty"`
	Dead    *int           `json:"dead,omitempty"` // messages that a consumer group gave up on

	events int      // stored
	asked  bool     // both servers answered
	missed []string // queues that should be there
	idle   []string // queues that nobody consumes
}

// waiting is the sum of the backlog, as far as it is known.
func (s Sample) waiting() int {
	n := 0
	for _, b := range s.Backlog {
		n += b
	}
	return n
}

// sampler counts once a second. It asks the servers directly, past the proxies.
type sampler struct {
	broker   *broker.Broker
	pool     *postgres.Pool
	groups   []broker.Group
	services []string
	inbox    string
	books    *books
	began    time.Time

	mu      sync.Mutex
	samples []Sample
}

const (
	sampleEvery = time.Second
	// sampleWithin bounds the questions of one sample, so that a server that is down does not stop the clock.
	sampleWithin = 3 * time.Second
)

// run samples until ctx ends.
func (s *sampler) run(ctx context.Context) {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	for {
		sample := s.take(ctx)
		if ctx.Err() != nil {
			return // cut short
		}
		s.mu.Lock()
		s.samples = append(s.samples, sample)
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// last returns the latest sample.
func (s *sampler) last() Sample {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.samples) == 0 {
		return Sample{}
	}
	return s.samples[len(s.samples)-1]
}

func (s *sampler) all() []Sample {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Sample(nil), s.samples...)
}

// take takes one sample.
func (s *sampler) take(ctx context.Context) Sample {
	ctx, cancel := context.WithTimeout(ctx, sampleWithin)
	defer cancel()
	out := Sample{At: time.Since(s.began).Seconds(), In: s.books.totals().Arrivals, Backlog: map[string]int{}}
	var wg sync.WaitGroup
	var (
		queues             []broker.QueueStats
		queueErr, countErr error
		stored, dead       int
	)
	wg.Go(func() { stored, dead, out.events, countErr = count(ctx, s.pool) })
	wg.Go(func() { queues, queueErr = s.broker.Stats(ctx, s.groups) })
	files, filesErr := filesIn(s.inbox)
	wg.Wait()
	if filesErr == nil {
		out.Backlog[pipeline.Generator] = files
	}
	if countErr == nil {
		out.Stored, out.Dead = &stored, &dead
	}
	if queueErr == nil {
		out.add(queues, s.services)
	}
	out.asked = errors.Join(countErr, queueErr, filesErr) == nil
	return out
}

// add counts the queues of the services that run; a group whose service does not run only keeps what it gets.
func (s *Sample) add(queues []broker.QueueStats, services []string) {
	for _, name := range services {
		for _, q := range queues {
			if q.Group != name {
				continue
			}
			s.Backlog[name] += q.Ready + q.Suspect
			s.Backlog[Retry] += q.Retry
			s.missed = append(s.missed, q.Missing...)
			if q.Consumers == 0 {
				s.idle = append(s.idle, q.Queue)
			}
		}
	}
}

// count asks how many documents are stored, how many messages were given up on, and how many events are stored.
func count(ctx context.Context, pool *postgres.Pool) (stored, dead, events int, err error) {
	err = pool.QueryRow(ctx, `select (select count(*) from millrace.documents where status = 'stored'),
		(select count(*) from (select distinct message_id, consumer_group from millrace.failures) f),
		(select count(*) from millrace.events)`).Scan(&stored, &dead, &events)
	return stored, dead, events, err
}

// filesIn counts the files in an inbox that are not dealt with: those that wait, and those that the generator has claimed.
func filesIn(inbox string) (int, error) {
	n := 0
	err := filepath.WalkDir(inbox, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since its folder was read
		}
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(inbox, path) // both are absolute
		if d.IsDir() {
			if rel == "archive" || rel == "rejected" || rel == filepath.Join(".millrace", "instances") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasPrefix(d.Name(), ".") {
			n++
		}
		return nil
	})
	return n, err
}

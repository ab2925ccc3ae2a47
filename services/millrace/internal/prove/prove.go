package prove

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/synthetic"
)

// Config says what to prove and where. Zero values of Rate, Backlog and Drain mean the defaults given with them.
type Config struct {
	Dir       datadir.Dir   // everything is kept here; it must be locked by the caller, and fresh
	BinDir    string        // folder of the services' programs
	Services  []string      // names of the programs, in the order of the pipeline
	Environ   []string      // the services' environment, as from os.Environ
	Self      string        // path of millrace itself
	Length    time.Duration // during which faults are inflicted
	Documents int64         // how many are dropped; 0: as many as Rate gives in Length
	Rate      float64       // documents per second: Documents spread over Length, else [DefaultRate]
	Seed      uint64        // selects the documents, and the order of the faults
	Cluster   bool          // RabbitMQ is a cluster of three nodes
	Backlog   int           // messages that may wait before the load is held: 3000
	Drain     time.Duration // how long everything may take to be stored after the load: 5 minutes
	// Say prints a line for people, Show the line of progress. Both are called from several goroutines.
	Say, Show func(format string, args ...any)
}

// DefaultRate is 10,000 documents in ten minutes.
const DefaultRate = 10_000.0 / 600

func (c Config) withDefaults() Config {
	switch {
	case c.Rate > 0:
	case c.Documents > 0 && c.Length > 0:
		c.Rate = float64(c.Documents) / c.Length.Seconds()
	default:
		c.Rate = DefaultRate
	}
	if c.Backlog == 0 {
		c.Backlog = 3000
	}
	if c.Drain == 0 {
		c.Drain = 5 * time.Minute
	}
	return c
}

// expected is about how many documents there will be.
func (c Config) expected() int64 {
	if c.Documents > 0 {
		return c.Documents
	}
	return int64(c.Rate * c.Length.Seconds())
}

// Check says what keeps a run from being made, before anything is started: a time too short for all faults, a missing program.
func (c Config) Check() error {
	if _, err := plan(faults(c.Services, c.Cluster), c.Length, rand.New(rand.NewPCG(c.Seed, 0))); err != nil { //nolint:gosec // no secret
		return err
	}
	return findPrograms(c.BinDir, c.Services)
}

// Run makes one run. The error says that it could not be made, or was ended by ctx; a proof that failed is in the report.
// Nothing runs and nothing is mounted when it returns; the folder holds the logs and what the servers kept.
func Run(ctx context.Context, cfg Config) (Report, error) {
	cfg = cfg.withDefaults()
	turns, err := plan(faults(cfg.Services, cfg.Cluster), cfg.Length, rand.New(rand.NewPCG(cfg.Seed, 0))) //nolint:gosec // no secret
	if err != nil {
		return Report{}, err
	}
	if err := os.WriteFile(cfg.Dir.Sub(runsFile), nil, 0o600); err != nil {
		return Report{}, fmt.Errorf("mark the folder as in use: %w", err)
	}
	defer os.Remove(cfg.Dir.Sub(runsFile)) //nolint:errcheck // it only invites the next run to clear the folder away
	w, err := openWorld(ctx, cfg)
	if err != nil {
		return Report{}, err
	}
	r := &run{world: w, books: newBooks(), turns: turns, now: map[lane]string{}}
	report, err := r.run(ctx)
	return report, errors.Join(err, w.close(err != nil))
}

// run is one run in a world.
type run struct {
	*world
	books   *books
	turns   [lanes][]turn
	sampler *sampler
	began   time.Time

	mu      sync.Mutex
	records []FaultRecord
	now     map[lane]string // the fault that is on
	playing int             // lanes that are not done
}

const (
	// readyWithin is how long the services may take to consume all queues.
	readyWithin = 2 * time.Minute
	// longest is how many times its length a run may take when the documents are not in by then.
	longest = 4
)

// run feeds, hurts, waits and judges.
func (r *run) run(ctx context.Context) (Report, error) {
	source, err := synthetic.New(synthetic.Config{Seed: int64(r.cfg.Seed)})
	if err != nil {
		return Report{}, err
	}
	inbox, err := deliver.OpenInbox(r.inbox)
	if err != nil {
		return Report{}, err
	}
	r.sampler = &sampler{broker: r.broker, pool: r.pool, groups: r.groups, services: r.cfg.Services, inbox: r.inbox, books: r.books}
	if err := r.awaitConsumers(ctx); err != nil {
		return Report{}, err
	}
	l := &load{
		source: source, inbox: inbox, broker: r.broker, groups: r.groups, books: r.books, seed: r.cfg.Seed,
		spice: spiceFor(r.cfg.expected()), held: func() bool { return r.sampler.last().waiting() > r.cfg.Backlog },
	}
	r.began = time.Now()
	r.sampler.began = r.began
	sampling, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stop()
	background.Go(func() { r.sampler.run(sampling) })
	background.Go(func() { r.progress(sampling) })
	report := Report{Started: r.began.UTC(), Seed: r.cfg.Seed, CPUs: runtime.NumCPU(), Rate: r.cfg.Rate, Services: r.cfg.Services, Nodes: len(r.rabbitmq.nodes)}
	if err := r.suffer(ctx, l); err != nil {
		return report, err
	}
	report.Load, report.Held = time.Since(r.began).Seconds(), l.waited.Seconds()
	r.cfg.Say("the load and the faults are over: waiting until nothing waits")
	report.Drained = r.settle(ctx)
	report.Drain = time.Since(r.began).Seconds() - report.Load
	stop()
	background.Wait()
	return r.finish(ctx, report)
}

// awaitConsumers returns when every queue of every service is there and consumed.
func (r *run) awaitConsumers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	r.sampler.began = time.Now()
	for {
		s := r.sampler.take(ctx)
		if s.asked && len(s.idle)+len(s.missed) == 0 {
			r.cfg.Say("all %d services consume", len(r.cfg.Services))
			return nil
		}
		r.cfg.Show("waiting for the services: %d queues are not consumed yet", len(s.idle)+len(s.missed))
		if !pause(ctx, 250*time.Millisecond) {
			return fmt.Errorf("the services do not consume within %v: %s; logs are in %s", readyWithin,
				strings.Join(append(s.idle, s.missed...), ", "), r.cfg.Dir.LogDir())
		}
	}
}

// suffer runs the load and the faults, and returns when both are over.
func (r *run) suffer(ctx context.Context, l *load) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for id, turns := range r.turns {
		r.mu.Lock()
		r.playing++
		r.mu.Unlock()
		wg.Go(func() {
			r.play(ctx, lane(id), turns)
			r.mu.Lock()
			r.playing--
			r.mu.Unlock()
		})
	}
	dropped, err := l.run(ctx, r.cfg.Rate, r.more)
	if err != nil {
		cancel(err)
	}
	wg.Wait()
	if err != nil {
		return err
	}
	if r.cfg.Documents > 0 && dropped < r.cfg.Documents {
		return fmt.Errorf("only %d of %d documents could be dropped in %v: this machine needs a longer run; say so with --minutes", dropped, r.cfg.Documents, longest*r.cfg.Length)
	}
	return ctx.Err()
}

// more says whether the load goes on: until the documents that were asked for are in, or as long as faults are to come.
func (r *run) more(dropped int64) bool {
	spent := time.Since(r.began)
	if r.cfg.Documents > 0 {
		return dropped < r.cfg.Documents && spent < longest*r.cfg.Length
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return spent < r.cfg.Length || r.playing > 0
}

// play inflicts a lane's faults, one after the other.
func (r *run) play(ctx context.Context, id lane, turns []turn) {
	for _, t := range turns {
		record := FaultRecord{Name: t.Fault.Name, Proves: t.Fault.Proves, Lane: id}
		if t.Fault.Skip != nil {
			if record.Skipped = t.Fault.Skip(r.world); record.Skipped != "" {
				r.note(&record)
				r.cfg.Say("%s is left out: %s", record.Name, record.Skipped)
				continue
			}
		}
		if !pause(ctx, time.Until(r.began.Add(t.At))) {
			return
		}
		r.inflict(ctx, t, &record)
		if ctx.Err() != nil {
			return
		}
		r.note(&record)
	}
}

// inflict takes one fault's turn.
func (r *run) inflict(ctx context.Context, t turn, record *FaultRecord) {
	r.set(record.Lane, record.Name)
	defer r.set(record.Lane, "")
	record.From = time.Since(r.began).Seconds()
	r.cfg.Say("%5.0f s  %s", record.From, record.Name)
	within, cancel := context.WithTimeout(ctx, t.For+liftWithin)
	defer cancel()
	err := t.Fault.Inflict(within, r.world)
	if err == nil {
		pause(ctx, t.For)
	}
	if t.Fault.Lift != nil {
		err = errors.Join(err, t.Fault.Lift(within, r.world))
	}
	record.To = time.Since(r.began).Seconds()
	switch {
	case errors.Is(err, errNothingHit):
		record.Skipped = err.Error()
		r.cfg.Say("%5.0f s  %s is left out: %v", record.To, record.Name, err)
	case err != nil:
		record.Error = err.Error()
		r.cfg.Say("%5.0f s  %s went wrong: %v", record.To, record.Name, err)
	}
}

func (r *run) set(id lane, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now[id] = name
}

func (r *run) note(record *FaultRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, *record)
}

// progress shows once a second where the run stands.
func (r *run) progress(ctx context.Context) {
	for pause(ctx, time.Second) {
		s := r.sampler.last()
		var on []string
		r.mu.Lock()
		for id := range lanes {
			if name := r.now[id]; name != "" {
				on = append(on, name)
			}
		}
		r.mu.Unlock()
		r.cfg.Show("%4.0f s  in %d  stored %s  dead %s  waiting %d  %s", time.Since(r.began).Seconds(), r.books.totals().Arrivals,
			known(s.Stored), known(s.Dead), s.waiting(), strings.Join(on, ", "))
	}
}

// known prints a number, or a question mark where nobody could be asked.
func known(n *int) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprint(*n)
}

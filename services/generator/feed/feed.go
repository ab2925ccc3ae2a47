// Package feed sends generated documents into the pipeline at a steady rate, through the same intake as every other source.
// It knows nothing of how the documents are made or where they go.
package feed

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
)

// Source is the arrival source of generated documents.
const Source = "synthetic"

// Intake is where documents go; intake.Intake is one.
type Intake interface {
	Store(ctx context.Context, r io.Reader, name, declared string) (event.Blob, error)
	Announce(ctx context.Context, content event.Blob, arrival event.Arrival) (event.Received, error)
}

// Document returns the name and content of document i. It must depend on nothing but i, and is called from many goroutines.
type Document func(i int64) (name string, content []byte, err error)

// Config says what is sent.
type Config struct {
	Stream  string  // names the stream of documents; arrival ids derive from it and the index
	Count   int64   // how many
	Rate    float64 // per second; 0 means as fast as the intake takes them
	Workers int     // in work at once; 0 means 4
	Log     *slog.Logger
}

// Feed sends one stream of documents.
type Feed struct {
	cfg      Config
	intake   Intake
	document Document
	sent     atomic.Int64

	mu      sync.Mutex
	trouble error
}

// New returns a feed that has sent nothing yet.
func New(cfg Config, in Intake, document Document) (*Feed, error) {
	if cfg.Count < 0 || cfg.Rate < 0 || cfg.Workers < 0 {
		return nil, fmt.Errorf("synthetic documents: count (%d), rate (%g) and workers (%d) must not be negative", cfg.Count, cfg.Rate, cfg.Workers)
	}
	if cfg.Workers == 0 {
		cfg.Workers = 4
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Feed{cfg: cfg, intake: in, document: document}, nil
}

// ArrivalID returns the arrival id of document i of a stream: always the same, so that a feed that is started again after a
// crash announces the same arrivals again and doubles none.
func ArrivalID(stream string, i int64) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "millrace:synthetic:%q:%d", stream, i)).String()
}

// Run sends all documents and returns nil, or early when ctx ends. While a dependency is down it waits and tries again.
// It returns an error only when a document cannot be made.
func (f *Feed) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var (
		work  sync.WaitGroup
		next  atomic.Int64
		begin = time.Now()
	)
	for range f.cfg.Workers {
		work.Go(func() {
			for i := next.Add(1) - 1; i < f.cfg.Count; i = next.Add(1) - 1 {
				if !f.await(ctx, begin, i) {
					return
				}
				if err := f.send(ctx, i); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	work.Wait()
	if err := context.Cause(ctx); err != nil && fault.ClassOf(err) != fault.ClassInterrupted {
		return err
	}
	if f.Sent() == f.cfg.Count {
		f.cfg.Log.Info("sent all synthetic documents", "count", f.Sent(), "stream", f.cfg.Stream)
	}
	return nil
}

// await waits until document i is due; it returns false when ctx ended.
func (f *Feed) await(ctx context.Context, begin time.Time, i int64) bool {
	if f.cfg.Rate == 0 {
		return ctx.Err() == nil
	}
	due := begin.Add(time.Duration(float64(i) / f.cfg.Rate * float64(time.Second)))
	return sleep(ctx, time.Until(due))
}

// send brings document i into the pipeline, however long that takes.
func (f *Feed) send(ctx context.Context, i int64) error {
	name, content, err := f.document(i)
	if err != nil {
		return err
	}
	arrival := event.Arrival{ID: ArrivalID(f.cfg.Stream, i), Name: name, Source: Source, At: time.Now().UTC()}
	for wait := 250 * time.Millisecond; ; wait = min(2*wait, 15*time.Second) {
		err := f.once(ctx, content, arrival)
		f.note(err)
		switch {
		case err == nil:
			f.sent.Add(1)
			return nil
		case ctx.Err() != nil:
			return nil //nolint:nilerr // shutting down; the next start sends it again
		case fault.ClassOf(err) == fault.ClassPermanent:
			return fmt.Errorf("synthetic document %s: %w", name, err)
		case !sleep(ctx, wait):
			return nil
		}
	}
}

func (f *Feed) once(ctx context.Context, content []byte, arrival event.Arrival) error {
	stored, err := f.intake.Store(ctx, bytes.NewReader(content), arrival.Name, "")
	if err != nil {
		return err
	}
	_, err = f.intake.Announce(ctx, stored, arrival)
	return err
}

// note remembers what stands in the way, and says so when that changes.
func (f *Feed) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil && f.trouble == nil {
		f.cfg.Log.Warn("synthetic documents wait", "error", err)
	}
	f.trouble = err
}

// Ready returns nil while documents go through, else what stands in the way.
func (f *Feed) Ready() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.trouble
}

// Sent returns how many documents the broker has confirmed.
func (f *Feed) Sent() int64 { return f.sent.Load() }

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

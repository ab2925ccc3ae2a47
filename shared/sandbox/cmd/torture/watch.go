package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pdf"
	"github.com/millrace/millrace/shared/sandbox"
)

// watch counts how documents end, and what should not be.
type watch struct {
	limit  time.Duration // that no document may be over
	memory int64

	mu       sync.Mutex
	outcomes map[string]int
	slowest  time.Duration
	largest  int64 // resident memory of a reading process, in bytes
	wrong    []string
	ended    []string // documents that ended their reader, by all means
}

// readAll reads the files and then the variants, as many at once as there are CPUs.
func (w *watch) readAll(ctx context.Context, pool *sandbox.Pool, c *corpus, variants int, seed uint64) error {
	watched, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() { w.watchChildren(watched) })
	defer watcher.Wait()
	defer stop()
	slots := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	one := func(name string, content func() ([]byte, error)) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			b, err := content()
			if err != nil {
				w.complain("%s: %v", name, err)
				return
			}
			w.read(ctx, pool, name, b)
		})
	}
	for _, path := range c.files {
		one(path, func() ([]byte, error) { return os.ReadFile(path) })
	}
	for n := range uint64(max(variants, 0)) {
		if ctx.Err() != nil {
			break
		}
		one(fmt.Sprintf("variant %d of seed %d", n, seed), func() ([]byte, error) { return c.variant(seed, n), nil })
	}
	wg.Wait()
	return ctx.Err()
}

func (w *watch) read(ctx context.Context, pool *sandbox.Pool, name string, content []byte) {
	start := time.Now()
	r, err := pool.Read(ctx, content)
	took := time.Since(start)
	outcome := string(r.Outcome)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		if outcome = fault.KindOf(err); outcome == "" || fault.ClassOf(err) != fault.ClassPermanent {
			w.complain("%s: an untyped end: %v", name, err)
		}
	case r.Words == 0:
		w.complain("%s: an empty success", name)
	default:
		if doc, err := r.Document(); err != nil || doc.Words() != r.Words {
			w.complain("%s: its layout cannot be decoded, or says something else than its summary (%v)", name, err)
		}
	}
	if took > w.limit {
		w.complain("%s: it took %v", name, took.Round(time.Millisecond))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcomes[outcome]++
	if outcome == pdf.KindCrashed || outcome == pdf.KindTimeout || outcome == pdf.KindOutOfMemory {
		w.ended = append(w.ended, fmt.Sprintf("%s: %v", name, err))
	}
	w.slowest = max(w.slowest, took)
}

func (w *watch) complain(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf(format, args...))
}

// watchChildren notes the largest memory of a child. One that grows over its limit is ended within a few hundredths of a second.
func (w *watch) watchChildren(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			most := largestChild()
			w.mu.Lock()
			w.largest = max(w.largest, most)
			w.mu.Unlock()
		}
	}
}

// report prints what was seen, and returns an error where something was wrong.
func (w *watch) report(out io.Writer, files, variants int, took time.Duration, before, after state) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%d files and %d variants in %v\n\nOUTCOME\tDOCUMENTS\n", files, variants, took.Round(time.Second))
	for _, outcome := range slices.Sorted(maps.Keys(w.outcomes)) {
		fmt.Fprintf(t, "%s\t%d\n", outcome, w.outcomes[outcome])
	}
	fmt.Fprintf(t, "\nslowest document\t%v\nlargest reading process\t%d MiB of %d\n", w.slowest.Round(time.Millisecond), w.largest>>20, w.memory>>20)
	fmt.Fprintf(t, "this program before\t%v\nthis program after\t%v\n", before, after)
	for _, text := range w.ended {
		fmt.Fprintf(t, "%.200s\n", text)
	}
	w.wrong = append(w.wrong, after.worseThan(before)...)
	for _, text := range w.wrong {
		fmt.Fprintf(t, "WRONG: %s\n", text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(w.wrong) > 0 {
		return fmt.Errorf("%d things are wrong", len(w.wrong))
	}
	return nil
}

package stagetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/stage"
)

// recorder is a test that keeps what is said instead of failing.
type recorder struct {
	testing.TB

	mu       sync.Mutex
	errors   []string
	cleanups []func()
}

func (r *recorder) Error(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprint(args...))
}

func (r *recorder) Errorf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }

func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) { r.Fatal(fmt.Sprintf(format, args...)) }

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.errors) > 0
}

func (r *recorder) Logf(string, ...any) {}

// tryAll tries the named promises on a subject and returns what they say, by promise.
func tryAll[In, Out event.Payload](t *testing.T, open func(*testing.T) Subject[In, Out], names ...string) map[string]string {
	t.Helper()
	k := newKit(t, open)
	k.subject.Patience = 2 * time.Second
	said := map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, p := range k.promises() {
		if !slices.Contains(names, p.says) {
			continue
		}
		r := &recorder{TB: t}
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			defer func() {
				for _, f := range slices.Backward(r.cleanups) {
					f()
				}
				mu.Lock()
				defer mu.Unlock()
				said[p.says] = strings.Join(r.errors, "\n")
			}()
			p.try(r, k)
		})
	}
	all.Wait()
	if len(said) != len(names) {
		t.Fatalf("the promises have other names: tried %d of %d", len(said), len(names))
	}
	return said
}

const (
	onceOnly    = "each input has its result exactly once"
	duplicated  = "an input that is published several times has one result"
	redelivered = "an input that is delivered again has the same result"
	cutShort    = "a call that is cut short is made again and leaves nothing half done"
	refusal     = "an input that the stage refuses goes to the dead letters at once, every time"
	down        = "a dependency that is down costs no attempt, and the stage waits for it"
)

func TestTheKitReportsStagesThatBreakThePromise(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	var seen sync.Map // what a stage remembers in memory
	tests := []struct {
		stage   string
		try     func(t *testing.T, promise string) string
		promise string // that must be reported
		says    string
	}{
		{"gives another output each time", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			out, err := read(ctx, in)
			out.Words = int(calls.Add(1))
			return out, err
		}), redelivered, "the outputs differ"},
		{"gives another output for a duplicate", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			out, err := read(ctx, in)
			out.Words = int(calls.Add(1))
			return out, err
		}), duplicated, "the outputs differ"},
		{"refuses what it has seen before", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			if _, again := seen.LoadOrStore(in.DocumentID, true); again {
				return event.Parsed{}, fault.New(fault.ClassPermanent, "duplicate", "seen before")
			}
			return read(ctx, in)
		}), duplicated, `kind "duplicate"`},
		{"answers with what it has when its context ends", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			out, _ := read(context.WithoutCancel(ctx), in)
			select {
			case <-ctx.Done():
				out.Outcome, out.Pages = "partial", 0
			case <-time.After(20 * time.Millisecond): // the work
			}
			return out, nil
		}), cutShort, "the outputs differ"},
		{"does not look at its context", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			if ctx.Err() != nil {
				select {}
			}
			return read(ctx, in)
		}), cutShort, "in the function now"},
		{"calls the end of its context permanent", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			out, err := read(ctx, in)
			if errors.Is(err, context.Canceled) {
				err = fault.Permanent(err)
			}
			return out, err
		}), cutShort, `class "permanent"`},
		{"retries what it can never do", publishing(func(ctx context.Context, in event.Received) (event.Parsed, error) {
			out, err := read(ctx, in)
			if fault.KindOf(err) == "poison" {
				err = errors.New("try later")
			}
			return out, err
		}), refusal, `class "transient"`},
		{"adds a row each time", storing(func(_ context.Context, s *store, in event.Received) error {
			s.change(in.DocumentID, func(rows int) int { return rows + 1 })
			return nil
		}), duplicated, "3 effects instead of one"},
		{"adds a row when it is delivered again", storing(func(_ context.Context, s *store, in event.Received) error {
			s.change(in.DocumentID, func(rows int) int { return rows + 1 })
			return nil
		}), redelivered, "effects instead of one"},
		{"remembers what it has seen before it has stored it", storing(func(ctx context.Context, s *store, in event.Received) error {
			if _, again := seen.LoadOrStore("stored "+in.DocumentID, true); again {
				return nil
			}
			return upsert(ctx, s, in)
		}), cutShort, "0 effects instead of one"},
		{"says that all is well and stores nothing", storing(func(context.Context, *store, event.Received) error { return nil }), onceOnly, "0 effects instead of one"},
	}
	tests = append(tests, []struct {
		stage   string
		try     func(t *testing.T, promise string) string
		promise string
		says    string
	}{
		{"gives further events another id each time", spreading(func(ctx context.Context, in event.Received) []stage.Event[event.Received] {
			all := enclosed(ctx, in)
			for i := range all {
				all[i].ID = fmt.Sprint("another ", calls.Add(1))
			}
			return all
		}), duplicated, "further events instead of 2"},
		{"gives further events another content each time", spreading(func(ctx context.Context, in event.Received) []stage.Event[event.Received] {
			all := enclosed(ctx, in)
			for i := range all {
				all[i].Payload.Arrival.Name = fmt.Sprint(calls.Add(1))
			}
			return all
		}), duplicated, "the two differ"},
		{"forgets a further event", spreading(func(ctx context.Context, in event.Received) []stage.Event[event.Received] {
			return enclosed(ctx, in)[:min(1, len(enclosed(ctx, in)))]
		}), onceOnly, "1 further events instead of 2"},
	}...)
	var all sync.WaitGroup
	for _, tt := range tests {
		all.Go(func() {
			t.Run(tt.stage, func(t *testing.T) {
				if said := tt.try(t, tt.promise); !strings.Contains(said, tt.says) || !strings.Contains(said, "promised: "+tt.promise) {
					t.Errorf("the promise %q should be reported with %q, and says %q", tt.promise, tt.says, said)
				}
			})
		})
	}
	all.Wait()
}

func publishing(f func(context.Context, event.Received) (event.Parsed, error)) func(*testing.T, string) string {
	return func(t *testing.T, promise string) string { return tryAll(t, reader(f), promise)[promise] }
}

func spreading(further func(context.Context, event.Received) []stage.Event[event.Received]) func(*testing.T, string) string {
	return func(t *testing.T, promise string) string { return tryAll(t, spreader(further), promise)[promise] }
}

func storing(write func(context.Context, *store, event.Received) error) func(*testing.T, string) string {
	return func(t *testing.T, promise string) string { return tryAll(t, writer(write), promise)[promise] }
}

func TestTheKitReportsAProbeThatIsWrong(t *testing.T) {
	t.Parallel()
	said := tryAll(t, func(t *testing.T) Subject[event.Received, event.Parsed] {
		s := reader(read)(t)
		s.Probe = func(context.Context) error { return errors.New("connection refused") }
		return s
	}, onceOnly, down)
	if !strings.Contains(said[onceOnly], "finds its dependencies down while they are up") {
		t.Errorf("in fair weather: %q", said[onceOnly])
	}
	if !strings.Contains(said[down], "promised: "+down) {
		t.Errorf("after an outage: %q", said[down])
	}
}

func TestAnIncompleteSubjectIsRefused(t *testing.T) {
	for what, s := range map[string]Subject[event.Received, event.None]{
		"give either Func or Batch": {Inputs: received},
		"give Inputs":               {},
		"give Effects":              {Inputs: received},
	} {
		if _, err := s.withDefaults(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("a subject that should %s: %v", what, err)
		}
	}
}

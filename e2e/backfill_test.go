package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/backfill"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/testkit"
)

// commandLine prepares a run of the command line on a system.
func commandLine(t *testing.T, s *system.System, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testkit.Patience(2*time.Minute))
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join(programs, "millrace"), args...)
	for key, value := range s.Env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	cmd.Env = append(cmd.Env, "MILLRACE_DATA_DIR="+filepath.Join(s.Dir, "var"))
	return cmd
}

// runCLI runs the command line to its end and returns its exit code and what it wrote.
func runCLI(t *testing.T, cmd *exec.Cmd) (code int, stdout []byte, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.Bytes(), errs.String()
}

// mustRun runs the command line, which must succeed, and reads the JSON it prints.
func mustRun[V any](t *testing.T, s *system.System, args ...string) V {
	t.Helper()
	code, stdout, stderr := runCLI(t, commandLine(t, s, args...))
	if code != 0 {
		t.Fatalf("millrace %v ended with %d: %s", args, code, stderr)
	}
	var v V
	if err := json.Unmarshal(stdout, &v); err != nil {
		t.Fatalf("millrace %v: %v: %s", args, err, stdout)
	}
	return v
}

// auditor is a new consumer group: it counts how often it gets each document.
type auditor struct {
	mu   sync.Mutex
	seen map[string]int // by document id
}

// startAuditor starts the group's service, and with it its queue.
func startAuditor(t *testing.T, s *system.System) *auditor {
	t.Helper()
	a := &auditor{seen: make(map[string]int)}
	b, err := broker.Open(broker.Config{URL: s.Env["MILLRACE_AMQP_URL"], Prefix: s.Env["MILLRACE_PREFIX"], Name: "auditor"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- stage.Run(ctx, stage.Config{Name: "auditor", Version: "1", Broker: b, Log: slog.New(slog.DiscardHandler)}, a.audit)
	}()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, b.Close()); err != nil {
			t.Errorf("the auditor ended with %v", err)
		}
	})
	testkit.Eventually(t, time.Minute, func() error {
		stats, err := b.Stats(t.Context(), []broker.Group{{Name: "auditor", Topic: event.TopicParsed}})
		if err == nil && stats[0].Consumers == 0 {
			err = errors.New("the auditor does not consume yet")
		}
		return err
	})
	return a
}

func (a *auditor) audit(_ context.Context, in event.Parsed) (event.None, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen[in.DocumentID]++
	return event.None{}, nil
}

// count returns how many documents the auditor has seen and how many events in all.
func (a *auditor) count() (documents, events int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range a.seen {
		events += n
	}
	return len(a.seen), events
}

// await waits until the auditor has seen so many documents.
func (a *auditor) await(t *testing.T, want int) {
	t.Helper()
	testkit.Eventually(t, time.Minute, func() error {
		if got, _ := a.count(); got < want {
			return fmt.Errorf("the auditor has seen %d of %d documents", got, want)
		}
		return nil
	})
}

// audited is how many documents are there before the auditor.
const audited = 50

// settled starts a whole system and waits until its documents are stored.
func settled(t *testing.T) *system.System {
	t.Helper()
	s := system.New(t, programs)
	s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(audited)
	s.Env["MILLRACE_SYNTHETIC_SEED"] = "5"
	s.Start(system.Services()...)
	s.WaitCount(3*time.Minute, audited, storedDocuments)
	return s
}

// results counts the rows of every table that an event adds to.
const results = `select (select count(*) from millrace.events) + (select count(*) from millrace.arrivals)
	+ (select count(*) from millrace.parses) + (select count(*) from millrace.classifications) + (select count(*) from millrace.fields)`

// newest is when the last event was stored, in microseconds.
const newest = `select coalesce(max(extract(epoch from stored_at) * 1000000), 0)::bigint from millrace.events`

// keptEvents returns how many events the history of parsed documents has: one for each, and now and then one more, because a
// publisher that loses its channel publishes again, under the same id.
func keptEvents(t *testing.T, s *system.System) int64 {
	t.Helper()
	n := mustRun[backfill.Result](t, s, "backfill", "--topic", event.TopicParsed, "--group", "auditor", "--dry-run", "--json").Messages
	if n < audited || n > audited+5 {
		t.Fatalf("the history has %d events of %d documents", n, audited)
	}
	return n
}

func TestANewGroupIsFedTheHistoryAndNobodyElseIs(t *testing.T) {
	s := settled(t)
	before, last := s.Count(results), s.Count(newest)
	a := startAuditor(t, s)
	kept := keptEvents(t, s)
	got := mustRun[backfill.Result](t, s, "backfill", "--topic", event.TopicParsed, "--group", "auditor", "--json")
	if got.Messages != kept || got.State != "done" || got.Resumed || !got.Reaches {
		t.Errorf("result %+v", got)
	}
	a.await(t, audited)
	testkit.Eventually(t, time.Minute, func() error {
		if documents, events := a.count(); documents != audited || int64(events) != kept {
			return fmt.Errorf("the auditor got %d events of %d documents", events, documents)
		}
		return nil
	})
	if s.Count(results) != before || s.Count(newest) != last {
		t.Error("other groups saw the events again")
	}
	assertStoredOnce(t, s, audited)
}

func TestABackfillThatIsKilledGoesOnWhereItStopped(t *testing.T) {
	s := settled(t)
	a := startAuditor(t, s)
	kept := keptEvents(t, s)
	slow := commandLine(t, s, "backfill", "--topic", event.TopicParsed, "--group", "auditor", "--rate", "10") // two at once
	if err := slow.Start(); err != nil {
		t.Fatal(err)
	}
	a.await(t, audited/4)
	if err := slow.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = slow.Wait() // it was killed
	fed, _ := a.count()
	if fed >= audited {
		t.Fatal("it was not killed in the middle")
	}
	var got backfill.Result
	testkit.Eventually(t, time.Minute, func() error { // Postgres frees the lock when it sees that the program is gone
		code, stdout, stderr := runCLI(t, commandLine(t, s, "backfill", "--topic", event.TopicParsed, "--group", "auditor", "--json"))
		if code != 0 {
			return fmt.Errorf("exit code %d: %s", code, stderr)
		}
		return json.Unmarshal(stdout, &got)
	})
	if !got.Resumed || got.Here > kept-int64(fed)+2 || got.State != "done" {
		t.Errorf("after %d documents it went on with %+v", fed, got)
	}
	a.await(t, audited)
	if documents, events := a.count(); documents != audited || int64(events) > kept+2 {
		t.Errorf("the auditor got %d events of %d documents; one batch of two may come twice", events, documents)
	}
	assertStoredOnce(t, s, audited)
}

func TestABackfillOfAGroupThatIsNotThereSaysWhatToDo(t *testing.T) {
	s := system.New(t, programs)
	code, _, stderr := runCLI(t, commandLine(t, s, "backfill", "--topic", event.TopicParsed, "--group", "auditor"))
	if code != 1 || !bytes.Contains([]byte(stderr), []byte(`start the service "auditor" first`)) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

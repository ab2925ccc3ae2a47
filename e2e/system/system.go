// Package system runs a whole Millrace for a test: the real programs as processes, with a vhost, a database, a blob store
// and an inbox of its own. It knows the programs from outside only: their settings, signals, folders and tables.
package system

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/testkit"
)

// Services are the programs of the standard pipeline.
func Services() []string {
	return []string{pipeline.Generator, pipeline.Parser, pipeline.Classifier, pipeline.Extractor, pipeline.Sink, pipeline.DeadLetters}
}

// System is one running Millrace. Its methods fail the test on error; they are for the test's goroutine.
type System struct {
	t        testing.TB
	bin      string
	Dir      string // root of everything below
	Inbox    string
	Env      map[string]string // settings of every service; change them before Start
	Database *pgxpool.Pool
	Broker   *broker.Broker

	mu        sync.Mutex
	processes map[string]*process
}

// retryTiers are short, so that a test does not wait for minutes; groups must be declared with the same.
const retryTiers = "100ms,300ms"

func groups() []broker.Group {
	return pipeline.Groups([]time.Duration{100 * time.Millisecond, 300 * time.Millisecond}, broker.DefaultDeliveryLimit)
}

type process struct {
	cmd   *exec.Cmd
	begin int64         // size of its log when it was started
	done  chan struct{} // closed when the process has ended
}

// New prepares a system without starting a service: the schema is there and the topology is declared.
func New(t testing.TB, bin string) *System {
	t.Helper()
	dir := t.TempDir()
	s := &System{t: t, bin: bin, Dir: dir, Inbox: filepath.Join(dir, "inbox"), processes: make(map[string]*process)}
	url, prefix := testkit.Vhost(t), testkit.Prefix(t)
	database := testkit.Database(t)
	s.Env = map[string]string{
		"MILLRACE_AMQP_URL":     url,
		"MILLRACE_PREFIX":       prefix,
		"MILLRACE_POSTGRES_URL": database,
		"MILLRACE_BLOB_URL":     "file://" + filepath.Join(dir, "blobs"),
		"MILLRACE_INBOX":        s.Inbox,
		"MILLRACE_INBOX_SETTLE": "50ms",
		"MILLRACE_INBOX_RESCAN": "200ms",
		"MILLRACE_HTTP_LISTEN":  "",
		"MILLRACE_RETRY_TIERS":  retryTiers,
		"MILLRACE_LOG_FORMAT":   "text",
		"PATH":                  os.Getenv("PATH"),
		"HOME":                  dir,
	}
	var err error
	if s.Broker, err = broker.Open(broker.Config{URL: url, Prefix: prefix, Name: "e2e"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Broker.Close() })
	if err := s.Broker.Declare(t.Context(), groups(), pipeline.Topics()); err != nil {
		t.Fatal(err)
	}
	if s.Database, err = pgxpool.New(context.Background(), database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Database.Close)
	t.Cleanup(s.stopAll)
	return s
}

// Start starts a service that is not running.
func (s *System) Start(names ...string) {
	s.t.Helper()
	for _, name := range names {
		s.start(name)
	}
}

func (s *System) start(name string) {
	s.t.Helper()
	log, err := os.OpenFile(s.Log(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the child has its own descriptor
	cmd := exec.Command(filepath.Join(s.bin, name))
	for _, key := range slices.Sorted(maps.Keys(s.Env)) {
		cmd.Env = append(cmd.Env, key+"="+s.Env[key])
	}
	cmd.Stdout, cmd.Stderr = log, log
	before, err := log.Stat()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	p := &process{cmd: cmd, begin: before.Size(), done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the exit code is in ProcessState
		close(p.done)
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.processes[name] = p
}

// Log returns the path of a service's log.
func (s *System) Log(name string) string { return filepath.Join(s.Dir, name+".log") }

// Signal sends a signal to a running service and waits for its end; it returns the exit code, -1 when the signal killed it. A service
// is only asked to end once it has said that it started: before, it holds nothing and the signal just kills it.
func (s *System) Signal(name string, signal syscall.Signal) int {
	s.t.Helper()
	s.mu.Lock()
	p := s.processes[name]
	delete(s.processes, name)
	s.mu.Unlock()
	if p == nil {
		s.t.Fatalf("%s is not running", name)
	}
	if signal != syscall.SIGKILL {
		s.awaitStarted(name, p)
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		s.t.Fatalf("signal %s: %v", name, err)
	}
	select {
	case <-p.done:
	case <-time.After(testkit.Patience(time.Minute)):
		_ = p.cmd.Process.Kill()
		s.t.Fatalf("%s did not end after %v; its log:\n%s", name, signal, s.tail(name))
	}
	return p.cmd.ProcessState.ExitCode()
}

func (s *System) awaitStarted(name string, p *process) {
	s.t.Helper()
	testkit.Eventually(s.t, time.Minute, func() error {
		content, err := os.ReadFile(s.Log(name))
		if err != nil {
			return err
		}
		if !bytes.Contains(content[p.begin:], []byte("msg=started")) {
			return fmt.Errorf("%s has not started", name)
		}
		return nil
	})
}

func (s *System) stopAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, p := range s.processes {
		_ = p.cmd.Process.Kill()
		<-p.done
		if s.t.Failed() {
			s.t.Logf("%s's log ends:\n%s", name, s.tail(name))
		}
	}
}

func (s *System) tail(name string) string {
	content, err := os.ReadFile(s.Log(name))
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-4000):])
}

// Drop puts a file into the inbox in one step, as a careful program does.
func (s *System) Drop(name string, content []byte) {
	s.t.Helper()
	if err := os.MkdirAll(s.Inbox, 0o750); err != nil {
		s.t.Fatal(err)
	}
	temp := filepath.Join(s.Inbox, "."+filepath.Base(name)+".part")
	if err := os.WriteFile(temp, content, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(s.Inbox, name)); err != nil {
		s.t.Fatal(err)
	}
}

// DropSparse puts a file of the given size into the inbox that begins like a PDF and takes no space on disk.
func (s *System) DropSparse(name string, size int64) {
	s.t.Helper()
	s.Drop(name+".part", []byte("%PDF-1.7\n"))
	temp := filepath.Join(s.Inbox, name+".part")
	if err := os.Truncate(temp, size); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(s.Inbox, name)); err != nil {
		s.t.Fatal(err)
	}
}

// Reason returns the text that lies beside a rejected file.
func (s *System) Reason(name string) (string, error) {
	matches, err := filepath.Glob(filepath.Join(s.Inbox, "rejected", "*"+name+".reason.txt"))
	if err != nil || len(matches) == 0 {
		return "", fmt.Errorf("no reason lies beside a rejected %s", name)
	}
	content, err := os.ReadFile(matches[0])
	return string(content), err
}

// Count returns the single number that a query gives.
func (s *System) Count(query string, args ...any) int {
	s.t.Helper()
	var n int
	if err := s.Database.QueryRow(s.t.Context(), query, args...).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// WaitCount waits until the query gives want.
func (s *System) WaitCount(within time.Duration, want int, query string, args ...any) {
	s.t.Helper()
	testkit.Eventually(s.t, within, func() error {
		if got := s.Count(query, args...); got != want {
			return fmt.Errorf("%s gives %d, not %d", query, got, want)
		}
		return nil
	})
}

// Backlog returns how many messages wait in all queues of the pipeline, retry queues included, and how many were unrouted.
func (s *System) Backlog() (waiting, unrouted int) {
	s.t.Helper()
	stats, err := s.Broker.Stats(s.t.Context(), groups())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, q := range stats {
		switch {
		case q.Queue == broker.UnroutedQueue:
			unrouted += q.Ready
		case q.Group != "":
			waiting += q.Ready + q.Retry + q.Suspect
		}
	}
	return waiting, unrouted
}

// Report logs the rows of a query that gives two text columns.
func (s *System) Report(query string) {
	s.t.Helper()
	rows, err := s.Database.Query(s.t.Context(), query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var a, b string
		if err := rows.Scan(&a, &b); err != nil {
			s.t.Fatal(err)
		}
		s.t.Logf("%s: %s", a, b)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
}

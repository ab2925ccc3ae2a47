package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/testkit"
)

// books is what millrace reconcile --json prints.
type books struct {
	ledger.Ledger
	Repaired *ledger.Repaired `json:"repaired"`
}

// millrace runs the command line on a system and returns its output and exit code.
func millrace(ctx context.Context, s *system.System, args ...string) (out []byte, code int, err error) {
	cmd := exec.CommandContext(ctx, filepath.Join(programs, "millrace"), args...)
	for key, value := range s.Env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return append(stdout.Bytes(), stderr.Bytes()...), exit.ExitCode(), nil
	}
	return stdout.Bytes(), 0, err
}

// reconcile draws up the ledger, of a drained system unless args say otherwise.
func reconcile(t *testing.T, s *system.System, args ...string) (books, int) {
	t.Helper()
	out, code, err := millrace(t.Context(), s, append([]string{"reconcile", "--json"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	var b books
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&b); err != nil {
		t.Fatalf("reconcile exits with %d and prints %s", code, out)
	}
	return b, code
}

// TestReconcileNeverCriesWolf keeps asking while documents flow, every service is killed in turn, and one is away for
// longer than the grace, so that what it takes up afterwards was last heard of long ago.
func TestReconcileNeverCriesWolf(t *testing.T) {
	const n = 400
	const grace = 20 * time.Second // a busy machine keeps a message in hand for seconds
	s := system.New(t, programs)
	s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(n)
	s.Env["MILLRACE_SYNTHETIC_SEED"] = "31"
	s.Env["MILLRACE_SYNTHETIC_RATE"] = "20"
	s.Start(system.Services()...)
	ctx, stop := context.WithCancel(t.Context())
	var asked sync.WaitGroup
	times := 0
	asked.Go(func() {
		for ctx.Err() == nil {
			out, code, err := millrace(ctx, s, "reconcile", "--grace", grace.String())
			if ctx.Err() == nil && (code != 0 || err != nil) {
				t.Errorf("reconcile exits with %d, %v:\n%s", code, err, out)
				return
			}
			times++
		}
	})
	for i, name := range system.Services() {
		waitAtLeast(t, s, 20+i*50)
		s.Signal(name, syscall.SIGKILL)
		if name == pipeline.Classifier {
			s.WaitCount(time.Minute, 1, `select least(count(*), 1) from millrace.events p where topic = 'document.parsed.v1' and stored_at < now() - $1::interval
				and not exists (select from millrace.events c where c.causation_id = p.event_id)`, grace+2*time.Second)
		}
		s.Start(name)
	}
	s.WaitCount(3*time.Minute, n, storedDocuments)
	stop()
	asked.Wait()
	if times < 5 {
		t.Errorf("it was asked only %d times", times)
	}
	b, code := reconcile(t, s, "--grace", grace.String())
	if code != 0 || b.Total.Stored != n || b.Total.Accepted != n {
		t.Errorf("in the end: code %d, %+v", code, b.Total)
	}
}

// TestARealLossIsNamed throws away messages of running queues and blobs of the store, and looks for exactly those documents.
func TestARealLossIsNamed(t *testing.T) {
	const stays, goes = 4, 8
	s := system.New(t, programs)
	s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(stays)
	s.Env["MILLRACE_SYNTHETIC_SEED"] = "32"
	s.Start(system.Services()...)
	s.WaitCount(time.Minute, stays, storedDocuments)
	s.Signal(pipeline.Generator, syscall.SIGTERM)
	s.Signal(pipeline.Classifier, syscall.SIGTERM)
	s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(stays + goes)
	s.Start(pipeline.Generator)
	s.WaitCount(time.Minute, goes, `select count(*) from documents where status = 'parsed'`)
	if b, code := reconcile(t, s, "--grace", "0"); code != 0 || b.Total.InFlight != goes || b.Total.Stored != stays {
		t.Fatalf("before the loss: code %d, %+v", code, b.Total)
	}

	testkit.Purge(t, s.Env["MILLRACE_AMQP_URL"], s.Broker.QualifiedName(broker.Group{Name: pipeline.Classifier, Topic: event.TopicParsed}.Queue()))
	s.Start(pipeline.Classifier)
	b, code := reconcile(t, s, "--grace", "0")
	if code != 4 || b.Total.Missing != goes || len(b.Missing) != goes {
		t.Errorf("after the loss: code %d, %+v", code, b.Total)
	}
	for _, d := range b.Missing {
		if s.Count(`select count(*) from documents where document_id = $1 and status = 'parsed'`, d.ID) != 1 || !d.Certain ||
			d.Stage != pipeline.Classifier || d.Last.Topic != event.TopicParsed || d.Last.At.IsZero() {
			t.Errorf("named: %+v", d)
		}
	}
	lost := b.Missing[0].ID
	out, code, err := millrace(t.Context(), s, "reconcile", "--grace", "0")
	if err != nil || code != 4 || !strings.Contains(string(out), lost[:12]) || !strings.Contains(string(out), "document.parsed.v1 is stored") {
		t.Errorf("for people: code %d, %v\n%s", code, err, out)
	}

	out, code, err = millrace(t.Context(), s, "explain", lost[:8])
	if err != nil || code != 0 || !strings.Contains(string(out), "waiting for the classifier since") || !strings.Contains(string(out), "or lost") ||
		!strings.Contains(string(out), "next  millrace reconcile") {
		t.Errorf("its story: code %d, %v\n%s", code, err, out)
	}

	var stored string
	if err := s.Database.QueryRow(t.Context(), `select min(document_id) from documents where status = 'stored'`).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.Dir, "blobs", stored[:2], stored)); err != nil {
		t.Fatal(err)
	}
	b, _ = reconcile(t, s, "--grace", "0", "--repair")
	if b.Total.Missing != goes+1 || b.Repaired.Sent != goes || len(b.Repaired.Skipped) != 1 || b.Repaired.Skipped[0].ID != stored {
		t.Errorf("a blob is gone too: %+v, repaired %+v", b.Missing, b.Repaired)
	}
	s.WaitCount(time.Minute, stays+goes, storedDocuments)
	if b, _ = reconcile(t, s, "--grace", "0"); len(b.Missing) != 1 || b.Missing[0].Loss != ledger.LossContent || b.Missing[0].ID != stored || len(b.Doubled) != 0 {
		t.Errorf("after the repair: missing %+v, doubled %+v", b.Missing, b.Doubled)
	}
}

// TestRepairAfterTheBrokerLostItsDisk loses every message while documents are in every stage.
func TestRepairAfterTheBrokerLostItsDisk(t *testing.T) {
	const each = 8
	s := system.New(t, programs)
	s.Env["MILLRACE_SYNTHETIC_SEED"] = "33"
	s.Start(pipeline.Parser, pipeline.Classifier, pipeline.Extractor, pipeline.Sink)
	for i, at := range []struct{ status, stop string }{
		{"stored", pipeline.Extractor}, {"classified", pipeline.Classifier}, {"parsed", pipeline.Parser}, {"received", pipeline.Sink},
	} {
		s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(each * (i + 1))
		s.Start(pipeline.Generator)
		s.WaitCount(time.Minute, each, `select count(*) from documents where status = $1`, at.status)
		s.Signal(pipeline.Generator, syscall.SIGKILL)
		s.Signal(at.stop, syscall.SIGKILL)
	}
	// And some that the sink never hears of.
	s.Env["MILLRACE_SYNTHETIC_COUNT"] = fmt.Sprint(5 * each)
	s.Start(pipeline.Generator)
	blobs := filepath.Join(s.Dir, "blobs")
	testkit.Eventually(t, time.Minute, func() error {
		if waiting := queued(t, s, pipeline.Sink, event.TopicReceived); waiting < 5*each {
			return fmt.Errorf("%d wait for the sink", waiting)
		}
		return nil
	})
	s.Signal(pipeline.Generator, syscall.SIGKILL)
	if b, code := reconcile(t, s, "--grace", "0"); code != 0 || b.Total.Stored != each || b.Total.InFlight != 4*each {
		t.Errorf("before the loss: code %d, %+v, missing %+v", code, b.Total, b.Missing)
	}

	testkit.LoseVhost(t, s.Env["MILLRACE_AMQP_URL"])
	contents := documentsIn(t, blobs)
	want := slices.DeleteFunc(slices.Clone(contents), func(id string) bool {
		return s.Count(`select count(*) from documents where document_id = $1 and status = 'stored'`, id) == 1
	})
	b, code := reconcile(t, s, "--grace", "0")
	var got []string
	stages := map[string]int{}
	for _, d := range b.Missing {
		got = append(got, d.ID)
		stages[d.Stage]++
	}
	slices.Sort(got)
	if code != 4 || !slices.Equal(got, want) || len(b.Shortages) != 0 {
		t.Errorf("code %d, %d named, %d lost", code, len(got), len(want))
	}
	for _, stage := range []string{pipeline.Generator, pipeline.Parser, pipeline.Classifier, pipeline.Extractor} {
		if stages[stage] != each {
			t.Errorf("lost by stage: %v", stages)
		}
	}

	if _, code, err := millrace(t.Context(), s, "reconcile", "--grace", "0", "--repair"); err != nil || code != 1 {
		t.Errorf("repair without queues exits with %d, %v", code, err)
	}
	if out, code, err := millrace(t.Context(), s, "topology"); err != nil || code != 0 {
		t.Fatalf("topology: %d, %v\n%s", code, err, out)
	}
	if b, _ = reconcile(t, s, "--grace", "0", "--repair"); b.Repaired == nil || int(b.Repaired.Sent) != len(want) || len(b.Repaired.Skipped) != 0 {
		t.Fatalf("repaired %+v, not %d", b.Repaired, len(want))
	}
	// A repair that went wrong half-way is repeated; here what it sent to one stage got lost once more.
	testkit.Purge(t, s.Env["MILLRACE_AMQP_URL"], s.Broker.QualifiedName(broker.Group{Name: pipeline.Extractor, Topic: event.TopicClassified}.Queue()))
	if b, _ = reconcile(t, s, "--grace", "0", "--repair"); b.Repaired == nil || b.Repaired.Sent != each {
		t.Fatalf("repaired again: %+v", b.Repaired)
	}
	if b, code = reconcile(t, s, "--grace", "0"); code != 0 || int(b.Total.InFlight) != len(want) {
		t.Errorf("after the repair: code %d, %+v", code, b.Total)
	}
	s.Start(pipeline.Parser, pipeline.Classifier, pipeline.Extractor, pipeline.Sink)
	s.WaitCount(2*time.Minute, len(contents), storedDocuments)
	assertStoredOnce(t, s, len(contents))
	if b, code = reconcile(t, s, "--grace", "0"); code != 0 || int(b.Total.Stored) != len(contents) || len(b.Doubled) != 0 {
		t.Errorf("in the end: code %d, %+v, doubled %+v", code, b.Total, b.Doubled)
	}
}

// queued returns how many messages wait in a group's queue.
func queued(t *testing.T, s *system.System, group, topic string) int {
	t.Helper()
	stats, err := s.Broker.Stats(t.Context(), []broker.Group{{Name: group, Topic: topic}})
	if err != nil {
		t.Fatal(err)
	}
	return stats[0].Ready
}

// documentsIn returns the ids of the documents whose content is in a blob store, in order.
func documentsIn(t *testing.T, root string) []string {
	t.Helper()
	var ids []string
	paths, err := filepath.Glob(filepath.Join(root, "??", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(content, []byte("%PDF-")) {
			ids = append(ids, filepath.Base(path))
		}
	}
	slices.Sort(ids)
	return ids
}

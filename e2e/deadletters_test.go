package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/system"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/stage"
	"github.com/millrace/millrace/shared/synthetic"
	"github.com/millrace/millrace/shared/testkit"
)

const (
	plainDocuments     = 12
	encryptedDocuments = 3
	allLetters         = `select count(*) from millrace.dead_letters`
	openLetters        = `select count(*) from dead_letters where state = 'open'`
)

// outcome is what millrace dead-letters replay --json prints.
type outcome struct {
	deadletter.Replay
	Letters []deadletter.Item `json:"letters"`
}

// deadLetters runs millrace dead-letters and decodes the objects that it prints.
func deadLetters[T any](t *testing.T, s *system.System, args ...string) ([]T, int) {
	t.Helper()
	out, code, err := millrace(t.Context(), s, append(append([]string{"dead-letters"}, args...), "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, []byte("{")) {
			continue // what is said to people
		}
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%v prints %q: %v", args, line, err)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		t.Logf("%v: exit code %d: %s", args, code, out)
	}
	return all, code
}

// replay runs millrace dead-letters replay.
func replay(t *testing.T, s *system.System, args ...string) (outcome, int) {
	t.Helper()
	all, code := deadLetters[outcome](t, s, append([]string{"replay", "--yes"}, args...)...)
	if len(all) != 1 {
		t.Fatalf("replay %v prints %d objects", args, len(all))
	}
	return all[0], code
}

// TestDeadLettersAreKeptAndRepaired lets messages die of four causes while the service deadletters is down, removes the
// causes but one, and replays.
func TestDeadLettersAreKeptAndRepaired(t *testing.T) {
	s := system.New(t, programs)
	witness := watchTopics(t, s)
	lostLayout, restore := die(t, s)
	const dead = encryptedDocuments + plainDocuments + 1 + 2

	// Down, the service only builds a backlog.
	testkit.Eventually(t, time.Minute, func() error {
		if n := ready(t, s, broker.Group{Name: pipeline.DeadLetters, Topic: event.TopicDeadLetter}); n != dead {
			return fmt.Errorf("%d dead letters wait, not %d", n, dead)
		}
		return nil
	})
	if n := s.Count(allLetters); n != 0 {
		t.Errorf("%d dead letters are stored without the service", n)
	}
	s.Start(pipeline.DeadLetters)
	s.WaitCount(time.Minute, dead, openLetters)
	if code := s.Signal(pipeline.DeadLetters, syscall.SIGKILL); code != -1 {
		t.Errorf("exit code %d", code)
	}
	s.Start(pipeline.DeadLetters)

	groups, _ := deadLetters[deadletter.Group](t, s, "groups")
	byKind := map[string]deadletter.Group{}
	for _, g := range groups {
		byKind[g.Stage+" "+g.Kind] = g
	}
	if len(groups) != 5 || byKind["parser encrypted"].Open != encryptedDocuments || byKind["extractor "].Open != plainDocuments ||
		byKind["classifier blob_missing"].Open != 1 || byKind["parser invalid_payload"].Open != 1 || byKind["sink invalid_payload"].Open != 1 {
		t.Errorf("groups %+v", groups)
	}
	shown, _ := deadLetters[deadletter.Letter](t, s, "show", byKind["extractor "].Example)
	if len(shown) != 1 || shown[0].Class != "transient" || shown[0].Attempts != 3 || !strings.HasSuffix(shown[0].Document, ".pdf") {
		t.Errorf("a letter of the extractor: %+v", shown)
	}

	// What still is broken stops at its canary.
	r, code := replay(t, s, "--group", byKind["parser encrypted"].Fingerprint, "--canary", "1")
	if code != 1 || r.State != deadletter.ReplayStopped || r.Failed != 1 || r.Waiting != encryptedDocuments-1 {
		t.Errorf("the replay of encrypted documents exits with %d: %+v", code, r)
	}
	s.WaitCount(time.Minute, encryptedDocuments, openLetters+` and kind = 'encrypted'`)

	// What is repaired is handled, once.
	restore()
	if r, code := replay(t, s, "--kind", "blob_missing"); code != 0 || r.Done != 1 {
		t.Errorf("the replay of the restored layout exits with %d: %+v", code, r)
	}
	replayTwiceAtOnce(t, s)
	editAndReplay(t, s)

	s.WaitCount(time.Minute, plainDocuments+2, storedDocuments)
	s.WaitCount(time.Minute, encryptedDocuments, openLetters)
	s.WaitCount(time.Minute, 1, storedDocuments+` and document_id = '`+lostLayout+`'`)
	// Each topic saw every event once: no replay went to any other group than the one that had failed.
	for topic, want := range map[string]int{
		event.TopicReceived:   encryptedDocuments + plainDocuments + 2,
		event.TopicParsed:     plainDocuments + 2,
		event.TopicClassified: plainDocuments + 2,
		event.TopicExtracted:  plainDocuments + 2,
	} {
		if n := distinct(t, s, witness(topic)); n != want {
			t.Errorf("%d events were published on %s, not %d", n, topic, want)
		}
	}
	if n := s.Count(`select count(*) from (select document_id from millrace.arrivals group by 1 having count(*) > 1) x`); n != 0 {
		t.Errorf("%d documents arrived twice", n)
	}
}

// watchTopics declares a group that keeps a copy of everything that is published.
func watchTopics(t *testing.T, s *system.System) func(topic string) broker.Group {
	t.Helper()
	witness := func(topic string) broker.Group { return broker.Group{Name: "witness", Topic: topic} }
	var groups []broker.Group
	for _, topic := range pipeline.Topics() {
		groups = append(groups, witness(topic))
	}
	if err := s.Broker.Declare(t.Context(), groups, nil); err != nil {
		t.Fatal(err)
	}
	return witness
}

func ready(t *testing.T, s *system.System, g broker.Group) int {
	t.Helper()
	stats, err := s.Broker.Stats(t.Context(), []broker.Group{g})
	if err != nil {
		t.Fatal(err)
	}
	return stats[0].Ready
}

// distinct takes all messages from a group's queue and returns how many different ones there are; one that is replayed differs
// from the one that died. A publisher that lost its connection before the confirm publishes the same message again.
func distinct(t *testing.T, s *system.System, g broker.Group) int {
	t.Helper()
	left := ready(t, s, g)
	sub, err := s.Broker.Subscriber(broker.SubscriberConfig{Group: g, Prefetch: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := sub.Close(); err != nil {
			t.Error(err)
		}
	}()
	messages, err := sub.Subscribe(t.Context(), g.Topic)
	if err != nil {
		t.Fatal(err)
	}
	ids := make(map[string]bool)
	for ; left > 0; left-- {
		select {
		case m := <-messages:
			ids[m.UUID+m.Metadata.Get(event.KeyReplay)] = true
			m.Ack()
		case <-time.After(testkit.Patience(time.Minute)):
			t.Fatalf("%d messages of %s do not come", left, g.Topic)
		}
	}
	return len(ids)
}

// die makes dead letters: encrypted documents; a document whose layout is lost, which restore brings back; documents that a
// bad release of the extractor fails on every time; and an event that breaks its schema, which two groups see.
func die(t *testing.T, s *system.System) (lostLayout string, restore func()) {
	t.Helper()
	source, err := synthetic.New(synthetic.Config{Seed: 31})
	if err != nil {
		t.Fatal(err)
	}
	next := func() synthetic.Document {
		d, err := source.Next()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	s.Start(pipeline.Generator, pipeline.Parser, pipeline.Sink)
	for range plainDocuments + 1 {
		d := next()
		s.Drop(d.Name, d.PDF)
		lostLayout = event.DocumentID(d.PDF)
	}
	for i := range encryptedDocuments {
		s.Drop(fmt.Sprint("locked-", i, ".pdf"), fmt.Appendf(encrypted(), "%% %d\n", i))
	}
	s.WaitCount(time.Minute, plainDocuments+1, `select count(*) from documents where status = 'parsed'`)
	restore = removeLayout(t, s, lostLayout)
	stop := runBadExtractor(t, s)
	s.Start(pipeline.Classifier)
	s.WaitCount(time.Minute, plainDocuments, `select count(*) from documents where status = 'failed' and failed_stage = 'extractor'`)
	stop()
	publishBroken(t, s, next())
	return lostLayout, restore
}

// removeLayout takes the layout of a document out of the blob store.
func removeLayout(t *testing.T, s *system.System, document string) (restore func()) {
	t.Helper()
	var ref, path string
	if err := s.Database.QueryRow(t.Context(), "select layout_ref from millrace.documents where document_id = $1", document).Scan(&ref); err != nil {
		t.Fatal(err)
	}
	_, digest, _ := strings.Cut(ref, ":")
	err := filepath.WalkDir(filepath.Join(s.Dir, "blobs"), func(at string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(at, digest) {
			path = at
		}
		return err
	})
	if err != nil || path == "" {
		t.Fatalf("the layout %s is not in the store (%v)", ref, err)
	}
	aside := filepath.Join(s.Dir, "aside")
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Rename(aside, path); err != nil {
			t.Fatal(err)
		}
	}
}

// runBadExtractor runs an extractor that fails on everything, until it is stopped.
func runBadExtractor(t *testing.T, s *system.System) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := stage.Config{
		Name: pipeline.Extractor, Version: "0", Broker: s.Broker, Log: slog.New(slog.DiscardHandler),
		Tiers: []time.Duration{100 * time.Millisecond, 300 * time.Millisecond},
	}
	ended := make(chan error, 1)
	go func() {
		ended <- stage.Run(ctx, cfg, func(_ context.Context, in event.Classified) (event.Extracted, error) {
			return event.Extracted{}, fmt.Errorf("open the rules of %q: no such file", in.Class.Label)
		})
	}()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the bad extractor ended with %v", err)
		}
	}
}

// publishBroken publishes the arrival of a document whose content has a negative size.
func publishBroken(t *testing.T, s *system.System, d synthetic.Document) {
	t.Helper()
	blobs, err := blob.Open(s.Env["MILLRACE_BLOB_URL"])
	if err != nil {
		t.Fatal(err)
	}
	ref, err := blobs.PutBytes(t.Context(), d.PDF)
	if err != nil {
		t.Fatal(err)
	}
	p := event.Received{
		DocumentID: event.DocumentID(d.PDF), Content: event.Blob{Ref: ref, Size: -1, MediaType: "application/pdf"},
		Arrival: event.Arrival{ID: "broken", Name: "broken.pdf", Source: "inbox", At: time.Now()},
	}
	body, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	e := event.Envelope{
		ID: "broken", Source: "generator", Type: p.Topic(), Subject: p.DocumentID, Time: time.Now(), DataSchema: event.SchemaID(p.Topic()),
		CorrelationID: "broken", StageVersion: "1",
	}
	if err := s.Broker.Send(t.Context(), p.Topic(), broker.Message{ID: e.ID, Metadata: e.Metadata(), Body: body}); err != nil {
		t.Fatal(err)
	}
}

// replayTwiceAtOnce replays the extractor's letters, now that a good one runs, from two processes.
func replayTwiceAtOnce(t *testing.T, s *system.System) {
	t.Helper()
	s.Start(pipeline.Extractor)
	outcomes := make([]outcome, 2)
	errs := make([]error, len(outcomes))
	var wg sync.WaitGroup
	for i := range outcomes {
		wg.Go(func() {
			out, code, err := millrace(t.Context(), s, "dead-letters", "replay", "--stage", "extractor", "--yes", "--canary", "0", "--rate", "20", "--json")
			if err == nil && code != 0 {
				err = fmt.Errorf("exit code %d: %s", code, out)
			}
			errs[i] = errors.Join(err, json.NewDecoder(bytes.NewReader(out)).Decode(&outcomes[i]))
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	a, b := outcomes[0], outcomes[1]
	if a.Done+b.Done != plainDocuments || a.Skipped+b.Skipped+plainDocuments != a.Total+b.Total {
		t.Errorf("two replays at once: %+v and %+v", a.Counts, b.Counts)
	}
	if n := s.Count(`select count(*) from millrace.dead_letter_history h join millrace.dead_letters using (dead_letter_id) where stage = 'extractor' and what = 'sent'`); n != plainDocuments {
		t.Errorf("%d letters of the extractor were sent, not %d", n, plainDocuments)
	}
}

// editAndReplay mends the event that breaks its schema, for both groups.
func editAndReplay(t *testing.T, s *system.System) {
	t.Helper()
	letters, _ := deadLetters[deadletter.Letter](t, s, "list", "--kind", "invalid_payload")
	if len(letters) != 2 {
		t.Fatalf("%d letters break their schema", len(letters))
	}
	for _, l := range letters {
		type detail struct {
			Payload  event.Received `json:"payload"`
			Original event.Received `json:"original_payload"`
		}
		shown, _ := deadLetters[detail](t, s, "show", l.ID)
		mended := shown[0].Payload
		mended.Content.Size = 1000
		content, err := json.Marshal(mended)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(s.Dir, "mended.json")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if edited, code := deadLetters[struct{ Changed bool }](t, s, "edit", l.ID, "--file", file, "--yes"); code != 0 || !edited[0].Changed {
			t.Errorf("edit exits with %d: %+v", code, edited)
		}
		if r, code := replay(t, s, l.ID[:10]); code != 0 || r.Done != 1 {
			t.Errorf("the replay of the mended event exits with %d: %+v", code, r)
		}
		if shown, _ := deadLetters[detail](t, s, "show", l.ID); shown[0].Original.Content.Size != -1 || shown[0].Payload.Content.Size != 1000 {
			t.Errorf("the original is not kept: %+v", shown)
		}
	}
}

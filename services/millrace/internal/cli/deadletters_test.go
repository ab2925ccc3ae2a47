package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

// morgue is an instance with dead letters.
type morgue struct {
	t      *testing.T
	store  *deadletter.Store
	broker *broker.Broker
	group  broker.Group
	env    []string
	ids    []string // of the letters
}

// newMorgue returns an instance with n letters of the parser, whose queue is there.
func newMorgue(t *testing.T, n int) *morgue {
	t.Helper()
	database, prefix := testkit.Database(t), testkit.Prefix(t)
	pool, err := postgres.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	url := testkit.Vhost(t)
	m := &morgue{t: t, store: deadletter.NewStore(pool), group: broker.Group{Name: "parser", Topic: event.TopicReceived}}
	m.env = []string{"MILLRACE_AMQP_URL=" + url, "MILLRACE_PREFIX=" + prefix, "MILLRACE_POSTGRES_URL=" + database, "PATH=" + os.Getenv("PATH")}
	if m.broker, err = broker.Open(broker.Config{URL: url, Prefix: prefix}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.broker.Close() })
	if err := m.broker.Declare(t.Context(), []broker.Group{m.group}, nil); err != nil {
		t.Fatal(err)
	}
	var deaths []deadletter.Death
	for i := range n {
		id := fmt.Sprint("message-", i)
		d := deadletter.Read(event.ReadDeadLetter(map[string]string{
			event.KeyID: id, event.KeyType: event.TopicReceived, event.KeySubject: event.DocumentID([]byte(id)),
			event.KeyDeadStage: "parser", event.KeyDeadGroup: "parser", event.KeyDeadQueue: prefix + m.group.Queue(), event.KeyDeadTopic: event.TopicReceived,
			event.KeyDeadClass: "transient", event.KeyDeadError: fmt.Sprintf("page %d is away", i), event.KeyDeadAttempts: "5",
			event.KeyDeadAt: time.Now().Add(time.Duration(i-n) * time.Minute).Format(time.RFC3339Nano),
		}, payload(t, id)), prefix, time.Now())
		deaths, m.ids = append(deaths, d), append(m.ids, d.Letter)
	}
	if err := errors.Join(m.store.Put(t.Context(), deaths)...); err != nil {
		t.Fatal(err)
	}
	return m
}

func payload(t *testing.T, id string) []byte {
	t.Helper()
	document := event.DocumentID([]byte(id))
	body, err := json.Marshal(event.Received{
		DocumentID: document, Content: event.Blob{Ref: "sha256:", Size: 3, MediaType: "application/pdf"},
		Arrival: event.Arrival{ID: id, Name: id + ".pdf", Source: "inbox", At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.Replace(string(body), `"sha256:"`, `"sha256:`+document+`"`, 1))
}

func (m *morgue) run(args ...string) result {
	m.t.Helper()
	return run(m.t, m.env, append([]string{"dead-letters"}, args...)...)
}

func (m *morgue) ready() int {
	m.t.Helper()
	stats, err := m.broker.Stats(m.t.Context(), []broker.Group{m.group})
	if err != nil {
		m.t.Fatal(err)
	}
	return stats[0].Ready
}

func (m *morgue) letter(i int) deadletter.Detail {
	m.t.Helper()
	d, err := m.store.Get(m.t.Context(), m.ids[i])
	if err != nil {
		m.t.Fatal(err)
	}
	return d
}

func TestDeadLettersAreLookedAtAsTablesAndAsJSON(t *testing.T) {
	m := newMorgue(t, 3)
	list := m.run("list")
	if list.code != ExitOK || strings.Count(list.out, "\n") != 4 || !strings.Contains(list.out, m.ids[2][:12]) || !strings.Contains(list.out, "page 2 is away") {
		t.Errorf("list: %+v", list)
	}
	if got := objects[deadletter.Letter](t, m.run("list", "--json", "--text", "page 1").out); len(got) != 1 || got[0].ID != m.ids[1] {
		t.Errorf("list --json: %+v", got)
	}
	groups := objects[deadletter.Group](t, m.run("groups", "--json").out)
	if len(groups) != 1 || groups[0].Letters != 3 || groups[0].Pattern != "page <n> is away" {
		t.Errorf("groups: %+v", groups)
	}
	if r := m.run("list", "--group", groups[0].Fingerprint[:5], "--until", "90s", "--json"); strings.Count(r.out, "\n") != 2 {
		t.Errorf("a group until a time: %+v", r)
	}
	show := m.run("show", m.ids[0][:8])
	for _, want := range []string{"state        open", "page 0 is away", "  subject: ", `  "name": "message-0.pdf"`, "5 attempts", "died"} {
		if !strings.Contains(show.out, want) {
			t.Errorf("show does not say %q:\n%s", want, show.out)
		}
	}
	var detail struct {
		Payload event.Received `json:"payload"`
	}
	if err := json.Unmarshal([]byte(m.run("show", m.ids[0], "--json").out), &detail); err != nil || detail.Payload.Arrival.Name != "message-0.pdf" {
		t.Errorf("show --json: %+v, %v", detail, err)
	}
	if r := m.run("list", "--state", "resolved"); r.code != ExitOK || !strings.Contains(r.err, "no dead letters") {
		t.Errorf("an empty list: %+v", r)
	}
	if r := m.run("show", "ffffffff"); r.code != ExitFailed || !strings.Contains(r.err, "not found") {
		t.Errorf("an unknown id: %+v", r)
	}
}

func TestWhatIsMeantMustBeClearBeforeAnythingIsSent(t *testing.T) {
	m := newMorgue(t, 2)
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"document_id": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		code int
		says string
	}{
		{[]string{"replay"}, ExitUsage, "say which"},
		{[]string{"replay", m.ids[0], "--stage", "parser"}, ExitUsage, "not both"},
		{[]string{"replay", "--all", "--kind", "x"}, ExitUsage, "--all and --kind exclude"},
		{[]string{"replay", "--all", "--rate", "0"}, ExitUsage, "greater than 0"},
		{[]string{"replay", "--all", "--max-failures", "2"}, ExitUsage, "between 0 and 1"},
		{[]string{"replay", "--resume", "0123", "--all"}, ExitUsage, "say nothing else"},
		{[]string{"replay", "--resume", "01234567"}, ExitFailed, "not found"},
		{[]string{"replay", "--all"}, ExitUsage, "no terminal to ask on"},
		{[]string{"replay", "--stage", "sink", "--yes"}, ExitFailed, "no open dead letter"},
		{[]string{"replay", "--since", "yesterday"}, ExitUsage, "--since \"yesterday\" is neither"},
		{[]string{"list", "--until", "tomorrow"}, ExitUsage, "--until \"tomorrow\" is neither"},
		{[]string{"list", "--state", "lost"}, ExitUsage, "--state is"},
		{[]string{"discard", m.ids[0]}, ExitUsage, "--reason"},
		{[]string{"discard", "--all", "--reason", "x"}, ExitUsage, "no terminal to ask on"},
		{[]string{"edit", m.ids[0]}, ExitUsage, "no editor is known"},
		{[]string{"edit", m.ids[0], "--file", bad, "--yes"}, ExitFailed, "breaks the schema"},
		{[]string{"frobnicate"}, ExitUsage, "unknown command"},
	}
	for _, tt := range tests {
		r := m.run(tt.args...)
		if r.code != tt.code || !strings.Contains(r.err, tt.says) || r.out != "" {
			t.Errorf("%v: exit code %d, want %d; said %q, want %q", tt.args, r.code, tt.code, r.err, tt.says)
		}
	}
	if n := m.ready(); n != 0 || m.letter(0).State != deadletter.StateOpen {
		t.Errorf("%d messages were sent; the letter is %s", n, m.letter(0).State)
	}
}

func TestReplaySendsWhatItShows(t *testing.T) {
	m := newMorgue(t, 3)
	dry := objects[deadletter.Letter](t, m.run("replay", "--all", "--dry-run", "--json").out)
	if len(dry) != 3 || dry[0].ID != m.ids[0] || m.ready() != 0 {
		t.Errorf("dry run: %+v; %d messages were sent", dry, m.ready())
	}
	r := m.run("replay", m.ids[0], m.ids[1], "--yes", "--canary", "0", "--wait", "0", "--json")
	got := objects[replayed](t, r.out)
	if r.code != ExitOK || len(got) != 1 || got[0].Sent != 2 || len(got[0].Letters) != 2 || got[0].State != deadletter.ReplayDone || m.ready() != 2 {
		t.Errorf("replay: %+v; %d messages were sent", r, m.ready())
	}
	again := m.run("replay", "--all", "--yes", "--canary", "1", "--wait", "0")
	if again.code != ExitOK || m.ready() != 3 || !strings.Contains(again.out, "sent, no word        1") {
		t.Errorf("the one that was left: %+v; %d messages were sent", again, m.ready())
	}
	if r := m.run("replay", "--no-word", "--stage", "parser", "--yes", "--canary", "0", "--wait", "0"); r.code != ExitOK || m.ready() != 6 {
		t.Errorf("those without word: %+v; %d messages were sent", r, m.ready())
	}
	if r := m.run("history"); r.code != ExitOK || strings.Count(r.out, "\n") != 4 {
		t.Errorf("history: %+v", r)
	}
	if r := m.run("history", got[0].ID, "--json"); len(objects[replayed](t, r.out)[0].Letters) != 2 {
		t.Errorf("history of one: %+v", r)
	}
}

func TestTheExitCodeTellsHowAReplayEnded(t *testing.T) {
	m := newMorgue(t, 2)
	sub, err := m.broker.Subscriber(broker.SubscriberConfig{Group: m.group})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := sub.Subscribe(t.Context(), m.group.Topic)
	if err != nil {
		t.Fatal(err)
	}
	go func() { // a parser to which the same happens again
		for msg := range messages {
			metadata := map[string]string{event.KeyDeadGroup: "parser", event.KeyDeadClass: "transient", event.KeyDeadError: "still away",
				event.KeyDeadAt: time.Now().Format(time.RFC3339Nano)}
			for key, value := range msg.Metadata {
				metadata[key] = value
			}
			_ = m.store.Put(t.Context(), []deadletter.Death{deadletter.Read(event.ReadDeadLetter(metadata, msg.Payload), "", time.Now())})
			msg.Ack()
		}
	}()
	failed := m.run("replay", m.ids[0])
	if failed.code != ExitSomeDocuments || !strings.Contains(failed.out, "failed again") || !strings.Contains(failed.out, "still away") {
		t.Errorf("a letter that fails again: %+v", failed)
	}
	stopped := m.run("replay", "--all", "--yes")
	if stopped.code != ExitFailed || !strings.Contains(stopped.err, "the replay stopped: 1 of 1 canaries failed again") || !strings.Contains(stopped.out, "not sent") {
		t.Errorf("a canary that fails: %+v", stopped)
	}
}

func TestDiscardKeepsTheReasonAndCanBeUndone(t *testing.T) {
	m := newMorgue(t, 3)
	if r := m.run("discard", "--stage", "parser", "--reason", "a mistake", "--yes"); r.code != ExitOK || !strings.Contains(r.err, "3 dead letters discarded") {
		t.Errorf("discard: %+v", r)
	}
	if d := m.letter(0); d.State != deadletter.StateDiscarded || d.Reason != "a mistake" || d.ClosedBy != who() {
		t.Errorf("discarded: %+v", d.Letter)
	}
	if r := m.run("discard", "--undo", m.ids[0], "--json"); r.out != `{"dead_letter_ids":["`+m.ids[0]+"\"]}\n" || m.letter(0).State != deadletter.StateOpen {
		t.Errorf("undo: %+v", r)
	}
	if r := m.run("discard", m.ids[1], "--reason", "again"); r.code != ExitSomeDocuments {
		t.Errorf("discarding what is discarded: %+v", r)
	}
}

func TestEditGoesBackToTheEditorUntilThePayloadFits(t *testing.T) {
	m := newMorgue(t, 1)
	dir := t.TempDir()
	script := filepath.Join(dir, "editor")
	// The first time it breaks the payload, the second time it mends it.
	content := `#!/bin/sh
cp "$1" ` + dir + `/seen.$(ls ` + dir + ` | wc -l)
if grep -q 'It does not fit' "$1"; then sed -i 's/"size": -1/"size": 4/' "$1"; else sed -i 's/"size": 3/"size": -1/' "$1"; fi
`
	if err := os.WriteFile(script, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
	m.env = append(m.env, "VISUAL="+script, "TMPDIR="+dir)
	r := m.run("edit", m.ids[0], "--yes")
	if r.code != ExitOK || !strings.Contains(r.out, "-    \"size\": 3,\n+    \"size\": 4,\n") {
		t.Errorf("edit: %+v", r)
	}
	d := m.letter(0)
	if !strings.Contains(string(d.Body), `"size":4`) || !strings.Contains(string(d.OriginalBody), `"size":3`) || d.History[1].What != "edited" || d.History[1].Actor != who() {
		t.Errorf("edited: %+v", d)
	}
	m.env = append(m.env, "VISUAL=true")
	if r := m.run("edit", m.ids[0]); r.code != ExitOK || !strings.Contains(r.err, "nothing was changed") {
		t.Errorf("leaving it as it is: %+v", r)
	}
	m.env = append(m.env, `VISUAL=sed -i 's/"size": 4/"size": -4/'`)
	if r := m.run("edit", m.ids[0], "--yes"); r.code != ExitFailed || !strings.Contains(r.err, "given up; your text is in ") {
		t.Errorf("giving up: %+v", r)
	}
	if r := m.run("replay", m.ids[0], "--wait", "0"); r.code != ExitOK || m.ready() != 1 {
		t.Errorf("replay: %+v", r)
	}
	if r := m.run("edit", m.ids[0]); r.code != ExitFailed || !strings.Contains(r.err, "this one is replaying") {
		t.Errorf("editing what is being replayed: %+v", r)
	}
}

package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/query"
	"github.com/millrace/millrace/shared/testkit"
)

func sampleReport() report {
	yes, no := true, false
	r := report{Running: &yes, Errors: map[string]string{}}
	for _, name := range stages() {
		r.Stages = append(r.Stages, stageReport{Stage: name, Ready: &yes})
	}
	r.Stages[2].Ready, r.Stages[2].Why = &no, "rabbitmq: publish connection to RabbitMQ is down: dial tcp 127.0.0.1:5672: connection refused"
	r.addQueues([]broker.QueueStats{
		{Group: pipeline.Parser, Topic: event.TopicReceived, Ready: 1200, Retry: 3, Consumers: 1},
		{Group: pipeline.Classifier, Topic: event.TopicParsed, Missing: []string{"classifier.document.parsed.v1"}},
		{Group: pipeline.Sink, Topic: event.TopicReceived, Ready: 2, Consumers: 1},
		{Group: pipeline.Sink, Topic: event.TopicParsed, Ready: 5, Consumers: 1},
		{Group: pipeline.DeadLetters, Topic: event.TopicDeadLetter, Ready: 4, Consumers: 1},
		{Group: pipeline.DeadLetters, Topic: event.TopicReplayed, Ready: 2, Consumers: 1},
		{Queue: broker.UnroutedQueue, Ready: 1},
		{Queue: broker.ParkedQueue},
	})
	r.addTallies(tallies{letters: map[string]int64{pipeline.Parser: 3}, counts: query.Counts{
		Documents: 1300, Arrivals: 1301, Stored: 90, Failed: 4, StoredLastMinute: 120,
		ByClass: map[string]int64{"invoice": 60, "letter": 15, "receipt": 15},
		Stages:  []query.StageRate{{Stage: pipeline.Parser, PerSecond: 12.34}},
	}})
	return r
}

func TestStatusForPeople(t *testing.T) {
	var sb strings.Builder
	if err := writeReport(&sb, sampleReport(), 100, "./var"); err != nil {
		t.Fatal(err)
	}
	golden(t, "status.txt", sb.String())
}

func TestStatusShowsTheHalfThatAnswers(t *testing.T) {
	down := "amqp://guest:guest@" + closedPort(t) + "/"
	database := testkit.Database(t)
	people := run(t, nil, "status", "--amqp-url", down, "--postgres-url", database)
	if people.code != ExitFailed {
		t.Errorf("exit code %d", people.code)
	}
	for _, want := range []string{"rabbitmq cannot be reached", "0 documents: 0 stored", "parser             ?"} {
		if !strings.Contains(people.out, want) {
			t.Errorf("status does not say %q:\n%s", want, people.out)
		}
	}
	if !strings.Contains(people.out, "open dead letters: ?; unrouted: ?") {
		t.Errorf("status tells what it cannot know:\n%s", people.out)
	}
}

func TestStatusWithBothServersDownSaysSoInJSON(t *testing.T) {
	address := closedPort(t)
	r := run(t, nil, "status", "--json", "--amqp-url", "amqp://u:secret@"+address+"/", "--postgres-url", "postgres://u:secret@"+address+"/x?sslmode=disable")
	if r.code != ExitFailed || strings.Contains(r.out+r.err, "secret") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
	got := objects[report](t, r.out)[0]
	if got.Totals != nil || got.Errors["rabbitmq"] == "" || got.Errors["postgres"] == "" || len(got.Stages) != 6 {
		t.Errorf("report = %+v", got)
	}
}

func TestReadinessComesFromTheService(t *testing.T) {
	answer, status := map[string]any{"ready": true, "checks": map[string]string{"rabbitmq": "ok"}}, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}))
	defer server.Close()
	l := &looker{client: server.Client(), target: target{isRunning: true, running: datadir.Running{
		Services: []datadir.Service{{Name: pipeline.Parser, Listen: strings.TrimPrefix(server.URL, "http://")}, {Name: pipeline.Sink, Listen: closedPort(t)}},
	}}}
	if a := l.ready(t.Context(), pipeline.Parser); a.ready == nil || !*a.ready {
		t.Errorf("a ready service: %+v", a)
	}
	answer, status = map[string]any{"ready": false, "checks": map[string]string{"rabbitmq": "ok", "blob": "gone", "a": "bad"}}, http.StatusServiceUnavailable
	if a := l.ready(t.Context(), pipeline.Parser); a.ready == nil || *a.ready || a.why != "a: bad; blob: gone" {
		t.Errorf("a service that is not ready: %+v", a)
	}
	if a := l.ready(t.Context(), pipeline.Sink); a.ready == nil || *a.ready || a.why != "it does not answer" {
		t.Errorf("a service that does not answer: %+v", a)
	}
	if a := l.ready(t.Context(), pipeline.Extractor); a.ready != nil {
		t.Errorf("a service whose address nobody knows: %+v", a)
	}
}

func TestDocumentsForPeople(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	var sb strings.Builder
	err := writeDocuments(&sb, []query.Document{
		{ID: strings.Repeat("ab", 32), Name: "Rechnung März.pdf", Class: "invoice", Confidence: 0.97, Pages: 2, Fields: 12, FailedChecks: 2, ReceivedAt: &at, Status: "stored"},
		{ID: strings.Repeat("cd", 32), Name: "locked.pdf", Status: "failed", FailedStage: "parser", FailureKind: "encrypted",
			Failure: "the document is encrypted; ask for it without a password", ReceivedAt: &at},
		{ID: strings.Repeat("ef", 32), Status: "parsed"},
	}, 110, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "documents.txt", sb.String())
}

func TestShowForPeople(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC)
	wait, work := 1500*time.Millisecond, 12*time.Millisecond
	d := query.Detail{
		Document: query.Document{ID: strings.Repeat("ab", 32), Name: "bill.pdf", Status: "stored", Class: "invoice", Confidence: 0.8,
			Pages: 1, Words: 99, Language: "en", Outcome: "partial"},
		Text:      "Bill\nfor you",
		FieldList: []query.Field{{Name: "grand_total", Value: "119.00", Page: 1, Confidence: 0.9, Source: "invoice/1#grand_total"}},
		Items: []event.Item{
			{Kind: "line_item", Confidence: 0.98, Cells: []event.Cell{{Name: "description", Value: "Oak\x1b[2J boards", Type: "text"}, {Name: "amount", Value: "90.00", Type: "amount"}}},
			{Kind: "line_item", Confidence: 0.4, Cells: []event.Cell{{Name: "description", Value: "Glue", Type: "text"}, {Name: "quantity", Value: "2", Type: "number"}, {Name: "amount", Value: "7.50", Type: "amount"}}},
		},
		Checks:          []event.Check{{Name: "line_items", Holds: false, Detail: "sum of 2 amounts 97.50 ≠ net_total 100.00"}, {Name: "dates", Holds: true, Detail: "issue_date ≤ due_date"}},
		Classifications: []query.Classification{{Class: "invoice", Alternatives: []event.Class{{Label: "receipt", Confidence: 0.15}}}},
		ArrivalList:     []query.Arrival{{Name: "bill.pdf", Source: "inbox", At: at}},
		Timeline: []query.Step{
			{At: at, Stage: "parser", Topic: event.TopicParsed, Outcome: "done", Wait: &wait, Run: &work},
			{At: at, Stage: "extractor", Topic: event.TopicClassified, Outcome: "failed"},
		},
		Failures: []query.Failure{{At: at, Stage: "extractor", Class: "permanent", Kind: "panic", Message: "index out of range", Attempts: 1, Open: true}},
	}
	var sb strings.Builder
	if err := writeDetail(&sb, d, 100, time.UTC); err != nil {
		t.Fatal(err)
	}
	golden(t, "show.txt", sb.String())
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	tests := map[string]time.Time{
		"":                     {},
		"90m":                  now.Add(-90 * time.Minute),
		"7d":                   now.AddDate(0, 0, -7),
		"2026-03-01":           time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"2026-03-01T10:00:00Z": time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
	}
	for in, want := range tests {
		if got, err := parseSince(in, now); err != nil || !got.Equal(want) {
			t.Errorf("parseSince(%q) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"yesterday", "-2h", "-3d", "2026-13-01"} {
		if got, err := parseSince(in, now); err == nil {
			t.Errorf("parseSince(%q) = %v", in, got)
		}
	}
}

func TestTheConsoleShowsOnlyWhatMatters(t *testing.T) {
	tests := []struct {
		line string
		text string // empty: not shown
	}{
		{`{"time":"x","level":"INFO","msg":"started","service":"parser"}`, ""},
		{`{"time":"x","level":"WARN","msg":"retry","service":"parser","b":2,"a":"one"}`, "WARN retry a=one b=2"},
		{`{"level":"ERROR","msg":"stopped","error":"bad\u001b[2J thing"}`, "ERROR stopped error=bad [2J thing"},
		{"panic: runtime error", "panic: runtime error"},
		{"   ", ""},
	}
	for _, tt := range tests {
		text, matters := forConsole([]byte(tt.line))
		if matters != (tt.text != "") || matters && text != tt.text {
			t.Errorf("forConsole(%s) = %q, %v", tt.line, text, matters)
		}
	}
}

func TestAServiceLogIsWholeInTheFileAndSplitForTheConsole(t *testing.T) {
	var screen strings.Builder
	dir := t.TempDir()
	l, err := openServiceLog(dir, "parser", newConsole(&screen))
	if err != nil {
		t.Fatal(err)
	}
	all := `{"level":"INFO","msg":"one"}` + "\n" + `{"level":"WARN","msg":"two"}` + "\npanic: three\n"
	for _, b := range []byte(all) { // pipes cut where they like
		if _, err := l.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir)["parser.log"]; string(got) != all {
		t.Errorf("the file holds %q", got)
	}
	if got := screen.String(); got != "parser     WARN two\nparser     panic: three\n" {
		t.Errorf("the console shows %q", got)
	}
}

package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/services/millrace/internal/follow"
	"github.com/millrace/millrace/shared/query"
	"github.com/millrace/millrace/shared/testkit"
	"github.com/millrace/millrace/shared/testkit/transcript"
)

// programs builds the services.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"build", "-o", dir}
	for _, name := range stages() {
		args = append(args, "../../../"+name)
	}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("build the services: %v\n%s", err, out)
	}
	return dir
}

// TestUp runs a whole instance on a vhost and a database of its own, and every command against it.
func TestUp(t *testing.T) {
	if testing.Short() {
		t.Skip("runs all services")
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "MILLRACE_AMQP_URL=" + testkit.Vhost(t), "MILLRACE_POSTGRES_URL=" + testkit.Database(t),
		"MILLRACE_INBOX_SETTLE=50ms"}
	bin, root := programs(t), t.TempDir()
	data, inbox := filepath.Join(root, "var"), filepath.Join(root, "inbox")
	flags := []string{"--data", data, "--inbox", inbox, "--bin-dir", bin}

	once := run(t, env, append([]string{"up", "--once", "--samples", "8", "--seed", "3", "--json"}, flags...)...)
	if once.code != ExitOK {
		t.Fatalf("up --once: exit code %d\n%s", once.code, once.err)
	}
	for _, o := range objects[follow.Outcome](t, once.out) {
		if o.Status != query.StatusStored || o.Class == "" || o.Pages < 1 {
			t.Errorf("sample %+v", o)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var screen transcript.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- Execute(ctx, Env{In: strings.NewReader(""), Out: &screen, Err: &screen, Environ: env, Self: "/nowhere/millrace"}, append([]string{"up"}, flags...))
	}()
	testkit.Eventually(t, time.Minute, func() error {
		if strings.Contains(screen.String(), "psql '") {
			return nil
		}
		return &codedError{code: 0}
	})
	t.Run("a second up on the same folder", func(t *testing.T) {
		r := run(t, env, append([]string{"up"}, flags...)...)
		if r.code != ExitFailed || !strings.Contains(r.err, datadir.ErrLocked.Error()) || !strings.Contains(r.err, "--data") {
			t.Errorf("exit code %d, said %q", r.code, r.err)
		}
	})
	t.Run("ingest", func(t *testing.T) { ingestInto(t, data) })
	t.Run("look", func(t *testing.T) { lookAt(t, data) })
	cancel()
	select {
	case code := <-ended:
		if code != ExitOK {
			t.Errorf("up ended with %d:\n%s", code, screen.String())
		}
	case <-time.After(testkit.Patience(time.Minute)):
		t.Fatalf("up does not end:\n%s", screen.String())
	}
	if r := run(t, nil, "status", "--data", data, "--json"); r.code != ExitOK || *objects[report](t, r.out)[0].Running {
		t.Errorf("status after the end: exit code %d, %s", r.code, r.out)
	}
}

func ingestInto(t *testing.T, data string) {
	paths, _ := samples(t, 2, "invoice")
	bad := filepath.Join(t.TempDir(), "encrypted.pdf")
	if err := os.WriteFile(bad, []byte("%PDF-1.4\nnothing follows"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "notes.pdf")
	if err := os.WriteFile(text, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := run(t, nil, "ingest", "--wait", "--json", "--data", data, paths[0], bad, text, paths[1])
	if r.code != ExitSomeDocuments {
		t.Errorf("exit code %d: %s", r.code, r.err)
	}
	got := objects[ingested](t, r.out)
	if got[0].Status != query.StatusStored || got[3].Status != query.StatusStored || got[0].Class == "" {
		t.Errorf("good documents: %+v, %+v", got[0], got[3])
	}
	if got[1].Status != query.StatusFailed || got[1].Kind == "" || got[1].Message == "" {
		t.Errorf("a document that the parser refuses: %+v", got[1])
	}
	if got[2].Status != statusRefused || got[2].Kind != "not_a_pdf" {
		t.Errorf("a file that is no document: %+v", got[2])
	}

	dir, err := datadir.At(data)
	if err != nil {
		t.Fatal(err)
	}
	settings, _, err := dir.Settings()
	if err != nil {
		t.Fatal(err)
	}
	r = run(t, nil, "ingest", "--wait", "--data", data, "--url", settings.UploadURL, paths[0])
	if r.code != ExitOK || !strings.Contains(r.out, ": stored as ") {
		t.Errorf("upload: exit code %d: %s%s", r.code, r.out, r.err)
	}
}

func lookAt(t *testing.T, data string) {
	r := run(t, nil, "status", "--json", "--data", data)
	status := objects[report](t, r.out)[0]
	if r.code != ExitOK || !*status.Running || status.Totals.Stored != 10 || status.Totals.Failed != 1 || status.Totals.Arrivals != 12 {
		t.Errorf("status: exit code %d, %s", r.code, r.out)
	}
	for _, s := range status.Stages {
		if s.Ready == nil || !*s.Ready || s.Backlog != 0 {
			t.Errorf("stage %+v", s)
		}
	}
	list := objects[query.Document](t, run(t, nil, "documents", "--json", "--data", data, "--status", "stored", "--limit", "3").out)
	if len(list) != 3 {
		t.Fatalf("%d documents listed", len(list))
	}
	show := run(t, nil, "show", list[0].ID[:12], "--data", data)
	for _, want := range []string{list[0].ID, list[0].Name, "Timeline", "document.extracted.v1"} {
		if show.code != ExitOK || !strings.Contains(show.out, want) {
			t.Errorf("show: exit code %d, no %q in:\n%s", show.code, want, show.out)
		}
	}
	if text := run(t, nil, "show", list[0].ID, "--text", "--data", data); len(strings.Fields(text.out)) < 10 {
		t.Errorf("show --text: %q", text.out)
	}
	if r := run(t, nil, "show", strings.Repeat("0", 64), "--data", data); r.code != ExitFailed || !strings.Contains(r.err, "no such document") {
		t.Errorf("show of nothing: exit code %d, %q", r.code, r.err)
	}
}

func TestUpWithoutTheProgramsSaysWhereTheyShouldBe(t *testing.T) {
	env := []string{"MILLRACE_AMQP_URL=" + testkit.Vhost(t), "MILLRACE_POSTGRES_URL=" + testkit.Database(t)}
	root := t.TempDir()
	r := run(t, env, "up", "--data", filepath.Join(root, "var"), "--inbox", filepath.Join(root, "inbox"), "--bin-dir", root)
	if r.code != ExitFailed || !strings.Contains(r.err, "--bin-dir") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
}

func TestUpOnAGivenServerThatIsDownDoesNotFallBack(t *testing.T) {
	r := run(t, []string{"MILLRACE_AMQP_URL=amqp://u:secret@" + closedPort(t) + "/"}, "up", "--inbox", t.TempDir())
	if r.code != ExitFailed || !strings.Contains(r.err, "given URL cannot be used") || strings.Contains(r.err, "secret") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
}

func TestSetupMakesSchemaRolesAndTopology(t *testing.T) {
	env := []string{"MILLRACE_AMQP_URL=" + testkit.Vhost(t), "MILLRACE_POSTGRES_URL=" + testkit.Database(t)}
	for range 2 { // it may run at every start
		if r := run(t, env, "setup"); r.code != ExitOK || !strings.Contains(r.err, "consumer groups") || !strings.Contains(r.err, "no passwords") {
			t.Fatalf("exit code %d: %s", r.code, r.err)
		}
	}
	if r := run(t, env, "status", "--json"); r.code != ExitOK || len(objects[report](t, r.out)[0].Missing) > 0 {
		t.Errorf("status after setup: exit code %d, %s", r.code, r.out)
	}
}

func TestServicesGetTheInstancesSettingsAndNoOthers(t *testing.T) {
	u := &instance{app: &app{Env: Env{Environ: []string{"HOME=/h", "MILLRACE_AMQP_URL=other", "MILLRACE_AMQP_URL_FILE=/f", "MILLRACE_WORKERS=3"}}}}
	u.settings = datadir.Settings{AMQPURL: "amqp://mine/", UploadURL: "http://127.0.0.1:5", Inbox: "/in"}
	env := u.environment(datadir.Service{Listen: "127.0.0.1:9"})
	joined := "\n" + strings.Join(env, "\n") + "\n"
	for _, want := range []string{"HOME=/h", "MILLRACE_AMQP_URL=amqp://mine/", "MILLRACE_HTTP_LISTEN=127.0.0.1:5", "MILLRACE_LISTEN=127.0.0.1:9", "MILLRACE_WORKERS=3", "MILLRACE_INBOX=/in"} {
		if !strings.Contains(joined, "\n"+want+"\n") {
			t.Errorf("no %s in %v", want, env)
		}
	}
	if strings.Contains(joined, "other") || strings.Contains(joined, "URL_FILE") {
		t.Errorf("settings of millrace itself reach the service: %v", env)
	}
}

func TestOutcomesForPeople(t *testing.T) {
	var sb strings.Builder
	err := writeOutcomes(&sb, []follow.Outcome{
		{Name: "bill.pdf", Status: query.StatusStored, Class: "invoice", Confidence: 0.99, Pages: 2,
			Fields: []follow.Field{{Name: "iban", Value: "DE1"}, {Name: "grand_total", Value: "119.00"}, {Name: "seller_name", Value: "Müller GmbH"}, {Name: "net_total", Value: "100.00"}}},
		{Name: "locked.pdf", Status: query.StatusFailed, FailureKind: "encrypted", Failure: "it needs a password"},
		{Name: "notes.txt", Status: follow.StatusRejected, FailureKind: "not_a_pdf"},
	}, 100)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "outcomes.txt", sb.String())
}

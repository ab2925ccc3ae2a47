package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/services/millrace/internal/datadir"
	"github.com/millrace/millrace/shared/sandbox"
)

var update = flag.Bool("update", false, "write the golden files again")

func TestMain(m *testing.M) {
	sandbox.Child()
	os.Exit(m.Run())
}

// result is what a command did.
type result struct {
	code     int
	out, err string
}

// run runs a command line in an environment of its own, with a data folder that was never used unless args name one.
func run(t *testing.T, env []string, args ...string) result {
	t.Helper()
	return runWith(t, strings.NewReader(""), env, args...)
}

func runWith(t *testing.T, in io.Reader, env []string, args ...string) result {
	t.Helper()
	if !slices.ContainsFunc(env, func(s string) bool { return strings.HasPrefix(s, "MILLRACE_DATA_DIR=") }) {
		env = append(slices.Clone(env), "MILLRACE_DATA_DIR="+filepath.Join(t.TempDir(), "var"))
	}
	var out, errs bytes.Buffer
	code := Execute(t.Context(), Env{In: in, Out: &out, Err: &errs, Environ: env, Self: "/nowhere/millrace", Revision: "r1"}, args)
	return result{code, out.String(), errs.String()}
}

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update writes it again:\n%s", name, diff)
	}
}

// objects decodes one JSON object per line.
func objects[T any](t *testing.T, text string) []T {
	t.Helper()
	var out []T
	for line := range strings.Lines(text) {
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		var v T
		if err := decoder.Decode(&v); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		out = append(out, v)
	}
	return out
}

// closedPort returns a loopback address that nobody listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestExitCodesAndWhatIsSaid(t *testing.T) {
	tests := []struct {
		args []string
		code int
		says string // part of standard error, or of standard output for 0
	}{
		{nil, ExitOK, "Run it:"},
		{[]string{"--help"}, ExitOK, "millrace up --samples 24"},
		{[]string{"inspect", "--help"}, ExitOK, "millrace inspect --json"},
		{[]string{"version"}, ExitOK, "millrace r1 (schema "},
		{[]string{"frobnicate"}, ExitUsage, "unknown command"},
		{[]string{"status", "--frobnicate"}, ExitUsage, "unknown flag"},
		{[]string{"status", "extra"}, ExitUsage, "Usage: millrace status"},
		{[]string{"inspect"}, ExitUsage, "Usage: millrace inspect FILE..."},
		{[]string{"show"}, ExitUsage, "Usage: millrace show ID"},
		{[]string{"explain"}, ExitUsage, "Usage: millrace explain ID"},
		{[]string{"explain", "abcdef"}, ExitFailed, "millrace up"},
		{[]string{"reconcile", "--grace", "-1s"}, ExitUsage, "--grace"},
		{[]string{"reconcile"}, ExitFailed, "millrace up"},
		{[]string{"show", "abcdef", "--text", "--json"}, ExitUsage, "exclude each other"},
		{[]string{"documents", "--since", "yesterday"}, ExitUsage, "neither a duration"},
		{[]string{"documents", "--limit", "0"}, ExitUsage, "--limit"},
		{[]string{"generate"}, ExitUsage, "--out DIR"},
		{[]string{"generate", "--out", t.TempDir(), "--kinds", "novel"}, ExitUsage, "unknown kind"},
		{[]string{"completion", "tcsh"}, ExitUsage, "invalid argument"},
		{[]string{"up", "--servers", "cloud"}, ExitUsage, "auto or private"},
		{[]string{"secrets"}, ExitUsage, "--dir"},
		{[]string{"status"}, ExitFailed, "millrace up"},
		{[]string{"documents"}, ExitFailed, "millrace up"},
		{[]string{"show", "abcdef"}, ExitFailed, "millrace up"},
		{[]string{"ingest", "x.pdf"}, ExitFailed, "millrace up"},
		{[]string{"migrate"}, ExitFailed, "--postgres-url"},
		{[]string{"topology"}, ExitFailed, "--amqp-url"},
		{[]string{"setup"}, ExitFailed, "--amqp-url"},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			r := run(t, nil, tt.args...)
			said := r.err
			if tt.code == ExitOK {
				said = r.out
			}
			if r.code != tt.code || !strings.Contains(said, tt.says) {
				t.Errorf("exit code %d, want %d; said %q, want %q", r.code, tt.code, said, tt.says)
			}
			if tt.code != ExitOK && r.out != "" {
				t.Errorf("an error printed results: %q", r.out)
			}
		})
	}
}

func TestBadSettingsInTheEnvironmentAreAUsageError(t *testing.T) {
	r := run(t, []string{"MILLRACE_DELIVERY_LIMIT=many"}, "version")
	if r.code != ExitUsage || !strings.Contains(r.err, "DeliveryLimit") {
		t.Errorf("exit code %d, said %q", r.code, r.err)
	}
}

func TestEveryCommandTeaches(t *testing.T) {
	root := (&app{}).root()
	for _, c := range root.Commands() {
		if c.Short == "" || c.RunE == nil {
			t.Errorf("%s: no short description or nothing to run", c.Name())
		}
		if c.Example == "" && c.Name() != "version" {
			t.Errorf("%s: no example", c.Name())
		}
	}
}

func TestCompletionKnowsTheCommands(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if r := run(t, nil, "completion", shell); r.code != ExitOK || !strings.Contains(r.out, "millrace") {
			t.Errorf("%s: exit code %d, %d bytes", shell, r.code, len(r.out))
		}
	}
	if r := run(t, nil, "__complete", "in"); !strings.Contains(r.out, "ingest") || !strings.Contains(r.out, "inspect") {
		t.Errorf("completing in: %q", r.out)
	}
}

func TestFlagsWinOverTheEnvironmentWhichWinsOverTheDataFolder(t *testing.T) {
	dir, err := datadir.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	err = dir.SaveSettings(datadir.Settings{AMQPURL: "amqp://remembered/", Prefix: "mine.", PostgresURL: "postgres://remembered/x", Inbox: "/in"})
	if err != nil {
		t.Fatal(err)
	}
	base := "MILLRACE_DATA_DIR=" + dir.Path()
	tests := []struct {
		name  string
		env   []string
		flags targetFlags
		want  datadir.Settings
	}{
		{"remembered", nil, targetFlags{},
			datadir.Settings{AMQPURL: "amqp://remembered/", Prefix: "mine.", PostgresURL: "postgres://remembered/x", Inbox: "/in"}},
		{"environment: another broker has another prefix", []string{"MILLRACE_AMQP_URL=amqp://env/"}, targetFlags{},
			datadir.Settings{AMQPURL: "amqp://env/", PostgresURL: "postgres://remembered/x", Inbox: "/in"}},
		{"flags", []string{"MILLRACE_AMQP_URL=amqp://env/", "MILLRACE_POSTGRES_URL=postgres://env/x"},
			targetFlags{amqp: "amqp://flag/", postgres: "postgres://flag/x", prefix: "p."},
			datadir.Settings{AMQPURL: "amqp://flag/", Prefix: "p.", PostgresURL: "postgres://flag/x", Inbox: "/in"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &app{Env: Env{Environ: append(tt.env, base)}, flags: tt.flags}
			if err := a.load(nil); err != nil {
				t.Fatal(err)
			}
			got, err := a.target()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Settings); diff != "" {
				t.Errorf("settings differ (-want +got):\n%s", diff)
			}
		})
	}
}

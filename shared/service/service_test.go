package service

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

type testConfig struct {
	Blob
	Speed int `env:"MILLRACE_TEST_SPEED" envDefault:"3" desc:"how fast"`
}

func about() About { return About{Name: "tester", Version: "1", Summary: "tests the skeleton"} }

func TestSettingsComeFromTheEnvironmentAndFromFiles(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(secret, []byte("file:///from/file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var cfg testConfig
	if err := Load(&cfg, []string{"MILLRACE_BLOB_URL_FILE=" + secret, "MILLRACE_TEST_SPEED=7"}); err != nil {
		t.Fatal(err)
	}
	if cfg.URL != "file:///from/file" || cfg.Speed != 7 {
		t.Errorf("got %+v", cfg)
	}
}

func TestBadSettingsAreNamedWithoutTheirValues(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		says    string
	}{
		{"missing", nil, "MILLRACE_BLOB_URL"},
		{"empty", []string{"MILLRACE_BLOB_URL="}, "MILLRACE_BLOB_URL"},
		{"malformed", []string{"MILLRACE_BLOB_URL=x", "MILLRACE_TEST_SPEED=hunter2"}, "Speed"},
		{"twice", []string{"MILLRACE_BLOB_URL=hunter2", "MILLRACE_BLOB_URL_FILE=/x"}, "both MILLRACE_BLOB_URL and MILLRACE_BLOB_URL_FILE"},
		{"no such file", []string{"MILLRACE_BLOB_URL_FILE=/does/not/exist"}, "MILLRACE_BLOB_URL_FILE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var cfg testConfig
			err := Load(&cfg, tt.environ)
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestHelpListsEverySettingWithItsMeaning(t *testing.T) {
	var out bytes.Buffer
	code := realMain(about(), []string{"--help"}, nil, &out, &out, func(context.Context, *Service, testConfig) error { return nil })
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"tests the skeleton", "MILLRACE_TEST_SPEED", "how fast", "MILLRACE_BLOB_URL", "required", "MILLRACE_AMQP_URL", "_FILE"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help does not mention %q:\n%s", want, out.String())
		}
	}
}

func TestExitCodes(t *testing.T) {
	env := []string{"MILLRACE_BLOB_URL=file:///tmp", "MILLRACE_LISTEN=127.0.0.1:0"}
	tests := []struct {
		name    string
		args    []string
		environ []string
		err     error
		want    int
	}{
		{"done", nil, env, nil, 0},
		{"failed", nil, env, errors.New("no"), 1},
		{"bad settings", nil, nil, nil, 2},
		{"bad argument", []string{"--verbose"}, env, nil, 2},
		{"bad level", nil, append([]string{"MILLRACE_LOG_LEVEL=loud"}, env...), nil, 2},
		{"version", []string{"--version"}, nil, nil, 0},
		{"health of nothing", []string{"health"}, env, nil, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			got := realMain(about(), tt.args, tt.environ, &out, &out, func(context.Context, *Service, testConfig) error { return tt.err })
			if got != tt.want {
				t.Errorf("exit code %d, want %d; printed:\n%s", got, tt.want, out.String())
			}
		})
	}
}

func TestSIGTERMEndsTheContext(t *testing.T) {
	var out bytes.Buffer
	code := realMain(about(), nil, []string{"MILLRACE_BLOB_URL=file:///tmp"}, &out, &out, func(ctx context.Context, _ *Service, _ testConfig) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	if code != 0 {
		t.Errorf("exit code %d; printed:\n%s", code, out.String())
	}
}

func TestHealthServerTellsReadiness(t *testing.T) {
	health := NewHealth()
	server, err := startHealthServer("127.0.0.1:0", health, newRegistry(about()))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	env := []string{"MILLRACE_LISTEN=" + server.addr()}
	var out bytes.Buffer
	if err := askHealth(env, &out); err != nil {
		t.Errorf("a service without checks is not ready: %v", err)
	}
	health.Note("model", "what was found there was refused")
	if report, ready := health.Report(); !ready || report["model"] != "what was found there was refused" {
		t.Errorf("with a note it is ready: %v, %v", ready, report)
	}
	health.Set("postgres", errors.New("connection refused"))
	health.Check("rabbitmq", func() error { return nil })
	out.Reset()
	if err := askHealth(env, &out); err == nil || !strings.Contains(out.String(), "connection refused") || !strings.Contains(out.String(), `"rabbitmq":"ok"`) {
		t.Errorf("got %v and %s", err, out.String())
	}
}

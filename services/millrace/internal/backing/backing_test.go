package backing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/services/millrace/internal/backing"
	"github.com/millrace/millrace/services/millrace/internal/datadir"
)

var errAbsent = errors.New("not installed")

// machine is a fake machine: what answers, what is installed, what may be done.
type machine struct {
	answers   map[string]error // by URL; absent means that nothing listens
	installed bool
	aptWhy    string // why packages cannot be installed; empty when they can
	aptFails  error

	log       []string
	started   int
	closed    int
	ended     atomic.Bool
	restarted chan struct{}
}

func (m *machine) Running() bool { return !m.ended.Load() }

func (m *machine) Restart(context.Context) error {
	m.ended.Store(false)
	close(m.restarted)
	return nil
}

func (m *machine) Able() (bool, string) { return m.aptWhy == "", m.aptWhy }

func (m *machine) Install(_ context.Context, packages []string) error {
	m.log = append(m.log, "install "+strings.Join(packages, " "))
	m.installed = m.aptFails == nil
	return m.aptFails
}

func (m *machine) URL() string { return "amqp://private/" }

func (m *machine) Close(context.Context) error { m.closed++; return nil }

func (m *machine) kind() backing.Kind {
	return backing.Kind{
		Name: "RabbitMQ", Local: "amqp://local/", Packages: []string{"rabbitmq-server"},
		Probe: func(_ context.Context, url string) error {
			err, ok := m.answers[url]
			if !ok {
				return errors.New("connection refused")
			}
			return err
		},
		Absent: errAbsent,
		Start: func(_ context.Context, dir string) (backing.Private, error) {
			if !m.installed {
				return nil, fmt.Errorf("start it: %w", errAbsent)
			}
			m.started++
			m.log = append(m.log, "start in "+dir)
			return m, nil
		},
	}
}

func TestFind(t *testing.T) {
	const local, given = "amqp://local/", "amqp://given/"
	refused := fmt.Errorf("%w: ACCESS_REFUSED", backing.ErrRefused)
	tests := []struct {
		name      string
		machine   *machine
		given     string
		lastURL   string
		last      datadir.Origin
		noInstall bool
		private   bool

		url    string
		origin datadir.Origin
		says   string // part of what is printed, or of the error when url is empty
	}{
		{name: "given and well", given: given, machine: &machine{answers: map[string]error{given: nil, local: nil}},
			url: given, origin: datadir.Given, says: "given"},
		{name: "given and down: no silent fallback", given: given, machine: &machine{answers: map[string]error{local: nil}, installed: true},
			says: "given URL cannot be used"},
		{name: "reachable", machine: &machine{answers: map[string]error{local: nil}, installed: true},
			url: local, origin: datadir.Found, says: "on this machine"},
		{name: "reachable but refusing: private, and it says so", machine: &machine{answers: map[string]error{local: refused}, installed: true},
			url: "amqp://private/", origin: datadir.Private, says: "refuses us"},
		{name: "nothing answers, installed: private", machine: &machine{installed: true},
			url: "amqp://private/", origin: datadir.Private, says: "start in /data/RabbitMQ"},
		{name: "private before: private again though one answers", last: datadir.Private,
			machine: &machine{answers: map[string]error{local: nil}, installed: true},
			url:     "amqp://private/", origin: datadir.Private},
		{name: "found before and down now: error, because the data is there", last: datadir.Found, lastURL: local,
			machine: &machine{installed: true}, says: "holds the data of this folder"},
		{name: "found before and well", last: datadir.Found, lastURL: local,
			machine: &machine{answers: map[string]error{local: nil}}, url: local, origin: datadir.Found, says: "as before"},
		{name: "given before, not given now: looked for like the first time", last: datadir.Given, lastURL: given,
			machine: &machine{answers: map[string]error{local: nil}}, url: local, origin: datadir.Found},
		{name: "--servers private", private: true, machine: &machine{answers: map[string]error{local: nil}, installed: true},
			url: "amqp://private/", origin: datadir.Private},
		{name: "not installed, may install", machine: &machine{},
			url: "amqp://private/", origin: datadir.Private, says: "install rabbitmq-server"},
		{name: "not installed, --no-install", machine: &machine{}, noInstall: true, says: "--no-install forbids"},
		{name: "not installed, may not install", machine: &machine{aptWhy: "this is not Debian"},
			says: "this is not Debian"},
		{name: "installing fails", machine: &machine{aptFails: errors.New("no network")}, says: "no network"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := tt.machine
			f := backing.Finder{
				Dir: func(kind string) string { return "/data/" + kind }, Apt: m, NoInstall: tt.noInstall, PrivateOnly: tt.private,
				Say: func(format string, args ...any) { m.log = append(m.log, fmt.Sprintf(format, args...)) },
			}
			s, err := f.Find(t.Context(), m.kind(), tt.given, tt.lastURL, tt.last)
			said := strings.Join(m.log, "\n")
			if tt.url == "" {
				if err == nil {
					t.Fatalf("found %+v, want an error", s)
				}
				if !strings.Contains(err.Error(), tt.says) {
					t.Errorf("error %q does not say %q", err, tt.says)
				}
				if m.started > 0 {
					t.Error("a server was started")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.URL != tt.url || s.Origin != tt.origin || !strings.Contains(said, tt.says) {
				t.Errorf("found %s (%s), want %s (%s); said %q, want %q", s.URL, s.Origin, tt.url, tt.origin, said, tt.says)
			}
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if m.closed != m.started {
				t.Errorf("%d servers started, %d closed", m.started, m.closed)
			}
		})
	}
}

func TestWhatToInstallIsNamedWithDockerAsTheWayOut(t *testing.T) {
	m := &machine{aptWhy: "not root, and sudo wants a password"}
	f := backing.Finder{Dir: func(string) string { return "/d" }, Apt: m, Say: func(string, ...any) {}}
	_, err := f.Find(t.Context(), m.kind(), "", "", "")
	for _, want := range []string{"apt-get install rabbitmq-server", "docker-compose up", "sudo wants a password"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
}

func TestKeepStartsAPrivateServerThatHasEndedAgain(t *testing.T) {
	m := &machine{installed: true, restarted: make(chan struct{})}
	f := backing.Finder{Dir: func(string) string { return "/d" }, Apt: m, Say: func(string, ...any) {}}
	s, err := f.Find(t.Context(), m.kind(), "", "", "")
	if err != nil {
		t.Fatal(err)
	}
	m.ended.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Keep(ctx, "RabbitMQ", func(string, ...any) {})
	}()
	<-m.restarted
	cancel()
	<-done
	if !m.Running() {
		t.Error("it does not run")
	}
}

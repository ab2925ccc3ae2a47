package servers_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/shared/servers"
	"github.com/millrace/millrace/shared/testkit"
)

// query runs one statement on a new connection and returns its one value, "" where it has none.
func query(t *testing.T, url, sql string) (string, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		return "", err
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(values, ""), err
}

func mustQuery(t *testing.T, url, sql string) string {
	t.Helper()
	value, err := query(t, url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func TestPostgresKeepsItsDataOverEveryEnd(t *testing.T) {
	p := testkit.PrivatePostgres(t)
	address := p.URL()
	mustQuery(t, address, "create table kept (how text)")
	ends := map[string]func(context.Context) error{
		"stop":    p.Stop,
		"kill":    func(context.Context) error { return p.Kill() },
		"restart": p.Restart,
	}
	for name, end := range ends {
		mustQuery(t, address, "insert into kept values ('"+name+"')")
		if err := end(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name != "restart" {
			if p.Running() {
				t.Errorf("it runs after %s", name)
			}
			if _, err := query(t, address, "select 'up'"); err == nil {
				t.Errorf("it answers after %s", name)
			}
		}
		if err := p.Start(t.Context()); err != nil {
			t.Fatalf("start after %s: %v", name, err)
		}
		if got := mustQuery(t, address, "select how from kept where how = '"+name+"'"); got != name {
			t.Errorf("after %s the row is gone", name)
		}
	}
	if p.URL() != address {
		t.Errorf("the address changed from %s to %s", address, p.URL())
	}
}

func TestPostgresIsSafeByDefault(t *testing.T) {
	dir := filepath.Join(testkit.ServerDir(t), "postgres")
	p := start(t, dir, false)
	if got := mustQuery(t, p.URL(), "select setting from pg_settings where name = 'fsync'"); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	if got := mustQuery(t, p.URL(), "select setting from pg_settings where name = 'listen_addresses'"); got != "127.0.0.1" {
		t.Errorf("it listens on %s", got)
	}
	if got := mustQuery(t, p.URL(), "select lower('ÄÖ') || pg_encoding_to_char(encoding) from pg_database where datname = 'millrace'"); got != "äöUTF8" {
		t.Errorf("case and encoding: %s", got)
	}
	wrong, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	wrong.User = url.UserPassword("postgres", "wrong")
	if _, err := query(t, wrong.String(), "select 'in'"); err == nil {
		t.Error("a wrong password is let in")
	}
	info, err := os.Stat(filepath.Join(dir, "password"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the password file has mode %v (%v)", info.Mode(), err)
	}
	// The roles' verifiers are taken by a server that checks passwords.
	if err := migrations.Up(t.Context(), p.URL()); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Roles(t.Context(), p.URL(), migrations.RolesConfig{SinkPassword: "s p'q", ReaderPassword: "r"}); err != nil {
		t.Fatal(err)
	}
	wrong.User = url.UserPassword("millrace_sink", "s p'q")
	if _, err := query(t, wrong.String(), "select status from millrace.documents"); err != nil {
		t.Errorf("the sink cannot log in: %v", err)
	}
}

func start(t *testing.T, dir string, noSync bool) *servers.Postgres {
	t.Helper()
	p, err := servers.StartPostgres(t.Context(), servers.PostgresConfig{Dir: dir, NoSync: noSync})
	if err != nil {
		if strings.Contains(err.Error(), servers.ErrNoPostgres.Error()) && os.Getenv("CI") != "true" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestASecondCallerTakesOverARunningServer(t *testing.T) {
	dir := testkit.ServerDir(t)
	first := start(t, dir, true)
	second := start(t, dir, true)
	if first.URL() != second.URL() {
		t.Errorf("two servers: %s and %s", first.URL(), second.URL())
	}
	if err := second.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := query(t, first.URL(), "select 'up'"); err == nil {
		t.Error("it answers after the second caller stopped it")
	}
	testkit.Eventually(t, time.Minute, func() error {
		if first.Running() {
			return os.ErrExist
		}
		return nil
	})
	third := start(t, dir, true)
	if third.URL() != first.URL() {
		t.Errorf("the address changed from %s to %s", first.URL(), third.URL())
	}
}

func TestPostgresSaysWhyItDoesNotStart(t *testing.T) {
	if _, err := servers.StartPostgres(t.Context(), servers.PostgresConfig{Dir: "relative"}); err == nil || !strings.Contains(err.Error(), "absolute") {
		t.Errorf("a relative folder: %v", err)
	}
	dir := testkit.ServerDir(t)
	p := start(t, dir, true)
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "postgresql.conf"), []byte("no_such_setting = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("a broken configuration: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := servers.StartPostgres(t.Context(), servers.PostgresConfig{Dir: dir}); err == nil || !strings.Contains(err.Error(), "version 9") {
		t.Errorf("data of another version: %v", err)
	}
}

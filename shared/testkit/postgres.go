package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/migrations"
)

// defaultPostgres is where a local server is expected.
const defaultPostgres = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"

// templateLock is the advisory lock under which the template database is made.
const templateLock = 0x74656d706c617465

// Database returns the URL of a migrated database that belongs to this test alone and is dropped when the test ends. The
// server is that of MILLRACE_TEST_POSTGRES_URL, default a local one; its user must be a superuser. Without a server the
// test is skipped, or fails where CI=true.
//
// The schema is made once per state of the migrations, as a template that later calls (of any process) copy; the template
// stays on the server under the name millrace_template_<digest>.
func Database(t testing.TB) string {
	t.Helper()
	server := os.Getenv("MILLRACE_TEST_POSTGRES_URL")
	if server == "" {
		server = defaultPostgres
	}
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		Unavailable(t, fmt.Sprintf("no Postgres (MILLRACE_TEST_POSTGRES_URL says where): %v", err))
	}
	t.Cleanup(func() { _ = admin.Close(ctx) })
	template, err := makeTemplate(ctx, admin, server)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	name := fmt.Sprintf("millrace_test_%016x", rand.Uint64()) //nolint:gosec // a name, not a secret
	if _, err := admin.Exec(ctx, "create database "+name+" template "+template); err != nil {
		t.Fatalf("make the test database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	own, err := on(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// makeTemplate returns the name of the template database, which it makes when this state of the migrations has none yet.
func makeTemplate(ctx context.Context, admin *pgx.Conn, server string) (string, error) {
	digest, err := digestMigrations()
	if err != nil {
		return "", err
	}
	name := "millrace_template_" + digest
	if _, err := admin.Exec(ctx, "select pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return "", err
	}
	defer func() { _, _ = admin.Exec(ctx, "select pg_advisory_unlock($1)", int64(templateLock)) }() // the session's end frees it too
	var ready bool
	err = admin.QueryRow(ctx, "select datistemplate from pg_database where datname = $1", name).Scan(&ready)
	if err == nil && ready {
		return name, nil
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", err
	}
	// Made under its own name and marked as a template only when complete, so that a crash leaves nothing that is believed.
	if _, err := admin.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		return "", err
	}
	if _, err := admin.Exec(ctx, "create database "+name+" template template0 encoding 'UTF8'"); err != nil {
		return "", err
	}
	target, err := on(server, name)
	if err != nil {
		return "", err
	}
	if err := migrations.Up(ctx, target); err != nil {
		return "", err
	}
	_, err = admin.Exec(ctx, "alter database "+name+" with is_template true allow_connections false")
	return name, err
}

// digestMigrations names a state of the migrations.
func digestMigrations() (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := migrations.FS.ReadFile(path)
		fmt.Fprintf(hash, "%s %d\n", path, len(content))
		hash.Write(content)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil))[:16], err
}

// on returns the server's URL with another database.
func on(server, database string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("MILLRACE_TEST_POSTGRES_URL is not a URL: %w", err)
	}
	u.Path = "/" + database
	return u.String(), nil
}

// Unavailable skips the test because of what is missing, or fails it where CI=true promises that everything is there.
func Unavailable(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

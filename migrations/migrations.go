// Package migrations holds Millrace's database schema and brings a database to it.
//
// Migrations are goose SQL files that only ever go forward in use; a service never changes the schema, it calls [Check] and
// refuses to run on another one. The package knows nothing of documents beyond the SQL and imports nothing else of Millrace.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // goose works on database/sql
	"github.com/pressly/goose/v3"
)

// FS holds the migrations, one file each, in the folder sql.
//
//go:embed sql/*.sql
var FS embed.FS

const (
	versionTable = "millrace.schema_version"
	// lockKey is the advisory lock that Up holds; an arbitrary number that nothing else in Millrace uses.
	lockKey = 0x6d696c6c72616365
)

// ErrOutdated says that the database has an older schema than this program, or none.
var ErrOutdated = errors.New("the database schema is too old")

// ErrTooNew says that the database has a newer schema than this program.
var ErrTooNew = errors.New("the database schema is too new")

// Latest returns the version that this program needs: the number of the last migration.
func Latest() (int64, error) {
	names, err := fs.Glob(FS, "sql/*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var latest int64
	for _, name := range names {
		digits, _, _ := strings.Cut(strings.TrimPrefix(name, "sql/"), "_")
		version, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("migration %s does not begin with its number: %w", name, err)
		}
		latest = max(latest, version)
	}
	return latest, nil
}

// Up brings the database at url to the latest version and returns when it is there. Each migration is one transaction.
// Any number of programs may call Up at once: one works, the others wait for it. A database with a newer schema is left as
// it is and Up fails with [ErrTooNew]. The user in url must be allowed to create schemas and to create in schema public.
func Up(ctx context.Context, url string) error {
	lock, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("migrate: connect to Postgres: %w", err)
	}
	defer func() { _ = lock.Close(context.WithoutCancel(ctx)) }() // closing the session frees the lock
	if _, err := lock.Exec(ctx, "select pg_advisory_lock($1)", int64(lockKey)); err != nil {
		return fmt.Errorf("migrate: wait for another migration to end: %w", err)
	}
	if _, err := lock.Exec(ctx, "create schema if not exists millrace"); err != nil {
		return fmt.Errorf("migrate: create schema millrace (may this user create schemas?): %w", err)
	}
	if err := Check(ctx, lock); errors.Is(err, ErrTooNew) {
		return fmt.Errorf("migrate: %w", err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer db.Close() //nolint:errcheck // everything is committed by then
	files, err := fs.Sub(FS, "sql")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Queryer is what [Check] asks: a pgx pool, connection or transaction.
type Queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Check reports whether the database has exactly the schema that this program was built for: nil, an error that wraps
// [ErrOutdated] or [ErrTooNew] and says what to run, or what went wrong on the way to the answer.
func Check(ctx context.Context, db Queryer) error {
	want, err := Latest()
	if err != nil {
		return err
	}
	var have int64
	err = db.QueryRow(ctx, "select coalesce(max(version_id), 0) from "+versionTable+" where is_applied").Scan(&have)
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && (pgErr.Code == "42P01" || pgErr.Code == "3F000") { // no such table, no such schema
		have, err = 0, nil
	}
	switch {
	case err != nil:
		return fmt.Errorf("read the schema version: %w", err)
	case have < want:
		return fmt.Errorf("%w: it has version %d, this program needs %d; run: millrace migrate", ErrOutdated, have, want)
	case have > want:
		return fmt.Errorf("%w: it has version %d, this program knows %d; update this program to the release that migrated the database",
			ErrTooNew, have, want)
	}
	return nil
}

package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/migrations"
)

// emptyDatabase returns the URL of a database of its own, without any schema. The testkit of shared has migrated ones, but
// this module imports nothing of Millrace.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	server := os.Getenv("MILLRACE_TEST_POSTGRES_URL")
	if server == "" {
		server = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
	}
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, server)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no Postgres: %v", err)
		}
		t.Skipf("no Postgres (set MILLRACE_TEST_POSTGRES_URL): %v", err)
	}
	t.Cleanup(func() { _ = admin.Close(ctx) })
	name := fmt.Sprintf("millrace_migrations_test_%08x", rand.Uint32())
	if _, err := admin.Exec(ctx, "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestUpIsSafeWhenManyRunItAtOnce(t *testing.T) {
	url := emptyDatabase(t)
	conn := connect(t, url)
	if err := migrations.Check(t.Context(), conn); !errors.Is(err, migrations.ErrOutdated) || !strings.Contains(err.Error(), "millrace migrate") {
		t.Errorf("an empty database: %v", err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = migrations.Up(t.Context(), url) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), conn); err != nil {
		t.Errorf("after Up: %v", err)
	}
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Errorf("a second Up: %v", err)
	}
}

func TestCheckRefusesOtherSchemas(t *testing.T) {
	url := emptyDatabase(t)
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), "insert into millrace.schema_version (version_id, is_applied) values (99999, true)"); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), conn); !errors.Is(err, migrations.ErrTooNew) || !strings.Contains(err.Error(), "update this program") {
		t.Errorf("a newer schema: %v", err)
	}
	if err := migrations.Up(t.Context(), url); !errors.Is(err, migrations.ErrTooNew) {
		t.Errorf("Up on a newer schema: %v", err)
	}
	if _, err := conn.Exec(t.Context(), "delete from millrace.schema_version where version_id > 1"); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), conn); !errors.Is(err, migrations.ErrOutdated) {
		t.Errorf("an older schema: %v", err)
	}
}

func TestEveryTableViewColumnAndFunctionHasAComment(t *testing.T) {
	url := emptyDatabase(t)
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	rows, err := connect(t, url).Query(t.Context(), `
		select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('millrace', 'public') and c.relkind in ('r', 'v', 'm', 'p')
		  and coalesce(obj_description(c.oid, 'pg_class'), '') = ''
		union all
		select c.oid::regclass || '.' || a.attname from pg_class c
		join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
		where n.nspname in ('millrace', 'public') and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0 and not a.attisdropped
		  and coalesce(col_description(c.oid, a.attnum), '') = ''
		union all
		select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		where n.nspname in ('millrace', 'public') and coalesce(obj_description(p.oid, 'pg_proc'), '') = ''`)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(missing) > 0 {
		t.Errorf("no comment on: %s", strings.Join(missing, ", "))
	}
}

func TestRolesHaveJustWhatTheyNeed(t *testing.T) {
	admin := emptyDatabase(t)
	if err := migrations.Up(t.Context(), admin); err != nil {
		t.Fatal(err)
	}
	suffix := fmt.Sprintf("_test_%08x", rand.Uint32())
	cfg := migrations.RolesConfig{
		SinkPassword: "sink ' \" \\ $pass", DeadLettersPassword: "dead", OperatorPassword: "repair", ReaderPassword: "first",
		Sink: "millrace_sink" + suffix, DeadLetters: "millrace_deadletters" + suffix, Operator: "millrace_operator" + suffix,
		Reader: "millrace_reader" + suffix,
	}
	conn := connect(t, admin)
	t.Cleanup(func() {
		for _, role := range []string{cfg.Sink, cfg.DeadLetters, cfg.Operator, cfg.Reader} {
			if _, err := conn.Exec(context.Background(), "drop owned by "+role+"; drop role "+role); err != nil {
				t.Errorf("drop role: %v", err)
			}
		}
	})
	if err := migrations.Roles(t.Context(), admin, cfg); err != nil {
		t.Fatal(err)
	}
	cfg.ReaderPassword = "second"
	if err := migrations.Roles(t.Context(), admin, cfg); err != nil {
		t.Fatalf("a second time: %v", err)
	}
	as := func(user, password string) *pgx.Conn {
		u, err := url.Parse(admin)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(user, password)
		return connect(t, u.String())
	}
	const document = "'" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + "'"
	tests := []struct {
		role    string
		sql     string
		allowed bool
	}{
		{"sink", "insert into millrace.documents (document_id) values (" + document + ")", true},
		{"sink", "update millrace.documents set status = status", true},
		{"sink", "select millrace.refresh(array[" + document + "])", true},
		{"sink", "insert into millrace.texts (layout_ref, body) values ('x', 'some words')", true},
		{"sink", "delete from millrace.fields", true},
		{"sink", "delete from millrace.items", true},
		{"sink", "delete from millrace.checks", true},
		{"sink", "update millrace.items set kind = kind", false},
		{"sink", "insert into millrace.corrections (correction_id, event_id, document_id, author, at) values ('k', 'e', " + document + ", 'anna', now())", true},
		{"sink", "insert into millrace.corrected_fields (correction_id, ordinal, document_id, at, name, type) values ('k', 1, " + document + ", now(), 'iban', 'identifier')", true},
		{"sink", "update millrace.corrections set author = 'eve'", false},
		{"sink", "delete from millrace.corrections", false},
		{"sink", "select * from public.documents", true},
		{"sink", "delete from millrace.documents", false},
		{"sink", "truncate millrace.events", false},
		{"sink", "drop table millrace.events", false},
		{"sink", "create table millrace.mine (x int)", false},
		{"sink", "create table public.mine (x int)", false},
		{"sink", "update millrace.schema_version set version_id = 1", false},
		{"sink", "insert into millrace.dead_letter_history (dead_letter_id, what) values ('x', 'died')", false},
		{"deadletters", "insert into millrace.dead_letter_history (dead_letter_id, what) values ('x', 'died')", true},
		{"deadletters", "update millrace.dead_letters set state = state", true},
		{"deadletters", "update millrace.replay_items set state = state", true},
		{"deadletters", "select version_id from millrace.schema_version", true},
		{"deadletters", "update millrace.replays set state = state", false},
		{"deadletters", "delete from millrace.dead_letters", false},
		{"deadletters", "select * from millrace.documents", false},
		{"deadletters", "insert into millrace.documents (document_id) values ('x')", false},
		{"operator", "update millrace.dead_letters set state = state", true},
		{"operator", "insert into millrace.dead_letter_history (dead_letter_id, what) values ('x', 'edited')", true},
		{"operator", "insert into millrace.replays (replay_id, selection, total, canary, rate, max_failures, created_by, runner) values ('x', '{}', 0, 0, 1, 1, 'x', 'x')", true},
		{"operator", "select * from millrace.documents", true},
		{"operator", "select * from search('words')", true},
		{"operator", "update millrace.documents set status = status", false},
		{"operator", "insert into millrace.corrections (correction_id, event_id, document_id, author, at) values ('l', 'e', 'd', 'anna', now())", false},
		{"operator", "delete from millrace.dead_letters", false},
		{"operator", "drop table millrace.replays", false},
		{"reader", "select * from dead_letters, millrace.dead_letters, millrace.dead_letter_history, millrace.replays, millrace.replay_items", true},
		{"reader", "update millrace.dead_letters set state = state", false},
		{"reader", "insert into millrace.dead_letter_history (dead_letter_id, what) values ('x', 'died')", false},
		{"reader", "select * from documents, arrivals, attachments, texts, layouts, classifications, fields, field_history, line_items, transactions, checks, corrections, versions, failures, timeline", true},
		{"reader", "select * from search('words')", true},
		{"reader", "select * from matching('words', 5)", true},
		{"reader", "select version_id from millrace.schema_version", true},
		{"reader", "select * from millrace.documents", false},
		{"reader", "insert into public.documents (document_id) values ('x')", false},
		{"reader", "update public.documents set name = 'x'", false},
		{"reader", "delete from public.arrivals", false},
		{"reader", "create table public.mine (x int)", false},
		{"reader", "drop view public.documents", false},
	}
	conns := map[string]*pgx.Conn{
		"sink": as(cfg.Sink, cfg.SinkPassword), "deadletters": as(cfg.DeadLetters, cfg.DeadLettersPassword),
		"operator": as(cfg.Operator, cfg.OperatorPassword), "reader": as(cfg.Reader, cfg.ReaderPassword),
	}
	for _, tt := range tests {
		_, err := conns[tt.role].Exec(t.Context(), tt.sql)
		if (err == nil) != tt.allowed {
			t.Errorf("%s: %s: allowed is not %v: %v", tt.role, tt.sql, tt.allowed, err)
		}
	}
	var secret string
	if err := conn.QueryRow(t.Context(), "select rolpassword from pg_authid where rolname = $1", cfg.Sink).Scan(&secret); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(secret, "SCRAM-SHA-256$4096:") {
		t.Errorf("Postgres did not take the verifier: %q", secret)
	}
	if err := migrations.Roles(t.Context(), admin, migrations.RolesConfig{SinkPassword: "pässword"}); err == nil {
		t.Error("a password that needs SASLprep is accepted")
	}
}

func TestADocumentIDIsSixtyFourHexadecimalDigits(t *testing.T) {
	url := emptyDatabase(t)
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	digits := strings.Repeat("0123456789abcdef", 4)
	for id, want := range map[string]bool{
		digits: true, strings.Repeat("f", 64): true, digits[1:]: false, digits + "0": false, "": false, strings.ToUpper(digits): false,
		digits[1:] + "g": false, digits[1:] + "\n": false, digits + "\n": false, "\n" + digits[1:]: false, digits[1:] + "/": false,
		digits[1:] + ":": false, digits[1:] + "`": false, digits[2:] + "é": false, digits[1:] + "é": false, digits[1:] + "٣": false,
	} {
		_, err := conn.Exec(t.Context(), "insert into millrace.documents (document_id) values ($1)", id)
		if (err == nil) != want {
			t.Errorf("%q: %v, accepted: want %v", id, err, want)
		}
	}
}

// TestTextsNearTheBoundAreIndexedWhole takes texts that make the most of an index: each word another one, read as several.
func TestTextsNearTheBoundAreIndexedWhole(t *testing.T) {
	url := emptyDatabase(t)
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for name, word := range map[string]func(i int) string{
		"ideograms": func(i int) string { return string(rune(0x4e00 + i)) },
		"hyphens":   func(i int) string { return fmt.Sprintf("a%d-b%d", i, i) },
		"addresses": func(i int) string { return fmt.Sprintf("a%d.de/b%d", i, i) },
		"numbers":   func(i int) string { return fmt.Sprint(-i) },
	} {
		for _, size := range []int{32<<10 - 1, 32 << 10} {
			var text strings.Builder
			for i := 0; text.Len() < size-20; i++ {
				text.WriteString(word(i) + " ")
			}
			text.WriteString(strings.Repeat(" ", size-text.Len()))
			var same bool
			var bytes int
			err := conn.QueryRow(t.Context(), `select i = to_tsvector('german', $1), pg_column_size(i) from millrace.text_index('de', $1) i`,
				text.String()).Scan(&same, &bytes)
			if err != nil || !same || bytes > 5*size {
				t.Errorf("%s, %d bytes: the index has %d, is of the whole text: %v; %v", name, size, bytes, same, err)
			}
		}
	}
}

func TestDownUndoesEverything(t *testing.T) {
	url := emptyDatabase(t)
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := migrations.DownForTest(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	var left int
	err := connect(t, url).QueryRow(t.Context(), `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('millrace', 'public') and c.relkind in ('r', 'v') and c.relname <> 'schema_version'`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d tables or views are left (%v)", left, err)
	}
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Errorf("up again: %v", err)
	}
}

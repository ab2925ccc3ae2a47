package migrations

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// RolesConfig names the login roles and carries their passwords. A role whose password is empty is left out.
type RolesConfig struct {
	// SinkPassword is the password of the role that the sink logs in with.
	SinkPassword string
	// DeadLettersPassword is the password of the role that the service deadletters logs in with.
	DeadLettersPassword string
	// OperatorPassword is the password of the role that people repair with: replay, edit and discard dead letters.
	OperatorPassword string
	// ReaderPassword is the password of the role that people and dashboards log in with.
	ReaderPassword string
	// Sink, DeadLetters, Operator and Reader are the names of the roles; default millrace_sink, millrace_deadletters,
	// millrace_operator and millrace_reader.
	Sink, DeadLetters, Operator, Reader string
}

// scramIterations is the PBKDF2 work factor of the verifier; 4096 is the default of Postgres (scram_iterations).
const scramIterations = 4096

// Roles creates the login roles of cfg, or brings existing ones to what cfg says: their passwords, and what they may do in
// the database of adminURL. The sink's role may read and write the tables of results (deleting only from millrace.fields, items and checks)
// and read the views; that of deadletters may read and write the dead letters and the outcomes of replays; the operator's
// may read everything and write what repairs; the reader's may read the views and the dead letters, and search. None may
// create, alter or drop anything. Call it after every [Up]: new tables need their grants. Calling it again changes nothing.
// Any number of programs may call it at once.
//
// Postgres receives SCRAM-SHA-256 verifiers (RFC 5803), never the passwords, so no server log can hold them. Passwords are
// printable ASCII.
func Roles(ctx context.Context, adminURL string, cfg RolesConfig) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return fmt.Errorf("set up roles: connect to Postgres: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", int64(lockKey)); err != nil {
			return err
		}
		// The default since Postgres 15; older ones let every role create there.
		if _, err := tx.Exec(ctx, "revoke create on schema public from public"); err != nil {
			return err
		}
		for _, r := range []struct{ name, password, grants string }{
			{cmp.Or(cfg.Sink, "millrace_sink"), cfg.SinkPassword, sinkGrants},
			{cmp.Or(cfg.DeadLetters, "millrace_deadletters"), cfg.DeadLettersPassword, deadLettersGrants},
			{cmp.Or(cfg.Operator, "millrace_operator"), cfg.OperatorPassword, operatorGrants},
			{cmp.Or(cfg.Reader, "millrace_reader"), cfg.ReaderPassword, readerGrants},
		} {
			if r.password == "" {
				continue
			}
			if err := role(ctx, tx, r.name, r.password, baseGrants+r.grants); err != nil {
				return fmt.Errorf("role %s: %w", r.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set up roles: %w", err)
	}
	return nil
}

// The grants are formats; %[1]s is the quoted role, %[2]s the quoted database. Those of all roles come first.
const (
	baseGrants = `
		revoke all on all tables in schema millrace, public from %[1]s;
		grant connect on database %[2]s to %[1]s;
		grant usage on schema millrace, public to %[1]s;
		grant select on millrace.schema_version to %[1]s;`
	sinkGrants = `
		grant select on all tables in schema millrace, public to %[1]s;
		grant insert, update on millrace.documents, millrace.arrivals, millrace.parses, millrace.classifications,
			millrace.extractions, millrace.fields, millrace.failures, millrace.events, millrace.texts to %[1]s;
		grant insert on millrace.corrections, millrace.corrected_fields to %[1]s;
		grant insert on millrace.items, millrace.checks to %[1]s;
		grant delete on millrace.fields, millrace.items, millrace.checks to %[1]s;
		grant update on millrace.reprocess_documents to %[1]s;
		grant execute on all functions in schema millrace, public to %[1]s`
	deadLettersGrants = `
		grant select on millrace.replays to %[1]s;
		grant select, insert, update on millrace.dead_letters to %[1]s;
		grant select, insert on millrace.dead_letter_history to %[1]s;
		grant select, update on millrace.replay_items to %[1]s`
	operatorGrants = `
		grant select on all tables in schema millrace, public to %[1]s;
		grant update on millrace.dead_letters to %[1]s;
		grant insert on millrace.dead_letter_history to %[1]s;
		grant insert, update on millrace.replays, millrace.replay_items, millrace.backfills, millrace.reprocesses,
			millrace.reprocess_documents to %[1]s;
		grant execute on function public.search(text, integer), public.matching(text, integer) to %[1]s`
	readerGrants = `
		grant select on all tables in schema public to %[1]s;
		grant select on millrace.dead_letters, millrace.dead_letter_history, millrace.replays, millrace.replay_items to %[1]s;
		grant execute on function public.search(text, integer), public.matching(text, integer) to %[1]s`
)

func role(ctx context.Context, tx pgx.Tx, name, password, grants string) error {
	secret, err := verifier(password)
	if err != nil {
		return err
	}
	var exists bool
	var database string
	err = tx.QueryRow(ctx, "select exists (select from pg_roles where rolname = $1), current_database()", name).Scan(&exists, &database)
	if err != nil {
		return err
	}
	verb := "create"
	if exists {
		verb = "alter"
	}
	quoted := pgx.Identifier{name}.Sanitize()
	// The verifier is base64, $ and :, so it needs no escaping.
	statement := fmt.Sprintf("%s role %s with login nosuperuser nocreatedb nocreaterole noreplication password '%s'", verb, quoted, secret)
	if _, err := tx.Exec(ctx, statement); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(grants, quoted, pgx.Identifier{database}.Sanitize()))
	return err
}

// verifier returns what Postgres stores for a password: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, keys as
// in RFC 5802 section 3.
func verifier(password string) (string, error) {
	for _, b := range []byte(password) {
		if b < 0x20 || b > 0x7e {
			return "", errors.New("the password must be printable ASCII")
		}
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, scramIterations, sha256.Size)
	if err != nil {
		return "", err
	}
	clientKey := sign(salted, "Client Key")
	storedKey := sha256.Sum256(clientKey)
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", scramIterations, encode(salt), encode(storedKey[:]), encode(sign(salted, "Server Key"))), nil
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Package postgres opens Postgres and says what its errors mean for the message in hand.
//
// It knows nothing of Millrace's tables. SQL stands beside the code that uses it.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/millrace/millrace/shared/fault"
)

// connectTimeout bounds one attempt to connect, so that a host that swallows packets is noticed.
const connectTimeout = 5 * time.Second

// probeTimeout bounds the question whether a Postgres that did not answer in time answers at all.
const probeTimeout = 2 * time.Second

// tries is how often a transaction that lost against another is run in all.
const tries = 4

// Pool is a pool of connections; it is safe for concurrent use. Errors of the embedded methods are Postgres' own: pass
// them through [Fault]. Those of Ready and Tx have been.
type Pool struct {
	*pgxpool.Pool
}

// Open returns a pool for a URL as libpq takes it (postgres://user:password@host:port/database?sslmode=…). It does not
// connect: a database that is down now may be up when it is needed. Only a malformed URL is an error.
//
// The settings are Postgres' own, such as enable_seqscan=off, for every session of the pool; the URL's come first.
func Open(ctx context.Context, url string, settings ...string) (*Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the Postgres URL: %w", err) // pgx leaves the password out of its text
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectTimeout
	}
	for _, setting := range append(settings, "application_name=millrace") {
		name, value, _ := strings.Cut(setting, "=")
		if cfg.ConnConfig.RuntimeParams[name] == "" {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open Postgres: %w", err)
	}
	return &Pool{pool}, nil
}

// Ready reports whether Postgres takes writes now: nil, or a fault as [Fault] returns it. It is what a stage's probe asks.
func (p *Pool) Ready(ctx context.Context) error {
	var recovering, readOnly bool
	err := p.QueryRow(ctx, "select pg_is_in_recovery(), current_setting('default_transaction_read_only')::boolean").Scan(&recovering, &readOnly)
	if err != nil {
		return Fault(fmt.Errorf("ask Postgres: %w", err))
	}
	if recovering || readOnly {
		return down(fmt.Errorf("ask Postgres: it takes no writes (in recovery: %v, read-only: %v)", recovering, readOnly))
	}
	return nil
}

// Tx runs f in one transaction and commits when f returns nil. A transaction that Postgres ended in favour of another
// (deadlock, serialization) is run again, a few times, so f must have no effect but through tx. The error is a fault as
// [Fault] returns it.
func (p *Pool) Tx(ctx context.Context, f func(pgx.Tx) error) error {
	return p.persist(ctx, func() error { return pgx.BeginFunc(ctx, p.Pool, f) })
}

// Statement is SQL with what its parameters $1, $2, … stand for.
type Statement struct {
	SQL       string
	Arguments []any
}

// Batch runs statements as one transaction in one round trip, the begin and the commit included; in all else it is like
// [Pool.Tx]. Statements sent without a sync between them are one transaction (PostgreSQL manual, "Message Flow",
// Pipelining).
func (p *Pool) Batch(ctx context.Context, statements []Statement) error {
	return p.persist(ctx, func() error {
		batch := &pgx.Batch{} // can be sent once only
		for _, s := range statements {
			batch.Queue(s.SQL, s.Arguments...)
		}
		return p.SendBatch(ctx, batch).Close()
	})
}

// persist runs a transaction, again if it lost against another, and says what its error means.
func (p *Pool) persist(ctx context.Context, transaction func() error) error {
	var err error
	for range tries {
		err = transaction()
		if !lostToAnother(err) {
			break
		}
	}
	if err = Fault(err); fault.ClassOf(err) == fault.ClassTransient && errors.Is(err, context.DeadlineExceeded) {
		return p.blame(ctx, err)
	}
	return err
}

// blame finds out whether a deadline passed because Postgres hangs, which must not count against the message.
func (p *Pool) blame(ctx context.Context, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout)
	defer cancel()
	if p.Ready(ctx) != nil {
		return down(err)
	}
	return err
}

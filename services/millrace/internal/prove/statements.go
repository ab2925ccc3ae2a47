package prove

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// errNothingHit says that a fault found nothing to hit: at that moment nothing went on.
var errNothingHit = errors.New("nothing went on that it could hit")

const (
	// cancelWithin bounds the search for a statement to cancel.
	cancelWithin = 40 * time.Second
	// lockFor is how long statements are held up at most for being cancelled.
	lockFor = 3 * time.Second
)

// cancelStatements cancels statements that store events, as an administrator or a statement timeout would: it holds them up
// with a lock first, because they last milliseconds. It waits for a database that is down.
func (w *world) cancelStatements(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, cancelWithin)
	defer cancel()
	err := errNothingHit
	for {
		cancelled, now := w.cancelOnce(ctx)
		if cancelled > 0 {
			return nil
		}
		if now != nil && ctx.Err() == nil {
			err = now
		}
		if !pause(ctx, time.Second) {
			return err
		}
	}
}

// cancelOnce holds statements up once and returns how many it cancelled.
func (w *world) cancelOnce(ctx context.Context) (cancelled int, err error) {
	tx, err := w.pool.Begin(ctx)
	if err != nil {
		return 0, fmt.Errorf("hold up statements: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // nothing was written; a lost connection ends it too
	if _, err := tx.Exec(ctx, "lock table millrace.events in exclusive mode"); err != nil {
		return 0, fmt.Errorf("hold up statements: %w", err)
	}
	for until := time.Now().Add(lockFor); cancelled == 0 && time.Now().Before(until) && pause(ctx, 20*time.Millisecond); {
		rows, err := tx.Query(ctx, `select pg_cancel_backend(pid) from pg_stat_activity
			where wait_event_type = 'Lock' and datname = current_database() and pid <> pg_backend_pid()`)
		if err != nil {
			return 0, fmt.Errorf("cancel statements: %w", err)
		}
		hits, err := pgx.CollectRows(rows, pgx.RowTo[bool])
		if err != nil {
			return 0, fmt.Errorf("cancel statements: %w", err)
		}
		cancelled = len(hits)
	}
	return cancelled, nil
}

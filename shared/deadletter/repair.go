package deadletter

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/postgres"
)

// ErrNotOpen says that a letter is not open, or has changed since it was read.
var ErrNotOpen = errors.New("the dead letter is not open any more, or was changed meanwhile")

// Discard closes letters that nobody will replay, with a reason, and returns the ids of those that it closed: open ones, and
// those of which an ended replay had no word. by is who does it: user@host.
func (s *Store) Discard(ctx context.Context, ids []string, reason, by string) ([]string, error) {
	closed, err := s.change(ctx, ids, `with changed as (
			update millrace.dead_letters l set state = 'discarded', closed_at = now(), closed_by = $2, reason = $3
			where dead_letter_id = any($1) and (state = 'open' or state = 'replaying' and not `+held+`) returning dead_letter_id)
		insert into millrace.dead_letter_history (dead_letter_id, what, actor, detail)
		select dead_letter_id, 'discarded', $2, $3 from changed returning dead_letter_id`, by, reason)
	if err != nil {
		return nil, fmt.Errorf("discard dead letters: %w", err)
	}
	return closed, nil
}

// Reopen undoes [Store.Discard] and returns the ids of the letters that are open again.
func (s *Store) Reopen(ctx context.Context, ids []string, reason, by string) ([]string, error) {
	opened, err := s.change(ctx, ids, `with changed as (
			update millrace.dead_letters set state = 'open', closed_at = null, closed_by = null, reason = null
			where dead_letter_id = any($1) and state = 'discarded' returning dead_letter_id)
		insert into millrace.dead_letter_history (dead_letter_id, what, actor, detail)
		select dead_letter_id, 'reopened', $2, $3 from changed returning dead_letter_id`, by, reason)
	if err != nil {
		return nil, fmt.Errorf("open dead letters again: %w", err)
	}
	return opened, nil
}

func (s *Store) change(ctx context.Context, ids []string, sql, by, reason string) ([]string, error) {
	var changed []string
	err := s.pool.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "select from millrace.dead_letters where dead_letter_id = any($1) order by dead_letter_id for update", ids)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sql, ids, postgres.Text(by), optional(postgres.Text(reason)))
		if err != nil {
			return err
		}
		changed, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return changed, err
}

// Edit replaces the payload of an open letter, if it still is what was read; the payload with which it died is kept. difference
// goes into the history, for people. The error wraps [ErrNotOpen] or is a fault. Whether the payload fits its topic is for
// the caller to see.
func (s *Store) Edit(ctx context.Context, id string, read, edited []byte, difference, by string) error {
	rows, err := postgres.Collect[struct{ ID string }](ctx, s.pool, `with changed as (
			update millrace.dead_letters set body = $3, original_body = coalesce(original_body, body)
			where dead_letter_id = $1 and state = 'open' and body = $2 returning dead_letter_id)
		insert into millrace.dead_letter_history (dead_letter_id, what, actor, detail)
		select dead_letter_id, 'edited', $4, $5 from changed returning dead_letter_id as id`,
		id, read, edited, postgres.Text(by), postgres.Text(difference))
	if err == nil && len(rows) == 0 {
		err = ErrNotOpen
	}
	if err != nil {
		return fmt.Errorf("edit the dead letter %s: %w", id, err)
	}
	return nil
}

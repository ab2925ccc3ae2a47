package backfill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/postgres"
)

// States of a back-fill.
const (
	stateRunning = "running"
	stateDone    = "done"
)

const storeTimeout = 10 * time.Second

// position is where a back-fill stands. It holds the lock of its group and topic on the connection that it stores by: with
// the connection the lock is lost, and then nothing can be stored either.
type position struct {
	conn *postgres.Lock
	row  row
}

type row struct {
	Span
	ID        string `db:"backfill_id"`
	Selection string `db:"selection"`
	Next      int64  `db:"next_offset"`
	Sent      int64  `db:"sent"`
	Gone      int64  `db:"gone"`
}

// lock takes the lock of a group and topic; [ErrBusy] says that another program holds it.
func lock(ctx context.Context, pool *postgres.Pool, topic, group string) (*position, error) {
	l, ok, err := pool.TryLock(ctx, "backfill "+topic+" "+group)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s from %s", ErrBusy, group, topic)
	}
	if err != nil {
		return nil, err
	}
	return &position{conn: l}, nil
}

// unfinished looks for a back-fill to go on with. One that asked for another range is an error, unless it is to be replaced.
func (p *position) unfinished(ctx context.Context, r Request) (bool, error) {
	rows, err := p.conn.Query(ctx, `select backfill_id, selection, from_time, to_time, first_offset, next_offset, end_offset, sent, gone, reaches
		from millrace.backfills where topic = $1 and consumer_group = $2 and state = $3`, r.Topic, r.Group, stateRunning)
	if err == nil {
		p.row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, postgres.Fault(fmt.Errorf("look for an unfinished back-fill: %w", err))
	case r.Restart:
		return false, p.exec(ctx, "update millrace.backfills set state = 'replaced', finished_at = now() where backfill_id = $1", p.row.ID)
	case p.row.Selection != r.Selection:
		return false, fmt.Errorf("an unfinished back-fill of %s from %s asked for %s, not for %s: ask for the same to go on with it, or begin anew with --restart",
			r.Group, r.Topic, described(p.row.Selection), described(r.Selection))
	}
	return true, nil
}

func described(selection string) string {
	if selection == "" {
		return "everything"
	}
	return selection
}

// begin puts a new back-fill on record.
func (p *position) begin(ctx context.Context, r Request, span Span, id string) error {
	p.row = row{ID: id, Selection: r.Selection, Span: span, Next: span.First}
	return p.exec(ctx, `insert into millrace.backfills
			(backfill_id, topic, consumer_group, selection, from_time, to_time, first_offset, next_offset, end_offset, reaches, created_by)
		values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10)`,
		id, r.Topic, r.Group, r.Selection, span.From, span.To, span.First, span.End, span.Reaches, r.By)
}

// next returns the offset of the first message that has not been passed.
func (p *position) next() int64 { return p.row.Next }

// pass moves on in memory; [position.store] makes it last.
func (p *position) pass(next int64) { p.row.Next = next }

// store puts on record that everything before the position is in the group's queue. It outlives an interruption: what was
// sent need not be sent again.
func (p *position) store(ctx context.Context, sent, gone int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return p.exec(ctx, "update millrace.backfills set next_offset = $2, sent = $3, gone = $4, updated_at = now() where backfill_id = $1",
		p.row.ID, p.row.Next, sent, gone)
}

func (p *position) finish(ctx context.Context) error {
	return p.exec(ctx, "update millrace.backfills set state = 'done', finished_at = now(), updated_at = now() where backfill_id = $1", p.row.ID)
}

func (p *position) exec(ctx context.Context, sql string, args ...any) error {
	if _, err := p.conn.Exec(ctx, sql, args...); err != nil {
		return postgres.Fault(fmt.Errorf("store the back-fill's position: %w", err))
	}
	return nil
}

// into fills in what the record says.
func (p *position) into(r *Result) {
	r.ID, r.Messages, r.Gone = p.row.ID, p.row.Sent, p.row.Gone
	r.From, r.To, r.First, r.End, r.Next = p.row.From, p.row.To, p.row.First, p.row.End, p.row.Next
	r.Reaches, r.OldestAt = p.row.Reaches, p.row.oldest
}

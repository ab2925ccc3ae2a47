package deadletter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// errTakenOver says that another program runs this replay now.
var errTakenOver = errors.New("another program has taken the replay over")

// claimed is a letter that one runner alone may send now.
type claimed struct {
	ID        string            `db:"dead_letter_id"`
	MessageID string            `db:"message_id"`
	Queue     string            `db:"queue"`
	Metadata  map[string]string `db:"metadata"`
	Body      []byte            `db:"body"`
}

// message returns what is sent: the letter as it first came to the group, without what was noted while it died, and with the
// ids by which its outcome is recognised.
func (c claimed) message(replay string) broker.Message {
	metadata := maps.Clone(c.Metadata)
	maps.DeleteFunc(metadata, func(key, _ string) bool {
		return strings.HasPrefix(key, "dead_") || strings.HasPrefix(key, "amqp_") || key == event.KeyAttempt || key == event.KeyAttemptLog
	})
	metadata[event.KeyReplay], metadata[event.KeyDeadLetter] = replay, c.ID
	return broker.Message{ID: c.MessageID, Metadata: metadata, Body: c.Body}
}

// candidate is a letter that is locked, and what decides whether it may be sent.
type candidate struct {
	claimed
	State    string `db:"state"`
	Replay   string `db:"replay_id"`
	ClosedBy string `db:"closed_by"`
	Item     string `db:"item"`
	Sends    int64  `db:"sends"`
	Chosen   int64  `db:"chosen"` // Sends when it was chosen
}

// refusal returns why the letter may not be sent by the replay; empty when it may.
func (c candidate) refusal(replay string) string {
	switch {
	case c.State == StateResolved:
		return "it was handled meanwhile"
	case c.State == StateDiscarded:
		return "it was discarded by " + c.ClosedBy
	case c.Replay == replay:
		return "" // in hand when this replay's program died
	case c.Sends != c.Chosen:
		return "the replay " + c.Replay + " sent it meanwhile"
	}
	return ""
}

// claim takes the next letters of a replay, at most limit and none of the named queues: each is in the hands of this replay,
// and of no other, before it returns. Letters that somebody else has dealt with are skipped, with why. at is the
// database's time. none is true when nothing waits any more.
func (s *Store) claim(ctx context.Context, replay, runner string, limit int, not []string) (taken []claimed, at time.Time, none bool, err error) {
	err = s.pool.Tx(ctx, func(tx pgx.Tx) error {
		taken, none = nil, false // it may run again
		rows, err := tx.Query(ctx, `select i.dead_letter_id from millrace.replay_items i join millrace.dead_letters l using (dead_letter_id)
			where i.replay_id = $1 and i.state = 'waiting' and l.queue <> all($3) order by i.ordinal limit $2`, replay, limit, not)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if none = len(ids) == 0; none {
			return nil
		}
		candidates, now, err := lockCandidates(ctx, tx, replay, runner, ids)
		if err != nil {
			return err
		}
		at = now
		var mine, others, why []string
		for _, c := range candidates {
			switch refusal := c.refusal(replay); {
			case c.Item != ItemWaiting:
			case refusal != "":
				others, why = append(others, c.ID), append(why, refusal)
			default:
				mine, taken = append(mine, c.ID), append(taken, c.claimed)
			}
		}
		return take(ctx, tx, replay, mine, others, why)
	})
	if err != nil {
		return nil, at, false, fmt.Errorf("take dead letters for sending: %w", err)
	}
	return taken, at, none, nil
}

// lockCandidates locks the letters in the order of their ids, and then reads them: what another replay did meanwhile is seen.
func lockCandidates(ctx context.Context, tx pgx.Tx, replay, runner string, ids []string) ([]candidate, time.Time, error) {
	var at time.Time
	_, err := tx.Exec(ctx, "select from millrace.dead_letters where dead_letter_id = any($1) order by dead_letter_id for update", ids)
	if err != nil {
		return nil, at, err
	}
	err = tx.QueryRow(ctx, "select clock_timestamp() from millrace.replays where replay_id = $1 and runner = $2 and state = 'running' for share", replay, runner).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, at, errTakenOver
	}
	if err != nil {
		return nil, at, err
	}
	candidates, err := postgres.Collect[candidate](ctx, tx, `select l.dead_letter_id, l.message_id, l.queue, l.metadata, l.body, l.state,
			coalesce(l.replay_id, '') as replay_id, coalesce(l.closed_by, '') as closed_by, i.state as item, l.sends,
			i.sends as chosen
		from millrace.dead_letters l join millrace.replay_items i on i.dead_letter_id = l.dead_letter_id and i.replay_id = $1
		where l.dead_letter_id = any($2) order by i.ordinal`, replay, ids)
	return candidates, at, err
}

// take notes which letters are in this replay's hands now, and which never will be.
func take(ctx context.Context, tx pgx.Tx, replay string, mine, others, why []string) error {
	if len(mine) > 0 {
		_, err := tx.Exec(ctx, `update millrace.dead_letters set state = 'replaying', replay_id = $1, sends = sends + 1 where dead_letter_id = any($2)`, replay, mine)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update millrace.replay_items set state = 'sending' where replay_id = $1 and dead_letter_id = any($2)", replay, mine)
		if err != nil {
			return err
		}
	}
	if len(others) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `update millrace.replay_items i set state = 'skipped', settled_at = now(), detail = u.why
		from unnest($2::text[], $3::text[]) u (id, why) where i.replay_id = $1 and i.dead_letter_id = u.id`, replay, others, why)
	return err
}

// sent notes that the broker has confirmed letters. The outcome may be known already.
func (s *Store) sent(ctx context.Context, replay, by string, at time.Time, ids []string) error {
	err := s.pool.Batch(ctx, []postgres.Statement{
		{SQL: `insert into millrace.dead_letter_history (dead_letter_id, at, what, actor, replay_id)
			select id, $3, 'sent', $4, $1 from unnest($2::text[]) id`, Arguments: []any{replay, ids, at, by}},
		{SQL: `update millrace.replay_items set state = case state when 'sending' then 'sent' else state end, sent_at = now()
			where replay_id = $1 and dead_letter_id = any($2)`, Arguments: []any{replay, ids}},
	})
	if err != nil {
		return fmt.Errorf("record that dead letters were sent: %w", err)
	}
	return nil
}

// release gives letters back that could not be sent.
func (s *Store) release(ctx context.Context, replay string, ids []string) error {
	ids = slices.Sorted(slices.Values(ids))
	err := s.pool.Batch(ctx, []postgres.Statement{
		{SQL: `update millrace.dead_letters set state = 'open' where dead_letter_id = any($2) and state = 'replaying' and replay_id = $1`,
			Arguments: []any{replay, ids}},
		{SQL: `update millrace.replay_items set state = 'waiting' where replay_id = $1 and dead_letter_id = any($2) and state = 'sending'`,
			Arguments: []any{replay, ids}},
	})
	if err != nil {
		return fmt.Errorf("give dead letters back: %w", err)
	}
	return nil
}

package deadletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/postgres"
)

// States of a replay.
const (
	ReplayRunning = "running"
	ReplayDone    = "done"    // everything was sent, and settled or waited for long enough
	ReplayStopped = "stopped" // before everything was sent
)

// Outcomes of a replay's letters.
const (
	ItemWaiting = "waiting" // not sent
	ItemSending = "sending" // claimed; whether it reached the queue is not known
	ItemSent    = "sent"    // in the queue; no word of it yet
	ItemDone    = "done"    // handled
	ItemFailed  = "failed"  // given up on again
	ItemSkipped = "skipped" // somebody else had dealt with it
)

const (
	// silence is how long the program of a running replay may say nothing before others take it for dead; heard is the moment
	// before which it must have spoken.
	silence = time.Minute
	heard   = `now() - interval '1 minute'`

	// held is the condition that the letter l belongs to a replay whose program is alive.
	held = `exists (select from millrace.replays h where h.replay_id = l.replay_id and h.state = 'running' and h.heartbeat_at > ` + heard + `)`
)

// Plan is a replay to be: the frozen set of its letters, and how they are sent.
type Plan struct {
	Selection   Filter   // what was asked for, for the record
	Letters     []Letter // as [Store.Sendable] returned them, in the order in which they are sent
	Canary      int      // how many are sent first and waited for; 0 for none
	Rate        float64  // letters per second at most
	MaxFailures float64  // share of failures among the settled, 0 to 1, above which it stops
	By          string   // who: user@host
}

// Validate reports what is wrong with the plan.
func (p Plan) Validate() error {
	switch {
	case p.Canary < 0:
		return errors.New("the number of canaries is negative")
	case !(p.Rate > 0):
		return errors.New("the rate must be greater than 0 per second")
	case !(p.MaxFailures >= 0 && p.MaxFailures <= 1):
		return errors.New("the share of failures is not between 0 and 1")
	}
	return nil
}

// Sendable returns the letters of f that a replay may send, those that died first first. They are the open ones, and those
// that a replay had in hand when its program died. Where f names ids or the state "replaying", they are also those that a
// replay sent that has ended, and of which there never was word.
func (s *Store) Sendable(ctx context.Context, f Filter) ([]Letter, error) {
	lost := `exists (select from millrace.replay_items i where i.replay_id = l.replay_id and i.dead_letter_id = l.dead_letter_id and i.state = 'sending')`
	if f.IDs != nil || f.State == StateReplaying {
		lost = "true"
	}
	where, args := f.conditions()
	letters, err := postgres.Collect[Letter](ctx, s.pool, fmt.Sprintf(`select %s%s
		where %s and (l.state = 'open' or l.state = 'replaying' and not %s and %s) order by l.died_at, l.dead_letter_id`,
		letterColumns, letterTables, where, held, lost), args...)
	if err != nil {
		return nil, fmt.Errorf("choose dead letters: %w", err)
	}
	return letters, nil
}

// Replay is a replay and how it stands.
type Replay struct {
	ID          string     `json:"replay_id" db:"replay_id"`
	State       string     `json:"state" db:"state"`
	Stopped     string     `json:"stopped,omitempty" db:"stopped"` // why
	Selection   Filter     `json:"selection" db:"selection"`
	Total       int64      `json:"total" db:"total"`
	Canary      int64      `json:"canary" db:"canary"`
	Rate        float64    `json:"rate" db:"rate"` // letters per second at most
	MaxFailures float64    `json:"max_failures" db:"max_failures"`
	CreatedAt   time.Time  `json:"created_at" db:"created_at"`
	CreatedBy   string     `json:"created_by" db:"created_by"`
	HeartbeatAt time.Time  `json:"heartbeat_at" db:"heartbeat_at"`
	FinishedAt  *time.Time `json:"finished_at,omitempty" db:"finished_at"`
	Alive       bool       `json:"alive" db:"alive"` // whether its program was heard of lately
	Counts
}

// Counts says how many of a replay's letters are in which state.
type Counts struct {
	Waiting int64 `json:"waiting" db:"waiting"`
	Sending int64 `json:"sending" db:"sending"`
	Sent    int64 `json:"sent" db:"sent"` // no word yet
	Done    int64 `json:"done" db:"done"`
	Failed  int64 `json:"failed" db:"failed"`
	Skipped int64 `json:"skipped" db:"skipped"`
}

// settled is how many outcomes are known.
func (c Counts) settled() int64 { return c.Done + c.Failed }

// outstanding is how many letters may be in a queue.
func (c Counts) outstanding() int64 { return c.Sending + c.Sent }

const countColumns = `count(*) filter (where i.state = 'waiting') as waiting, count(*) filter (where i.state = 'sending') as sending,
	count(*) filter (where i.state = 'sent') as sent, count(*) filter (where i.state = 'done') as done,
	count(*) filter (where i.state = 'failed') as failed, count(*) filter (where i.state = 'skipped') as skipped`

const replayColumns = `r.replay_id, r.state, coalesce(r.stopped, '') as stopped, r.selection, r.total, r.canary, r.rate, r.max_failures,
	r.created_at, r.created_by, r.heartbeat_at, r.finished_at,
	r.state = 'running' and r.heartbeat_at > ` + heard + ` as alive, c.*
	from millrace.replays r cross join lateral (
		select ` + countColumns + ` from millrace.replay_items i where i.replay_id = r.replay_id) c`

// Replays lists replays, the latest first, at most limit.
func (s *Store) Replays(ctx context.Context, limit int) ([]Replay, error) {
	replays, err := postgres.Collect[Replay](ctx, s.pool, "select "+replayColumns+" order by r.created_at desc, r.replay_id limit $1", limit)
	if err != nil {
		return nil, fmt.Errorf("list replays: %w", err)
	}
	return replays, nil
}

// GetReplay returns one replay by its whole id. The error wraps [ErrNotFound] or is a fault.
func (s *Store) GetReplay(ctx context.Context, id string) (Replay, error) {
	replays, err := postgres.Collect[Replay](ctx, s.pool, "select "+replayColumns+" where r.replay_id = $1", id)
	if err == nil && len(replays) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Replay{}, fmt.Errorf("read the replay %s: %w", id, err)
	}
	return replays[0], nil
}

// Item is one letter of a replay with its outcome.
type Item struct {
	ID         string     `json:"dead_letter_id" db:"dead_letter_id"`
	State      string     `json:"state" db:"state"`
	DocumentID string     `json:"document_id,omitempty" db:"document_id"`
	Document   string     `json:"document,omitempty" db:"document"` // its name
	Stage      string     `json:"stage" db:"stage"`
	SentAt     *time.Time `json:"sent_at,omitempty" db:"sent_at"`
	SettledAt  *time.Time `json:"settled_at,omitempty" db:"settled_at"`
	Detail     string     `json:"detail,omitempty" db:"detail"` // the new error; why it was skipped
}

// Items returns the letters of a replay in the order of sending.
func (s *Store) Items(ctx context.Context, replay string) ([]Item, error) {
	items, err := postgres.Collect[Item](ctx, s.pool, `select i.dead_letter_id, i.state, coalesce(l.document_id, '') as document_id,
			coalesce(d.name, '') as document, l.stage, i.sent_at, i.settled_at, coalesce(i.detail, '') as detail
		from millrace.replay_items i join millrace.dead_letters l using (dead_letter_id)
		left join public.documents d on d.document_id = l.document_id
		where i.replay_id = $1 order by i.ordinal`, replay)
	if err != nil {
		return nil, fmt.Errorf("read the letters of the replay %s: %w", replay, err)
	}
	return items, nil
}

// freeze writes down a plan as a running replay; its set never changes after that.
func (s *Store) freeze(ctx context.Context, p Plan, runner string) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id for the replay: %w", err)
	}
	selection, err := json.Marshal(p.Selection)
	if err != nil {
		return "", fmt.Errorf("record the replay: %w", err)
	}
	ids, sends := make([]string, len(p.Letters)), make([]int64, len(p.Letters))
	for i, l := range p.Letters {
		ids[i], sends[i] = l.ID, l.Sends
	}
	err = s.pool.Batch(ctx, []postgres.Statement{
		{SQL: `insert into millrace.replays (replay_id, selection, total, canary, rate, max_failures, created_by, runner)
			values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			Arguments: []any{id.String(), string(selection), len(ids), p.Canary, p.Rate, p.MaxFailures, postgres.Text(p.By), runner}},
		{SQL: `insert into millrace.replay_items (replay_id, dead_letter_id, ordinal, sends)
			select $1, u.id, u.n, u.sends from unnest($2::text[], $3::bigint[]) with ordinality u (id, sends, n)`,
			Arguments: []any{id.String(), ids, sends}},
	})
	if err != nil {
		return "", fmt.Errorf("record the replay: %w", err)
	}
	return id.String(), nil
}

// takeOver gives a replay that has stopped, or whose program died, to a new runner. What the old one had in hand waits again:
// sending it a second time is harmless.
func (s *Store) takeOver(ctx context.Context, id, runner string) error {
	taken := false
	err := s.pool.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update millrace.replays set state = 'running', runner = $2, heartbeat_at = now(), stopped = null, finished_at = null
			where replay_id = $1 and (state = 'stopped' or state = 'running' and heartbeat_at <= `+heard+`)`,
			id, runner)
		if err != nil {
			return err
		}
		if taken = tag.RowsAffected() == 1; !taken {
			return nil
		}
		_, err = tx.Exec(ctx, "update millrace.replay_items set state = 'waiting' where replay_id = $1 and state = 'sending'", id)
		return err
	})
	if err != nil {
		return fmt.Errorf("resume the replay %s: %w", id, err)
	}
	if taken {
		return nil
	}
	r, err := s.GetReplay(ctx, id)
	if err != nil {
		return err
	}
	if r.State == ReplayDone {
		return fmt.Errorf("the replay %s is done: there is nothing left to send", id)
	}
	return fmt.Errorf("the replay %s is run by %s and was heard of at %s; stop it there, or try again %v after it fell silent",
		id, r.CreatedBy, r.HeartbeatAt.Format(time.TimeOnly), silence)
}

// beat says that the runner is alive; lost is true when the replay is no longer its own.
func (s *Store) beat(ctx context.Context, id, runner string) (lost bool, err error) {
	tag, err := s.pool.Exec(ctx, "update millrace.replays set heartbeat_at = now() where replay_id = $1 and runner = $2 and state = 'running'", id, runner)
	if err != nil {
		return false, postgres.Fault(fmt.Errorf("keep the replay %s alive: %w", id, err))
	}
	return tag.RowsAffected() == 0, nil
}

// count returns how a replay stands.
func (s *Store) count(ctx context.Context, id string) (Counts, error) {
	counts, err := postgres.Collect[Counts](ctx, s.pool, "select "+countColumns+" from millrace.replay_items i where i.replay_id = $1", id)
	if err != nil {
		return Counts{}, fmt.Errorf("count the letters of the replay %s: %w", id, err)
	}
	return counts[0], nil
}

// finish ends the runner's replay; why is empty when it is done.
func (s *Store) finish(ctx context.Context, id, runner, why string) error {
	state := ReplayDone
	if why != "" {
		state = ReplayStopped
	}
	_, err := s.pool.Exec(ctx, `update millrace.replays set state = $3, stopped = $4, finished_at = now(), heartbeat_at = now()
		where replay_id = $1 and runner = $2 and state = 'running'`, id, runner, state, optional(postgres.Text(why)))
	if err != nil {
		return postgres.Fault(fmt.Errorf("record the end of the replay %s: %w", id, err))
	}
	return nil
}

package deadletter

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// Store is the tables of dead letters. It is safe for concurrent use, by several programs too.
type Store struct {
	pool *postgres.Pool
}

// NewStore returns a store on a database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

// Put stores deaths and returns one error per death. A death that is stored already changes nothing. The first death makes
// the letter; one that follows a replay opens it again and makes the replay's item failed. A letter that was resolved or
// discarded stays so, unless its message came again by another way than a replay and died after that.
func (s *Store) Put(ctx context.Context, deaths []Death) []error {
	return postgres.Split(deaths, func(deaths []Death) error {
		deaths = slices.Clone(deaths)
		slices.SortStableFunc(deaths, func(a, b Death) int { return cmp.Compare(a.Letter, b.Letter) }) // rows are locked in that order
		ids := make([]string, len(deaths))
		for i, d := range deaths {
			ids[i] = d.Letter
		}
		statements := []postgres.Statement{lock(ids)}
		for _, d := range deaths {
			put, err := putStatements(d)
			if err != nil {
				return fmt.Errorf("encode a dead letter: %w", err)
			}
			statements = append(statements, put...)
		}
		if err := s.pool.Batch(ctx, statements); err != nil {
			return fmt.Errorf("store dead letters: %w", err)
		}
		return nil
	})
}

// Settle stores that replayed letters were handled and returns one error per word. What is stored already changes nothing.
func (s *Store) Settle(ctx context.Context, words []event.Replayed) []error {
	return postgres.Split(words, func(words []event.Replayed) error {
		words = slices.Clone(words)
		slices.SortStableFunc(words, func(a, b event.Replayed) int { return cmp.Compare(a.DeadLetter, b.DeadLetter) })
		ids := make([]string, len(words))
		for i, w := range words {
			ids[i] = postgres.Text(w.DeadLetter)
		}
		statements := []postgres.Statement{lock(ids)}
		for _, w := range words {
			statements = append(statements, settleStatements(w)...)
		}
		if err := s.pool.Batch(ctx, statements); err != nil {
			return fmt.Errorf("store that dead letters were handled: %w", err)
		}
		return nil
	})
}

// lock makes transactions that tell of the same letters follow each other, also where a letter has no row yet. The ids are
// sorted, which keeps two transactions from waiting for one another.
func lock(ids []string) postgres.Statement {
	return postgres.Statement{
		SQL:       "select pg_advisory_xact_lock(hashtextextended('dead letter ' || id, 0)) from unnest($1::text[]) with ordinality u (id, n) order by n",
		Arguments: []any{slices.Compact(ids)},
	}
}

const (
	// The history tells whether the death is new; only then is anything changed. Of several deaths the latest describes the
	// letter. The payload stays as it is: it may have been edited since.
	sqlPut = `with new as (
			insert into millrace.dead_letter_history (dead_letter_id, at, what, actor, replay_id, detail, occurrence)
			values ($1, $2, case when $3::text is null then 'died' else 'died again' end, $4, $3, $5, $6)
			on conflict (occurrence) do nothing returning 1),
		settled as (
			select at, actor from millrace.dead_letter_history where dead_letter_id = $1 and what = 'resolved' order by history_id limit 1)
		insert into millrace.dead_letters as l (dead_letter_id, message_id, document_id, topic, consumer_group, queue, stage, class, kind,
			message, stack, fingerprint, pattern, attempts, attempt_log, first_died_at, died_at, metadata, body, shadow, replay_id,
			state, closed_at, closed_by)
		select $1, $7, $8, $9, $4, $10, $11, $12, $13, $5, $14, $15, $16, $17::bigint, $18::jsonb, $2, $2, $19::jsonb, $20, $21, $3,
			case when s.at is null then 'open' else 'resolved' end, s.at, s.actor
		from new left join settled s on true
		on conflict (dead_letter_id) do update set
			state = case when l.state = 'replaying' and l.replay_id = $3 or l.closed_at < excluded.died_at and $3 is null then 'open'
				else l.state end,
			closed_at = case when l.closed_at < excluded.died_at and $3 is null then null else l.closed_at end,
			closed_by = case when l.closed_at < excluded.died_at and $3 is null then null else l.closed_by end,
			reason = case when l.closed_at < excluded.died_at and $3 is null then null else l.reason end,
			deaths = l.deaths + 1,
			attempts = l.attempts + excluded.attempts,
			attempt_log = (
				select coalesce(jsonb_agg(a order by a ->> 'at'), '[]')
				from jsonb_array_elements(l.attempt_log || excluded.attempt_log) a),
			first_died_at = least(l.first_died_at, excluded.first_died_at),
			(died_at, class, kind, message, stack, fingerprint, pattern, metadata) = (
				select d.died_at, d.class, d.kind, d.message, d.stack, d.fingerprint, d.pattern, d.metadata
				from (values (l.died_at, l.class, l.kind, l.message, l.stack, l.fingerprint, l.pattern, l.metadata),
					(excluded.died_at, excluded.class, excluded.kind, excluded.message, excluded.stack, excluded.fingerprint,
						excluded.pattern, excluded.metadata)) d (died_at, class, kind, message, stack, fingerprint, pattern, metadata)
				order by d.died_at desc, d.message limit 1)`

	sqlFailed = `update millrace.replay_items set state = 'failed', settled_at = now(), detail = $3
		where replay_id = $1 and dead_letter_id = $2 and state not in ('done', 'failed')`

	sqlSettled = `with told as (
			insert into millrace.dead_letter_history (dead_letter_id, at, what, actor, replay_id, occurrence)
			values ($1, $2, 'resolved', $3, $4, $5) on conflict (occurrence) do nothing)
		update millrace.dead_letters set state = 'resolved', closed_at = $2, closed_by = $3, reason = null
		where dead_letter_id = $1 and state <> 'resolved'`

	sqlDone = `update millrace.replay_items set state = 'done', settled_at = now(), detail = null
		where replay_id = $1 and dead_letter_id = $2 and state <> 'done'`
)

func putStatements(d Death) ([]postgres.Statement, error) {
	log, err := json.Marshal(d.Log)
	if err != nil {
		return nil, err
	}
	metadata, err := json.Marshal(d.Metadata)
	if err != nil {
		return nil, err
	}
	fingerprint, pattern := Fingerprint(d.Stage, d.Class, d.Kind, d.Message)
	body := d.Body
	if body == nil {
		body = []byte{}
	}
	statements := []postgres.Statement{{SQL: sqlPut, Arguments: []any{
		d.Letter, d.At, optional(d.Replay), d.Group, d.Message, d.ID, d.MessageID, optional(d.DocumentID), d.Topic, d.Queue, d.Stage,
		d.Class, d.Kind, optional(d.Stack), fingerprint, pattern, d.Attempts, string(log), string(metadata), body, optional(d.Shadow),
	}}}
	if d.Replay != "" {
		statements = append(statements, postgres.Statement{SQL: sqlFailed, Arguments: []any{d.Replay, d.Letter, d.Message}})
	}
	return statements, nil
}

func settleStatements(w event.Replayed) []postgres.Statement {
	letter, replay := postgres.Text(w.DeadLetter), postgres.Text(w.Replay)
	sum := sha256.Sum256(fmt.Appendf(nil, "resolved %q %q", letter, replay))
	return []postgres.Statement{
		{SQL: sqlSettled, Arguments: []any{letter, w.At, postgres.Text(w.Group), replay, hex.EncodeToString(sum[:])}},
		{SQL: sqlDone, Arguments: []any{replay, letter}},
	}
}

// optional returns nil for "", which the database shows as null.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

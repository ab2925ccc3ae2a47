package query

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// Story is a document's [Detail] with what is known of its dead letters. Those of trial runs are left out.
type Story struct {
	Detail
	DeadLetters []DeadLetter `json:"dead_letters"` // in the order in which they first died
}

// DeadLetter is a message of the document that a consumer group gave up on.
type DeadLetter struct {
	ID        string          `json:"dead_letter_id" db:"dead_letter_id"`
	State     string          `json:"state" db:"state"` // open, replaying, resolved or discarded
	Stage     string          `json:"stage" db:"stage"`
	Topic     string          `json:"topic" db:"topic"`
	Group     string          `json:"consumer_group" db:"consumer_group"`
	Class     string          `json:"class" db:"class"`
	Kind      string          `json:"kind,omitempty" db:"kind"`
	Message   string          `json:"message" db:"message"`
	Deaths    int64           `json:"deaths" db:"deaths"` // 1, and one more for each replay that failed
	Attempts  int64           `json:"attempts" db:"attempts"`
	Log       []event.Attempt `json:"attempt_log" db:"attempt_log"` // oldest first
	DiedAt    time.Time       `json:"died_at" db:"died_at"`
	Reason    string          `json:"reason,omitempty" db:"reason"` // why it was discarded
	MessageID string          `json:"message_id" db:"message_id"`
	History   []Happening     `json:"history" db:"-"`
}

// Happening is something that happened to a dead letter.
type Happening struct {
	At     time.Time `json:"at" db:"at"`
	What   string    `json:"what" db:"what"` // died, died again, sent, resolved, edited, discarded or reopened
	Actor  string    `json:"actor,omitempty" db:"actor"`
	Replay string    `json:"replay_id,omitempty" db:"replay_id"`
	Detail string    `json:"detail,omitempty" db:"detail"`
}

// Explain returns the story of one document by its id or the beginning of it; errors are those of [Get].
func Explain(ctx context.Context, pool *postgres.Pool, id string) (Story, error) {
	d, err := Get(ctx, pool, id)
	s := Story{Detail: d}
	if err != nil {
		return s, err
	}
	s.DeadLetters, err = postgres.Collect[DeadLetter](ctx, pool, `select dead_letter_id, state, stage, topic, consumer_group, class, kind, message, deaths,
			attempts, attempt_log, died_at, coalesce(reason, '') as reason, message_id
		from millrace.dead_letters where document_id = $1 and shadow is null order by first_died_at, dead_letter_id`, d.ID)
	if err != nil {
		return s, fmt.Errorf("read the dead letters of document %s: %w", d.ID, err)
	}
	for i := range s.DeadLetters {
		l := &s.DeadLetters[i]
		l.History, err = postgres.Collect[Happening](ctx, pool, `select at, what, coalesce(actor, '') as actor, coalesce(replay_id, '') as replay_id, coalesce(detail, '') as detail
			from millrace.dead_letter_history where dead_letter_id = $1 order by at, history_id`, l.ID)
		if err != nil {
			return s, fmt.Errorf("read the history of dead letter %s: %w", l.ID, err)
		}
	}
	return s, nil
}

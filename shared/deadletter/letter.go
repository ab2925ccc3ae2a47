package deadletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

// States of a letter.
const (
	StateOpen      = "open"
	StateReplaying = "replaying" // sent again; the outcome is not known yet
	StateResolved  = "resolved"  // handled after a replay
	StateDiscarded = "discarded" // by a person, with a reason
)

// Letter is a dead letter at a glance. Empty strings and nil times stand for what is not known.
type Letter struct {
	ID          string     `json:"dead_letter_id" db:"dead_letter_id"`
	State       string     `json:"state" db:"state"`
	DocumentID  string     `json:"document_id,omitempty" db:"document_id"`
	Document    string     `json:"document,omitempty" db:"document"` // its name
	MessageID   string     `json:"message_id,omitempty" db:"message_id"`
	Topic       string     `json:"topic" db:"topic"`
	Group       string     `json:"consumer_group" db:"consumer_group"`
	Queue       string     `json:"queue" db:"queue"` // where a replay goes, without the installation's prefix
	Stage       string     `json:"stage" db:"stage"`
	Class       string     `json:"class" db:"class"`
	Kind        string     `json:"kind,omitempty" db:"kind"`
	Message     string     `json:"message" db:"message"` // the last error's text
	Fingerprint string     `json:"fingerprint" db:"fingerprint"`
	Deaths      int64      `json:"deaths" db:"deaths"`     // how often it was given up on
	Attempts    int64      `json:"attempts" db:"attempts"` // over all deaths
	FirstDiedAt time.Time  `json:"first_died_at" db:"first_died_at"`
	DiedAt      time.Time  `json:"died_at" db:"died_at"`
	Edited      bool       `json:"edited" db:"edited"`
	Shadow      string     `json:"trial_run,omitempty" db:"shadow"`
	Replay      string     `json:"replay_id,omitempty" db:"replay_id"` // that sent it last
	Sends       int64      `json:"sends" db:"sends"`                   // how often a replay has taken it
	ClosedAt    *time.Time `json:"closed_at,omitempty" db:"closed_at"`
	ClosedBy    string     `json:"closed_by,omitempty" db:"closed_by"`
	Reason      string     `json:"reason,omitempty" db:"reason"` // why it was discarded
}

const letterColumns = `l.dead_letter_id, l.state, coalesce(l.document_id, '') as document_id, coalesce(d.name, '') as document, l.message_id,
	l.topic, l.consumer_group, l.queue, l.stage, l.class, l.kind, l.message, l.fingerprint, l.deaths, l.attempts, l.first_died_at,
	l.died_at, l.original_body is not null as edited, coalesce(l.shadow, '') as shadow, coalesce(l.replay_id, '') as replay_id, l.sends,
	l.closed_at, coalesce(l.closed_by, '') as closed_by, coalesce(l.reason, '') as reason`

const letterTables = ` from millrace.dead_letters l left join public.documents d on d.document_id = l.document_id`

// Body is a payload, which need not be JSON or even text. As JSON it is the payload itself where that is JSON, else a
// string where it is text, else {"base64": …}.
type Body []byte

// MarshalJSON never fails.
func (b Body) MarshalJSON() ([]byte, error) {
	switch {
	case json.Valid(b):
		return b, nil
	case utf8.Valid(b):
		return json.Marshal(string(b))
	default:
		return json.Marshal(map[string][]byte{"base64": b})
	}
}

// Detail is all that is known of a letter. Lists are in the order in which things happened.
type Detail struct {
	Letter
	Pattern      string            `json:"pattern" db:"pattern"` // the error's text without what differs between documents
	Stack        string            `json:"stack,omitempty" db:"stack"`
	Log          []event.Attempt   `json:"attempt_log" db:"attempt_log"`
	Metadata     map[string]string `json:"metadata" db:"metadata"`
	Body         Body              `json:"payload" db:"body"`
	OriginalBody Body              `json:"original_payload,omitempty" db:"original_body"` // as it died, where it was edited since
	History      []Entry           `json:"history" db:"-"`
}

// Entry is something that happened to a letter.
type Entry struct {
	At     time.Time `json:"at" db:"at"`
	What   string    `json:"what" db:"what"` // died, died again, sent, resolved, edited, discarded or reopened
	Actor  string    `json:"actor,omitempty" db:"actor"`
	Replay string    `json:"replay_id,omitempty" db:"replay_id"`
	Detail string    `json:"detail,omitempty" db:"detail"`
}

// ErrNotFound says that no dead letter, or no replay, has the id.
var ErrNotFound = errors.New("not found")

// AmbiguousError says that several ids begin with what was given.
type AmbiguousError struct {
	Prefix     string
	Candidates []string // at most ten
}

// Error lists the candidates, one a line.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("several ids begin with %s; give more digits:\n  %s", e.Prefix, strings.Join(e.Candidates, "\n  "))
}

const (
	shortestPrefix = 4  // digits of an id that are enough to ask by
	mostCandidates = 10 // that an ambiguous id is answered with
)

var validPrefix = regexp.MustCompile(`^[0-9a-f-]+$`)

// Find returns the whole id of the letter whose id begins with prefix: at least four characters that no other id begins with.
// The error wraps [ErrNotFound], is an [*AmbiguousError], says what is wrong with the prefix, or is a fault.
func (s *Store) Find(ctx context.Context, prefix string) (string, error) {
	return s.find(ctx, "dead letter", "select dead_letter_id from millrace.dead_letters where starts_with(dead_letter_id, $1) order by 1 limit $2", prefix)
}

// FindReplay is [Store.Find] for replays.
func (s *Store) FindReplay(ctx context.Context, prefix string) (string, error) {
	return s.find(ctx, "replay", "select replay_id from millrace.replays where starts_with(replay_id, $1) order by 1 limit $2", prefix)
}

func (s *Store) find(ctx context.Context, what, sql, prefix string) (string, error) {
	prefix = strings.ToLower(strings.TrimSpace(prefix))
	if !validPrefix.MatchString(prefix) || len(prefix) < shortestPrefix {
		return "", fmt.Errorf("%q is not the id of a %s: give at least its first %d digits", prefix, what, shortestPrefix)
	}
	rows, err := s.pool.Query(ctx, sql, prefix, mostCandidates)
	if err != nil {
		return "", postgres.Fault(fmt.Errorf("find the %s %s: %w", what, prefix, err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	switch {
	case err != nil:
		return "", postgres.Fault(fmt.Errorf("find the %s %s: %w", what, prefix, err))
	case len(found) == 0:
		return "", fmt.Errorf("no %s begins with %s: %w", what, prefix, ErrNotFound)
	case len(found) > 1 && found[0] != prefix:
		return "", &AmbiguousError{Prefix: prefix, Candidates: found}
	}
	return found[0], nil
}

// Get returns one letter by its whole id, with its history. The error wraps [ErrNotFound] or is a fault.
func (s *Store) Get(ctx context.Context, id string) (Detail, error) {
	details, err := postgres.Collect[Detail](ctx, s.pool, "select "+letterColumns+`, l.pattern, coalesce(l.stack, '') as stack, l.attempt_log, l.metadata, l.body,
		l.original_body`+letterTables+" where l.dead_letter_id = $1", id)
	if err != nil {
		return Detail{}, fmt.Errorf("read the dead letter %s: %w", id, err)
	}
	if len(details) == 0 {
		return Detail{}, fmt.Errorf("read the dead letter %s: %w", id, ErrNotFound)
	}
	d := details[0]
	d.History, err = postgres.Collect[Entry](ctx, s.pool, `select at, what, coalesce(actor, '') as actor, coalesce(replay_id, '') as replay_id,
		coalesce(detail, '') as detail from millrace.dead_letter_history where dead_letter_id = $1 order by at, history_id`, id)
	if err != nil {
		return Detail{}, fmt.Errorf("read the history of the dead letter %s: %w", id, err)
	}
	return d, nil
}

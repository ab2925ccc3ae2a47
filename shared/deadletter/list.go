package deadletter

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/postgres"
)

// defaultLimit is how many letters a list has when the filter does not say.
const defaultLimit = 50

// Filter says which letters are meant. Zero fields do not filter, but for Shadow.
type Filter struct {
	IDs         []string  `json:"ids,omitempty"`
	Stage       string    `json:"stage,omitempty"`
	Class       string    `json:"class,omitempty"`
	Kind        string    `json:"kind,omitempty"`
	Fingerprint string    `json:"fingerprint,omitempty"` // or its beginning
	Document    string    `json:"document,omitempty"`    // id or its beginning
	State       string    `json:"state,omitempty"`
	Since       time.Time `json:"since,omitzero"`      // last died then or later
	Until       time.Time `json:"until,omitzero"`      // last died before
	Text        string    `json:"text,omitempty"`      // part of the error's text; case does not matter
	Shadow      string    `json:"trial_run,omitempty"` // letters of this trial run; empty for those of real work
	Limit       int       `json:"-"`                   // of a list; default 50
}

// conditions returns what follows "where", and its arguments.
func (f Filter) conditions() (string, []any) {
	conditions := []string{"true"}
	var args []any
	where := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	equal := func(column, value string) {
		if value != "" {
			where("l."+column+" = $%d", postgres.Text(value))
		}
	}
	if f.IDs != nil {
		where("l.dead_letter_id = any($%d)", f.IDs)
	} else {
		where("coalesce(l.shadow, '') = $%d", postgres.Text(f.Shadow))
	}
	equal("stage", f.Stage)
	equal("class", f.Class)
	equal("kind", f.Kind)
	equal("state", f.State)
	if f.Fingerprint != "" {
		where("starts_with(l.fingerprint, $%d)", postgres.Text(strings.ToLower(f.Fingerprint)))
	}
	if f.Document != "" {
		where("starts_with(l.document_id, $%d)", postgres.Text(strings.ToLower(strings.TrimPrefix(f.Document, "sha256:"))))
	}
	if !f.Since.IsZero() {
		where("l.died_at >= $%d", f.Since)
	}
	if !f.Until.IsZero() {
		where("l.died_at < $%d", f.Until)
	}
	if f.Text != "" {
		where("strpos(lower(l.message), lower($%d)) > 0", postgres.Text(f.Text))
	}
	return strings.Join(conditions, " and "), args
}

// List lists letters, the latest dead first.
func (s *Store) List(ctx context.Context, f Filter) ([]Letter, error) {
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}
	where, args := f.conditions()
	letters, err := postgres.Collect[Letter](ctx, s.pool, fmt.Sprintf("select %s%s where %s order by l.died_at desc, l.dead_letter_id limit %d",
		letterColumns, letterTables, where, f.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return letters, nil
}

// Group is the letters that died of the same.
type Group struct {
	Fingerprint string    `json:"fingerprint" db:"fingerprint"`
	Stage       string    `json:"stage" db:"stage"`
	Class       string    `json:"class" db:"class"`
	Kind        string    `json:"kind,omitempty" db:"kind"`
	Pattern     string    `json:"pattern" db:"pattern"`
	Letters     int64     `json:"letters" db:"letters"`
	Open        int64     `json:"open" db:"open"`
	Replaying   int64     `json:"replaying" db:"replaying"`
	Documents   int64     `json:"documents" db:"documents"`
	First       time.Time `json:"first_died_at" db:"first"`
	Last        time.Time `json:"last_died_at" db:"last"`
	Example     string    `json:"example" db:"example"` // id of the letter that died last
}

// Groups groups letters by fingerprint, the largest first.
func (s *Store) Groups(ctx context.Context, f Filter) ([]Group, error) {
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}
	where, args := f.conditions()
	groups, err := postgres.Collect[Group](ctx, s.pool, fmt.Sprintf(`select l.fingerprint, min(l.stage) as stage, min(l.class) as class, min(l.kind) as kind,
			min(l.pattern) as pattern, count(*) as letters, count(*) filter (where l.state = 'open') as open,
			count(*) filter (where l.state = 'replaying') as replaying, count(distinct l.document_id) as documents,
			min(l.first_died_at) as first, max(l.died_at) as last,
			(array_agg(l.dead_letter_id order by l.died_at desc, l.dead_letter_id))[1] as example
		from millrace.dead_letters l where %s group by l.fingerprint order by letters desc, last desc, l.fingerprint limit %d`, where, f.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("group dead letters: %w", err)
	}
	return groups, nil
}

// CountOpen returns how many letters of real work wait for a person, by the stage that gave up.
func (s *Store) CountOpen(ctx context.Context) (map[string]int64, error) {
	open := make(map[string]int64)
	// The view is enough, so that a look at the state needs no more rights than people have.
	rows, err := s.pool.Query(ctx, "select stage, count(*) from dead_letters where state = 'open' and trial_run is null group by stage")
	if err == nil {
		var stage string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&stage, &n}, func() error { open[stage] = n; return nil })
	}
	if err != nil {
		return nil, postgres.Fault(fmt.Errorf("count dead letters: %w", err))
	}
	return open, nil
}

// IDs returns the ids of all letters of f, whatever its limit, those that died first first.
func (s *Store) IDs(ctx context.Context, f Filter) ([]string, error) {
	where, args := f.conditions()
	rows, err := s.pool.Query(ctx, "select l.dead_letter_id from millrace.dead_letters l where "+where+" order by l.died_at, l.dead_letter_id", args...)
	if err != nil {
		return nil, postgres.Fault(fmt.Errorf("choose dead letters: %w", err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, postgres.Fault(fmt.Errorf("choose dead letters: %w", err))
	}
	return ids, nil
}

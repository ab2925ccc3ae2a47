// Package reprocess runs a stage again for chosen documents, on trial: with the version of the stage that runs now, into
// results that stay beside the current ones, so that one can look at what would change before it does.
//
// The running service does the work: its group's queue is sent the stage's input events, made again from Postgres and marked
// as belonging to the run. What comes of them goes to the shadow topic, and the sink keeps it with the run. Promoting
// publishes those results as ordinary events; discarding forgets them. The package knows the stages' inputs and outputs and
// how to compare two results, and nothing of how they are made.
package reprocess

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/rebuild"
)

// States of a run.
const (
	StateRunning   = "running"   // documents are out
	StateReady     = "ready"     // every document has its result or its failure
	StatePromoted  = "promoted"  // its results were published
	StateDiscarded = "discarded" // its results are gone
)

var (
	// ErrNotFound says that there is no run of that id.
	ErrNotFound = errors.New("no such run")
	// ErrBusy says that another program works on the run now.
	ErrBusy = errors.New("another program is working on this run")
)

// Run is one trial run and how far it is.
type Run struct {
	ID          string          `json:"run_id" db:"run_id"`
	Stage       string          `json:"stage" db:"stage"`
	State       string          `json:"state" db:"state"`
	Selection   json.RawMessage `json:"selection" db:"selection"` // as [Request.Selection]
	Rate        float64         `json:"rate" db:"rate"`           // documents per second at most; 0: no limit
	Total       int64           `json:"total" db:"total"`
	Waiting     int64           `json:"waiting" db:"waiting"`   // not sent yet
	Sent        int64           `json:"sent" db:"sent"`         // at the stage
	Done        int64           `json:"done" db:"done"`         // with a new result
	Failed      int64           `json:"failed" db:"failed"`     // the stage gave up on them
	Missing     int64           `json:"missing" db:"missing"`   // what the stage needs is not in Postgres
	Promoted    int64           `json:"promoted" db:"promoted"` // of those done
	OnlyChanged *bool           `json:"only_changed" db:"only_changed"`
	CreatedAt   time.Time       `json:"created_at" db:"created_at"`
	CreatedBy   string          `json:"created_by" db:"created_by"`
	ReadyAt     *time.Time      `json:"ready_at" db:"ready_at"`
	ClosedAt    *time.Time      `json:"closed_at" db:"closed_at"`
	ClosedBy    *string         `json:"closed_by" db:"closed_by"`
}

// Open returns how many documents have neither a result nor a failure yet.
func (r Run) Open() int64 { return r.Waiting + r.Sent }

// Request says what to run again.
type Request struct {
	Stage       string
	DocumentIDs []string // without duplicates, in the order of sending
	Selection   any      // how they were chosen, for the record; becomes JSON
	Rate        float64  // documents per second at most; 0: as fast as the broker takes them
	By          string   // who asks, for the record
}

// Runs are the trial runs of an instance. It is safe for concurrent use, also of several programs. Broker may be nil where
// nothing is sent.
type Runs struct {
	Broker *broker.Broker
	Pool   *postgres.Pool
}

// chunk is how many documents are in memory at once.
const chunk = 500

// Begin puts a run on record, with its documents and their current results as they are at this moment; nothing is sent yet.
// A document that lacks what the stage needs is part of it as missing.
func (r *Runs) Begin(ctx context.Context, request Request) (Run, error) {
	stage, err := StageNamed(request.Stage)
	if err != nil {
		return Run{}, err
	}
	if len(request.DocumentIDs) == 0 {
		return Run{}, errors.New("no documents to run again: the conditions match none")
	}
	selection, err := json.Marshal(request.Selection)
	if err != nil {
		return Run{}, fmt.Errorf("begin a run: %w", err)
	}
	id := strings.ToLower(rand.Text()[:8])
	err = r.Pool.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into millrace.reprocesses (run_id, stage, selection, total, rate, created_by) values ($1, $2, $3, $4, $5, $6)`,
			id, stage.Name, selection, len(request.DocumentIDs), request.Rate, request.By)
		first := 1
		for ids := range slices.Chunk(request.DocumentIDs, chunk) {
			if err == nil {
				err = freeze(ctx, tx, id, stage, ids, first)
			}
			first += len(ids)
		}
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("begin a run: %w", err)
	}
	return r.Get(ctx, id)
}

// frozen is a document as it joins a run.
type frozen struct {
	DocumentID    string          `json:"document_id"`
	Ordinal       int             `json:"ordinal"`
	State         string          `json:"state"`
	BeforeVersion *string         `json:"before_version"`
	BeforeEventID *string         `json:"before_event_id"`
	Before        json.RawMessage `json:"before"`
	Failure       *string         `json:"failure"`
}

// freeze adds documents to a run.
func freeze(ctx context.Context, tx pgx.Tx, run string, stage Stage, ids []string, first int) error {
	inputs, err := rebuild.Input(ctx, tx, stage.In, ids)
	if err != nil {
		return err
	}
	current, err := rebuild.Input(ctx, tx, stage.Out, ids)
	if err != nil {
		return err
	}
	rows := make([]frozen, len(ids))
	for i, id := range ids {
		rows[i] = frozen{DocumentID: id, Ordinal: first + i, State: "waiting"}
		if inputs[i].Missing != "" {
			rows[i].State, rows[i].Failure = "missing", &inputs[i].Missing
		}
		if now := current[i]; now.Missing == "" {
			version := now.Metadata[event.KeyStageVersion]
			rows[i].BeforeVersion, rows[i].BeforeEventID, rows[i].Before = &version, &now.ID, now.Body
		}
	}
	encoded, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into millrace.reprocess_documents
			(run_id, document_id, ordinal, state, before_version, before_event_id, before, failure, before_text_size)
		select $1, document_id, ordinal, state, before_version, before_event_id, before, failure,
			(select length(t.body) from millrace.texts t where t.layout_ref = new.before #>> '{layout,ref}' and $3)
		from json_populate_recordset(null::millrace.reprocess_documents, $2) new`, run, string(encoded), stage.Out == event.TopicParsed)
	return err
}

const runColumns = `select r.run_id, r.stage, r.state, r.selection, r.rate, r.total, r.only_changed, r.created_at, r.created_by,
		r.ready_at, r.closed_at, r.closed_by, n.*
	from millrace.reprocesses r, lateral (
		select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'sent') as sent,
			count(*) filter (where state = 'done') as done, count(*) filter (where state = 'failed') as failed,
			count(*) filter (where state = 'missing') as missing, count(promoted_at) as promoted
		from millrace.reprocess_documents d where d.run_id = r.run_id) n`

// Get returns a run; the error wraps [ErrNotFound] where there is none. A run whose last document has settled is ready from
// then on.
func (r *Runs) Get(ctx context.Context, id string) (Run, error) {
	_, err := r.Pool.Exec(ctx, `update millrace.reprocesses r set state = 'ready', ready_at = now()
		where run_id = $1 and state = 'running'
		  and not exists (select from millrace.reprocess_documents d where d.run_id = r.run_id and d.state in ('waiting', 'sent'))`, id)
	if err != nil {
		return Run{}, postgres.Fault(fmt.Errorf("read run %s: %w", id, err))
	}
	list, err := postgres.Collect[Run](ctx, r.Pool, runColumns+" where r.run_id = $1", id)
	if err != nil {
		return Run{}, fmt.Errorf("read run %s: %w", id, err)
	}
	if len(list) == 0 {
		return Run{}, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return list[0], nil
}

// List returns the latest runs, the latest first.
func (r *Runs) List(ctx context.Context, limit int) ([]Run, error) {
	list, err := postgres.Collect[Run](ctx, r.Pool, runColumns+" order by r.created_at desc, r.run_id limit $1", limit)
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	return list, nil
}

// Discard forgets the results of a run. Documents that are still at the stage are worked on, and what comes of them is
// dropped. A run of which something was promoted cannot be discarded.
func (r *Runs) Discard(ctx context.Context, id, by string) (Run, error) {
	lock, err := r.lock(ctx, id)
	if err != nil {
		return Run{}, err
	}
	defer lock.Release()
	run, err := r.Get(ctx, id)
	switch {
	case err != nil:
		return run, err
	case run.State == StatePromoted:
		return run, fmt.Errorf("run %s is promoted: its results are current; what they replaced is in the views versions and field_history", id)
	case run.Promoted > 0:
		return run, fmt.Errorf("%d results of run %s are promoted already: finish with --promote %s", run.Promoted, id, id)
	case run.State == StateDiscarded:
		return run, nil
	}
	err = r.Pool.Batch(ctx, []postgres.Statement{
		{SQL: "update millrace.reprocesses set state = 'discarded', closed_at = now(), closed_by = $2 where run_id = $1", Arguments: []any{id, by}},
		{SQL: "update millrace.reprocess_documents set payload = null, metadata = null, before = null where run_id = $1", Arguments: []any{id}},
	})
	if err != nil {
		return run, fmt.Errorf("discard run %s: %w", id, err)
	}
	return r.Get(ctx, id)
}

// lock makes sure that one program at a time works on a run.
func (r *Runs) lock(ctx context.Context, id string) (*postgres.Lock, error) {
	lock, ok, err := r.Pool.TryLock(ctx, "reprocess "+id)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrBusy, id)
	}
	return lock, err
}

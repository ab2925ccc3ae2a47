package reprocess

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pace"
	"github.com/millrace/millrace/shared/postgres"
)

// Promote publishes the results of a run, or only those that differ from what was current when it began, as ordinary events:
// the sink stores them as the current ones, and the stages behind go on from them. They keep their ids and versions; their time
// is now, so that they win over what is there. What they replace stays in the database under its version, except where the
// version is the same: there they take its place.
//
// Promoting a promoted run does nothing. An interrupted promotion is gone on with by calling it again; a result may be
// published twice then, which consumers see as the same event twice. progress may be nil. The error is as that of
// [Runs.Work].
func (r *Runs) Promote(ctx context.Context, id string, onlyChanged bool, by string, progress func(Progress)) (Run, error) {
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
		return run, nil
	case run.State == StateDiscarded:
		return run, fmt.Errorf("run %s was discarded; its results are gone", id)
	case run.State == StateRunning:
		return run, fmt.Errorf("%d of %d documents of run %s have no result yet: wait for them with --resume %s", run.Open(), run.Total, id, id)
	}
	if err := r.exec(ctx, "update millrace.reprocesses set only_changed = $2 where run_id = $1", id, onlyChanged); err != nil {
		return run, err
	}
	if err := r.publishAll(ctx, run, onlyChanged, progress); err != nil {
		return run, err
	}
	if err := r.exec(ctx, "update millrace.reprocesses set state = 'promoted', closed_at = now(), closed_by = $2 where run_id = $1", id, by); err != nil {
		return run, err
	}
	return r.Get(ctx, id)
}

// publishAll publishes what was not published yet.
func (r *Runs) publishAll(ctx context.Context, run Run, onlyChanged bool, progress func(Progress)) error {
	stage, err := StageNamed(run.Stage)
	if err != nil {
		return err
	}
	p := pace.Pace{PerSecond: run.Rate}
	for after := int64(0); ; {
		page, err := postgres.Collect[result](ctx, r.Pool, resultColumns+` and d.ordinal > $2 and d.state = 'done' and d.promoted_at is null
			order by d.ordinal limit $3`, run.ID, after, p.Batch(mostAtOnce))
		if err != nil {
			return fmt.Errorf("read run %s: %w", run.ID, err)
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].Ordinal
		var ids []string
		for _, one := range page {
			if all, isNew := one.changes(stage); isNew || changed(all) || !onlyChanged {
				ids = append(ids, one.DocumentID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if err := p.Wait(ctx, len(ids)); err != nil {
			return fault.Interrupted(err)
		}
		tell := func(away bool) error {
			if progress != nil {
				progress(Progress{Run: run, Away: away})
			}
			return nil
		}
		if err := r.publishSome(ctx, run, stage, ids, tell); err != nil {
			return err
		}
		run.Promoted += int64(len(ids))
		_ = tell(false)
	}
}

// publishSome publishes results and notes it once the broker has confirmed them.
func (r *Runs) publishSome(ctx context.Context, run Run, stage Stage, ids []string, tell func(away bool) error) error {
	stored, err := postgres.Collect[struct {
		EventID  string            `db:"event_id"`
		Payload  json.RawMessage   `db:"payload"`
		Metadata map[string]string `db:"metadata"`
	}](ctx, r.Pool, `select event_id, payload, metadata from millrace.reprocess_documents
		where run_id = $1 and document_id = any($2) order by ordinal`, run.ID, ids)
	if err != nil {
		return fmt.Errorf("read run %s: %w", run.ID, err)
	}
	messages := make([]broker.Message, len(stored))
	for i, s := range stored {
		e := event.ParseEnvelope(s.Metadata)
		e.Shadow, e.Attempt, e.Replay, e.DeadLetter = "", 0, "", ""
		e.Time, e.Started = time.Now(), time.Time{} // the work was done long before
		messages[i] = broker.Message{ID: s.EventID, Metadata: e.Metadata(), Body: s.Payload}
	}
	err = patiently(ctx, func() error { return tell(true) }, func() error { return r.Broker.Send(ctx, stage.Out, messages...) })
	if err != nil {
		return fmt.Errorf("publish the results of run %s: %w", run.ID, err)
	}
	return r.exec(ctx, "update millrace.reprocess_documents set promoted_at = now() where run_id = $1 and document_id = any($2)", run.ID, ids)
}

func (r *Runs) exec(ctx context.Context, sql string, args ...any) error {
	if _, err := r.Pool.Exec(ctx, sql, args...); err != nil {
		return postgres.Fault(fmt.Errorf("note the progress of a run: %w", err))
	}
	return nil
}

package reprocess

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/pace"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/rebuild"
)

const (
	mostAtOnce = 100 // messages sent at once
	lookPause  = 500 * time.Millisecond
	tellPause  = lookPause / 2
	downPause  = time.Second
)

// Progress is how far a run is.
type Progress struct {
	Run
	// Idle says that nobody consumes the stage's queue: the service is not running.
	Idle bool
	// Away says that the broker is away and waited for.
	Away bool
}

// Work sends what has not been sent of a run and waits until every document has its result or its failure. progress, which
// may be nil, is called now and then from this goroutine. An interrupted run is gone on with by calling Work again; sending a
// document twice does no harm, its message has the same id. The error wraps [broker.ErrNoQueue] where the service has never
// run, [ErrNotFound] or [ErrBusy]; else it is a fault.
func (r *Runs) Work(ctx context.Context, id string, progress func(Progress)) (Run, error) {
	lock, err := r.lock(ctx, id)
	if err != nil {
		return Run{}, err
	}
	defer lock.Release()
	run, err := r.Get(ctx, id)
	if err != nil || run.State != StateRunning {
		return run, err
	}
	stage, err := StageNamed(run.Stage)
	if err != nil {
		return run, err
	}
	var told time.Time
	tell := func(idle, away bool) error {
		if time.Since(told) < tellPause {
			return nil // counting takes longer than sending
		}
		told = time.Now()
		var err error
		if run, err = r.Get(ctx, id); err == nil && progress != nil {
			progress(Progress{Run: run, Idle: idle, Away: away})
		}
		return err
	}
	if err := r.sendAll(ctx, run, stage, tell); err != nil {
		return run, err
	}
	for {
		idle, err := r.idle(ctx, stage)
		if err == nil {
			err = tell(idle, false)
		}
		if err != nil || run.Open() == 0 {
			return run, err
		}
		if err := pace.Sleep(ctx, lookPause); err != nil {
			return run, fault.Interrupted(err)
		}
	}
}

// sendAll sends the documents of a run that were not sent yet.
func (r *Runs) sendAll(ctx context.Context, run Run, stage Stage, tell func(idle, away bool) error) error {
	p := pace.Pace{PerSecond: run.Rate}
	for {
		next, err := postgres.Collect[struct {
			ID string `db:"document_id"`
		}](ctx, r.Pool, `select document_id from millrace.reprocess_documents where run_id = $1 and state = 'waiting' order by ordinal limit $2`,
			run.ID, p.Batch(mostAtOnce))
		if err != nil {
			return fmt.Errorf("read run %s: %w", run.ID, err)
		}
		if len(next) == 0 {
			return nil
		}
		ids := make([]string, len(next))
		for i := range next {
			ids[i] = next[i].ID
		}
		if err := p.Wait(ctx, len(ids)); err != nil {
			return fault.Interrupted(err)
		}
		if err := r.sendSome(ctx, run, stage, ids, tell); err != nil {
			return err
		}
		if err := tell(false, false); err != nil {
			return err
		}
	}
}

// sendSome sends documents to the stage's group alone and notes it once the broker has confirmed.
func (r *Runs) sendSome(ctx context.Context, run Run, stage Stage, ids []string, tell func(idle, away bool) error) error {
	inputs, err := rebuild.Input(ctx, r.Pool, stage.In, ids)
	if err != nil {
		return err
	}
	var messages []broker.Message
	var sent []string
	for _, in := range inputs {
		if in.Missing != "" { // it was there when the run began
			if err := r.note(ctx, "state = 'missing', failure = $3", run.ID, []string{in.DocumentID}, in.Missing); err != nil {
				return err
			}
			continue
		}
		in = in.Salted(run.ID)
		in.Metadata[event.KeyShadow] = run.ID
		messages = append(messages, broker.Message{ID: in.ID, Metadata: in.Metadata, Body: in.Body})
		sent = append(sent, in.DocumentID)
	}
	err = patiently(ctx, func() error { return tell(false, true) }, func() error {
		return r.Broker.SendToQueue(ctx, stage.group().Queue(), messages...)
	})
	if errors.Is(err, broker.ErrNoQueue) {
		return fmt.Errorf("the %s has no queue yet: start the service first, it declares it: %w", stage.Name, err)
	}
	if err != nil {
		return fmt.Errorf("send to the %s: %w", stage.Name, err)
	}
	return r.note(ctx, "state = 'sent', sent_at = now()", run.ID, sent)
}

// note changes documents of a run that wait; one whose result has come already is left alone.
func (r *Runs) note(ctx context.Context, set, run string, ids []string, more ...any) error {
	_, err := r.Pool.Exec(ctx, "update millrace.reprocess_documents set "+set+" where run_id = $1 and document_id = any($2) and state = 'waiting'",
		append([]any{run, ids}, more...)...)
	if err != nil {
		return postgres.Fault(fmt.Errorf("note the progress of run %s: %w", run, err))
	}
	return nil
}

// idle reports whether nobody consumes the stage's queue. A broker that is away is no answer.
func (r *Runs) idle(ctx context.Context, stage Stage) (bool, error) {
	stats, err := r.Broker.Stats(ctx, []broker.Group{stage.group()})
	switch {
	case err == nil:
		return stats[0].Consumers == 0, nil
	case fault.ClassOf(err) == fault.ClassDependencyDown:
		return false, nil
	default:
		return false, err
	}
}

// patiently does something with the broker, again for as long as that is away.
func patiently(ctx context.Context, away, do func() error) error {
	for {
		err := do()
		if err == nil || fault.ClassOf(err) != fault.ClassDependencyDown || errors.Is(err, broker.ErrNoQueue) {
			return err
		}
		if err := away(); err != nil {
			return err
		}
		if err := pace.Sleep(ctx, downPause); err != nil {
			return fault.Interrupted(err)
		}
	}
}

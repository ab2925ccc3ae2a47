// Package follow waits until documents that were handed over are stored or have failed, and says what became of them.
//
// It asks the database, where every way ends, and the generator's folder of refused files, for those that never got in. It
// knows nothing of how documents are handed over or how outcomes are printed.
package follow

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// StatusRejected is the status of a file that the generator refused; the others are those of package query.
const StatusRejected = "rejected"

// Outcome is what became of one delivery. Status is empty while nothing is known of it.
type Outcome struct {
	Name        string  `json:"name"`
	DocumentID  string  `json:"document_id"`
	Status      string  `json:"status"`
	Class       string  `json:"class,omitempty"`
	Confidence  float64 `json:"confidence,omitempty"`
	Pages       int64   `json:"pages,omitempty"`
	FailureKind string  `json:"failure_kind,omitempty"`
	Failure     string  `json:"failure,omitempty"`
	Fields      []Field `json:"fields,omitempty"`
}

// Field is a value that was read from the document.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Settled reports whether nothing more will happen to the delivery by itself.
func (o Outcome) Settled() bool {
	return o.Status == query.StatusStored || o.Status == query.StatusFailed || o.Status == StatusRejected
}

// Tally counts outcomes.
type Tally struct {
	All, Stored, Failed int
}

// Waiting returns how many are not settled.
func (t Tally) Waiting() int { return t.All - t.Stored - t.Failed }

// Count returns the tally of outcomes.
func Count(outcomes []Outcome) Tally {
	t := Tally{All: len(outcomes)}
	for _, o := range outcomes {
		switch o.Status {
		case query.StatusStored:
			t.Stored++
		case query.StatusFailed, StatusRejected:
			t.Failed++
		}
	}
	return t
}

// Config says what to follow.
type Config struct {
	Pool     *postgres.Pool
	Rejected string        // the generator's folder of refused files; empty: not on this machine
	Since    time.Time     // when the first delivery was made, by this machine's clock
	Poll     time.Duration // default 250 ms
	// Progress is called after every look; nil means that nobody listens. err is a look that failed and will be repeated.
	Progress func(t Tally, err error)
}

// Wait returns the outcomes of deliveries, in their order, once all are settled; or what is known when ctx ends, with its
// error. A database that is down is waited for.
func Wait(ctx context.Context, cfg Config, deliveries []deliver.Delivered) ([]Outcome, error) {
	if cfg.Poll == 0 {
		cfg.Poll = 250 * time.Millisecond
	}
	outcomes := make([]Outcome, len(deliveries))
	for i, d := range deliveries {
		outcomes[i] = Outcome{Name: d.Name, DocumentID: d.DocumentID}
	}
	ticker := time.NewTicker(cfg.Poll)
	defer ticker.Stop()
	for {
		err := cfg.look(ctx, deliveries, outcomes)
		if err != nil && ctx.Err() == nil && fault.ClassOf(err) != fault.ClassDependencyDown {
			return outcomes, err
		}
		tally := Count(outcomes)
		if cfg.Progress != nil {
			cfg.Progress(tally, err)
		}
		if tally.Waiting() == 0 {
			return outcomes, cfg.addFields(ctx, outcomes)
		}
		select {
		case <-ctx.Done():
			return outcomes, ctx.Err()
		case <-ticker.C:
		}
	}
}

// row is an arrival with the state of its document.
type row struct {
	DocumentID, ArrivalID, Name, Status, Class, Kind, Failure string
	Confidence                                                float64
	Pages                                                     int64
}

// look updates the outcomes that are not settled.
func (c Config) look(ctx context.Context, deliveries []deliver.Delivered, outcomes []Outcome) error {
	var ids []string
	for i := range outcomes {
		if outcomes[i].Settled() {
			continue
		}
		if kind, ok := c.refused(deliveries[i]); ok {
			outcomes[i].Status, outcomes[i].FailureKind = StatusRejected, kind
			continue
		}
		ids = append(ids, outcomes[i].DocumentID)
	}
	rows, err := c.arrivals(ctx, ids)
	if err != nil {
		return err
	}
	for i := range outcomes {
		if outcomes[i].Settled() {
			continue
		}
		for _, r := range rows {
			if d := deliveries[i]; r.DocumentID != d.DocumentID || d.ArrivalID != "" && r.ArrivalID != d.ArrivalID || d.ArrivalID == "" && r.Name != d.Name {
				continue
			}
			o := &outcomes[i]
			o.Status, o.Class, o.Confidence, o.Pages = r.Status, r.Class, r.Confidence, r.Pages
			o.FailureKind, o.Failure = r.Kind, r.Failure
			break
		}
	}
	return nil
}

func (c Config) refused(d deliver.Delivered) (kind string, ok bool) {
	if c.Rejected == "" || d.ArrivalID != "" {
		return "", false
	}
	return deliver.Reason(c.Rejected, d.Name, c.Since)
}

// slack allows for file times that are coarser than the clock.
const slack = 2 * time.Second

func (c Config) arrivals(ctx context.Context, ids []string) ([]row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := c.Pool.Query(ctx, `select a.document_id, a.arrival_id, a.name, d.status, coalesce(d.class, ''),
			case when d.status = 'failed' then coalesce(d.failure_kind, '') else '' end,
			case when d.status = 'failed' then coalesce(d.failure, '') else '' end,
			coalesce(d.confidence, 0), coalesce(d.pages, 0)
		from arrivals a join documents d using (document_id)
		where a.document_id = any($1) and a.arrived_at >= $2`, ids, c.Since.Add(-slack))
	if err == nil {
		var found []row
		if found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[row]); err == nil {
			return found, nil
		}
	}
	return nil, postgres.Fault(fmt.Errorf("look for the documents' results: %w", err))
}

// addFields reads the fields of what is stored.
func (c Config) addFields(ctx context.Context, outcomes []Outcome) error {
	var ids []string
	for _, o := range outcomes {
		ids = append(ids, o.DocumentID)
	}
	rows, err := c.Pool.Query(ctx, "select document_id, name, value from fields where document_id = any($1) order by document_id, ordinal", ids)
	if err != nil {
		return postgres.Fault(fmt.Errorf("read the fields: %w", err))
	}
	fields := make(map[string][]Field)
	var id string
	var f Field
	if _, err := pgx.ForEachRow(rows, []any{&id, &f.Name, &f.Value}, func() error {
		fields[id] = append(fields[id], f)
		return nil
	}); err != nil {
		return postgres.Fault(fmt.Errorf("read the fields: %w", err))
	}
	for i := range outcomes {
		if outcomes[i].Status == query.StatusStored {
			outcomes[i].Fields = fields[outcomes[i].DocumentID]
		}
	}
	return nil
}

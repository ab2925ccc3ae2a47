package query

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/postgres"
)

// Counts says how much is stored and how fast it grows.
type Counts struct {
	Documents        int64            `json:"documents"`
	Arrivals         int64            `json:"arrivals"`
	Stored           int64            `json:"stored"`
	Failed           int64            `json:"failed"`
	OpenFailures     int64            `json:"open_failures"` // of all stages, enrichers too
	ByStatus         map[string]int64 `json:"by_status"`
	ByClass          map[string]int64 `json:"by_class"` // of classified documents
	StoredLastMinute int64            `json:"stored_last_minute"`
	Stages           []StageRate      `json:"stages"` // those that did something in the last minute, by name
}

// StageRate is what a stage did in the last minute, as far as the sink has heard of it.
type StageRate struct {
	Stage     string  `json:"stage" db:"stage"`
	Done      int64   `json:"done" db:"done"`
	Failed    int64   `json:"failed" db:"failed"`
	PerSecond float64 `json:"per_second" db:"per_second"` // done
	RunMS     float64 `json:"run_ms" db:"run_ms"`         // mean time of work
	WaitMS    float64 `json:"wait_ms" db:"wait_ms"`       // mean time of waiting before it
}

// Count returns the counts of now. The database's clock decides what the last minute is.
func Count(ctx context.Context, pool *postgres.Pool) (Counts, error) {
	c := Counts{ByStatus: make(map[string]int64), ByClass: make(map[string]int64)}
	groups, err := postgres.Collect[struct {
		Status, Class            string
		Documents, Arrivals, New int64
	}](ctx, pool, `select status, coalesce(class, '') as class, count(*) as documents, sum(arrivals)::bigint as arrivals,
		count(*) filter (where stored_at > now() - interval '1 minute') as new from documents group by 1, 2`)
	if err != nil {
		return c, fmt.Errorf("count documents: %w", err)
	}
	for _, g := range groups {
		c.Documents += g.Documents
		c.Arrivals += g.Arrivals
		c.StoredLastMinute += g.New
		c.ByStatus[g.Status] += g.Documents
		if g.Class != "" {
			c.ByClass[g.Class] += g.Documents
		}
	}
	c.Stored, c.Failed = c.ByStatus[StatusStored], c.ByStatus[StatusFailed]
	open, err := postgres.Collect[struct{ Open int64 }](ctx, pool, "select count(*) as open from failures where open")
	if err != nil {
		return c, fmt.Errorf("count failures: %w", err)
	}
	c.OpenFailures = open[0].Open
	c.Stages, err = postgres.Collect[StageRate](ctx, pool, `select stage, count(*) filter (where outcome = 'done') as done,
			count(*) filter (where outcome = 'failed') as failed,
			count(*) filter (where outcome = 'done') / 60.0::double precision as per_second,
			coalesce(1000 * extract(epoch from avg(run)), 0)::double precision as run_ms,
			coalesce(1000 * extract(epoch from avg(wait)), 0)::double precision as wait_ms
		from timeline where at > now() - interval '1 minute' and stage <> 'correction' group by stage order by stage`)
	if err != nil {
		return c, fmt.Errorf("count rates: %w", err)
	}
	return c, nil
}

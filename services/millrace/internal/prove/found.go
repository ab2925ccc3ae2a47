package prove

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/postgres"
)

// found is what is there at the end, when no service runs any more.
type found struct {
	Documents map[string]storedDocument
	Events    map[string]map[string]int // by document and topic
	Failures  []failure
	Fields    []string       // document ids that have a value twice at one place
	Refused   map[string]int // files in the folder of refused ones, by name
	Reasons   map[string]string
	Queues    map[string]int // messages left, by queue; those of services that do not run are left out
	Inbox     int            // files left
}

// storedDocument is a row of the documents.
type storedDocument struct {
	Status, Stage, Kind string
	Arrivals            int // rows of arrivals, not the summary
}

// failure is what the database says about the deaths of one message in one consumer group.
type failure struct {
	MessageID  string
	DocumentID string
	Name       string // of the document
	Group      string
	Class      string
	Kind       string
	Message    string
	Recorded   int // how often it is on record
}

// look collects everything.
func look(ctx context.Context, pool *postgres.Pool, inbox string, queues []broker.QueueStats, services []string) (found, error) {
	f := found{Documents: map[string]storedDocument{}, Events: map[string]map[string]int{}, Refused: map[string]int{}, Reasons: map[string]string{}, Queues: map[string]int{}}
	for _, step := range []func(context.Context, *postgres.Pool) error{f.documents, f.events, f.failures, f.doubledFields} {
		if err := step(ctx, pool); err != nil {
			return f, err
		}
	}
	if err := f.refused(filepath.Join(inbox, rejectedFolder)); err != nil {
		return f, err
	}
	var err error
	if f.Inbox, err = filesIn(inbox); err != nil {
		return f, fmt.Errorf("look at what is left in the inbox: %w", err)
	}
	runs := map[string]bool{"": true} // the queues of no group: unrouted and parked
	for _, name := range services {
		runs[name] = true
	}
	for _, q := range queues {
		if n := q.Ready + q.Retry + q.Suspect; n > 0 && runs[q.Group] {
			f.Queues[q.Queue] = n
		}
	}
	return f, nil
}

func (f *found) documents(ctx context.Context, pool *postgres.Pool) error {
	rows, err := pool.Query(ctx, `select d.document_id, d.status, coalesce(d.failed_stage, ''), coalesce(d.failure_kind, ''), count(a.arrival_id)
		from millrace.documents d left join millrace.arrivals a on a.document_id = d.document_id group by d.document_id`)
	if err != nil {
		return fmt.Errorf("read the documents: %w", err)
	}
	var id string
	var d storedDocument
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Status, &d.Stage, &d.Kind, &d.Arrivals}, func() error {
		f.Documents[id] = d
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the documents: %w", err)
	}
	return nil
}

func (f *found) events(ctx context.Context, pool *postgres.Pool) error {
	rows, err := pool.Query(ctx, `select document_id, topic, count(*) from millrace.events group by 1, 2`)
	if err != nil {
		return fmt.Errorf("count the events: %w", err)
	}
	var id, topic string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &topic, &n}, func() error {
		if f.Events[id] == nil {
			f.Events[id] = map[string]int{}
		}
		f.Events[id][topic] = n
		return nil
	})
	if err != nil {
		return fmt.Errorf("count the events: %w", err)
	}
	return nil
}

func (f *found) failures(ctx context.Context, pool *postgres.Pool) error {
	rows, err := pool.Query(ctx, `select f.message_id, coalesce(f.document_id, ''), coalesce(max(d.name), ''), f.consumer_group,
			min(f.class), min(f.kind), min(f.message), count(*)
		from millrace.failures f left join millrace.documents d on d.document_id = f.document_id
		group by f.message_id, f.document_id, f.consumer_group order by min(f.failed_at)`)
	if err != nil {
		return fmt.Errorf("read the failures: %w", err)
	}
	var one failure
	_, err = pgx.ForEachRow(rows, []any{&one.MessageID, &one.DocumentID, &one.Name, &one.Group, &one.Class, &one.Kind, &one.Message, &one.Recorded}, func() error {
		f.Failures = append(f.Failures, one)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the failures: %w", err)
	}
	return nil
}

func (f *found) doubledFields(ctx context.Context, pool *postgres.Pool) error {
	rows, err := pool.Query(ctx, `select distinct document_id from millrace.fields group by document_id, name, value, page, bbox having count(*) > 1`)
	if err != nil {
		return fmt.Errorf("look for doubled values: %w", err)
	}
	if f.Fields, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return fmt.Errorf("look for doubled values: %w", err)
	}
	return nil
}

// rejectedFolder is the generator's default folder for what it refuses, in the inbox.
const rejectedFolder = "rejected"

// reasonSuffix is what the generator adds to the name of a refused file for its reason.
const reasonSuffix = ".reason.txt"

// refused reads the folder of refused files. One that was refused twice has a mark before its ending, and counts for the
// name without it.
func (f *found) refused(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look at the refused files: %w", err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), reasonSuffix) || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		ext := filepath.Ext(e.Name())
		stem, _, _ := strings.Cut(strings.TrimSuffix(e.Name(), ext), "~")
		f.Refused[stem+ext]++
		if kind, ok := deliver.Reason(folder, e.Name(), time.Time{}); ok {
			f.Reasons[stem+ext] = kind
		}
	}
	return nil
}

package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Rows travel to Postgres as one array for each exported field, in the order of the struct, which is the order of the statement's
// parameters. Those that are few travel as one JSON array: their structs name the table's columns in tags.

type eventRow struct {
	EventID       string
	DocumentID    string
	Topic         string
	Stage         string
	StageVersion  *string
	CorrelationID *string
	CausationID   *string
	StartedAt     *time.Time
	PublishedAt   time.Time
}

type arrivalRow struct {
	DocumentID string
	ArrivalID  string
	EventID    string
	Name       string
	Source     string
	MediaType  string
	Size       int64
	ContentRef string
	ArrivedAt  time.Time
	Parent     *string
}

// result is what the rows of every stage's results begin with.
type result struct {
	DocumentID string
	Version    string
	EventID    string
	ProducedAt time.Time
}

func (r result) key() [2]string { return [2]string{r.DocumentID, r.Version} }

// later decides between two results of the same document and version, whatever the order in which they come.
func (r result) later(o result) bool {
	return cmp.Or(r.ProducedAt.Compare(o.ProducedAt), cmp.Compare(r.EventID, o.EventID)) > 0
}

type parseRow struct {
	result
	LayoutRef    string
	Outcome      string
	Engine       string
	EngineReason *string
	Language     *string
	Pages        int
	Words        int
	ContentRef   string
	ContentSize  int64
	ContentType  string
	LayoutSize   int64
	LayoutType   string
	FailedPages  string // as Postgres writes an array
}

type textRow struct {
	LayoutRef string
	Language  *string
	Body      string
}

type classificationRow struct {
	result
	Class        string
	Confidence   float64
	Model        string
	LayoutRef    string
	LayoutSize   int64
	LayoutType   string
	Alternatives string // JSON
}

type extractionRow struct {
	result
	Class      string
	Confidence float64
	Template   string
	Fields     int
	Omitted    int
	values     []fieldRow // replaced as a whole when this row wins, as are the others
	items      []itemRow
	checks     []checkRow
}

type fieldRow struct {
	DocumentID string
	Version    string
	EventID    string // of the extraction; decides whether the row is stored, not a column
	Ordinal    int
	Name       string
	Value      string
	Type       string
	AsNumber   *string
	AsDate     *string
	Raw        *string
	Page       *int
	Confidence float64
	Source     string
	BBox       [4]float64
}

// keyRow says which event an extraction must be of for its fields to be stored.
type keyRow struct{ DocumentID, Version, EventID string }

type failureRow struct {
	FailureID     string            `json:"failure_id"`
	MessageID     string            `json:"message_id"`
	ConsumerGroup string            `json:"consumer_group"`
	FailedAt      time.Time         `json:"failed_at"`
	DocumentID    *string           `json:"document_id"`
	Topic         string            `json:"topic"`
	Stage         string            `json:"stage"`
	Class         string            `json:"class"`
	Kind          string            `json:"kind"`
	Message       string            `json:"message"`
	Stack         *string           `json:"stack"`
	Attempts      int               `json:"attempts"`
	Metadata      map[string]string `json:"metadata"`
}

// rows is what one input, or a batch of them, adds to the database.
type rows struct {
	documents       []string
	mentioned       []string // documents that need not be here, and are not made because of it
	events          []eventRow
	arrivals        []arrivalRow
	texts           []textRow
	parses          []parseRow
	classifications []classificationRow
	extractions     []extractionRow
	failures        []failureRow
	corrections     []correctionRow
	trials          []trialRow
	trialFailures   []trialFailureRow
}

// merge joins the rows of several inputs. One statement cannot touch a row twice, so of results with the same key only the
// latest stays; ids and texts are sorted, because locks are always taken in that order.
func merge(units []rows) rows {
	var all rows
	for _, u := range units {
		all.documents = append(all.documents, u.documents...)
		all.mentioned = append(all.mentioned, u.mentioned...)
		all.events = append(all.events, u.events...)
		all.arrivals = append(all.arrivals, u.arrivals...)
		all.texts = append(all.texts, u.texts...)
		all.parses = append(all.parses, u.parses...)
		all.classifications = append(all.classifications, u.classifications...)
		all.extractions = append(all.extractions, u.extractions...)
		all.failures = append(all.failures, u.failures...)
		all.corrections = append(all.corrections, u.corrections...)
		all.trials = append(all.trials, u.trials...)
		all.trialFailures = append(all.trialFailures, u.trialFailures...)
	}
	slices.Sort(all.documents)
	all.documents = slices.Compact(all.documents)
	slices.SortStableFunc(all.texts, func(a, b textRow) int { return cmp.Compare(a.LayoutRef, b.LayoutRef) })
	all.texts = slices.CompactFunc(all.texts, func(a, b textRow) bool { return a.LayoutRef == b.LayoutRef })
	all.parses = latest(all.parses, func(r parseRow) result { return r.result })
	all.classifications = latest(all.classifications, func(r classificationRow) result { return r.result })
	all.extractions = latest(all.extractions, func(r extractionRow) result { return r.result })
	all.trials = latest(all.trials, trialRow.result)
	return all
}

// latest keeps the latest row of each key.
func latest[R any](in []R, of func(R) result) []R {
	place := make(map[[2]string]int, len(in))
	out := in[:0:0]
	for _, r := range in {
		at, seen := place[of(r).key()]
		switch {
		case !seen:
			place[of(r).key()] = len(out)
			out = append(out, r)
		case of(r).later(of(out[at])):
			out[at] = r
		}
	}
	return out
}

// encode returns rows as the JSON array that Postgres turns back into rows.
func encode[R any](in []R) (string, error) {
	b, err := json.Marshal(in)
	return string(b), err
}

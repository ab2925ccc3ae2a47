package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/millrace/millrace/shared/event"
)

// The row structs name their table's columns in their tags: rows travel to Postgres as one JSON array per table.

type eventRow struct {
	EventID       string     `json:"event_id"`
	DocumentID    string     `json:"document_id"`
	Topic         string     `json:"topic"`
	Stage         string     `json:"stage"`
	StageVersion  *string    `json:"stage_version"`
	CorrelationID *string    `json:"correlation_id"`
	CausationID   *string    `json:"causation_id"`
	StartedAt     *time.Time `json:"started_at"`
	PublishedAt   time.Time  `json:"published_at"`
}

type arrivalRow struct {
	DocumentID string    `json:"document_id"`
	ArrivalID  string    `json:"arrival_id"`
	EventID    string    `json:"event_id"`
	Name       string    `json:"name"`
	Source     string    `json:"source"`
	MediaType  string    `json:"media_type"`
	Size       int64     `json:"size"`
	ContentRef string    `json:"content_ref"`
	ArrivedAt  time.Time `json:"arrived_at"`
	Parent     *string   `json:"parent"`
}

// result is what the rows of every stage's results begin with.
type result struct {
	DocumentID string    `json:"document_id"`
	Version    string    `json:"version"`
	EventID    string    `json:"event_id"`
	ProducedAt time.Time `json:"produced_at"`
}

func (r result) key() [2]string { return [2]string{r.DocumentID, r.Version} }

// later decides between two results of the same document and version, whatever the order in which they come.
func (r result) later(o result) bool {
	return cmp.Or(r.ProducedAt.Compare(o.ProducedAt), cmp.Compare(r.EventID, o.EventID)) > 0
}

type parseRow struct {
	result
	LayoutRef    string  `json:"layout_ref"`
	Outcome      string  `json:"outcome"`
	Engine       string  `json:"engine"`
	EngineReason *string `json:"engine_reason"`
	Language     *string `json:"language"`
	Pages        int     `json:"pages"`
	FailedPages  []int   `json:"failed_pages"`
	Words        int     `json:"words"`
	ContentRef   string  `json:"content_ref"`
	ContentSize  int64   `json:"content_size"`
	ContentType  string  `json:"content_type"`
	LayoutSize   int64   `json:"layout_size"`
	LayoutType   string  `json:"layout_type"`
}

type textRow struct {
	layoutRef string
	language  *string
	body      string
}

type classificationRow struct {
	result
	Class        string        `json:"class"`
	Confidence   float64       `json:"confidence"`
	Model        string        `json:"model"`
	Alternatives []event.Class `json:"alternatives"`
	LayoutRef    string        `json:"layout_ref"`
	LayoutSize   int64         `json:"layout_size"`
	LayoutType   string        `json:"layout_type"`
}

type extractionRow struct {
	result
	Class      string     `json:"class"`
	Confidence float64    `json:"confidence"`
	Template   string     `json:"template"`
	Fields     int        `json:"fields"`
	Omitted    int        `json:"omitted_items"`
	values     []fieldRow // replaced as a whole when this row wins, as are the others
	items      []itemRow
	checks     []checkRow
}

type fieldRow struct {
	DocumentID string     `json:"document_id"`
	Version    string     `json:"version"`
	EventID    string     `json:"event_id"` // of the extraction; decides whether the row is stored, not a column
	Ordinal    int        `json:"ordinal"`
	Name       string     `json:"name"`
	Value      string     `json:"value"`
	Type       string     `json:"type"`
	AsNumber   *string    `json:"as_number"`
	AsDate     *string    `json:"as_date"`
	Raw        *string    `json:"raw"`
	Page       *int       `json:"page"`
	BBox       [4]float64 `json:"bbox"`
	Confidence float64    `json:"confidence"`
	Source     string     `json:"source"`
}

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
	slices.SortStableFunc(all.texts, func(a, b textRow) int { return cmp.Compare(a.layoutRef, b.layoutRef) })
	all.texts = slices.CompactFunc(all.texts, func(a, b textRow) bool { return a.layoutRef == b.layoutRef })
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

package query

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/postgres"
)

const (
	// shortestPrefix is how many digits of an id are enough to ask by.
	shortestPrefix = 6
	// mostCandidates is how many documents an ambiguous id is answered with.
	mostCandidates = 10
)

// Detail is all that is known of one document. As JSON its lists of fields and arrivals take the place of their numbers. Lists are in the order in which things happened, fields in that of the
// extraction.
type Detail struct {
	Document
	Text            string           `json:"text"`
	FieldList       []Field          `json:"fields"`
	Items           []event.Item     `json:"items"` // rows of tables
	Checks          []event.Check    `json:"checks"`
	Classifications []Classification `json:"classifications"`
	ArrivalList     []Arrival        `json:"arrivals"`
	Corrections     []Correction     `json:"corrections"`
	Attachments     []Attachment     `json:"attachments,omitempty"` // once each, however often the e-mail came
	Timeline        []Step           `json:"timeline"`
	Failures        []Failure        `json:"failures"`
	Versions        []Version        `json:"versions"`
}

// Field is a value of the document: as a person corrected it, else as it was read, with its evidence.
type Field struct {
	Name       string     `json:"name" db:"name"`
	Value      string     `json:"value" db:"value"`
	Type       string     `json:"type" db:"type"`
	Raw        string     `json:"raw,omitempty" db:"raw"`
	Page       int64      `json:"page,omitempty" db:"page"` // from 1; 0 where it has no place
	BBox       [4]float64 `json:"bbox" db:"bbox"`           // x0 y0 x1 y1 in points, origin top left
	Confidence float64    `json:"confidence" db:"confidence"`
	Source     string     `json:"source" db:"source"`
	// The rest is of a corrected field: who corrected it, and what was read.
	CorrectedBy string     `json:"corrected_by,omitempty" db:"corrected_by"`
	CorrectedAt *time.Time `json:"corrected_at,omitempty" db:"corrected_at"`
	Original    []string   `json:"original,omitempty" db:"original"`
}

// Classification is the current class with its alternatives.
type Classification struct {
	Class        string        `json:"class" db:"class"`
	Confidence   float64       `json:"confidence" db:"confidence"`
	Alternatives []event.Class `json:"alternatives" db:"alternatives"`
	Model        string        `json:"model" db:"model"`
	Version      string        `json:"version" db:"version"`
	At           time.Time     `json:"at" db:"produced_at"`
}

// Arrival is one time that the document came.
type Arrival struct {
	ID     string    `json:"id" db:"arrival_id"`
	Name   string    `json:"name" db:"name"`
	Source string    `json:"source" db:"source"`
	At     time.Time `json:"at" db:"arrived_at"`
	Parent string    `json:"parent,omitempty" db:"parent"` // document id of the e-mail that it was attached to
	Mail   string    `json:"mail,omitempty" db:"mail"`     // that e-mail's name
}

// Attachment is a document that came with this one, which is an e-mail.
type Attachment struct {
	DocumentID string    `json:"document_id" db:"document_id"`
	Name       string    `json:"name" db:"name"`
	MediaType  string    `json:"media_type" db:"media_type"`
	Size       int64     `json:"size" db:"size"`
	Status     string    `json:"status" db:"status"`
	Class      string    `json:"class,omitempty" db:"class"`
	At         time.Time `json:"at" db:"at"`
}

// Step is an event of the document, a failure, or a correction.
type Step struct {
	At       time.Time      `json:"at" db:"at"`
	Stage    string         `json:"stage" db:"stage"`
	Topic    string         `json:"topic" db:"topic"`
	Outcome  string         `json:"outcome" db:"outcome"` // done or failed
	Attempts int64          `json:"attempts,omitempty" db:"attempts"`
	Started  *time.Time     `json:"started,omitempty" db:"started"`
	Wait     *time.Duration `json:"wait_ns,omitempty" db:"wait"` // before the start
	Run      *time.Duration `json:"run_ns,omitempty" db:"run"`
	Stored   *time.Time     `json:"stored,omitempty" db:"stored"` // when the sink had it
	Version  string         `json:"version,omitempty" db:"version"`
	EventID  string         `json:"event_id" db:"event_id"`
	Author   string         `json:"author,omitempty" db:"author"` // of a correction
	Detail   string         `json:"detail,omitempty" db:"detail"` // what was corrected: name: before -> after
}

// Failure is one time that a consumer group gave up.
type Failure struct {
	At        time.Time `json:"at" db:"at"`
	Stage     string    `json:"stage" db:"stage"`
	Class     string    `json:"class" db:"class"`
	Kind      string    `json:"kind,omitempty" db:"kind"`
	Message   string    `json:"message" db:"message"`
	Stack     string    `json:"stack,omitempty" db:"stack"`
	Attempts  int64     `json:"attempts" db:"attempts"`
	Topic     string    `json:"topic" db:"topic"`
	Group     string    `json:"consumer_group" db:"consumer_group"`
	MessageID string    `json:"message_id" db:"message_id"`
	Open      bool      `json:"open" db:"open"` // false once a later success has closed it
}

// Version is a version of a stage that has a result for the document.
type Version struct {
	Stage   string    `json:"stage" db:"stage"`
	Version string    `json:"version" db:"version"`
	Current bool      `json:"current" db:"current"`
	At      time.Time `json:"at" db:"produced_at"`
	Result  string    `json:"result" db:"result"` // engine, class or template
}

// AmbiguousError says that several documents' ids begin with what was given.
type AmbiguousError struct {
	Prefix     string
	Candidates []Document // at most ten
}

// Error lists the candidates, one a line.
func (e *AmbiguousError) Error() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "several documents begin with %s; give more digits:", e.Prefix)
	for _, d := range e.Candidates {
		fmt.Fprintf(&sb, "\n  %s  %s", d.ID, d.Name)
	}
	return sb.String()
}

var hexDigits = regexp.MustCompile(`^[0-9a-f]+$`)

// Get returns one document by its id or the beginning of it: at least six hexadecimal digits that no other document's id
// begins with. The error wraps [ErrNotFound], is an [*AmbiguousError], says what is wrong with the id, or is a fault.
func Get(ctx context.Context, pool *postgres.Pool, id string) (Detail, error) {
	var d Detail
	// One snapshot, so that the parts fit each other.
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error {
		found, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		d.Document = found
		return d.fill(ctx, tx)
	})
	return d, idFault(err, id)
}

// byID finds a document by the beginning of its id.
func byID(ctx context.Context, q postgres.Querier, id string) (Document, error) {
	prefix := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(id), "sha256:"))
	if !hexDigits.MatchString(prefix) || len(prefix) < shortestPrefix || len(prefix) > 64 {
		return Document{}, &badIDError{id}
	}
	// The bounds let the primary key's index find the prefix in any collation; "g" follows every digit.
	found, err := postgres.Collect[Document](ctx, q, "select "+documentColumns+` from documents d
		where d.document_id >= $1 and d.document_id < $1 || 'g' and starts_with(d.document_id, $1)
		order by d.document_id limit $2`, prefix, mostCandidates)
	switch {
	case err != nil:
		return Document{}, err
	case len(found) == 0:
		return Document{}, fmt.Errorf("%w: %s", ErrNotFound, prefix)
	case len(found) > 1:
		return Document{}, &AmbiguousError{Prefix: prefix, Candidates: found}
	}
	return found[0], nil
}

// badIDError says that what was given cannot be an id.
type badIDError struct{ id string }

func (e *badIDError) Error() string {
	return fmt.Sprintf("%q is not a document id: give its first %d to 64 hexadecimal digits", e.id, shortestPrefix)
}

// idFault makes a fault of what is Postgres' and leaves what is wrong with the id.
func idFault(err error, id string) error {
	var ambiguous *AmbiguousError
	var bad *badIDError
	if err == nil || errors.Is(err, ErrNotFound) || errors.As(err, &ambiguous) || errors.As(err, &bad) {
		return err
	}
	return postgres.Fault(fmt.Errorf("read document %s: %w", id, err))
}

// fill reads the parts of a document.
func (d *Detail) fill(ctx context.Context, tx pgx.Tx) error {
	texts, err := postgres.Collect[struct{ Text string }](ctx, tx, "select text from texts where document_id = $1", d.ID)
	if err != nil {
		return err
	}
	if len(texts) > 0 {
		d.Text = texts[0].Text
	}
	return errors.Join(
		part(ctx, tx, &d.FieldList, `select name, value, type, coalesce(raw, '') as raw, coalesce(page, 0) as page, bbox, confidence, source,
			coalesce(corrected_by, '') as corrected_by, corrected_at, original
			from fields where document_id = $1 order by ordinal nulls last, name, value`, d.ID),
		part(ctx, tx, &d.Items, `select kind, cells, page, bbox, confidence, source from (
				select 'line_item' as kind, cells, coalesce(page, 0) as page, bbox, confidence, source, ordinal from line_items where document_id = $1
				union all
				select 'transaction', cells, coalesce(page, 0), bbox, confidence, source, ordinal from transactions where document_id = $1
			) i order by ordinal`, d.ID),
		part(ctx, tx, &d.Checks, `select name, holds, coalesce(detail, '') as detail from checks where document_id = $1 order by ordinal`, d.ID),
		part(ctx, tx, &d.Classifications, `select class, confidence, alternatives, model, version, produced_at
			from classifications where document_id = $1 order by produced_at`, d.ID),
		part(ctx, tx, &d.ArrivalList, `select a.arrival_id, a.name, a.source, a.arrived_at, coalesce(a.parent, '') as parent, coalesce(m.name, '') as mail
			from arrivals a left join documents m on m.document_id = a.parent
			where a.document_id = $1 order by a.arrived_at, a.arrival_id`, d.ID),
		part(ctx, tx, &d.Attachments, `select distinct on (a.document_id, a.document) a.document_id, a.document as name, a.media_type, a.size,
				d.status, coalesce(d.class, '') as class, a.at
			from attachments a join documents d on d.document_id = a.document_id
			where a.mail_id = $1 order by a.document_id, a.document, a.at`, d.ID),
		part(ctx, tx, &d.Corrections, correctionColumns+" where document_id = $1 order by at, correction_id, what, name", d.ID),
		part(ctx, tx, &d.Timeline, `select at, stage, topic, outcome, coalesce(attempts, 0) as attempts, started, wait, run, stored,
			coalesce(version, '') as version, event_id, coalesce(author, '') as author, coalesce(detail, '') as detail from timeline where document_id = $1 order by at, event_id`, d.ID),
		part(ctx, tx, &d.Failures, `select at, stage, class, kind, message, coalesce(stack, '') as stack, attempts, topic, consumer_group,
			message_id, open from failures where document_id = $1 order by at, message_id`, d.ID),
		part(ctx, tx, &d.Versions, `select stage, version, current, produced_at, result
			from versions where document_id = $1 order by produced_at, stage, version`, d.ID),
	)
}

func part[R any](ctx context.Context, tx pgx.Tx, into *[]R, sql, id string) error {
	var err error
	*into, err = postgres.Collect[R](ctx, tx, sql, id)
	return err
}

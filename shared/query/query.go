// Package query reads what is stored, for programs that show it to people: one document, a list of them, how many.
//
// It reads the same views that people query and needs no more rights than they have. It knows nothing of how results are
// made or written. Errors are faults as package postgres gives them, unless a function says otherwise.
package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/shared/postgres"
)

// Statuses of a document.
const (
	StatusReceived   = "received"
	StatusParsed     = "parsed"
	StatusClassified = "classified"
	StatusStored     = "stored" // all results are here
	StatusFailed     = "failed" // given up on, and not stored
)

// defaultLimit is how many documents a list has when the filter does not say.
const defaultLimit = 50

// mostMatches is how many documents a full-text condition lets through, best first.
const mostMatches = 10_000

// Document is a document at a glance. Empty strings, zeros and nil times stand for what is not known (yet).
type Document struct {
	ID           string     `json:"document_id" db:"document_id"` // SHA-256 of the content, hexadecimal
	Name         string     `json:"name" db:"name"`               // of the first arrival
	Source       string     `json:"source" db:"source"`
	Status       string     `json:"status" db:"status"`
	Class        string     `json:"class,omitempty" db:"class"`
	Confidence   float64    `json:"confidence,omitempty" db:"confidence"` // in the class, 0 to 1
	Pages        int64      `json:"pages" db:"pages"`
	Words        int64      `json:"words" db:"words"`
	Size         int64      `json:"size" db:"size"` // bytes
	Language     string     `json:"language,omitempty" db:"language"`
	MediaType    string     `json:"media_type,omitempty" db:"media_type"`
	Outcome      string     `json:"outcome,omitempty" db:"outcome"`   // complete or partial
	Fields       int64      `json:"fields" db:"fields"`               // how many were read
	FailedChecks int64      `json:"failed_checks" db:"failed_checks"` // arithmetic on its values that does not hold
	Arrivals     int64      `json:"arrivals" db:"arrivals"`           // how often it came
	ReceivedAt   *time.Time `json:"received_at,omitempty" db:"received_at"`
	StoredAt     *time.Time `json:"stored_at,omitempty" db:"stored_at"`
	FailedStage  string     `json:"failed_stage,omitempty" db:"failed_stage"`
	FailureClass string     `json:"failure_class,omitempty" db:"failure_class"`
	FailureKind  string     `json:"failure_kind,omitempty" db:"failure_kind"`
	Failure      string     `json:"failure,omitempty" db:"failure"`
	FailedAt     *time.Time `json:"failed_at,omitempty" db:"failed_at"`

	// The rest is of a class that a person corrected: what the latest model says, who corrected it, and when.
	OriginalClass string     `json:"original_class,omitempty" db:"original_class"`
	CorrectedBy   string     `json:"corrected_by,omitempty" db:"corrected_by"`
	CorrectedAt   *time.Time `json:"corrected_at,omitempty" db:"corrected_at"`
}

const documentColumns = `d.document_id, coalesce(d.name, '') as name, coalesce(d.source, '') as source, d.status,
	coalesce(d.class, '') as class, coalesce(d.confidence, 0) as confidence, coalesce(d.pages, 0) as pages,
	coalesce(d.words, 0) as words, coalesce(d.size, 0) as size, coalesce(d.language, '') as language,
	coalesce(d.media_type, '') as media_type, coalesce(d.outcome, '') as outcome, coalesce(d.fields, 0) as fields, d.arrivals,
	(select count(*) from checks k where k.document_id = d.document_id and not k.holds) as failed_checks,
	d.received_at, d.stored_at, coalesce(d.failed_stage, '') as failed_stage, coalesce(d.failure_class, '') as failure_class,
	coalesce(d.failure_kind, '') as failure_kind, coalesce(d.failure, '') as failure, d.failed_at,
	coalesce(d.original_class, '') as original_class, coalesce(d.corrected_by, '') as corrected_by, d.corrected_at`

// Filter says which documents to list. Zero fields do not filter.
type Filter struct {
	Class  string    `json:"class,omitempty"`  // exactly this class
	Status string    `json:"status,omitempty"` // exactly this status
	Name   string    `json:"name,omitempty"`   // part of the name of the first arrival; case does not matter
	Text   string    `json:"text,omitempty"`   // full-text query: words, "a phrase", or, -not
	Since  time.Time `json:"since,omitzero"`   // received then or later
	Limit  int       `json:"limit,omitempty"`  // default 50
	Offset int       `json:"offset,omitempty"`
}

// Documents lists documents: the best matches first where Filter.Text is given, else the latest received first.
func Documents(ctx context.Context, pool *postgres.Pool, f Filter) ([]Document, error) {
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}
	c := f.clauses()
	sql := "select " + documentColumns + c.String() +
		fmt.Sprintf(" limit %s offset %s", c.parameter(f.Limit), c.parameter(max(f.Offset, 0)))
	documents, err := postgres.Collect[Document](ctx, pool, sql, c.args...)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", err)
	}
	return documents, nil
}

// clauses are those of a query for documents, from its FROM on.
type clauses struct {
	from, order string
	conditions  []string
	args        []any
}

// parameter adds an argument and returns what stands for it.
func (c *clauses) parameter(arg any) string {
	c.args = append(c.args, arg)
	return fmt.Sprintf("$%d", len(c.args))
}

func (c *clauses) String() string {
	sql := " from " + c.from
	if len(c.conditions) > 0 {
		sql += " where " + strings.Join(c.conditions, " and ")
	}
	return sql + " order by " + c.order
}

// clauses returns the filter's, without its limit and offset.
func (f Filter) clauses() *clauses {
	c := &clauses{from: "documents d", order: "d.received_at desc nulls last, d.document_id"}
	where := func(condition string, arg any) {
		c.conditions = append(c.conditions, condition+" "+c.parameter(arg))
	}
	if f.Text != "" {
		c.from = fmt.Sprintf("matching(%s, %s) m join documents d using (document_id)", c.parameter(postgres.Text(f.Text)), c.parameter(mostMatches))
		c.order = "m.rank desc, d.document_id"
	}
	if f.Class != "" {
		where("d.class =", postgres.Text(f.Class))
	}
	if f.Status != "" {
		where("d.status =", postgres.Text(f.Status))
	}
	if f.Name != "" {
		where("d.name ilike", "%"+plainLike(postgres.Text(f.Name))+"%")
	}
	if !f.Since.IsZero() {
		where("d.received_at >=", f.Since)
	}
	return c
}

// plainLike makes the special characters of LIKE plain ones.
func plainLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// ErrNotFound says that no document has the id.
var ErrNotFound = errors.New("no such document")

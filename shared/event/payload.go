// Package event defines what travels between services: the payloads, their topics, their JSON Schemas and the envelope.
//
// A new event is one file with its struct, a line in [All], and the files that `make generate` writes. The package knows
// nothing of brokers or stages: metadata is a plain string map.
package event

import (
	"time"

	"github.com/millrace/millrace/shared/blob"
)

// Payload is the body of an event: a plain struct that marshals to JSON.
type Payload interface {
	// Topic returns the topic this payload is published on. It does not depend on the value.
	Topic() string
	// Subject returns the id of the document that the event is about (the CloudEvents subject).
	Subject() string
}

// None is the output of a stage that publishes nothing.
type None struct{}

// Topic returns "": None is never published.
func (None) Topic() string { return "" }

// Subject returns "".
func (None) Subject() string { return "" }

// Blob is a claim check: content that is kept in the blob store.
type Blob struct {
	Ref       blob.Ref `json:"ref" jsonschema:"pattern=^sha256:[0-9a-f]{64}$"`
	Size      int64    `json:"size" jsonschema:"minimum=0,description=Bytes."`
	MediaType string   `json:"media_type" jsonschema:"minLength=1"`
}

// Arrival is one time that a document reached Millrace. The same content may arrive many times.
type Arrival struct {
	ID     string    `json:"id" jsonschema:"minLength=1,description=Unique to this arrival; kept over redelivery and restart."`
	Name   string    `json:"name" jsonschema:"description=File name as given; any UTF-8."`
	Source string    `json:"source" jsonschema:"minLength=1,description=How it came: inbox or http or synthetic or attachment."`
	At     time.Time `json:"at"`
	Parent string    `json:"parent,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$,description=Document id of the e-mail that it was attached to."`
}

// Received says that a document's content is in the blob store and one of its arrivals is on record.
type Received struct {
	DocumentID string  `json:"document_id" jsonschema:"pattern=^[0-9a-f]{64}$,description=SHA-256 of the content."`
	Content    Blob    `json:"content"`
	Arrival    Arrival `json:"arrival"`
}

// Topic returns [TopicReceived].
func (Received) Topic() string { return TopicReceived }

// Subject returns the document id.
func (p Received) Subject() string { return p.DocumentID }

// Parsed says that a document has been read; the layout holds its text and boxes.
type Parsed struct {
	DocumentID  string `json:"document_id" jsonschema:"pattern=^[0-9a-f]{64}$"`
	Content     Blob   `json:"content"`
	Layout      Blob   `json:"layout"`
	Outcome     string `json:"outcome" jsonschema:"enum=complete,enum=partial"`
	Engine      string `json:"engine" jsonschema:"minLength=1"`
	Reason      string `json:"engine_reason,omitempty"`
	Language    string `json:"language,omitempty" jsonschema:"description=ISO 639-1; absent when unknown."`
	Pages       int    `json:"pages" jsonschema:"minimum=0"`
	FailedPages []int  `json:"failed_pages,omitempty" jsonschema:"description=Numbers of the pages that could not be read; from 1."`
	Words       int    `json:"words" jsonschema:"minimum=0"`
}

// Topic returns [TopicParsed].
func (Parsed) Topic() string { return TopicParsed }

// Subject returns the document id.
func (p Parsed) Subject() string { return p.DocumentID }

// Class is a document type with the model's confidence in it.
type Class struct {
	Label      string  `json:"label" jsonschema:"minLength=1,description=A document type such as invoice; unknown where no type is likely enough."`
	Confidence float64 `json:"confidence" jsonschema:"minimum=0,maximum=1,description=Calibrated probability."`
}

// Classified says what type a document is.
type Classified struct {
	DocumentID   string  `json:"document_id" jsonschema:"pattern=^[0-9a-f]{64}$"`
	Layout       Blob    `json:"layout"`
	Class        Class   `json:"class"`
	Model        string  `json:"model" jsonschema:"minLength=1,description=Name and version of the model."`
	Alternatives []Class `json:"alternatives,omitempty" jsonschema:"description=The next likely types; most likely first."`
}

// Topic returns [TopicClassified].
func (Classified) Topic() string { return TopicClassified }

// Subject returns the document id.
func (p Classified) Subject() string { return p.DocumentID }

// Field is one value read from a document, with its evidence.
type Field struct {
	Name       string     `json:"name" jsonschema:"minLength=1"`
	Value      string     `json:"value" jsonschema:"description=Normalised: dates as YYYY-MM-DD; amounts as decimals with a point."`
	Type       string     `json:"type" jsonschema:"enum=text,enum=date,enum=amount,enum=currency,enum=number,enum=identifier,enum=party"`
	Raw        string     `json:"raw,omitempty" jsonschema:"description=The text as it stands in the document."`
	Page       int        `json:"page,omitempty" jsonschema:"minimum=0,description=From 1; 0 or absent where the value has no place on a page."`
	BBox       [4]float64 `json:"bbox" jsonschema:"description=x0 y0 x1 y1 in PDF points; origin top left."`
	Confidence float64    `json:"confidence" jsonschema:"minimum=0,maximum=1"`
	Source     string     `json:"source" jsonschema:"minLength=1,description=The rule or template or model (with version) that read it."`
}

// Item is one row of a table: a line of an invoice, a transaction of a bank statement.
type Item struct {
	Kind       string     `json:"kind" jsonschema:"enum=line_item,enum=transaction"`
	Cells      []Cell     `json:"cells" jsonschema:"minItems=1"`
	Page       int        `json:"page,omitempty" jsonschema:"minimum=0,description=From 1; 0 or absent where the row has no place on a page."`
	BBox       [4]float64 `json:"bbox" jsonschema:"description=x0 y0 x1 y1 in PDF points; origin top left."`
	Confidence float64    `json:"confidence" jsonschema:"minimum=0,maximum=1"`
	Source     string     `json:"source" jsonschema:"minLength=1,description=The rule or template or model (with version) that read it."`
}

// Cell is one value of a row.
type Cell struct {
	Name  string `json:"name" jsonschema:"minLength=1"`
	Value string `json:"value" jsonschema:"description=Normalised as the value of a field."`
	Type  string `json:"type" jsonschema:"enum=text,enum=date,enum=amount,enum=currency,enum=number,enum=identifier,enum=party"`
}

// Check is a piece of arithmetic that a document's values should satisfy, such as net and tax giving the total.
type Check struct {
	Name   string `json:"name" jsonschema:"minLength=1,description=What was checked such as totals or line_items or balance."`
	Holds  bool   `json:"holds"`
	Detail string `json:"detail,omitempty" jsonschema:"description=The sum in words and figures."`
}

// Extracted carries the fields read from a document.
type Extracted struct {
	DocumentID string  `json:"document_id" jsonschema:"pattern=^[0-9a-f]{64}$"`
	Class      Class   `json:"class"`
	Template   string  `json:"template" jsonschema:"minLength=1,description=Name and version of the template that was applied."`
	Fields     []Field `json:"fields,omitempty"`

	Items        []Item  `json:"items,omitempty" jsonschema:"description=Rows of tables; in the order of the document."`
	OmittedItems int     `json:"omitted_items,omitempty" jsonschema:"minimum=0,description=Rows that were read and left out because the event would have become too large."`
	Checks       []Check `json:"checks,omitempty" jsonschema:"description=Arithmetic that was tried on the values."`
}

// Topic returns [TopicExtracted].
func (Extracted) Topic() string { return TopicExtracted }

// Subject returns the document id.
func (p Extracted) Subject() string { return p.DocumentID }

package event

import "time"

// Corrected says what a person found wrong with a document's results, and what is right. A later correction of the same
// field, or of the class, takes the place of an earlier one; what a model reads later does not.
type Corrected struct {
	DocumentID string           `json:"document_id" jsonschema:"pattern=^[0-9a-f]{64}$"`
	Correction string           `json:"correction" jsonschema:"minLength=1,description=Id of the correction; kept over redelivery."`
	Author     string           `json:"author" jsonschema:"minLength=1,description=Who says so."`
	At         time.Time        `json:"at"`
	Class      string           `json:"class,omitempty" jsonschema:"description=The right document type; absent where the class is not corrected."`
	Fields     []CorrectedField `json:"fields,omitempty"`
	Note       string           `json:"note,omitempty" jsonschema:"description=Why; for people."`
}

// CorrectedField gives all values that a field has, in place of those that were read.
type CorrectedField struct {
	Name   string   `json:"name" jsonschema:"minLength=1"`
	Type   string   `json:"type" jsonschema:"enum=text,enum=date,enum=amount,enum=currency,enum=number,enum=identifier,enum=party"`
	Values []string `json:"values,omitempty" jsonschema:"description=Normalised; more than one for a field that repeats; none where the document has no such value."`
}

// Topic returns [TopicCorrected].
func (Corrected) Topic() string { return TopicCorrected }

// Subject returns the document id.
func (p Corrected) Subject() string { return p.DocumentID }

package query

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/postgres"
)

// Correction is what a person said of a document's class, or of one of its fields. What was said at once shares its id.
type Correction struct {
	ID         string    `json:"correction_id" db:"correction_id"`
	DocumentID string    `json:"document_id" db:"document_id"`
	Document   string    `json:"document" db:"document"` // name; empty for a document that never came
	Author     string    `json:"author" db:"author"`
	At         time.Time `json:"at" db:"at"`
	What       string    `json:"what" db:"what"` // class or field
	Name       string    `json:"name,omitempty" db:"name"`
	Type       string    `json:"type,omitempty" db:"type"` // of the field
	Original   []string  `json:"original" db:"original"`   // what the models say; empty where they say nothing
	Corrected  []string  `json:"corrected" db:"corrected"` // what is right; empty where there is no such value
	Current    bool      `json:"current" db:"current"`     // no later correction says otherwise
	Note       string    `json:"note,omitempty" db:"note"` // why
}

const correctionColumns = `select correction_id, document_id, coalesce(document, '') as document, author, at, what,
	coalesce(name, '') as name, coalesce(type, '') as type, original, corrected, current, coalesce(note, '') as note from corrections`

// Corrections lists the latest corrections, the latest first: of all documents, or of the one that the id or its beginning names.
// For an id the error may be one of those of [Get].
func Corrections(ctx context.Context, pool *postgres.Pool, id string, limit int) ([]Correction, error) {
	where, args := "", []any{limit}
	if id != "" {
		found, err := byID(ctx, pool, id)
		if err != nil {
			return nil, idFault(err, id)
		}
		where, args = " where document_id = $2", append(args, found.ID)
	}
	list, err := postgres.Collect[Correction](ctx, pool, correctionColumns+where+" order by at desc, correction_id desc, what, name limit $1", args...)
	if err != nil {
		return nil, fmt.Errorf("list corrections: %w", err)
	}
	return list, nil
}

// Classes returns the document types that documents have, sorted.
func Classes(ctx context.Context, pool *postgres.Pool) ([]string, error) {
	list, err := postgres.Collect[struct{ Class string }](ctx, pool, "select distinct class from documents where class is not null order by class")
	if err != nil {
		return nil, fmt.Errorf("list document types: %w", err)
	}
	classes := make([]string, len(list))
	for i, one := range list {
		classes[i] = one.Class
	}
	return classes, nil
}

// CorrectedClass is a document type that a person gave, with what a model can learn it from.
type CorrectedClass struct {
	DocumentID string    `db:"document_id"`
	Class      string    `db:"class"`
	Layout     blob.Ref  `db:"layout_ref"`
	Author     string    `db:"corrected_by"`
	At         time.Time `db:"corrected_at"`
}

// CorrectedClasses returns the class of every document of which a person corrected it, as the latest correction has it, by
// document id. Documents that were never read, so that they have no layout, are left out.
func CorrectedClasses(ctx context.Context, pool *postgres.Pool) ([]CorrectedClass, error) {
	list, err := postgres.Collect[CorrectedClass](ctx, pool, `select d.document_id, d.class, l.layout_ref, d.corrected_by, d.corrected_at
		from documents d join layouts l using (document_id) where d.corrected_by is not null order by d.document_id`)
	if err != nil {
		return nil, fmt.Errorf("list corrected classes: %w", err)
	}
	return list, nil
}

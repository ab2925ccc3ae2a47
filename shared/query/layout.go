package query

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/postgres"
)

// LayoutRef returns where the current layout of a document lies in the blob store. It is empty for a document that has not
// been read, or is not known. The id is a whole one.
func LayoutRef(ctx context.Context, pool *postgres.Pool, id string) (blob.Ref, error) {
	found, err := postgres.Collect[struct {
		Ref blob.Ref `db:"layout_ref"`
	}](ctx, pool, "select layout_ref from layouts where document_id = $1", id)
	if err != nil {
		return "", fmt.Errorf("look for the layout of document %s: %w", id, err)
	}
	if len(found) == 0 {
		return "", nil
	}
	return found[0].Ref, nil
}

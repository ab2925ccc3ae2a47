package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Querier is a [Pool], or one transaction of it.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Collect reads all rows into structs by column name. The error is a fault, as [Fault] makes it.
func Collect[R any](ctx context.Context, q Querier, sql string, args ...any) ([]R, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err == nil {
		var list []R
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[R])
		if err == nil {
			return list, nil
		}
	}
	return nil, Fault(err)
}

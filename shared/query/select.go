package query

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/postgres"
)

// Selection says which documents to do something with. All conditions count together; zero fields do not select.
type Selection struct {
	Filter          // its limit of 0 means all, its offset is not used
	IDs    []string `json:"ids,omitempty"`   // ids or the beginnings of ids, as [Get] takes them
	Where  string   `json:"where,omitempty"` // a condition in SQL over the columns of the view documents, such as: class = 'invoice' and pages > 3
}

// Empty reports whether nothing is asked for, so that all documents are meant.
func (s Selection) Empty() bool {
	return s.Class == "" && s.Status == "" && s.Name == "" && s.Text == "" && s.Since.IsZero() && s.Limit == 0 && len(s.IDs) == 0 && s.Where == ""
}

// Select returns the ids of the documents, in the order of [Documents]. The condition runs in a transaction that can only
// read, with the rights of the pool's user. Errors are those of [Get] for an id and faults for the rest; for a
// condition that Postgres does not understand they wrap its own error.
func Select(ctx context.Context, pool *postgres.Pool, s Selection) ([]string, error) {
	var ids []string
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		c := s.clauses()
		if len(s.IDs) > 0 {
			whole := make([]string, len(s.IDs))
			for i, id := range s.IDs {
				found, err := byID(ctx, tx, id)
				if err != nil {
					return idFault(err, id)
				}
				whole[i] = found.ID
			}
			c.conditions = append(c.conditions, "d.document_id = any("+c.parameter(whole)+")")
		}
		if s.Where != "" { // the line break ends a comment in it
			c.conditions = append(c.conditions, "d.document_id in (select document_id from documents where ("+s.Where+"\n))")
		}
		sql := "select d.document_id" + c.String()
		if s.Limit > 0 {
			sql += " limit " + c.parameter(s.Limit)
		}
		found, err := postgres.Collect[struct {
			ID string `db:"document_id"`
		}](ctx, tx, sql, c.args...)
		for _, f := range found {
			ids = append(ids, f.ID)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("select documents: %w", err)
	}
	return ids, nil
}

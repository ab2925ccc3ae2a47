package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

func (a *app) correctionsCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "corrections [ID]",
		Short: "List what people corrected, the latest first",
		Long: `Lists corrections, of all documents or of one: who said what and when, what the models read, and whether it still stands. The
first six digits of an id are enough when no other document begins with them.`,
		Example: `  millrace corrections
  millrace corrections 3fa9c1
  millrace corrections --json --limit 1000 | jq -r 'select(.what == "class") | .document_id'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return usage("--limit must be at least 1")
			}
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			return a.withPostgres(cmd.Context(), func(pool *postgres.Pool) error {
				list, err := query.Corrections(cmd.Context(), pool, id, limit)
				if errors.Is(err, query.ErrNotFound) {
					return fmt.Errorf("%w; list them with millrace documents", err)
				}
				if err != nil {
					return err
				}
				return printList(a, list, limit, "no corrections", writeCorrections)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	a.jsonFlag(cmd, "one JSON object per class or field and line")
	return cmd
}

// writeCorrections prints corrections as a table.
func writeCorrections(w io.Writer, list []query.Correction, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: "AT"}, table.Column{Title: "ID"}, table.Column{Title: "DOCUMENT", Flex: true}, table.Column{Title: "BY"},
		table.Column{Title: "WHAT"}, table.Column{Title: "READ", Flex: true}, table.Column{Title: "RIGHT", Flex: true}, table.Column{Title: "STANDS"},
		table.Column{Title: "NOTE", Flex: true})
	for _, c := range list {
		t.Add(c.At.In(zone).Format("2006-01-02 15:04"), fmt.Sprintf("%.12s", c.DocumentID), c.Document, c.Author, what(c),
			listed(c.Original), listed(c.Corrected), yesNo(c.Current), c.Note)
	}
	return t.Write(w, width)
}

// correctionTable is the part of a document's page that tells of its corrections.
func correctionTable(d query.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "BY"}, table.Column{Title: "WHAT"}, table.Column{Title: "READ", Flex: true},
		table.Column{Title: "RIGHT", Flex: true}, table.Column{Title: "STANDS"}, table.Column{Title: "NOTE", Flex: true})
	for _, c := range d.Corrections {
		t.AddIndented("  ", clock(c.At, zone), c.Author, what(c), listed(c.Original), listed(c.Corrected), yesNo(c.Current), c.Note)
	}
	return t
}

// what returns what was corrected.
func what(c query.Correction) string {
	if c.Name != "" {
		return c.Name
	}
	return c.What
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

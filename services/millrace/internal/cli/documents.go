package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

func (a *app) documentsCommand() *cobra.Command {
	var filter query.Filter
	var since string
	cmd := &cobra.Command{
		Use:     "documents",
		Aliases: []string{"docs"},
		Short:   "List what is stored, the latest first",
		Example: `  millrace documents --class invoice --since 24h
  millrace documents --status failed
  millrace documents --search 'contract "New York" -draft'
  millrace documents --json --limit 1000 | jq -r .name`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if filter.Since, err = parseSince(since, time.Now()); err != nil {
				return err
			}
			if filter.Limit < 1 {
				return usage("--limit must be at least 1")
			}
			return a.withPostgres(cmd.Context(), func(pool *postgres.Pool) error {
				documents, err := query.Documents(cmd.Context(), pool, filter)
				if err != nil {
					return err
				}
				return a.printDocuments(documents, filter.Limit)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&filter.Class, "class", "", "only this class, such as invoice")
	f.StringVar(&filter.Status, "status", "", "only this status: received, parsed, classified, stored or failed")
	f.StringVar(&filter.Name, "name", "", "only names that contain this; case does not matter")
	f.StringVar(&filter.Text, "search", "", `only texts that match, best first: words, "a phrase", or, -not`)
	f.StringVar(&since, "since", "", "only what arrived since: a duration (90m, 24h, 7d), a date (2006-01-02) or a time (RFC 3339)")
	f.IntVar(&filter.Limit, "limit", 50, "how many at most")
	a.jsonFlag(cmd, "one JSON object per document and line")
	return cmd
}

// withPostgres runs f on the instance's database.
func (a *app) withPostgres(ctx context.Context, f func(*postgres.Pool) error) error {
	t, err := a.target()
	if err != nil {
		return err
	}
	if t.PostgresURL == "" {
		return a.noInstance("its Postgres")
	}
	pool, err := postgres.Open(ctx, t.PostgresURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := f(pool); err != nil {
		return a.hint(t, err)
	}
	return nil
}

// parseSince reads the value of --since.
func parseSince(s string, now time.Time) (time.Time, error) { return parsePast("--since", s, now) }

// parsePast reads a point in time that a flag gives: a duration before now, a date or a time.
func parsePast(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, now.Location()); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Time{}, usage("%s %q is neither a duration (90m, 24h, 7d) nor a date (2006-01-02) nor a time (2006-01-02T15:04:05Z)", flag, s)
}

func (a *app) printDocuments(documents []query.Document, limit int) error {
	if a.json {
		for _, d := range documents {
			if err := a.printJSON(d); err != nil {
				return err
			}
		}
		return nil
	}
	if len(documents) == 0 {
		a.note("no documents")
		return nil
	}
	if err := writeDocuments(a.Out, documents, terminalWidth(a.Out), time.Local); err != nil {
		return err
	}
	if len(documents) == limit {
		a.note("the first %d; see more with --limit", limit)
	}
	return nil
}

// writeDocuments prints documents as a table.
func writeDocuments(w io.Writer, documents []query.Document, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: "ID"}, table.Column{Title: "NAME", Flex: true}, table.Column{Title: "CLASS"},
		table.Column{Title: "SURE", Right: true}, table.Column{Title: "PAGES", Right: true}, table.Column{Title: "FIELDS", Right: true},
		table.Column{Title: "RECEIVED"}, table.Column{Title: "STATUS", Flex: true})
	for _, d := range documents {
		received, sure, status := "", "", d.Status
		if d.ReceivedAt != nil {
			received = d.ReceivedAt.In(zone).Format("2006-01-02 15:04")
		}
		if d.Class != "" {
			sure = percent(d.Confidence)
		}
		if d.CorrectedBy != "" {
			sure = "person"
		}
		if d.FailedChecks > 0 {
			status += fmt.Sprintf(", %s not adding up", count(d.FailedChecks, "check"))
		}
		if d.Status == query.StatusFailed {
			status = fmt.Sprintf("failed in %s: %s", d.FailedStage, reasonOf(d.FailureKind, d.Failure))
		}
		t.Add(fmt.Sprintf("%.12s", d.ID), d.Name, d.Class, sure, fmt.Sprint(d.Pages), fmt.Sprint(d.Fields), received, status)
	}
	return t.Write(w, width)
}

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

func (a *app) showCommand() *cobra.Command {
	var text bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show all that is known of one document",
		Long: `Shows a document's class, fields, rows of tables, checks, arrivals, timeline, failures and the beginning of its text. The first six
digits of an id
are enough when no other document begins with them.`,
		Example: `  millrace show 3fa9c1
  millrace show 3fa9c1 --text
  millrace show 3fa9c1 --json | jq '.checks[] | select(.holds | not)'
  millrace show 3fa9c1 --json | jq '.fields[] | select(.name == "grand_total")'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if text && a.json {
				return usage("--text and --json exclude each other")
			}
			return a.withPostgres(cmd.Context(), func(pool *postgres.Pool) error {
				d, err := query.Get(cmd.Context(), pool, args[0])
				if errors.Is(err, query.ErrNotFound) {
					return fmt.Errorf("%w; list them with millrace documents", err)
				}
				if err != nil {
					return err
				}
				return a.printDetail(d, text)
			})
		},
	}
	cmd.Flags().BoolVar(&text, "text", false, "print the text alone, all of it")
	a.jsonFlag(cmd, "one JSON object")
	return cmd
}

func (a *app) printDetail(d query.Detail, text bool) error {
	switch {
	case a.json:
		return a.printJSON(d)
	case text:
		_, err := io.WriteString(a.Out, d.Text)
		return err
	}
	return writeDetail(a.Out, d, terminalWidth(a.Out), time.Local)
}

// writeDetail prints a document for people.
func writeDetail(w io.Writer, d query.Detail, width int, zone *time.Location) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s\n  id        %s\n  status    %s\n", table.Clean(d.Name), d.ID, d.Status)
	if d.Class != "" {
		fmt.Fprintf(&sb, "  class     %s (%s)%s\n", table.Clean(d.Class), table.Clean(sure(d.Document)), alternatives(d))
	}
	fmt.Fprintf(&sb, "  read      %s, %s", count(d.Pages, "page"), count(d.Words, "word"))
	for _, extra := range []string{d.Language, partial(d.Outcome)} {
		if extra != "" {
			fmt.Fprintf(&sb, ", %s", extra)
		}
	}
	sb.WriteByte('\n')
	sections := []struct {
		title string
		t     *table.Table
	}{
		{"Fields", fieldTable(d)}, {"Rows", rowTable(d.Items)}, {"Checks", checkTable(d.Checks)},
		{"Corrections", correctionTable(d, zone)}, {"Arrivals", arrivalTable(d, zone)}, {"Attachments", attachmentTable(d)}, {"Timeline", timelineTable(d, zone)}, {"Failures", failureTable(d, zone)},
	}
	for _, s := range sections {
		if s.t.Len() == 0 {
			continue
		}
		fmt.Fprintf(&sb, "\n%s\n", s.title)
		if err := s.t.Write(&sb, width); err != nil {
			return err
		}
		if s.title == "Rows" {
			sb.WriteString(moreRows(d.Items))
		}
	}
	if d.Text != "" {
		sb.WriteString("\nText\n")
		writeExcerpt(&sb, d.Text, width, "--text prints all")
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

func partial(outcome string) string {
	if outcome == "partial" {
		return "some pages could not be read"
	}
	return ""
}

func alternatives(d query.Detail) string {
	var parts []string
	for _, c := range d.Classifications {
		for _, alt := range c.Alternatives {
			parts = append(parts, fmt.Sprintf("%s %s", alt.Label, percent(alt.Confidence)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "; next: " + strings.Join(parts, ", ")
}

func fieldTable(d query.Detail) *table.Table {
	t := table.New(table.Column{Title: "  NAME"}, table.Column{Title: "VALUE", Flex: true}, table.Column{Title: "PAGE", Right: true},
		table.Column{Title: "SURE", Right: true}, table.Column{Title: "FOUND BY", Flex: true})
	for _, f := range d.FieldList {
		t.AddIndented("  ", f.Name, f.Value, fmt.Sprint(f.Page), percent(f.Confidence), foundBy(f))
	}
	return t
}

// sure says how sure the class is.
func sure(d query.Document) string {
	if d.CorrectedBy == "" {
		return percent(d.Confidence)
	}
	return fmt.Sprintf("corrected by %s, read as %s", d.CorrectedBy, cmp.Or(d.OriginalClass, "none"))
}

func foundBy(f query.Field) string {
	if f.CorrectedBy == "" {
		return f.Source
	}
	return fmt.Sprintf("corrected by %s, read as %s", f.CorrectedBy, listed(f.Original))
}

func arrivalTable(d query.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "NAME", Flex: true}, table.Column{Title: "BY", Flex: true})
	for _, arrival := range d.ArrivalList {
		t.AddIndented("  ", clock(arrival.At, zone), arrival.Name, arrivedBy(arrival))
	}
	return t
}

func timelineTable(d query.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "STAGE"}, table.Column{Title: "OUTCOME"},
		table.Column{Title: "WAITED", Right: true}, table.Column{Title: "WORKED", Right: true}, table.Column{Title: "TOPIC", Flex: true})
	for _, s := range d.Timeline {
		topic := s.Topic
		if s.Author != "" {
			topic = fmt.Sprintf("%s by %s: %s", s.Topic, s.Author, s.Detail)
		}
		t.AddIndented("  ", clock(s.At, zone), s.Stage, s.Outcome, took(s.Wait), took(s.Run), topic)
	}
	return t
}

func failureTable(d query.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "STAGE"}, table.Column{Title: "CLASS"}, table.Column{Title: "OPEN"},
		table.Column{Title: "TRIES", Right: true}, table.Column{Title: "WHY", Flex: true})
	for _, f := range d.Failures {
		t.AddIndented("  ", clock(f.At, zone), f.Stage, f.Class, yesNo(f.Open), fmt.Sprint(f.Attempts), reasonOf(f.Kind, f.Message))
	}
	return t
}

func clock(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02 15:04:05.000")
}

// took prints a duration with a useful precision; a part that is not known is empty.
func took(d *time.Duration) string {
	switch {
	case d == nil:
		return ""
	case *d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case *d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return d.Round(time.Second).String()
	}
}

package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/reprocess"
)

// mostRuns is how many runs a list has.
const mostRuns = 50

// mostFailures is how many failures are shown to people; JSON has all.
const mostFailures = 10

func (a *app) listRuns(ctx context.Context) error {
	return a.withPostgres(ctx, func(pool *postgres.Pool) error {
		list, err := (&reprocess.Runs{Pool: pool}).List(ctx, mostRuns)
		if err != nil {
			return err
		}
		if a.json {
			for _, run := range list {
				if err := a.printJSON(run); err != nil {
					return err
				}
			}
			return nil
		}
		if len(list) == 0 {
			a.note("no runs")
			return nil
		}
		return writeRuns(a.Out, list, terminalWidth(a.Out), time.Local)
	})
}

func writeRuns(w io.Writer, list []reprocess.Run, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: "RUN"}, table.Column{Title: "BEGAN"}, table.Column{Title: "STAGE"}, table.Column{Title: "STATE"},
		table.Column{Title: "DOCUMENTS", Right: true}, table.Column{Title: "DONE", Right: true}, table.Column{Title: "FAILED", Right: true},
		table.Column{Title: "PROMOTED", Right: true}, table.Column{Title: "BY", Flex: true})
	for _, r := range list {
		t.Add(r.ID, r.CreatedAt.In(zone).Format("2006-01-02 15:04"), r.Stage, r.State, fmt.Sprint(r.Total), fmt.Sprint(r.Done),
			fmt.Sprint(r.Failed), fmt.Sprint(r.Promoted), r.CreatedBy)
	}
	return t.Write(w, width)
}

func (a *app) printDiff(d reprocess.Diff) error {
	if a.json {
		return a.printJSON(d)
	}
	return writeDiff(a.Out, d, terminalWidth(a.Out))
}

// writeDiff prints what a run would change: in numbers first, then by class and by field, then examples.
func writeDiff(w io.Writer, d reprocess.Diff, width int) error {
	var sb strings.Builder
	r := d.Run
	fmt.Fprintf(&sb, "Run %s of the %s is %s: %s, %d changed, %d the same, %d new, %d failed, %d missing what it needs\n",
		r.ID, r.Stage, r.State, count(r.Total, "document"), d.Changed, d.Same, d.New, r.Failed, r.Missing)
	if r.Open() > 0 {
		fmt.Fprintf(&sb, "%d have no result yet: wait for them with millrace reprocess --resume %s\n", r.Open(), r.ID)
	}
	for _, v := range d.Versions {
		fmt.Fprintf(&sb, "Version %s → %s: %s\n", orNone(v.Before), v.After, count(v.Documents, "document"))
	}
	for _, version := range d.Replaces {
		fmt.Fprintf(&sb, "No new version: promoting replaces the results of version %s, which are not kept\n", version)
	}
	if d.Overtaken > 0 {
		fmt.Fprintf(&sb, "%s got another result since the run began; the comparison is with what was current then\n", count(d.Overtaken, "document"))
	}
	if _, err := io.WriteString(w, sb.String()); err != nil {
		return fmt.Errorf("print the diff: %w", err)
	}
	for _, part := range []struct {
		title string
		table *table.Table
	}{
		{"By class", classTable(d)}, {"By field", fieldChangeTable(d)}, {"Examples", exampleTable(d)},
		{"Failed", failuresOfRun(d.Failures)}, {"Missing", failuresOfRun(d.Missing)},
	} {
		if part.table.Len() == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", part.title); err != nil {
			return fmt.Errorf("print the diff: %w", err)
		}
		if err := part.table.Write(w, width); err != nil {
			return fmt.Errorf("print the diff: %w", err)
		}
	}
	if r.State == reprocess.StateReady {
		_, err := fmt.Fprintf(w, "\nMake them current: millrace reprocess --promote %s [--only-changed]. Forget them: --discard %s\n", r.ID, r.ID)
		return err
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func classTable(d reprocess.Diff) *table.Table {
	t := table.New(table.Column{Title: "BEFORE"}, table.Column{Title: "AFTER"}, table.Column{Title: "DOCUMENTS", Right: true},
		table.Column{Title: "CHANGED", Right: true})
	for _, c := range d.Classes {
		t.Add(orNone(c.Before), orNone(c.After), fmt.Sprint(c.Documents), fmt.Sprint(c.Changed))
	}
	return t
}

func fieldChangeTable(d reprocess.Diff) *table.Table {
	t := table.New(table.Column{Title: "FIELD", Flex: true}, table.Column{Title: "SAME", Right: true}, table.Column{Title: "CHANGED", Right: true},
		table.Column{Title: "ADDED", Right: true}, table.Column{Title: "REMOVED", Right: true})
	for _, f := range d.Fields {
		t.Add(f.Name, fmt.Sprint(f.Same), fmt.Sprint(f.Changed), fmt.Sprint(f.Added), fmt.Sprint(f.Removed))
	}
	return t
}

func exampleTable(d reprocess.Diff) *table.Table {
	t := table.New(table.Column{Title: "WHAT", Flex: true}, table.Column{Title: "DOCUMENT"}, table.Column{Title: "NAME", Flex: true},
		table.Column{Title: "BEFORE", Flex: true}, table.Column{Title: "AFTER", Flex: true})
	add := func(what string, examples []reprocess.Example) {
		for _, e := range examples {
			t.Add(what, short(e.DocumentID), e.Document, orNone(e.Before), orNone(e.After))
		}
	}
	for _, c := range d.Classes {
		add("class", c.Examples)
	}
	for _, f := range d.Fields {
		add(f.Name, f.Examples)
	}
	return t
}

func failuresOfRun(list []reprocess.FailureOfOne) *table.Table {
	t := table.New(table.Column{Title: "DOCUMENT"}, table.Column{Title: "NAME", Flex: true}, table.Column{Title: "WHY", Flex: true})
	for i, f := range list {
		if i == mostFailures {
			t.Add("…", fmt.Sprintf("%d more; --json has all", len(list)-i))
			break
		}
		t.Add(short(f.DocumentID), f.Document, reasonOf(f.Kind, f.Message))
	}
	return t
}

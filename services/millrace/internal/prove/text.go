package prove

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/services/millrace/internal/table"
)

// shown is how many findings of a kind the text and the page name; the JSON has them all.
const shown = 20

// word is the verdict in a word.
func (r Report) word() string {
	if r.Passed {
		return "Passed"
	}
	return "Failed"
}

// headline is the account in a line.
func (r Report) headline() string {
	v := r.Verdict
	return fmt.Sprintf("%d documents in %d arrivals: lost %d, doubled %d, dead %d, of which unexpected %d", v.Documents, v.Arrivals,
		len(v.Lost), len(v.Doubled), v.DeadLetters+len(v.Unexpected), len(v.Unexpected))
}

// figure is a number with its name.
type figure struct{ Name, Value, Note string }

// figures are what people want to know of a run.
func (r Report) figures() []figure {
	v := r.Verdict
	drain := duration(r.Drain)
	if !r.Drained {
		drain = "more than " + drain
	}
	load := fmt.Sprintf("%.1f documents/s asked for", r.Rate)
	if r.Held >= 1 {
		load += fmt.Sprintf("; held back for %s, because enough waited", duration(r.Held))
	}
	rejected := "?"
	if r.Ledger.Rejected != nil {
		rejected = fmt.Sprint(*r.Ledger.Rejected)
	}
	return []figure{
		{"documents in", fmt.Sprint(v.Documents), fmt.Sprintf("%d arrivals, %d of them of a document that was in already", v.Arrivals, v.Arrivals-v.Documents)},
		{"stored", fmt.Sprint(v.Stored), "with one event of each stage for each arrival"},
		{"lost", fmt.Sprint(len(v.Lost)), ""},
		{"doubled", fmt.Sprint(len(v.Doubled)), ""},
		{"dead letters", fmt.Sprint(v.DeadLetters), fmt.Sprintf("all expected: %d unreadable documents, %d poison messages", v.Failed, v.Messages)},
		{"dead, unexpected", fmt.Sprint(len(v.Unexpected)), ""},
		{"refused at the door", fmt.Sprintf("%d of %d", v.Refused, v.Files), "files that are no PDF, each next to its reason"},
		{"left waiting", fmt.Sprint(len(v.Unfinished)), ""},
		{"ledger", fmt.Sprintf("%d accepted", r.Ledger.Accepted), fmt.Sprintf("= %d stored + %d in flight + %d waiting for retry + %d dead + %d discarded + %s rejected + %d missing",
			r.Ledger.Stored, r.Ledger.InFlight, r.Ledger.Retry, r.Ledger.Dead, r.Ledger.Discarded, rejected, r.Ledger.Missing)},
		{"load", duration(r.Load), load},
		{"drain", drain, "after the last document, until nothing waited"},
		{"speed", fmt.Sprintf("%.1f documents/s", r.Speed), fmt.Sprintf("stored over load and drain, on %d CPUs", r.CPUs)},
		{"RabbitMQ nodes", fmt.Sprint(r.Nodes), ""},
	}
}

// groups of findings, with their titles.
func (r Report) findings() []struct {
	Title string
	List  []Finding
} {
	v := r.Verdict
	return []struct {
		Title string
		List  []Finding
	}{{"Lost", v.Lost}, {"Doubled", v.Doubled}, {"Dead or refused without need", v.Unexpected}, {"Left waiting", v.Unfinished}}
}

// WriteText prints the report for a terminal of so many columns; 0 means no limit.
func (r Report) WriteText(w io.Writer, terminal int) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s. %s\n", strings.ToUpper(r.word()), r.headline())
	for _, reason := range r.Reasons {
		fmt.Fprintf(&sb, "  %s\n", table.Clean(reason))
	}
	sb.WriteByte('\n')
	figures := table.New(table.Column{Title: "WHAT"}, table.Column{Title: "FIGURE", Right: true}, table.Column{Title: "NOTE", Flex: true})
	for _, f := range r.figures() {
		figures.Add(f.Name, f.Value, f.Note)
	}
	faults := table.New(table.Column{Title: "#", Right: true}, table.Column{Title: "FAULT"}, table.Column{Title: "FROM", Right: true},
		table.Column{Title: "LASTED", Right: true}, table.Column{Title: "PROVES", Flex: true})
	for _, f := range r.Faults {
		switch {
		case f.Skipped != "":
			faults.Add("-", f.Name, "-", "-", "LEFT OUT: "+f.Skipped)
		default:
			faults.Add(fmt.Sprint(f.Number), f.Name, duration(f.From), duration(f.To-f.From), f.Proves)
		}
	}
	waits := table.New(table.Column{Title: "STAGE"}, table.Column{Title: "LARGEST BACKLOG", Right: true}, table.Column{Title: "AT", Right: true})
	for _, s := range r.Stages {
		waits.Add(s.Stage, fmt.Sprint(s.Largest), duration(s.At))
	}
	for _, t := range []*table.Table{figures, faults, waits} {
		if err := t.Write(&sb, terminal); err != nil {
			return err
		}
		sb.WriteByte('\n')
	}
	for _, name := range slices.Sorted(maps.Keys(r.Crashes)) {
		fmt.Fprintf(&sb, "%s ended %d times by itself and was started again\n", name, r.Crashes[name])
	}
	for _, g := range r.findings() {
		for i, f := range g.List {
			if i == shown {
				fmt.Fprintf(&sb, "%s: … and %d more, in report.json\n", g.Title, len(g.List)-shown)
				break
			}
			fmt.Fprintf(&sb, "%s: %s\n", g.Title, table.Clean(f.String()))
		}
	}
	fmt.Fprintf(&sb, "The same documents and order of faults again: %s\n", r.again())
	_, err := io.WriteString(w, sb.String())
	return err
}

// again returns the flags of a run with the same documents and order of faults.
func (r Report) again() string {
	flags := fmt.Sprintf("--seed %d", r.Seed)
	if r.Nodes > 1 {
		flags += " --cluster"
	}
	return flags
}

// duration prints seconds for people.
func duration(seconds float64) string {
	if seconds < 60 {
		return fmt.Sprintf("%.1f s", seconds)
	}
	return fmt.Sprintf("%d min %02d s", int(seconds)/60, int(seconds)%60)
}

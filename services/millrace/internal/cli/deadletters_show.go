package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/deadletter"
)

func (a *app) lettersShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show everything about one dead letter: attempts, stack, payload, history",
		Long: `Shows everything about one dead letter. The first digits of an id are enough when no other dead letter begins with
them.`,
		Example: `  millrace dead-letters show 3fa9c1
  millrace dead-letters show 3fa9c1 --json | jq .payload`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLetters(cmd.Context(), func(store *deadletter.Store) error {
				id, err := store.Find(cmd.Context(), args[0])
				if err != nil {
					return notFound(err)
				}
				d, err := store.Get(cmd.Context(), id)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(d)
				}
				return writeLetter(a.Out, d, terminalWidth(a.Out), time.Local)
			})
		},
	}
	a.jsonFlag(cmd, "one JSON object")
	return cmd
}

// writeLetter prints a dead letter for people.
func writeLetter(w io.Writer, d deadletter.Detail, width int, zone *time.Location) error {
	var sb strings.Builder
	line := func(title, text string) {
		if text = table.Clean(text); text != "" {
			fmt.Fprintf(&sb, "  %-12s %s\n", title, text)
		}
	}
	fmt.Fprintf(&sb, "dead letter %s\n", d.ID)
	line("state", letterState(d, zone))
	if d.DocumentID != "" {
		line("document", fmt.Sprintf("%s (millrace show %s)", d.Document, short(d.DocumentID)))
	}
	line("stage", d.Stage)
	line("message", fmt.Sprintf("%s of %s", d.MessageID, d.Topic))
	line("queue", d.Queue)
	line("class", d.Class)
	line("kind", d.Kind)
	line("error", d.Message)
	line("group", d.Fingerprint)
	line("died", fmt.Sprintf("%s; %s, %s", clock(d.DiedAt, zone), count(d.Deaths, "death"), count(d.Attempts, "attempt")))
	line("trial run", d.Shadow)
	for _, s := range []struct {
		title string
		t     *table.Table
	}{{"Attempts", letterAttemptTable(d, zone)}, {"History", lettersHistoryTable(d, zone)}} {
		if s.t.Len() == 0 {
			continue
		}
		fmt.Fprintf(&sb, "\n%s\n", s.title)
		if err := s.t.Write(&sb, width); err != nil {
			return err
		}
	}
	if d.Stack != "" {
		sb.WriteString("\nStack\n")
		writeLines(&sb, d.Stack)
	}
	sb.WriteString("\nMetadata\n")
	for _, key := range slices.Sorted(maps.Keys(d.Metadata)) {
		if !strings.HasPrefix(key, "dead_") && key != "attempt_log" { // shown above
			fmt.Fprintf(&sb, "  %s: %s\n", table.Clean(key), table.Clean(d.Metadata[key]))
		}
	}
	title := "Payload"
	if d.Edited {
		title = "Payload, edited"
	}
	fmt.Fprintf(&sb, "\n%s\n", title)
	writeLines(&sb, pretty(d.Body))
	if d.Edited {
		sb.WriteString("\nPayload as it died\n")
		writeLines(&sb, pretty(d.OriginalBody))
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

func letterState(d deadletter.Detail, zone *time.Location) string {
	s := d.State
	switch d.State {
	case deadletter.StateReplaying:
		s += ": sent by the replay " + d.Replay + ", of which there is no word yet"
	case deadletter.StateResolved:
		s += ": handled by " + d.ClosedBy
	case deadletter.StateDiscarded:
		s += " by " + d.ClosedBy + ": " + d.Reason
	}
	if d.ClosedAt != nil {
		s += " (" + minute(*d.ClosedAt, zone) + ")"
	}
	return s
}

func letterAttemptTable(d deadletter.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "CLASS"}, table.Column{Title: "ERROR", Flex: true})
	for _, attempt := range d.Log {
		t.AddIndented("  ", clock(attempt.At, zone), attempt.Class, reasonOf(attempt.Kind, attempt.Error))
	}
	return t
}

func lettersHistoryTable(d deadletter.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "WHAT"}, table.Column{Title: "BY"}, table.Column{Title: "REPLAY"},
		table.Column{Title: "DETAIL", Flex: true})
	for _, e := range d.History {
		t.AddIndented("  ", clock(e.At, zone), e.What, e.Actor, e.Replay, e.Detail)
	}
	return t
}

// pretty returns a payload as people read it: JSON over several lines, other text as it is, other bytes described.
func pretty(body []byte) string {
	var indented bytes.Buffer
	switch {
	case json.Indent(&indented, body, "", "  ") == nil:
		return indented.String() + "\n"
	case utf8.Valid(body):
		return string(body)
	default:
		return fmt.Sprintf("%d bytes that are not text: %.64q…\n", len(body), body)
	}
}

// writeLines prints text, indented and without what a terminal would obey.
func writeLines(sb *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		fmt.Fprintf(sb, "  %s%s\n", strings.ReplaceAll(indent, "\t", "  "), table.Clean(line))
	}
}

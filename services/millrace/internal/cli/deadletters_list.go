package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/deadletter"
)

// anyState is the value of --state that does not filter.
const anyState = "all"

func (a *app) lettersListCommand() *cobra.Command {
	var flags letterFlags
	var state string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List dead letters, the latest first",
		Example: `  millrace dead-letters list --stage parser --since 24h
  millrace dead-letters list --state all --document 3fa9c1
  millrace dead-letters list --json --limit 1000 | jq -r .dead_letter_id`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := a.listed(&flags, state)
			if err != nil {
				return err
			}
			return a.withLetters(cmd.Context(), func(store *deadletter.Store) error {
				letters, err := store.List(cmd.Context(), filter)
				if err != nil {
					return err
				}
				return printList(a, letters, filter.Limit, "no dead letters", writeLetters)
			})
		},
	}
	listFlags(cmd, &flags, &state)
	a.jsonFlag(cmd, "one JSON object per dead letter and line")
	return cmd
}

func (a *app) lettersGroupsCommand() *cobra.Command {
	var flags letterFlags
	var state string
	cmd := &cobra.Command{
		Use:   "groups",
		Short: "Group dead letters by what they died of, the largest group first",
		Long: `Groups dead letters of the same stage, class and kind whose errors differ only in what is marked: numbers, ids, paths, quoted
text. The name of a group can be given to the other commands with --group.`,
		Example: `  millrace dead-letters groups
  millrace dead-letters groups --state all --since 7d`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := a.listed(&flags, state)
			if err != nil {
				return err
			}
			return a.withLetters(cmd.Context(), func(store *deadletter.Store) error {
				groups, err := store.Groups(cmd.Context(), filter)
				if err != nil {
					return err
				}
				return printList(a, groups, filter.Limit, "no dead letters", writeGroups)
			})
		},
	}
	listFlags(cmd, &flags, &state)
	a.jsonFlag(cmd, "one JSON object per group and line")
	return cmd
}

func listFlags(cmd *cobra.Command, flags *letterFlags, state *string) {
	f := cmd.Flags()
	flags.register(f)
	f.StringVar(state, "state", deadletter.StateOpen, "open, replaying, resolved, discarded or all")
	f.IntVar(&flags.filter.Limit, "limit", 50, "how many at most")
}

// listed completes the filter of a list.
func (a *app) listed(flags *letterFlags, state string) (deadletter.Filter, error) {
	switch state {
	case deadletter.StateOpen, deadletter.StateReplaying, deadletter.StateResolved, deadletter.StateDiscarded:
		flags.filter.State = state
	case anyState:
	default:
		return flags.filter, usage("--state is open, replaying, resolved, discarded or all, not %q", state)
	}
	if flags.filter.Limit < 1 {
		return flags.filter, usage("--limit must be at least 1")
	}
	return flags.read()
}

// printList prints a list as JSON lines or as a table; none is what to say of an empty one.
func printList[R any](a *app, list []R, limit int, none string, write func(io.Writer, []R, int, *time.Location) error) error {
	if a.json {
		return printEach(a, list)
	}
	if len(list) == 0 {
		a.note("%s", none)
		return nil
	}
	if err := write(a.Out, list, terminalWidth(a.Out), time.Local); err != nil {
		return err
	}
	if len(list) == limit {
		a.note("the first %d; see more with --limit", limit)
	}
	return nil
}

// printEach prints one JSON object per line.
func printEach[T any](a *app, list []T) error {
	for _, v := range list {
		if err := a.printJSON(v); err != nil {
			return err
		}
	}
	return nil
}

// writeLetters prints dead letters as a table.
func writeLetters(w io.Writer, letters []deadletter.Letter, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: "ID"}, table.Column{Title: "DIED"}, table.Column{Title: "STAGE"}, table.Column{Title: "CLASS"},
		table.Column{Title: "DEATHS", Right: true}, table.Column{Title: "STATE"}, table.Column{Title: "DOCUMENT", Flex: true},
		table.Column{Title: "WHY", Flex: true})
	for _, l := range letters {
		t.Add(short(l.ID), minute(l.DiedAt, zone), l.Stage, l.Class, fmt.Sprint(l.Deaths), l.State, nameOf(l.Document, l.DocumentID),
			reasonOf(l.Kind, l.Message))
	}
	return t.Write(w, width)
}

// writeGroups prints groups as a table.
func writeGroups(w io.Writer, groups []deadletter.Group, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: "GROUP"}, table.Column{Title: "LETTERS", Right: true}, table.Column{Title: "OPEN", Right: true},
		table.Column{Title: "STAGE"}, table.Column{Title: "CLASS"}, table.Column{Title: "FIRST"}, table.Column{Title: "LAST"},
		table.Column{Title: "EXAMPLE"}, table.Column{Title: "WHY", Flex: true})
	for _, g := range groups {
		t.Add(g.Fingerprint, fmt.Sprint(g.Letters), fmt.Sprint(g.Open), g.Stage, g.Class, minute(g.First, zone), minute(g.Last, zone),
			short(g.Example), reasonOf(g.Kind, g.Pattern))
	}
	return t.Write(w, width)
}

// short is enough of an id to ask by.
func short(id string) string { return fmt.Sprintf("%.12s", id) }

func minute(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04") }

// nameOf is what people know a document by.
func nameOf(name, id string) string {
	if name == "" {
		return short(id)
	}
	return name
}

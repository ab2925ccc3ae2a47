package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/deadletter"
)

func (a *app) lettersHistoryCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "history [REPLAY-ID]",
		Short: "List the replays, or show one with the outcome of every letter",
		Example: `  millrace dead-letters history
  millrace dead-letters history 01a2
  millrace dead-letters history 01a2 --json | jq -r '.letters[] | select(.state == "failed") | .dead_letter_id'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 {
				return usage("--limit must be at least 1")
			}
			return a.withLetters(cmd.Context(), func(store *deadletter.Store) error {
				if len(args) == 0 {
					replays, err := store.Replays(cmd.Context(), limit)
					if err != nil {
						return err
					}
					return printList(a, replays, limit, "nothing was replayed yet", writeReplays)
				}
				id, err := store.FindReplay(cmd.Context(), args[0])
				if errors.Is(err, deadletter.ErrNotFound) {
					return fmt.Errorf("%w; list them with millrace dead-letters history; the history of one letter is in millrace dead-letters show", err)
				}
				if err != nil {
					return err
				}
				r, err := store.GetReplay(cmd.Context(), id)
				if err != nil {
					return err
				}
				return a.printReplay(cmd.Context(), store, r)
			})
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 20, "how many at most")
	a.jsonFlag(cmd, "one JSON object per replay and line; with an id, one object with its letters")
	return cmd
}

// writeReplays prints replays as a table.
func writeReplays(w io.Writer, replays []deadletter.Replay, width int, zone *time.Location) error {
	t := table.New(table.Column{Title: "REPLAY"}, table.Column{Title: "BEGUN"}, table.Column{Title: "LETTERS", Right: true},
		table.Column{Title: "HANDLED", Right: true}, table.Column{Title: "FAILED", Right: true}, table.Column{Title: "SKIPPED", Right: true},
		table.Column{Title: "NO WORD", Right: true}, table.Column{Title: "NOT SENT", Right: true}, table.Column{Title: "BY", Flex: true},
		table.Column{Title: "STATE", Flex: true})
	for _, r := range replays {
		t.Add(fmt.Sprintf("%.13s", r.ID), minute(r.CreatedAt, zone), fmt.Sprint(r.Total), fmt.Sprint(r.Done), fmt.Sprint(r.Failed), fmt.Sprint(r.Skipped),
			fmt.Sprint(r.Sent+r.Sending), fmt.Sprint(r.Waiting), r.CreatedBy, stateOfReplay(r))
	}
	return t.Write(w, width)
}

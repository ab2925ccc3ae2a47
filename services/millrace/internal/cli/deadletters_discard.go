package cli

import (
	"github.com/spf13/cobra"

	"github.com/millrace/millrace/shared/deadletter"
)

func (a *app) lettersDiscardCommand() *cobra.Command {
	var flags letterFlags
	var reason string
	var all, yes, undo bool
	cmd := &cobra.Command{
		Use:   "discard [ID...]",
		Short: "Close dead letters that nobody will replay, with a reason",
		Long: `Closes dead letters for good, with a reason that is kept. They stay in the database. --undo opens discarded letters again.

What the stage was to make of the message does not come to be; a document that was waiting for it stays failed.`,
		Example: `  millrace dead-letters discard 3fa9c1 --reason "sent by mistake"
  millrace dead-letters discard --kind encrypted --until 30d --reason "nobody has the passwords"
  millrace dead-letters discard --undo 3fa9c1`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" && !undo {
				return usage("say why with --reason")
			}
			return a.withLetters(cmd.Context(), func(store *deadletter.Store) error {
				ids, err := a.closable(cmd, store, &flags, all, undo, args)
				if err != nil {
					return err
				}
				if len(ids) > 1 {
					verb := "Discard"
					if undo {
						verb = "Open again"
					}
					if err := a.confirm(yes, "%s %s?", verb, count(len(ids), "dead letter")); err != nil {
						return err
					}
				}
				return a.discard(cmd, store, ids, reason, undo)
			})
		},
	}
	f := cmd.Flags()
	flags.register(f)
	f.BoolVar(&all, "all", false, "all open dead letters")
	f.StringVar(&reason, "reason", "", "why; required")
	f.BoolVar(&undo, "undo", false, "open discarded letters again")
	f.BoolVar(&yes, "yes", false, "do not ask before closing more than one")
	a.jsonFlag(cmd, `one JSON object: {"dead_letter_ids"} of those that were closed`)
	return cmd
}

// closable returns the ids of the letters that are meant; whether each still can be closed shows when it is.
func (a *app) closable(cmd *cobra.Command, store *deadletter.Store, flags *letterFlags, all, undo bool, args []string) ([]string, error) {
	filter, err := a.choose(cmd.Context(), store, cmd.Flags(), flags, all, args)
	if err != nil || filter.IDs != nil {
		return filter.IDs, err
	}
	filter.State = deadletter.StateOpen
	if undo {
		filter.State = deadletter.StateDiscarded
	}
	return store.IDs(cmd.Context(), filter)
}

func (a *app) discard(cmd *cobra.Command, store *deadletter.Store, ids []string, reason string, undo bool) error {
	act, what := store.Discard, "discarded"
	if undo {
		act, what = store.Reopen, "opened again"
	}
	changed, err := act(cmd.Context(), ids, reason, who())
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(map[string][]string{"dead_letter_ids": append([]string{}, changed...)})
	} else {
		a.note("%s %s", count(len(changed), "dead letter"), what)
	}
	if err == nil && len(changed) < len(ids) {
		a.note("%d of those that were meant could not be: see their state with millrace dead-letters show", len(ids)-len(changed))
		err = &codedError{code: ExitSomeDocuments}
	}
	return err
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/postgres"
)

func (a *app) deadLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "dead-letters",
		Aliases: []string{"dl"},
		Short:   "Look at what was given up on, repair it and send it again",
		Long: `A message that a stage gives up on becomes a dead letter: it is kept, with the error, every attempt and the message itself,
until it was handled after a replay or somebody discards it.

The usual way: see what died of the same (groups), look at one (show), remove the cause, and send the group again (replay). A
replay goes to the stage that failed and to no other; replaying twice does no harm. A message that is itself wrong can be
changed first (edit), or given up for good (discard).`,
		Example: `  millrace dead-letters groups
  millrace dead-letters show 3fa9c1
  millrace dead-letters replay --group 7d1e --canary 3
  millrace dead-letters history`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, sub := range []*cobra.Command{
		a.lettersListCommand(), a.lettersGroupsCommand(), a.lettersShowCommand(), a.lettersReplayCommand(), a.lettersEditCommand(),
		a.lettersDiscardCommand(), a.lettersHistoryCommand(),
	} {
		sub.Args = asUsage(sub.Args)
		cmd.AddCommand(sub)
	}
	return cmd
}

// letterFlags select dead letters.
type letterFlags struct {
	filter       deadletter.Filter
	since, until string
}

func (f *letterFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.filter.Fingerprint, "group", "", "only this group: its fingerprint or the beginning of it")
	flags.StringVar(&f.filter.Stage, "stage", "", "only what this stage gave up on")
	flags.StringVar(&f.filter.Class, "class", "", "only this class: permanent, transient, crashed or unknown")
	flags.StringVar(&f.filter.Kind, "kind", "", "only this kind, such as encrypted")
	flags.StringVar(&f.filter.Text, "text", "", "only errors that contain this; case does not matter")
	flags.StringVar(&f.filter.Document, "document", "", "only this document: its id or the beginning of it")
	flags.StringVar(&f.filter.Shadow, "trial", "", "letters of this trial run instead of those of real work")
	flags.StringVar(&f.since, "since", "", "only what died since: a duration (90m, 24h, 7d), a date (2006-01-02) or a time (RFC 3339)")
	flags.StringVar(&f.until, "until", "", "only what died before, in the same forms")
}

// read completes the filter from the flags.
func (f *letterFlags) read() (deadletter.Filter, error) {
	var err error
	now := time.Now()
	if f.filter.Since, err = parsePast("--since", f.since, now); err != nil {
		return f.filter, err
	}
	f.filter.Until, err = parsePast("--until", f.until, now)
	return f.filter, err
}

// given names the flags of the selection that were given.
func (f *letterFlags) given(flags *pflag.FlagSet) []string {
	var given []string
	for _, name := range []string{"group", "stage", "class", "kind", "text", "document", "trial", "since", "until"} {
		if flags.Changed(name) {
			given = append(given, "--"+name)
		}
	}
	return given
}

// choose returns the filter of a command that changes letters: of ids, of flags, or of everything where that is asked for.
func (a *app) choose(ctx context.Context, store *deadletter.Store, flags *pflag.FlagSet, f *letterFlags, all bool, ids []string) (deadletter.Filter, error) {
	given := f.given(flags)
	switch {
	case len(ids) > 0 && (len(given) > 0 || all):
		return f.filter, usage("give ids, or say which with flags, not both")
	case all && len(given) > 0:
		return f.filter, usage("--all and %s exclude each other", given[0])
	case len(ids) == 0 && len(given) == 0 && !all:
		return f.filter, usage("say which: ids, --group, --stage and so on, or --all")
	case len(ids) == 0:
		return f.read()
	}
	filter := deadletter.Filter{IDs: []string{}}
	for _, id := range ids {
		whole, err := store.Find(ctx, id)
		if err != nil {
			return filter, notFound(err)
		}
		filter.IDs = append(filter.IDs, whole)
	}
	return filter, nil
}

func notFound(err error) error {
	if errors.Is(err, deadletter.ErrNotFound) {
		return fmt.Errorf("%w; see millrace dead-letters list --state all, and millrace dead-letters history", err)
	}
	return err
}

// withLetters runs f on the instance's dead letters.
func (a *app) withLetters(ctx context.Context, f func(*deadletter.Store) error) error {
	return a.withPostgres(ctx, func(pool *postgres.Pool) error { return f(deadletter.NewStore(pool)) })
}

// who returns the person at the keyboard, for the history: user@host.
func who() string {
	name, host := "unknown", "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	return name + "@" + host
}

// confirm returns nil when the answer is yes: on the command line, or on the terminal.
func (a *app) confirm(yes bool, format string, args ...any) error {
	if yes {
		return nil
	}
	terminal, _ := a.In.(*os.File)
	if terminal == nil || terminalWidth(terminal) == 0 {
		return usage("there is no terminal to ask on: say --yes")
	}
	_, _ = fmt.Fprintf(a.Err, format+" [y/N] ", args...) // the answer tells
	// Byte by byte: what follows the answer is not this question's.
	var answer []byte
	for b := make([]byte, 1); ; answer = append(answer, b[0]) {
		if _, err := io.ReadFull(terminal, b); err != nil || b[0] == '\n' {
			break
		}
	}
	switch strings.ToLower(strings.TrimSpace(string(answer))) {
	case "y", "yes":
		return nil
	}
	return &codedError{ExitFailed, errors.New("nothing was done")}
}

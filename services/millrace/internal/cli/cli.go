// Package cli is the millrace command line: one file per command, each split into what it does and how it prints.
//
// Commands get the world (streams, environment, own path) as an [Env], so that tests drive them with buffers.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Exit codes of every command; they are documented in docs/cli.md.
const (
	ExitOK            = 0
	ExitFailed        = 1 // the command could not do what it was asked to
	ExitUsage         = 2 // the command line is wrong
	ExitSomeDocuments = 3 // the command did its work, but some documents failed
	ExitUnbalanced    = 4 // something is missing, or is there twice
)

// Env is the world of one run of the command line.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string        // as from os.Environ
	Self     string          // path of this executable; the services lie next to it
	Force    <-chan struct{} // closed when the user insists on ending at once; may be nil
	Revision string          // what this program was built from
}

// app carries what commands share.
type app struct {
	Env
	settings settings
	flags    targetFlags
	json     bool
}

// Execute runs the command that args name and returns the exit code. Results go to env.Out, everything else to env.Err.
func Execute(ctx context.Context, env Env, args []string) int {
	a := &app{Env: env}
	root := a.root()
	root.SetArgs(append([]string{}, args...)) // nil would mean the process's own
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	err := root.ExecuteContext(ctx)
	var coded *codedError
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &coded):
		if coded.err != nil {
			a.complain(coded.err)
		}
		return coded.code
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		a.complain(errors.New("interrupted"))
		return ExitFailed
	case strings.HasPrefix(err.Error(), "unknown command"):
		a.complain(fmt.Errorf("%w\nRun millrace --help for the commands", err))
		return ExitUsage
	default:
		a.complain(err)
		return ExitFailed
	}
}

func (a *app) complain(err error) { a.note("millrace: %v", err) }

// note prints a line for people, beside the results.
func (a *app) note(format string, args ...any) {
	_, _ = fmt.Fprintf(a.Err, format+"\n", args...) // nobody is left to tell
}

// codedError ends the program with a code; nil err means that everything was said.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *codedError) Unwrap() error { return e.err }

// usage marks err as a mistake in the command line.
func usage(format string, args ...any) error {
	return &codedError{ExitUsage, fmt.Errorf(format, args...)}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "millrace",
		Short: "Turn a stream of documents into facts that can be queried",
		Long: `Millrace reads PDF documents from an inbox folder or over HTTP, finds out what they are, extracts their fields and
stores everything in Postgres.

  millrace up --samples 24     start everything and feed it some documents
  millrace ingest bill.pdf     hand it a document
  millrace status --watch      see it work
  millrace documents           see what it found
  millrace inspect bill.pdf    try a file without starting anything`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.load(cmd) },
		// Without a command there is nothing to do but to say what there is.
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Args: cobra.NoArgs,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w\nRun %s --help for the flags", err, cmd.CommandPath())
	})
	a.flags.register(root.PersistentFlags())
	root.AddGroup(&cobra.Group{ID: "run", Title: "Run it:"}, &cobra.Group{ID: "look", Title: "Look at it:"},
		&cobra.Group{ID: "repair", Title: "Repair what failed or is wrong:"},
		&cobra.Group{ID: "try", Title: "Try things without it:"}, &cobra.Group{ID: "set", Title: "Set it up by hand:"})
	for _, g := range []struct {
		id       string
		commands []*cobra.Command
	}{
		{"run", []*cobra.Command{a.upCommand(), a.ingestCommand()}},
		{"look", []*cobra.Command{a.statusCommand(), a.documentsCommand(), a.showCommand(), a.explainCommand(), a.correctionsCommand(), a.reconcileCommand()}},
		{"repair", []*cobra.Command{a.correctCommand(), a.trainCommand(), a.modelsCommand(), a.deadLettersCommand(), a.backfillCommand(), a.reprocessCommand()}},
		{"try", []*cobra.Command{a.inspectCommand(), a.templatesCommand(), a.generateCommand(), a.proveCommand()}},
		{"set", []*cobra.Command{a.migrateCommand(), a.topologyCommand(), a.setupCommand(), a.secretsCommand()}},
		{"", []*cobra.Command{a.completionCommand(), a.versionCommand()}},
	} {
		for _, c := range g.commands {
			c.GroupID = g.id
			c.Args = asUsage(c.Args)
			root.AddCommand(c)
		}
	}
	return root
}

// asUsage makes a wrong number of arguments a usage error.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		check = cobra.NoArgs
	}
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage("%w\nUsage: %s\nRun %s --help for examples", err, cmd.UseLine(), cmd.CommandPath())
		}
		return nil
	}
}

// jsonFlag gives a command its --json.
func (a *app) jsonFlag(cmd *cobra.Command, shape string) {
	cmd.Flags().BoolVar(&a.json, "json", false, "print "+shape)
}

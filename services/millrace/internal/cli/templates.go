package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/extract"
)

func (a *app) templatesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "templates",
		Short: "Check extraction templates",
		Long: `Templates say which fields a class of documents has and how each is found; docs/templates.md describes them. Templates in
invoice2data's format are read as they are.`,
		Example: `  millrace templates lint ./my-templates
  millrace inspect --template mine.yaml bill.pdf       try one on a document
  millrace inspect --explain bill.pdf                  see which nearly fitted`,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.templatesLintCommand())
	return cmd
}

func (a *app) templatesLintCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lint [FILE|FOLDER...]",
		Short: "Check template files, of both kinds, and name file, line and key of every problem",
		Long: `Checks template files; a folder stands for the templates in it and below it. Without files it checks the built-in ones.

It exits with 0 when all can be used and with 3 when some cannot.`,
		Example: `  millrace templates lint mine.yaml
  millrace templates lint --json ./my-templates | jq -r 'select(.problems != []) | .file'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			linted, err := extract.Lint(args...)
			if err != nil {
				return err
			}
			return a.printLinted(linted)
		},
	}
	a.jsonFlag(cmd, "one JSON object per file and line")
	return cmd
}

// lintedFile is a checked file in the form that is printed.
type lintedFile struct {
	File     string        `json:"file"`
	Template *string       `json:"template"`
	Problems []lintProblem `json:"problems"`
}

type lintProblem struct {
	Line int    `json:"line"`
	Key  string `json:"key"`
	Text string `json:"text"`
}

func (a *app) printLinted(linted []extract.Linted) error {
	broken := 0
	for _, l := range linted {
		if len(l.Problems) > 0 {
			broken++
		}
		if err := a.printLintedFile(l); err != nil {
			return err
		}
	}
	if len(linted) == 0 {
		a.note("there are no templates")
	}
	if broken == 0 {
		return nil
	}
	return &codedError{ExitSomeDocuments, fmt.Errorf("%d of %s cannot be used", broken, count(len(linted), "template"))}
}

func (a *app) printLintedFile(l extract.Linted) error {
	if a.json {
		out := lintedFile{File: l.File, Problems: []lintProblem{}}
		if l.Template != "" {
			out.Template = &l.Template
		}
		for _, p := range l.Problems {
			out.Problems = append(out.Problems, lintProblem{p.Line, p.Field, p.Text})
		}
		return a.printJSON(out)
	}
	var sb strings.Builder
	if len(l.Problems) == 0 {
		fmt.Fprintf(&sb, "%s: %s, no problems\n", table.Clean(l.File), table.Clean(l.Template))
	}
	for _, p := range l.Problems {
		fmt.Fprintln(&sb, table.Clean(p.Error()))
	}
	_, err := fmt.Fprint(a.Out, sb.String())
	return err
}

package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/services/millrace/internal/inspect"
	"github.com/millrace/millrace/services/millrace/internal/table"
)

// excerpt is how many lines of text people are shown.
const excerpt = 8

func (a *app) inspectCommand() *cobra.Command {
	var cfg inspect.Config
	var noText bool
	var look lookFlags
	cmd := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Read, classify and extract files here, without starting anything",
		Long: `Does to each file what the parser, the classifier and the extractor do, with the model that is in use (millrace models) and
the templates of MILLRACE_TEMPLATES, and prints what they find. It needs no broker and no database, and changes nothing.
A folder stands for the documents in it (.pdf, .eml, .html, .txt); - is standard input. What is attached to an e-mail is
listed; save it to inspect it.

It exits with 0 when all files could be read and with 3 when some could not.`,
		Example: `  millrace inspect bill.pdf
  millrace inspect message.eml
  millrace inspect --json bills/ | jq -r '[.file, .class.label] | @tsv'
  millrace inspect --templates ./my-templates --no-text bill.pdf
  millrace inspect --template mine.yaml bill.pdf
  millrace inspect --no-embedded e-invoice.pdf
  millrace inspect --explain --no-text bill.pdf
  millrace inspect --layout --pages 2-5 report.pdf
  millrace inspect --png pictures/ bill.pdf
  millrace inspect --words --engine pdfium --json bill.pdf | jq '.words[0]'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := deliver.Files(args)
			if err != nil {
				return err
			}
			if err := look.apply(cmd, &cfg); err != nil {
				return err
			}
			cfg.Stdin, cfg.Children = a.In, runtime.NumCPU()
			cfg.Templates = cmp.Or(cfg.Templates, a.settings.Templates)
			if cfg.Model, err = a.installedModel(); err != nil {
				return err
			}
			inspector, err := inspect.New(cfg)
			if err != nil {
				return err
			}
			defer inspector.Close()
			failed, done := 0, 0
			bar := newProgress(a.Err)
			err = inspector.All(cmd.Context(), files, cfg.Children, func(r inspect.Result) error {
				done++
				if r.Error != nil {
					failed++
				}
				bar.clear()
				if noText {
					r.Text = ""
				}
				if err := a.printInspected(r); err != nil {
					return err
				}
				if done < len(files) {
					bar.show("inspected %d of %d", done, len(files))
				}
				return nil
			})
			bar.clear()
			if err != nil {
				return err
			}
			return a.someFailed(failed, len(files), "could not be read")
		},
	}
	cmd.Flags().StringVar(&cfg.Templates, "templates", "", "folder of extraction templates that replace or add to the built-in ones")
	cmd.Flags().StringVar(&cfg.Template, "template", "", "one template file to read all documents with, whatever their class")
	cmd.Flags().BoolVar(&cfg.PageOnly, "no-embedded", false, "withhold embedded XML and form fields: read the pages alone")
	cmd.Flags().BoolVar(&cfg.Explain, "explain", false, "tell what spoke for the class, which values were seen and not taken, and which templates nearly fitted and what they lacked")
	cmd.Flags().BoolVar(&noText, "no-text", false, "leave the text out")
	look.register(cmd, &cfg)
	a.jsonFlag(cmd, "one JSON object per file and line")
	return cmd
}

// someFailed is the end of a command that works on several documents.
func (a *app) someFailed(failed, all int, how string) error {
	if failed == 0 {
		return nil
	}
	if all == 1 {
		return &codedError{code: ExitSomeDocuments}
	}
	return &codedError{ExitSomeDocuments, fmt.Errorf("%d of %d documents %s", failed, all, how)}
}

func (a *app) printInspected(r inspect.Result) error {
	if a.json {
		return a.printJSON(r)
	}
	return writeInspected(a.Out, r, terminalWidth(a.Out))
}

// writeInspected prints a result for people.
func writeInspected(w io.Writer, r inspect.Result, width int) error {
	var sb strings.Builder
	name := table.Clean(filepath.ToSlash(r.File))
	if r.Error != nil {
		fmt.Fprintf(&sb, "%s\n  %s: %s\n\n", name, r.Error.Kind, table.Clean(r.Error.Message))
		_, err := io.WriteString(w, sb.String())
		return err
	}
	fmt.Fprintf(&sb, "%s\n  %s (%s), %s, read by %s, id %.12s\n", name, r.Class.Label, percent(r.Class.Confidence),
		count(r.Pages, "page"), r.Engine, *r.DocumentID)
	if r.Reason != "" {
		fmt.Fprintf(&sb, "  %s\n", table.Clean(r.Reason))
	}
	if len(r.Failed) > 0 {
		fmt.Fprintf(&sb, "  pages that could not be read: %s\n", strings.Trim(fmt.Sprint(r.Failed), "[]"))
	}
	if len(r.Fields) > 0 {
		t := table.New(table.Column{Title: "  FIELD"}, table.Column{Title: "VALUE", Flex: true}, table.Column{Title: "PAGE", Right: true},
			table.Column{Title: "SURE", Right: true}, table.Column{Title: "FOUND BY", Flex: true})
		for _, f := range r.Fields {
			t.AddIndented("  ", f.Name, f.Value, fmt.Sprint(f.Page), percent(f.Confidence), f.Source)
		}
		if err := t.Write(&sb, width); err != nil {
			return err
		}
	}
	if len(r.Items) > 0 {
		if err := rowTable(r.Items).Write(&sb, width); err != nil {
			return err
		}
		sb.WriteString(moreRows(r.Items))
	}
	if len(r.Checks) > 0 {
		if err := checkTable(r.Checks).Write(&sb, width); err != nil {
			return err
		}
	}
	if err := writeCarried(&sb, r.Attachments, width); err != nil {
		return err
	}
	if err := writeExplained(&sb, r.Explanation, width); err != nil {
		return err
	}
	if err := writeViews(&sb, r, width); err != nil {
		return err
	}
	sb.WriteByte('\n')
	_, err := io.WriteString(w, sb.String())
	return err
}

// writeExcerpt prints the first lines of text that are not empty.
func writeExcerpt(sb *strings.Builder, text string, width int, hint string) {
	shown, more := 0, 0
	for line := range strings.Lines(text) {
		line = table.Clean(line)
		if line == "" {
			continue
		}
		if shown == excerpt {
			more++
			continue
		}
		shown++
		if width > 4 {
			line = table.Cut(line, width-4)
		}
		fmt.Fprintf(sb, "  | %s\n", line)
	}
	if more > 0 {
		fmt.Fprintf(sb, "  | ... %s more (%s)\n", count(more, "line"), hint)
	}
}

// percent prints a confidence.
func percent(confidence float64) string { return fmt.Sprintf("%.0f %%", 100*confidence) }

// count prints a number with its noun.
func count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

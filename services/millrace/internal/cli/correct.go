package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/user"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/classify"
	"github.com/millrace/millrace/shared/correction"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/extract"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// correctOptions are the flags of correct.
type correctOptions struct {
	class, author, note, templates string
	newClass                       bool
	fields                         []string // name=value
}

func (a *app) correctCommand() *cobra.Command {
	var o correctOptions
	cmd := &cobra.Command{
		Use:   "correct ID",
		Short: "Say what is right where a document's results are wrong",
		Long: `Records what is right: the class, or the values of fields. From then on the database shows it in place of what was read, with its
author and time; what was read stays beside it, and nothing that a model reads later takes its place. A later correction does.

A class is one of the known ones, or with --new-class a new one. The document is read again as one of that class.

A value is written as people do and kept in the form of its field: 31.12.2024 becomes 2024-12-31, 1.234,50 becomes 1234.50, the
checksum of an IBAN must be right. The type is that of the field as it was read, else that in the template of the class, else text.
Repeat --field for a field with several values; they all are to be given. --field name= says that the document has none.

The author is --author, else MILLRACE_AUTHOR, else your user name. The first six digits of an id are enough when no other document
begins with them. See also millrace corrections.`,
		Example: `  millrace correct 3fa9c1 --class receipt
  millrace correct 3fa9c1 --field grand_total=1.234,50 --field due_date=31.12.2024 --note "the total of page 2"
  millrace correct 3fa9c1 --field iban="DE89 3704 0044 0532 0130 00" --field order_number=
  millrace correct 3fa9c1 --class delivery_note --new-class --author anna`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.class == "" && len(o.fields) == 0 {
				return usage("say what is right with --class, --field or both")
			}
			if o.newClass && o.class == "" {
				return usage("--new-class goes with --class")
			}
			return a.correct(cmd.Context(), args[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.class, "class", "", "the right document type, such as invoice")
	f.BoolVar(&o.newClass, "new-class", false, "the class is a new one, which no model knows")
	f.StringArrayVar(&o.fields, "field", nil, "a field and its right value, as name=value; name= where there is none")
	f.StringVar(&o.author, "author", "", "who says so (MILLRACE_AUTHOR; default your user name)")
	f.StringVar(&o.note, "note", "", "why, for people")
	f.StringVar(&o.templates, "templates", "", "folder of the extractor's templates (MILLRACE_TEMPLATES; default the built-in ones)")
	a.jsonFlag(cmd, "the correction as one JSON object")
	return cmd
}

func (a *app) correct(ctx context.Context, id string, o correctOptions) error {
	templates, err := extract.New(extract.Config{TemplateDir: cmp.Or(o.templates, a.settings.Templates)})
	if err != nil {
		return fmt.Errorf("load the templates: %w", err)
	}
	return a.withBoth(ctx, "millrace correct", func(b *broker.Broker, pool *postgres.Pool) error {
		d, err := query.Get(ctx, pool, id)
		if errors.Is(err, query.ErrNotFound) {
			return fmt.Errorf("%w; list them with millrace documents", err)
		}
		if err != nil {
			return err
		}
		c := event.Corrected{DocumentID: d.ID, Class: o.class, Note: o.note}
		if c.Author, err = a.author(o.author); err != nil {
			return err
		}
		if o.class != "" && !o.newClass {
			if err := a.checkClass(ctx, pool, o.class, templates); err != nil {
				return err
			}
		}
		kinds := kindsOf(d, cmp.Or(o.class, d.Class), templates)
		corrected, unknown, err := readFields(o.fields, kinds, d.Language)
		if err != nil {
			return err
		}
		c.Fields = corrected
		if c, err = correction.Publish(ctx, pool, b, c); errors.Is(err, correction.ErrNotRead) {
			return fmt.Errorf("%w; millrace explain %.12s tells where it is", err, d.ID)
		} else if err != nil {
			return err
		}
		a.noteUnknown(unknown, kinds, d.ID)
		if a.json {
			return a.printJSON(c)
		}
		return a.printCorrected(c, d)
	})
}

// author returns who corrects.
func (a *app) author(flag string) (string, error) {
	name := strings.TrimSpace(cmp.Or(flag, a.settings.Author))
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	if name == "" {
		return "", usage("say who you are with --author or MILLRACE_AUTHOR")
	}
	return name, nil
}

// checkClass refuses a class that neither the model, the templates nor any document knows.
func (a *app) checkClass(ctx context.Context, pool *postgres.Pool, class string, templates *extract.Extractor) error {
	model, err := a.installedModel()
	if err != nil {
		return err
	}
	stored, err := query.Classes(ctx, pool)
	if err != nil {
		return err
	}
	known := slices.Concat([]string{classify.Unknown}, model.Labels(), templates.Classes(), stored)
	slices.Sort(known)
	known = slices.Compact(known)
	if slices.Contains(known, class) {
		return nil
	}
	if near := closest(class, known); near != "" {
		return usage("there is no document type %q; did you mean %s? For a new one add --new-class", class, near)
	}
	return usage("there is no document type %q; known are %s. For a new one add --new-class", class, strings.Join(known, ", "))
}

// closest returns the name that is most like one that was mistyped; empty where none is. The measure is cobra's for commands.
func closest(name string, known []string) string {
	commands := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, k := range known {
		commands.AddCommand(&cobra.Command{Use: k, Run: func(*cobra.Command, []string) {}})
	}
	if near := commands.SuggestionsFor(name); len(near) > 0 {
		return near[0]
	}
	return ""
}

// noteUnknown tells of fields that nobody knew: they may be typing errors.
func (a *app) noteUnknown(names []string, kinds map[string]correction.Field, id string) {
	for _, name := range names {
		meant := ""
		if near := closest(name, slices.Sorted(maps.Keys(kinds))); near != "" {
			meant = fmt.Sprintf("; did you mean %s?", near)
		}
		a.note("%s is a new field of this document, kept as text%s To take it back: millrace correct %.12s --field %s=", name, cmp.Or(meant, "."), id, name)
	}
}

func (a *app) printCorrected(c event.Corrected, d query.Detail) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s, corrected by %s:\n", table.Clean(cmp.Or(d.Name, d.ID[:12])), table.Clean(c.Author))
	if c.Class != "" {
		fmt.Fprintf(&sb, "  class  %s (was %s); the document is read again as one\n", table.Clean(c.Class), table.Clean(cmp.Or(d.Class, "none")))
	}
	for _, f := range c.Fields {
		fmt.Fprintf(&sb, "  field  %s  %s (was %s)\n", table.Clean(f.Name), table.Clean(listed(f.Values)), table.Clean(listed(valuesOf(d, f.Name))))
	}
	_, err := fmt.Fprint(a.Out, sb.String())
	return err
}

// listed prints the values of a field.
func listed(values []string) string {
	if len(values) == 0 {
		return "none"
	}
	return strings.Join(values, ", ")
}

func valuesOf(d query.Detail, name string) []string {
	var values []string
	for _, f := range d.FieldList {
		if f.Name == name {
			values = append(values, f.Value)
		}
	}
	return values
}

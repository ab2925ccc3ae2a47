package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
	"github.com/millrace/millrace/shared/reprocess"
)

// reprocessOptions are the flags of reprocess.
type reprocessOptions struct {
	stage                          string
	resume, diff, promote, discard string // runs
	list, all, dryRun, onlyChanged bool
	selection                      query.Selection
	since                          string
	rate                           float64
	examples                       int
}

func (a *app) reprocessCommand() *cobra.Command {
	var o reprocessOptions
	cmd := &cobra.Command{
		Use:   "reprocess",
		Short: "Run a stage again on trial, see what would change, then promote or discard it",
		Long: `Runs a stage again for chosen documents: with the version that runs now, and into results that stay beside the current ones.
Nothing changes until you say so.

  millrace reprocess --stage extractor --class invoice    runs, waits, and shows what would change
  millrace reprocess --diff RUN                           shows it again, with more examples if asked
  millrace reprocess --promote RUN                        makes the results the current ones
  millrace reprocess --discard RUN                        forgets them

The documents are chosen by the conditions of millrace documents (--class, --status, --name, --since, --text, --limit), by --id, and
by --where, a condition in SQL over the columns of the view documents; all of them count together. Which ones is decided once, at the
beginning. The running service of the stage does the work, beside its other work, so change and restart it first; --rate spares it.

--promote publishes the results as ordinary events: the database shows them as the current ones, and the stages behind go on from
them. Old results stay in the database under their version (views versions and field_history). Where the stage's version is the
same as before, the new results take the place of the old ones, and the output says so.

An interrupted run goes on with --resume RUN, an interrupted promotion with --promote RUN. It exits with 3 when the stage gave up
on documents of the run.`,
		Example: `  millrace reprocess --stage extractor --class invoice --rate 20
  millrace reprocess --stage classifier --where "class = 'unknown' and pages > 3"
  millrace reprocess --stage parser --status failed --since 7d
  millrace reprocess --diff k3x9a2bq --examples 20
  millrace reprocess --promote k3x9a2bq --only-changed
  millrace reprocess --list`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			act, err := o.act(a, cmd)
			if err != nil {
				return err
			}
			return notFoundRun(act(cmd.Context()))
		},
	}
	o.register(cmd.Flags())
	a.jsonFlag(cmd, "the diff, or the run, as one JSON object; with --list one per run and line")
	return cmd
}

func (o *reprocessOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.stage, "stage", "", "the stage to run again: "+strings.Join(reprocess.StageNames(), ", "))
	f.StringVar(&o.selection.Class, "class", "", "only documents of this class, such as invoice")
	f.StringVar(&o.selection.Status, "status", "", "only this status: received, parsed, classified, stored or failed")
	f.StringVar(&o.selection.Name, "name", "", "only names that contain this; case does not matter")
	f.StringVar(&o.selection.Text, "text", "", `only texts that match: words, "a phrase", or, -not`)
	f.StringVar(&o.since, "since", "", "only what arrived since: a duration (90m, 24h, 7d), a date (2006-01-02) or a time (RFC 3339)")
	f.StringSliceVar(&o.selection.IDs, "id", nil, "only these documents: ids or the beginnings of ids")
	f.StringVar(&o.selection.Where, "where", "", "only documents that meet this condition, in SQL over the view documents")
	f.IntVar(&o.selection.Limit, "limit", 0, "how many at most, the latest first (default all)")
	f.BoolVar(&o.all, "all", false, "all documents")
	f.BoolVar(&o.dryRun, "dry-run", false, "list the documents, and run nothing")
	f.Float64Var(&o.rate, "rate", 0, "documents per second at most; 0 is as fast as RabbitMQ takes them")
	f.StringVar(&o.resume, "resume", "", "go on with this run")
	f.StringVar(&o.diff, "diff", "", "show what this run would change")
	f.IntVar(&o.examples, "examples", 3, "how many documents to show of each change")
	f.StringVar(&o.promote, "promote", "", "make the results of this run the current ones")
	f.BoolVar(&o.onlyChanged, "only-changed", false, "with --promote: only results that differ")
	f.StringVar(&o.discard, "discard", "", "forget the results of this run")
	f.BoolVar(&o.list, "list", false, "list the runs, the latest first")
}

// act decides what the flags ask for: exactly one thing.
func (o *reprocessOptions) act(a *app, cmd *cobra.Command) (func(context.Context) error, error) {
	actions := []struct {
		flag string
		do   func(context.Context) error
	}{
		{"stage", func(ctx context.Context) error { return a.beginRun(ctx, o) }},
		{"resume", func(ctx context.Context) error { return a.workRun(ctx, o.resume, o.examples) }},
		{"diff", func(ctx context.Context) error { return a.diffRun(ctx, o.diff, o.examples) }},
		{"promote", func(ctx context.Context) error { return a.promoteRun(ctx, o.promote, o.onlyChanged) }},
		{"discard", func(ctx context.Context) error { return a.discardRun(ctx, o.discard) }},
		{"list", a.listRuns},
	}
	var chosen func(context.Context) error
	given := ""
	for _, action := range actions {
		if !cmd.Flags().Changed(action.flag) {
			continue
		}
		if given != "" {
			return nil, usage("--%s and --%s exclude each other", given, action.flag)
		}
		chosen, given = action.do, action.flag
	}
	var err error
	if o.selection.Since, err = parsePast("--since", o.since, time.Now()); err != nil {
		return nil, err
	}
	chooses := !o.selection.Empty() || o.all
	switch {
	case given == "":
		return nil, usage("say what to do: --stage, --resume, --diff, --promote, --discard or --list\nRun %s --help for examples", cmd.CommandPath())
	case given != "stage" && chooses:
		return nil, usage("--%s takes the documents of the run: choose none", given)
	case given == "stage" && !chooses:
		return nil, usage("say which documents: --class, --status, --name, --since, --text, --id, --where, --limit, or --all")
	case o.onlyChanged && given != "promote":
		return nil, usage("--only-changed goes with --promote")
	case o.rate < 0 || o.examples < 0 || o.selection.Limit < 0:
		return nil, usage("--rate, --examples and --limit must not be negative")
	}
	return chosen, nil
}

func notFoundRun(err error) error {
	if errors.Is(err, reprocess.ErrNotFound) {
		return fmt.Errorf("%w; see millrace reprocess --list", err)
	}
	return err
}

// beginRun chooses the documents, puts the run on record and works on it.
func (a *app) beginRun(ctx context.Context, o *reprocessOptions) error {
	if _, err := reprocess.StageNamed(o.stage); err != nil {
		return usage("%w", err)
	}
	var id string
	err := a.withPostgres(ctx, func(pool *postgres.Pool) error {
		ids, err := query.Select(ctx, pool, o.selection)
		var refused *pgconn.PgError
		if o.selection.Where != "" && errors.As(err, &refused) && fault.ClassOf(err) != fault.ClassDependencyDown {
			return usage("--where %q: %s\nIts columns are those of the view documents: see docs/querying.md", o.selection.Where, refused.Message)
		}
		if err != nil {
			return err
		}
		if o.dryRun {
			for _, id := range ids {
				if _, err := fmt.Fprintln(a.Out, id); err != nil {
					return err
				}
			}
			a.note("%s would run through the %s again", count(len(ids), "document"), o.stage)
			return nil
		}
		runs := &reprocess.Runs{Pool: pool}
		run, err := runs.Begin(ctx, reprocess.Request{
			Stage: o.stage, DocumentIDs: ids, Selection: o.selection, Rate: o.rate, By: who(),
		})
		if err != nil {
			return err
		}
		id = run.ID
		a.note("run %s: %s to the %s", run.ID, count(run.Total, "document"), run.Stage)
		return nil
	})
	if err != nil || o.dryRun {
		return err
	}
	return a.workRun(ctx, id, o.examples)
}

// workRun sends what is left of a run, waits for it and shows what it would change.
func (a *app) workRun(ctx context.Context, id string, examples int) error {
	return a.withRuns(ctx, func(runs *reprocess.Runs) error {
		bar := newProgress(a.Err)
		run, err := runs.Work(ctx, id, func(p reprocess.Progress) { bar.show("%s", runProgress(p)) })
		bar.clear()
		if err != nil && run.ID != "" {
			err = fmt.Errorf("%w\n%d of %d documents are settled: go on with millrace reprocess --resume %s", err, run.Total-run.Open(), run.Total, id)
			if ctx.Err() != nil {
				return &codedError{ExitFailed, fmt.Errorf("interrupted: %w", err)}
			}
		}
		if err != nil {
			return err
		}
		d, err := runs.Diff(ctx, id, examples)
		if err != nil {
			return err
		}
		if err := a.printDiff(d); err != nil {
			return err
		}
		if d.Run.Failed > 0 {
			return &codedError{ExitSomeDocuments, nil}
		}
		return nil
	})
}

func runProgress(p reprocess.Progress) string {
	text := fmt.Sprintf("%d of %d documents: %d done, %d failed", p.Total-p.Open(), p.Total, p.Done, p.Failed)
	switch {
	case p.Away:
		return text + "; waiting for RabbitMQ"
	case p.Idle:
		return text + "; nobody consumes the " + p.Stage + "'s queue: start the service"
	case p.Waiting > 0:
		return text + fmt.Sprintf(", %d not sent yet", p.Waiting)
	default:
		return text
	}
}

func (a *app) diffRun(ctx context.Context, id string, examples int) error {
	return a.withPostgres(ctx, func(pool *postgres.Pool) error {
		runs := &reprocess.Runs{Pool: pool}
		d, err := runs.Diff(ctx, id, examples)
		if err != nil {
			return err
		}
		return a.printDiff(d)
	})
}

func (a *app) promoteRun(ctx context.Context, id string, onlyChanged bool) error {
	return a.withRuns(ctx, func(runs *reprocess.Runs) error {
		bar := newProgress(a.Err)
		before := int64(-1)
		run, err := runs.Promote(ctx, id, onlyChanged, who(), func(p reprocess.Progress) {
			before = p.Promoted
			if p.Away {
				bar.show("waiting for RabbitMQ")
				return
			}
			bar.show("promoted %d of %d", p.Promoted, p.Done)
		})
		bar.clear()
		if err != nil && ctx.Err() != nil {
			return &codedError{ExitFailed, fmt.Errorf("interrupted: %w\nGo on with millrace reprocess --promote %s", err, id)}
		}
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(run)
		}
		if before < 0 && run.Promoted > 0 {
			a.note("it was promoted before; nothing was published")
		}
		_, err = fmt.Fprintf(a.Out, "%s of the %s promoted; the sink stores them and the stages behind go on from them\n",
			count(run.Promoted, "result"), run.Stage)
		return err
	})
}

func (a *app) discardRun(ctx context.Context, id string) error {
	return a.withPostgres(ctx, func(pool *postgres.Pool) error {
		runs := &reprocess.Runs{Pool: pool}
		run, err := runs.Discard(ctx, id, who())
		if err != nil {
			return err
		}
		if a.json {
			return a.printJSON(run)
		}
		_, err = fmt.Fprintf(a.Out, "run %s is discarded; nothing was changed\n", id)
		return err
	})
}

// withRuns runs f on the instance's trial runs, with its broker.
func (a *app) withRuns(ctx context.Context, f func(*reprocess.Runs) error) error {
	return a.withBoth(ctx, "millrace reprocess", func(b *broker.Broker, pool *postgres.Pool) error {
		return f(&reprocess.Runs{Broker: b, Pool: pool})
	})
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/shared/backfill"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/postgres"
)

// backfillOptions are the flags of backfill.
type backfillOptions struct {
	backfill.Request
	from, to string
	dryRun   bool
}

func (a *app) backfillCommand() *cobra.Command {
	var o backfillOptions
	cmd := &cobra.Command{
		Use:   "backfill",
		Short: "Feed a new consumer group what was published before it was there",
		Long: `Feeds one consumer group from a topic's history: the events go to that group's queue and to nobody else's, as they were first
published, with the ids that they had. Start the group's service first: it declares its queue, and from then on gets new events
by itself. The end is fixed when the back-fill starts, so there is no gap between the two, and at worst an event comes twice.

Every topic's history is kept for a time (MILLRACE_HISTORY_MAX_AGE, MILLRACE_HISTORY_MAX_BYTES). When it no longer reaches back
to the beginning of what was asked for, backfill says so and feeds what is there. For older documents use millrace reprocess.

The position is stored after every batch that RabbitMQ has confirmed. After Ctrl-C or a crash the same command goes on where it
stopped; --restart begins anew. It exits with 0 only when the whole range was fed.`,
		Example: `  millrace backfill --topic document.parsed.v1 --group sentiment
  millrace backfill --topic document.parsed.v1 --group sentiment --from 48h --rate 50
  millrace backfill --topic document.classified.v1 --group audit --from 2026-03-01T00:00:00Z --to 2026-04-01T00:00:00Z
  millrace backfill --topic document.parsed.v1 --group sentiment --dry-run`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Topic == "" || o.Group == "" {
				return usage("say what to feed and to whom, with --topic and --group")
			}
			if o.Rate < 0 {
				return usage("--rate must not be negative")
			}
			return a.backfill(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Topic, "topic", "", "the topic whose history is fed, such as document.parsed.v1")
	f.StringVar(&o.Group, "group", "", "the consumer group that gets it")
	f.StringVar(&o.from, "from", "", "events since: a duration (90m, 24h, 7d), a date (2006-01-02) or a time (RFC 3339); default: all there are")
	f.StringVar(&o.to, "to", "", "events until, in the same forms; default: all there are when it starts")
	f.Float64Var(&o.Rate, "rate", 0, "events per second at most; 0 is as fast as RabbitMQ takes them")
	f.BoolVar(&o.Restart, "restart", false, "begin anew instead of going on with an unfinished back-fill")
	f.BoolVar(&o.dryRun, "dry-run", false, "count the events, and feed none")
	a.jsonFlag(cmd, "the result as one JSON object")
	return cmd
}

func (a *app) backfill(ctx context.Context, o backfillOptions) error {
	now := time.Now()
	var err error
	if o.From, err = parsePast("--from", o.from, now); err != nil {
		return err
	}
	if o.To, err = parsePast("--to", o.to, now); err != nil {
		return err
	}
	o.Selection, o.By = selectionOf(o.from, o.to), who()
	return a.withBoth(ctx, "millrace backfill", func(b *broker.Broker, pool *postgres.Pool) error {
		filler := &backfill.Filler{Broker: b, Pool: pool}
		bar := newProgress(a.Err)
		began := time.Now()
		progress := func(r backfill.Result) { bar.show("%s", backfillProgress(r, time.Since(began))) }
		var result backfill.Result
		if o.dryRun {
			result, err = filler.Count(ctx, o.Request, progress)
		} else {
			result, err = filler.Run(ctx, o.Request, progress)
		}
		bar.clear()
		return a.backfilled(ctx, result, err)
	})
}

// selectionOf is a range of time as the user gave it.
func selectionOf(from, to string) string {
	var parts []string
	if from != "" {
		parts = append(parts, "--from "+from)
	}
	if to != "" {
		parts = append(parts, "--to "+to)
	}
	return strings.Join(parts, " ")
}

func backfillProgress(r backfill.Result, since time.Duration) string {
	if r.Waiting {
		return fmt.Sprintf("waiting for RabbitMQ at offset %d", r.Next)
	}
	return fmt.Sprintf("offset %d of %d (%s), %s, %.0f per second", r.Next, r.End, percent(r.Share()), count(r.Messages, "event"),
		float64(r.Here)/max(since.Seconds(), 0.001))
}

// backfilled says how a back-fill ended.
func (a *app) backfilled(ctx context.Context, r backfill.Result, err error) error {
	started := r.ID != "" || r.State == "counted"
	if started && !r.Reaches {
		oldest := ""
		if r.OldestAt != nil {
			oldest = fmt.Sprintf(" It begins at %s.", r.OldestAt.Local().Format(time.RFC3339))
		}
		a.note("The history no longer reaches back to the beginning of what was asked for.%s Older documents: millrace reprocess.", oldest)
	}
	if r.Gone > 0 {
		a.note("%s had left the history before they could be fed. Older documents: millrace reprocess.", count(r.Gone, "event"))
	}
	if started && a.json {
		err = errors.Join(err, a.printJSON(r))
	}
	if err != nil {
		if started && r.State != "counted" {
			err = fmt.Errorf("%w\n%s fed so far, up to offset %d of %d: run the same command again to go on", err, count(r.Messages, "event"), r.Next, r.End)
		}
		if ctx.Err() != nil {
			return &codedError{ExitFailed, fmt.Errorf("interrupted: %w", err)}
		}
		return err
	}
	if a.json {
		return nil
	}
	verb := "fed to"
	if r.State == "counted" {
		verb = "would be fed to"
	}
	resumed := ""
	if r.Resumed {
		resumed = fmt.Sprintf(", %d of them by this run", r.Here)
	}
	_, err = fmt.Fprintf(a.Out, "%s %s %s%s\n", count(r.Messages, "event"), verb, r.Queue, resumed)
	return err
}

// withBoth runs f on the instance's broker and database.
func (a *app) withBoth(ctx context.Context, name string, f func(*broker.Broker, *postgres.Pool) error) error {
	t, err := a.target()
	if err != nil {
		return err
	}
	if t.AMQPURL == "" {
		return a.noInstance("its RabbitMQ")
	}
	return a.withPostgres(ctx, func(pool *postgres.Pool) error {
		b, err := broker.Open(broker.Config{URL: t.AMQPURL, Prefix: t.Prefix, Name: name, History: a.settings.History.Config()})
		if err != nil {
			return err
		}
		defer func() { _ = b.Close() }() // everything is confirmed
		return f(b, pool)
	})
}

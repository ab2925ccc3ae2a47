package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/postgres"
)

// reconciliation is what reconcile prints as JSON.
type reconciliation struct {
	ledger.Ledger
	Balanced bool             `json:"balanced"`
	Repaired *ledger.Repaired `json:"repaired"` // null without --repair
}

func (a *app) reconcileCommand() *cobra.Command {
	var grace time.Duration
	var repair bool
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Prove that no document is lost and none is doubled, or name it",
		Long: `Compares what was accepted (the blob store) with how far it got (Postgres) and with what waits (RabbitMQ):

  accepted = stored + in flight + waiting for retry + dead + discarded + rejected + missing

It names every document that is unaccounted for and says where it was seen last, and what is there more often than once.
It exits with 0 when nothing is missing and nothing is doubled, and with 4 otherwise. The services may run meanwhile.

RabbitMQ does not say what its consumers hold. A document that is in no queue and was not heard of lately is therefore watched
for the time of --grace before it is called missing. --grace 0 is for a drained system, or for services that are stopped: it
says at once.

--repair sends every missing document on again, from where it was seen last; look again when the services have dealt with
them. The events have the ids that they had, so repairing twice, or repairing what was not lost, does no harm. It needs a
Postgres user that may read schema millrace (millrace_operator), and a RabbitMQ user that may publish.`,
		Example: `  millrace reconcile
  millrace reconcile --grace 0            nothing is running, or everything is drained
  millrace reconcile --grace 0 --repair   after RabbitMQ lost its disk
  millrace reconcile --json | jq -r '.missing[] | [.document_id, .stage, .last_seen.text] | @tsv'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if grace < 0 {
				return usage("--grace must not be negative")
			}
			return a.reconcile(cmd.Context(), grace, repair)
		},
	}
	cmd.Flags().DurationVar(&grace, "grace", ledger.DefaultGrace, "how long a message may be in a service's hands; 0: nobody holds anything")
	cmd.Flags().BoolVar(&repair, "repair", false, "send missing documents on again")
	a.jsonFlag(cmd, "one JSON object")
	return cmd
}

func (a *app) reconcile(ctx context.Context, grace time.Duration, repair bool) error {
	t, err := a.target()
	if err != nil {
		return err
	}
	sources, done, err := a.sources(ctx, t)
	if err != nil {
		return err
	}
	defer done()
	bar := newProgress(a.Err)
	told := false
	l, err := ledger.Take(ctx, sources, ledger.Options{Grace: grace, Watching: func(l ledger.Ledger, until time.Time) {
		if left := time.Until(until).Round(time.Second); left > 0 {
			if !told {
				told = true
				a.note("%s in no queue; a service may hold %s. Watching for up to %s (--grace 0 does not wait).", count(l.Total.Missing, "document"),
					number(l.Total.Missing, "it", "them"), left)
			}
			bar.show("%s in no queue; watching for another %s", count(l.Total.Missing, "document"), left)
		}
	}})
	bar.clear()
	if err != nil {
		return a.hint(t, err)
	}
	r := reconciliation{Ledger: l, Balanced: l.Balanced()}
	if repair {
		fixed, err := ledger.Repair(ctx, sources, l, func(n int) { bar.show("sent %d of %s on again", n, count(int64(len(l.Missing)), "document")) })
		bar.clear()
		if err != nil {
			return a.hint(t, err)
		}
		r.Repaired = &fixed
	}
	if a.json {
		err = a.printJSON(r)
	} else {
		err = writeReconciliation(a.Out, r, terminalWidth(a.Out), time.Local)
	}
	if err != nil || r.Balanced {
		return err
	}
	return &codedError{code: ExitUnbalanced}
}

// blobs opens the blob store of an instance.
func (a *app) blobs(t target) (*blob.Store, error) {
	url := cmp.Or(a.settings.BlobURL, t.BlobURL)
	if url == "" {
		return nil, errors.New("the blob store of this instance is not known: set MILLRACE_BLOB_URL to what the services have")
	}
	store, err := blob.OpenExisting(url)
	if err != nil {
		return nil, fmt.Errorf("%w; run this where the blob store is", err)
	}
	return store, nil
}

// sources opens what the ledger is drawn up from; done closes it.
func (a *app) sources(ctx context.Context, t target) (s ledger.Sources, done func(), err error) {
	switch {
	case t.AMQPURL == "":
		return s, nil, a.noInstance("its RabbitMQ")
	case t.PostgresURL == "":
		return s, nil, a.noInstance("its Postgres")
	}
	s = ledger.Sources{Groups: a.settings.groups(), Inbox: t.Inbox, Rejected: t.Rejected}
	if s.Rejected == "" && s.Inbox != "" {
		s.Rejected = filepath.Join(s.Inbox, "rejected") // the generator's default
	}
	if s.Blobs, err = a.blobs(t); err != nil {
		return s, nil, err
	}
	if s.Broker, err = broker.Open(broker.Config{URL: t.AMQPURL, Prefix: t.Prefix, Name: "millrace reconcile", ConnectWait: lookTime}); err != nil {
		return s, nil, err
	}
	if s.Postgres, err = postgres.Open(ctx, t.PostgresURL); err != nil {
		_ = s.Broker.Close() // nothing is in flight
		return s, nil, err
	}
	return s, func() { _ = s.Broker.Close(); s.Postgres.Close() }, nil
}

const titleMissing = "Missing"

// mostNamed is how many documents a list for people names.
const mostNamed = 100

// writeReconciliation prints a ledger for people: the equation, the stages, what is wrong, and what to do.
func writeReconciliation(w io.Writer, r reconciliation, width int, zone *time.Location) error {
	var sb strings.Builder
	t := r.Total
	rejected := "?"
	if t.Rejected != nil {
		rejected = fmt.Sprint(*t.Rejected)
	}
	fmt.Fprintf(&sb, "accepted %d = %d stored + %d in flight + %d waiting for retry + %d dead + %d discarded + %s rejected + %d missing\n\n",
		t.Accepted, t.Stored, t.InFlight, t.Retry, t.Dead, t.Discarded, rejected, t.Missing)
	if err := stageTable(r.Ledger).Write(&sb, width); err != nil {
		return err
	}
	if err := writeLosses(&sb, r.Ledger, width, zone); err != nil {
		return err
	}
	writeStrays(&sb, r.Ledger)
	writeVerdict(&sb, r)
	_, err := io.WriteString(w, sb.String())
	return err
}

func stageTable(l ledger.Ledger) *table.Table {
	out := table.New(table.Column{Title: "STAGE"}, table.Column{Title: "IN", Right: true}, table.Column{Title: "DONE", Right: true},
		table.Column{Title: "IN FLIGHT", Right: true}, table.Column{Title: "RETRY", Right: true}, table.Column{Title: "DEAD", Right: true},
		table.Column{Title: "DISCARDED", Right: true}, table.Column{Title: "REJECTED", Right: true}, table.Column{Title: "MISSING", Right: true})
	for _, s := range l.Stages {
		cells := []string{s.Stage}
		for _, n := range []int64{s.In, s.Done, s.InFlight, s.Retry, s.Dead, s.Discarded, s.Rejected, s.Missing} {
			cells = append(cells, fmt.Sprint(n))
		}
		out.Add(cells...)
	}
	return out
}

func writeLosses(sb *strings.Builder, l ledger.Ledger, width int, zone *time.Location) error {
	for _, part := range []struct {
		title     string
		documents []ledger.Document
	}{{titleMissing, l.Missing}, {"Not accepted yet", l.NotAccepted}} {
		if len(part.documents) == 0 {
			continue
		}
		fmt.Fprintf(sb, "\n%s\n", part.title)
		for _, s := range l.Shortages {
			if part.title == titleMissing {
				fmt.Fprintf(sb, "  Of the %d for the %s at least %d are missing; its queues hold the others, and only a drained queue tells which.\n",
					s.Among, s.Stage, s.Missing)
			}
		}
		t := table.New(table.Column{Title: "  ID"}, table.Column{Title: "NAME", Flex: true}, table.Column{Title: "STAGE"},
			table.Column{Title: "SEEN LAST"}, table.Column{Title: "WHERE"})
		for i, d := range part.documents {
			if i == mostNamed {
				break
			}
			seen := "?"
			if !d.Last.At.IsZero() {
				seen = d.Last.At.In(zone).Format(time.DateTime)
			}
			t.AddIndented("  ", fmt.Sprintf("%.12s", d.ID), d.Name, d.Stage, seen, d.Last.Text)
		}
		if err := t.Write(sb, width); err != nil {
			return err
		}
		if more := len(part.documents) - mostNamed; more > 0 {
			fmt.Fprintf(sb, "  and %d more; --json names all\n", more)
		}
	}
	if len(l.Doubled) > 0 {
		sb.WriteString("\nDoubled\n")
		for i, d := range l.Doubled {
			if i == mostNamed {
				fmt.Fprintf(sb, "  and %d more; --json names all\n", len(l.Doubled)-mostNamed)
				break
			}
			fmt.Fprintf(sb, "  %.12s  %s: %d %s\n", d.DocumentID, d.Stage, d.Times, table.Clean(d.Text))
		}
	}
	return nil
}

// writeStrays says what lies about that is not a document's.
func writeStrays(sb *strings.Builder, l ledger.Ledger) {
	s := l.Strays
	if s.Unrouted+s.Parked > 0 || s.DeadUnnamed > 0 || len(s.NoQueue) > 0 {
		sb.WriteByte('\n')
	}
	if s.Unrouted > 0 {
		fmt.Fprintf(sb, "%d unrouted messages met no queue, so no stage will see them; the documents among them count as missing.\n", s.Unrouted)
	}
	if s.Parked > 0 {
		fmt.Fprintf(sb, "%d dead letters could not be taken in and are parked; documents may be among them.\n", s.Parked)
	}
	if s.DeadUnnamed > 0 {
		fmt.Fprintf(sb, "%d dead letters name no document that was ever accepted; see millrace dead-letters list.\n", s.DeadUnnamed)
	}
	if len(s.NoQueue) > 0 {
		fmt.Fprintf(sb, "Missing on the broker: %s. Make them with millrace topology.\n", strings.Join(s.NoQueue, ", "))
	}
}

func writeVerdict(sb *strings.Builder, r reconciliation) {
	sb.WriteByte('\n')
	if r.Balanced {
		sb.WriteString("Nothing is missing and nothing is doubled.\n")
		return
	}
	fmt.Fprintf(sb, "%d missing, %d doubled.\n", r.Total.Missing, len(r.Doubled))
	switch {
	case r.Repaired != nil:
		fmt.Fprintf(sb, "%s %s sent on again; when the services have dealt with that, look again: millrace reconcile\n", count(r.Repaired.Sent, "document"),
			number(r.Repaired.Sent, "was", "were"))
		for i, s := range r.Repaired.Skipped {
			if i == mostNamed {
				fmt.Fprintf(sb, "  and %d that cannot be sent on again; --json names all\n", len(r.Repaired.Skipped)-mostNamed)
				break
			}
			fmt.Fprintf(sb, "  not %.12s: %s\n", s.ID, s.Why)
		}
	case r.Total.Missing > 0:
		sb.WriteString("See one's story: millrace explain ID. Send them on again: millrace reconcile --repair\n")
	}
}

// number returns one where n is 1, else many.
func number(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

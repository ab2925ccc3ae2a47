package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/deadletter"
	"github.com/millrace/millrace/shared/postgres"
)

// replayOptions are the flags of replay.
type replayOptions struct {
	letterFlags
	all, dryRun, yes bool
	lost             bool
	resume           string
	plan             deadletter.Plan
	canaryWait, wait time.Duration
}

func (a *app) lettersReplayCommand() *cobra.Command {
	var o replayOptions
	cmd := &cobra.Command{
		Use:   "replay [ID...]",
		Short: "Send dead letters again to the stage that gave up on them",
		Long: `Sends dead letters again: to the queue of the stage that gave up on them and to no other. Which ones is decided once, at the
beginning; what dies later is not among them. A letter that somebody else has sent, or closed, meanwhile is skipped, so that
the command can be given twice and in two places.

First --canary letters are sent and their outcome is awaited: when one fails again, or there is no word of it within
--canary-wait, nothing else is sent. Then the rate grows from a tenth of --rate to all of it; when more than --max-failures of
the outcomes are failures, the replay stops. At the end the outcomes of the last letters are awaited for --wait. A letter of
which there is no word keeps the state replaying until there is.

Ctrl-C stops it cleanly: what was not sent stays open. --resume goes on with a replay that has stopped, or whose program died
more than a minute ago.

It exits with 3 when letters failed again and with 1 when the replay stopped.`,
		Example: `  millrace dead-letters replay 3fa9c1
  millrace dead-letters replay --group 7d1e --canary 3 --rate 20
  millrace dead-letters replay --stage extractor --since 24h --dry-run
  millrace dead-letters replay --all --yes
  millrace dead-letters replay --resume 01a2`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.resume != "" && (len(args) > 0 || o.all || o.dryRun || len(o.given(cmd.Flags())) > 0) {
				return usage("--resume takes the set of the replay that it resumes: say nothing else")
			}
			if err := o.plan.Validate(); err != nil {
				return usage("%w", err)
			}
			return a.replay(cmd, &o, args)
		},
	}
	f := cmd.Flags()
	o.register(f)
	f.BoolVar(&o.all, "all", false, "all open dead letters")
	f.BoolVar(&o.lost, "no-word", false, "those that an ended replay sent and of which there never was word, instead of open ones")
	f.BoolVar(&o.dryRun, "dry-run", false, "show which would be sent, and send nothing")
	f.BoolVar(&o.yes, "yes", false, "do not ask before sending more than one")
	f.StringVar(&o.resume, "resume", "", "go on with this replay")
	f.IntVar(&o.plan.Canary, "canary", 1, "how many to send first; 0 for none")
	f.DurationVar(&o.canaryWait, "canary-wait", 2*time.Minute, "how long to wait for the outcome of the canaries")
	f.Float64Var(&o.plan.Rate, "rate", 50, "letters per second at most")
	f.Float64Var(&o.plan.MaxFailures, "max-failures", 0.2, "share of failures, of at least 10 outcomes, above which it stops")
	f.DurationVar(&o.wait, "wait", 2*time.Minute, "how long to wait for the last outcomes; 0 to not wait")
	a.jsonFlag(cmd, "one JSON object: the replay and its letters; with --dry-run one per letter and line")
	return cmd
}

func (a *app) replay(cmd *cobra.Command, o *replayOptions, ids []string) error {
	ctx := cmd.Context()
	t, err := a.target()
	if err != nil {
		return err
	}
	if t.AMQPURL == "" && !o.dryRun {
		return a.noInstance("its RabbitMQ")
	}
	return a.withPostgres(ctx, func(pool *postgres.Pool) error {
		store := deadletter.NewStore(pool)
		if o.resume == "" {
			if done, err := a.planReplay(cmd, store, o, ids); done || err != nil {
				return err
			}
		}
		b, err := broker.Open(broker.Config{URL: t.AMQPURL, Prefix: t.Prefix, Name: "millrace replay"})
		if err != nil {
			return err
		}
		defer func() { _ = b.Close() }() // everything is confirmed
		return a.runReplay(ctx, store, b, o)
	})
}

// planReplay chooses the letters and asks; done says that there is nothing left to do.
func (a *app) planReplay(cmd *cobra.Command, store *deadletter.Store, o *replayOptions, ids []string) (done bool, err error) {
	filter, err := a.choose(cmd.Context(), store, cmd.Flags(), &o.letterFlags, o.all, ids)
	if err != nil {
		return false, err
	}
	if o.lost {
		filter.State = deadletter.StateReplaying
	}
	if o.plan.Letters, err = store.Sendable(cmd.Context(), filter); err != nil {
		return false, err
	}
	if o.dryRun {
		return true, printList(a, o.plan.Letters, 0, "no dead letters", writeLetters)
	}
	for _, id := range missingFrom(filter.IDs, o.plan.Letters) {
		d, err := store.Get(cmd.Context(), id)
		if err != nil {
			return false, err
		}
		a.note("%s is left out: it is %s", short(id), letterState(d, time.Local))
	}
	n := len(o.plan.Letters)
	if n == 0 {
		return false, errors.New("there is no open dead letter to send among them; see millrace dead-letters list --state all")
	}
	if n > 1 {
		err = a.confirm(o.yes, "Send %s again, %d of them first as canaries?", count(n, "dead letter"), min(n, o.plan.Canary))
	}
	o.plan.Selection, o.plan.By = filter, who()
	return false, err
}

// missingFrom returns the ids that no letter has.
func missingFrom(ids []string, letters []deadletter.Letter) []string {
	have := make(map[string]bool, len(letters))
	for _, l := range letters {
		have[l.ID] = true
	}
	var missing []string
	for _, id := range ids {
		if !have[id] {
			missing = append(missing, id)
		}
	}
	return missing
}

// runReplay sends, and prints the outcomes.
func (a *app) runReplay(ctx context.Context, store *deadletter.Store, b *broker.Broker, o *replayOptions) error {
	bar := newProgress(a.Err)
	replayer := &deadletter.Replayer{Store: store, Broker: b, CanaryWait: o.canaryWait, Wait: o.wait, Progress: func(p deadletter.Progress) {
		bar.show("%s", progressLine(p))
	}}
	if o.wait == 0 {
		replayer.Wait = -1
	}
	var r deadletter.Replay
	var err error
	if o.resume != "" {
		var id string
		if id, err = store.FindReplay(ctx, o.resume); err != nil {
			return notFound(err)
		}
		r, err = replayer.Resume(ctx, id)
	} else {
		r, err = replayer.Start(ctx, o.plan)
	}
	bar.clear()
	if r.ID == "" {
		return err
	}
	if printErr := a.printReplay(context.WithoutCancel(ctx), store, r); printErr != nil {
		err = errors.Join(err, printErr)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w\nThe replay %s can go on: millrace dead-letters replay --resume %s", err, r.ID, r.ID)
	case r.State == deadletter.ReplayStopped:
		return &codedError{ExitFailed, fmt.Errorf("the replay stopped: %s", r.Stopped)}
	case r.Failed > 0:
		return &codedError{code: ExitSomeDocuments}
	}
	return nil
}

func progressLine(p deadletter.Progress) string {
	s := fmt.Sprintf("%s: %d of %d sent", p.Phase, p.Total-p.Waiting-p.Skipped, p.Total)
	if p.Rate > 0 {
		s += fmt.Sprintf(" (up to %.3g/s)", p.Rate)
	}
	return s + fmt.Sprintf("; %d handled, %d failed, %d skipped", p.Done, p.Failed, p.Skipped)
}

// replayed is what replay prints as JSON.
type replayed struct {
	deadletter.Replay
	Letters []deadletter.Item `json:"letters"`
}

func (a *app) printReplay(ctx context.Context, store *deadletter.Store, r deadletter.Replay) error {
	items, err := store.Items(ctx, r.ID)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(replayed{r, items})
	}
	return writeReplay(a.Out, r, items, terminalWidth(a.Out), time.Local)
}

// mostOutcomes is how many letters a replay's outcomes show to people.
const mostOutcomes = 20

// writeReplay prints how a replay stands: the numbers, and the letters that need a look.
func writeReplay(w io.Writer, r deadletter.Replay, items []deadletter.Item, width int, zone *time.Location) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "replay %s: %s; begun %s by %s\n\n", r.ID, stateOfReplay(r), minute(r.CreatedAt, zone), table.Clean(r.CreatedBy))
	numbers := table.New(table.Column{Title: "OUTCOME"}, table.Column{Title: "LETTERS", Right: true})
	for _, n := range []struct {
		outcome string
		letters int64
	}{{"handled", r.Done}, {"failed again", r.Failed}, {"sent, no word", r.Sent}, {"perhaps sent", r.Sending}, {"skipped", r.Skipped}, {"not sent", r.Waiting}} {
		if n.letters > 0 {
			numbers.Add(n.outcome, fmt.Sprint(n.letters))
		}
	}
	if err := numbers.Write(&sb, width); err != nil {
		return err
	}
	t := table.New(table.Column{Title: "ID"}, table.Column{Title: "STAGE"}, table.Column{Title: "OUTCOME"}, table.Column{Title: "DOCUMENT", Flex: true},
		table.Column{Title: "WHY", Flex: true})
	left := 0
	for _, state := range []string{deadletter.ItemFailed, deadletter.ItemSkipped, deadletter.ItemSending, deadletter.ItemSent, deadletter.ItemDone} {
		for _, i := range items {
			switch {
			case i.State != state:
			case t.Len() == mostOutcomes:
				left++
			default:
				t.Add(short(i.ID), i.Stage, outcomeOf(state), nameOf(i.Document, i.DocumentID), i.Detail)
			}
		}
	}
	if t.Len() > 0 {
		sb.WriteByte('\n')
		if err := t.Write(&sb, width); err != nil {
			return err
		}
	}
	if left > 0 {
		fmt.Fprintf(&sb, "and %d more; all of them: millrace dead-letters history %s --json\n", left, r.ID)
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

func outcomeOf(state string) string {
	return map[string]string{
		deadletter.ItemFailed: "failed again", deadletter.ItemSkipped: "skipped", deadletter.ItemSending: "perhaps sent",
		deadletter.ItemSent: "sent, no word", deadletter.ItemDone: "handled",
	}[state]
}

func stateOfReplay(r deadletter.Replay) string {
	switch {
	case r.State == deadletter.ReplayStopped:
		return "stopped: " + table.Clean(r.Stopped)
	case r.State == deadletter.ReplayRunning && !r.Alive:
		return "its program is gone; go on with --resume"
	}
	return r.State
}

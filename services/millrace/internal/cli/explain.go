package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// explanation is what explain prints as JSON.
type explanation struct {
	query.Story
	Now     []place  `json:"now"`  // empty where the document is stored
	Next    []string `json:"next"` // commands that help
	Queues  string   `json:"queues_error,omitempty"`
	Summary []string `json:"summary"` // where it is now, in words
}

// place is where a document waits, or lies dead.
type place struct {
	Stage      string     `json:"stage"`
	Topic      string     `json:"topic"` // of the result that is waited for
	Is         string     `json:"is"`    // waiting, unstored (made, and not stored yet), dead or discarded
	Since      *time.Time `json:"since"`
	DeadLetter string     `json:"dead_letter_id,omitempty"`
	Ready      int        `json:"ready"` // messages in the queues that may hold its own
	Retry      int        `json:"retry"`
	Consumers  int        `json:"consumers"`
}

// What a place may be.
const (
	isWaiting   = "waiting"
	isUnstored  = "unstored"
	isDead      = "dead"
	isDiscarded = "discarded"
)

func (a *app) explainCommand() *cobra.Command {
	var fields bool
	var templates string
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Tell what happened to one document, and where it is now",
		Long: `Tells a document's story: its arrivals, how long it waited for each stage and how long the stage worked, every failed attempt,
dead letters and their replays, the versions of its results, where it is now, and what to type next. The first six digits of
an id are enough when no other document begins with them.

With --fields it tells of the results instead: which words spoke for the class and which against it, where each value stands
and by which rule it was found, which values were seen and not taken, and which templates nearly fitted and what they lacked.
It looks at what the parser read, in the blob store, with the model and the templates of this program.`,
		Example: `  millrace explain 3fa9c1
  millrace explain 3fa9c1 --json | jq -r '.summary[]'
  millrace explain 3fa9c1 --fields`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withPostgres(cmd.Context(), func(pool *postgres.Pool) error {
				var err error
				if fields {
					err = a.tellResults(cmd.Context(), pool, args[0], templates)
				} else {
					err = a.tellStory(cmd.Context(), pool, args[0])
				}
				if errors.Is(err, query.ErrNotFound) {
					return fmt.Errorf("%w; if it was just handed over the sink has yet to hear of it, else millrace reconcile looks for it in the blob store too", err)
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&fields, "fields", false, "tell why the class and the values are what they are")
	cmd.Flags().StringVar(&templates, "templates", "", "with --fields: folder of the extractor's templates (MILLRACE_TEMPLATES; default the built-in ones)")
	a.jsonFlag(cmd, "one JSON object")
	return cmd
}

// tellStory prints what happened to a document.
func (a *app) tellStory(ctx context.Context, pool *postgres.Pool, id string) error {
	s, err := query.Explain(ctx, pool, id)
	if err != nil {
		return err
	}
	queues, queueErr := a.queueCounts(ctx)
	e := explain(s, queues, queueErr, time.Local)
	if a.json {
		return a.printJSON(e)
	}
	return writeExplanation(a.Out, e, terminalWidth(a.Out), time.Local)
}

// queueCounts asks the broker. A story can be told without.
func (a *app) queueCounts(ctx context.Context) ([]broker.QueueStats, error) {
	t, err := a.target()
	if err != nil {
		return nil, err
	}
	if t.AMQPURL == "" {
		return nil, errors.New("its URL is not known; give --amqp-url")
	}
	b, err := broker.Open(broker.Config{URL: t.AMQPURL, Prefix: t.Prefix, Name: "millrace explain", ConnectWait: lookTime})
	if err != nil {
		return nil, err
	}
	defer func() { _ = b.Close() }() // nothing is in flight
	return b.Stats(ctx, a.settings.groups())
}

// explain finds out where a document is now.
func explain(s query.Story, queues []broker.QueueStats, queueErr error, zone *time.Location) explanation {
	e := explanation{Story: s, Now: []place{}, Next: []string{}, Summary: []string{}}
	if queueErr != nil {
		e.Queues = queueErr.Error()
	}
	short := fmt.Sprintf("%.12s", s.ID)
	if s.Status == query.StatusStored {
		e.Summary = append(e.Summary, storedAfter(s))
		e.Next = append(e.Next, "millrace show "+short)
		return e
	}
	for _, w := range ledger.Locate(stateOf(s), queues) {
		p := place{Stage: w.Stage, Topic: w.Topic, Is: isWaiting, Since: since(s, w)}
		for _, q := range w.Queues {
			p.Ready += q.Ready
			p.Retry += q.Retry + q.Suspect
			p.Consumers += q.Consumers
		}
		if w.Made {
			p.Is = isUnstored
		}
		var letter *query.DeadLetter
		if w.Death != nil {
			if p.Is = isDead; w.Death.Discarded {
				p.Is = isDiscarded
			}
			if letter = letterOf(s, *w.Death); letter != nil {
				p.DeadLetter, p.Since = letter.ID, &letter.DiedAt
			}
		}
		e.Now = append(e.Now, p)
		e.Summary = append(e.Summary, inWords(p, w, letter, queueErr == nil, zone))
		e.Next = append(e.Next, whatNext(p)...)
	}
	e.Next = slices.Compact(e.Next)
	return e
}

// stateOf reads from a story what the ledger has to know.
func stateOf(s query.Story) ledger.State {
	has := map[string]bool{pipeline.Generator: len(s.ArrivalList) > 0}
	for _, v := range s.Versions {
		has[v.Stage] = true
	}
	var deaths []ledger.Death
	recorded := map[string]bool{}
	for _, f := range s.Failures {
		if !f.Open {
			continue
		}
		d := ledger.Death{Stage: f.Stage, Topic: f.Topic, Kind: f.Kind, Unfiled: true}
		key := f.Group + " " + f.MessageID
		recorded[key] = true
		for _, l := range s.DeadLetters {
			if l.Group+" "+l.MessageID == key {
				d.Unfiled, d.Discarded = false, l.State == isDiscarded
				if l.State == "resolved" {
					d.Stage, d.Topic = "", "" // a replay dealt with it: it explains nothing any more
				}
			}
		}
		if d.Stage != "" {
			deaths = append(deaths, d)
		}
	}
	for _, l := range s.DeadLetters {
		if l.State != "resolved" && !recorded[l.Group+" "+l.MessageID] {
			deaths = append(deaths, ledger.Death{Stage: l.Stage, Topic: l.Topic, Kind: l.Kind, Discarded: l.State == isDiscarded})
		}
	}
	return ledger.StateOf(s.ID, has, deaths)
}

// letterOf returns the dead letter behind a death, nil when it is not in the store yet.
func letterOf(s query.Story, d ledger.Death) *query.DeadLetter {
	for i := range slices.Backward(s.DeadLetters) {
		if l := &s.DeadLetters[i]; l.Stage == d.Stage && l.Topic == d.Topic && l.State != "resolved" {
			return l
		}
	}
	return nil
}

// since returns when what a document waits for was set off: nil where nobody knows.
func since(s query.Story, w ledger.Waiting) *time.Time {
	var at *time.Time
	for i, step := range s.Timeline {
		if step.Outcome == "done" && (step.Topic == w.Given || w.Made) {
			at = &s.Timeline[i].At
		}
	}
	return at
}

func storedAfter(s query.Story) string {
	if s.StoredAt == nil || s.ReceivedAt == nil {
		return "stored"
	}
	d := s.StoredAt.Sub(*s.ReceivedAt)
	if d < 0 {
		return "stored" // by two clocks that differ
	}
	return fmt.Sprintf("stored %s after it arrived", took(&d))
}

// inWords says where a document is.
func inWords(p place, w ledger.Waiting, letter *query.DeadLetter, known bool, zone *time.Location) string {
	at := ""
	if p.Since != nil {
		at = " since " + p.Since.In(zone).Format(time.DateTime)
	}
	switch {
	case letter != nil && p.Is == isDiscarded:
		return fmt.Sprintf("discarded (%s): the %s gave up: %s", cmp.Or(letter.Reason, "no reason was given"), letter.Stage, reasonOf(letter.Kind, letter.Message))
	case letter != nil && letter.State == "replaying":
		return fmt.Sprintf("sent to the %s again; it had given up: %s", letter.Stage, reasonOf(letter.Kind, letter.Message))
	case letter != nil:
		return fmt.Sprintf("dead%s: the %s gave up: %s", at, letter.Stage, reasonOf(letter.Kind, letter.Message))
	case p.Is == isDead:
		return fmt.Sprintf("dead: the %s gave up; its message is on the way to the store of dead letters", w.Death.Stage)
	}
	text := fmt.Sprintf("waiting for the %s%s: in its queue, in its hands, or its answer is on the way to the sink", p.Stage, at)
	if p.Is == isUnstored {
		text = fmt.Sprintf("waiting for the sink to store what the %s found", p.Stage)
	} else if w.Given == "" {
		text = "waiting for the sink to store its arrival"
	}
	switch {
	case !known:
		return text + "; RabbitMQ does not say how many wait there"
	case p.Ready+p.Retry == 0:
		return text + "; no message waits there, so it is in somebody's hands, or lost"
	default:
		return fmt.Sprintf("%s; %s there, %d more for another try", text, number(int64(p.Ready), "1 message waits", fmt.Sprintf("%d messages wait", p.Ready)), p.Retry)
	}
}

// whatNext returns commands that help.
func whatNext(p place) []string {
	switch {
	case p.DeadLetter != "" && p.Is == isDiscarded:
		return []string{"millrace dead-letters show " + p.DeadLetter}
	case p.DeadLetter != "":
		return []string{"millrace dead-letters show " + p.DeadLetter, "millrace dead-letters replay " + p.DeadLetter}
	case p.Is == isDead:
		return []string{"millrace dead-letters list"}
	case p.Ready+p.Retry > 0:
		return []string{"millrace status --watch"}
	default:
		return []string{"millrace status", "millrace reconcile"}
	}
}

// writeExplanation prints a story for people.
func writeExplanation(w io.Writer, e explanation, width int, zone *time.Location) error {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%s\n  id    %s\n", table.Clean(cmp.Or(e.Name, "(no name: its arrival is not stored)")), e.ID)
	for _, line := range e.Summary {
		fmt.Fprintf(&sb, "  now   %s\n", table.Clean(line))
	}
	for _, next := range e.Next {
		fmt.Fprintf(&sb, "  next  %s\n", next)
	}
	for _, s := range []struct {
		title string
		t     *table.Table
	}{
		{"Arrivals", arrivalTable(e.Detail, zone)}, {"Corrections", correctionTable(e.Detail, zone)}, {"Timeline", timelineTable(e.Detail, zone)}, {"Failed attempts", storyAttempts(e.Story, zone)},
		{"Failures", failureTable(e.Detail, zone)}, {"Dead letters", storyHistory(e.Story, zone)}, {"Versions", versionTable(e.Detail, zone)},
	} {
		if s.t.Len() == 0 {
			continue
		}
		fmt.Fprintf(&sb, "\n%s\n", s.title)
		if err := s.t.Write(&sb, width); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

func storyAttempts(s query.Story, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "STAGE"}, table.Column{Title: "CLASS"}, table.Column{Title: "WHY", Flex: true})
	for _, l := range s.DeadLetters {
		for _, attempt := range l.Log {
			t.AddIndented("  ", clock(attempt.At, zone), l.Stage, attempt.Class, reasonOf(attempt.Kind, attempt.Error))
		}
	}
	return t
}

func storyHistory(s query.Story, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  AT"}, table.Column{Title: "STAGE"}, table.Column{Title: "WHAT"}, table.Column{Title: "BY", Flex: true},
		table.Column{Title: "REPLAY"}, table.Column{Title: "DETAIL", Flex: true})
	for _, l := range s.DeadLetters {
		for _, h := range l.History {
			t.AddIndented("  ", clock(h.At, zone), l.Stage, h.What, h.Actor, h.Replay, h.Detail)
		}
	}
	return t
}

func versionTable(d query.Detail, zone *time.Location) *table.Table {
	t := table.New(table.Column{Title: "  STAGE"}, table.Column{Title: "VERSION"}, table.Column{Title: "CURRENT"}, table.Column{Title: "AT"},
		table.Column{Title: "RESULT", Flex: true})
	for _, v := range d.Versions {
		t.AddIndented("  ", v.Stage, v.Version, yesNo(v.Current), clock(v.At, zone), v.Result)
	}
	return t
}

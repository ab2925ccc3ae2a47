package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/query"
)

// report is what status prints. A half that could not be asked is empty and named in Errors.
type report struct {
	At          time.Time         `json:"at"`
	Running     *bool             `json:"running"` // whether millrace up runs in the data folder; null: not an instance of this folder
	Stages      []stageReport     `json:"stages"`
	Totals      *query.Counts     `json:"totals"`
	DeadLetters int64             `json:"dead_letters"` // nobody has dealt with: open in Postgres, or still on their way there
	Unrouted    int               `json:"unrouted"`
	Parked      int               `json:"parked"`
	Missing     []string          `json:"missing,omitempty"` // queues that should exist
	Errors      map[string]string `json:"errors,omitempty"`  // by server: rabbitmq, postgres
}

// stageReport is one stage. Ready is nil where nobody knows.
type stageReport struct {
	Stage     string  `json:"stage"`
	Backlog   int     `json:"backlog"`
	Retry     int     `json:"retry"`
	Dead      int64   `json:"dead"` // open dead letters
	Rate      float64 `json:"rate"` // messages per second over the last minute
	Consumers int     `json:"consumers"`
	Ready     *bool   `json:"ready"`
	Why       string  `json:"why,omitempty"` // it is not ready
}

func (a *app) statusCommand() *cobra.Command {
	var watch bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what waits, flows and fails, stage by stage",
		Long: `Shows for every stage how many messages wait (backlog), how many wait for another try (retry), how many were given up on
(dead), how many are done per second over the last minute, and whether the stage is ready.

It exits with 1 when RabbitMQ or Postgres cannot be reached, and then shows what the other one knows.`,
		Example: `  millrace status
  millrace status --watch
  millrace status --json | jq '.stages[] | {stage, backlog}'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := a.target()
			if err != nil {
				return err
			}
			if t.AMQPURL == "" && t.PostgresURL == "" {
				return a.noInstance("its state")
			}
			l, err := newLooker(cmd.Context(), t, a.settings.groups())
			if err != nil {
				return err
			}
			defer l.close()
			if watch {
				return a.watch(cmd.Context(), l)
			}
			r := l.look(cmd.Context())
			if err := a.printReport(a.Out, r); err != nil {
				return err
			}
			return r.verdict()
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "look again every second until Ctrl-C")
	a.jsonFlag(cmd, "one JSON object; with --watch one per look and line")
	return cmd
}

// verdict is the error of a report in which a server could not be reached.
func (r report) verdict() error {
	if len(r.Errors) == 0 {
		return nil
	}
	return &codedError{code: ExitFailed}
}

// watch prints reports until ctx ends, which is how it is meant to end.
func (a *app) watch(ctx context.Context, l *looker) error {
	live := !a.json && terminalWidth(a.Out) > 0
	if live {
		_, _ = io.WriteString(a.Out, "\x1b[2J") // the next write tells
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		r := l.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var page bytes.Buffer
		if err := a.printReport(&page, r); err != nil {
			return err
		}
		out := page.String()
		if live {
			// Home, every line cleared to its end, and everything below: no flicker.
			out = "\x1b[H" + strings.ReplaceAll(out, "\n", "\x1b[K\n") + "\x1b[J"
		} else if !a.json {
			out += "\n"
		}
		if _, err := io.WriteString(a.Out, out); err != nil {
			return fmt.Errorf("print the status: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (a *app) printReport(w io.Writer, r report) error {
	if a.json {
		shadow := *a
		shadow.Out = w
		return shadow.printJSON(r)
	}
	return writeReport(w, r, terminalWidth(a.Out), a.settings.DataDir)
}

// writeReport prints a report for people.
func writeReport(w io.Writer, r report, width int, dataDir string) error {
	var sb strings.Builder
	broker, database := r.Errors[serverRabbitMQ] == "", r.Errors[serverPostgres] == ""
	t := table.New(table.Column{Title: "STAGE"}, table.Column{Title: "BACKLOG", Right: true}, table.Column{Title: "RETRY", Right: true},
		table.Column{Title: "DEAD", Right: true}, table.Column{Title: "PER SEC", Right: true}, table.Column{Title: "CONSUMERS", Right: true},
		table.Column{Title: "READY", Flex: true})
	for _, s := range r.Stages {
		backlog, retry, consumers := known(broker, s.Backlog), known(broker, s.Retry), known(broker, s.Consumers)
		if s.Stage == pipeline.Generator { // it consumes nothing
			backlog, retry, consumers = "-", "-", "-"
		}
		rate := "?"
		if database {
			rate = fmt.Sprintf("%.1f", s.Rate)
		}
		t.Add(s.Stage, backlog, retry, known(database, s.Dead), rate, consumers, readiness(s))
	}
	if err := t.Write(&sb, width); err != nil {
		return err
	}
	sb.WriteByte('\n')
	var below strings.Builder
	r.writeTotals(&below)
	r.writeTroubles(&below, dataDir)
	for line := range strings.Lines(below.String()) {
		if width > 0 {
			line = table.Cut(strings.TrimSuffix(line, "\n"), width) + "\n"
		}
		sb.WriteString(line)
	}
	_, err := io.WriteString(w, sb.String())
	return err
}

func known[N int | int64](is bool, n N) string {
	if !is {
		return "?"
	}
	return fmt.Sprint(n)
}

func readiness(s stageReport) string {
	switch {
	case s.Ready == nil && s.Consumers > 0:
		return "consuming"
	case s.Ready == nil:
		return "?"
	case *s.Ready:
		return "yes"
	default:
		return "no: " + s.Why
	}
}

func (r report) writeTotals(sb *strings.Builder) {
	if c := r.Totals; c != nil {
		fmt.Fprintf(sb, "%s: %d stored, %d failed, %d on their way; %s\n", count(c.Documents, "document"), c.Stored, c.Failed,
			c.Documents-c.Stored-c.Failed, count(c.Arrivals, "arrival"))
		if len(c.ByClass) > 0 {
			fmt.Fprintf(sb, "classes: %s\n", ranking(c.ByClass))
		}
	}
	broker, database := r.Errors[serverRabbitMQ] == "", r.Errors[serverPostgres] == ""
	if broker || database {
		fmt.Fprintf(sb, "open dead letters: %s; unrouted: %s; parked: %s\n", known(broker && database, r.DeadLetters),
			known(broker, r.Unrouted), known(broker, r.Parked))
	}
}

// writeTroubles says what is wrong, and what to do about it.
func (r report) writeTroubles(sb *strings.Builder, dataDir string) {
	if r.Running != nil && !*r.Running {
		fmt.Fprintf(sb, "No millrace up runs in %s.\n", dataDir)
	}
	for _, server := range []string{serverRabbitMQ, serverPostgres} {
		if why := r.Errors[server]; why != "" {
			fmt.Fprintf(sb, "%s cannot be reached: %s\n", server, table.Clean(why))
		}
	}
	if len(r.Missing) > 0 {
		fmt.Fprintf(sb, "Missing on the broker: %s. Make them with millrace topology.\n", strings.Join(r.Missing, ", "))
	}
	if r.Unrouted > 0 {
		fmt.Fprintf(sb, "Unrouted messages met no queue: run millrace topology.\n")
	}
	if r.DeadLetters > 0 {
		fmt.Fprintf(sb, "See the dead letters with millrace dead-letters groups.\n")
	}
}

// ranking lists classes, the most frequent first.
func ranking(byClass map[string]int64) string {
	labels := make([]string, 0, len(byClass))
	for label := range byClass {
		labels = append(labels, label)
	}
	slices.SortFunc(labels, func(a, b string) int {
		if byClass[a] != byClass[b] {
			return int(byClass[b] - byClass[a])
		}
		return strings.Compare(a, b)
	})
	for i, label := range labels {
		labels[i] = fmt.Sprintf("%s %d", label, byClass[label])
	}
	return strings.Join(labels, ", ")
}

// hint adds to an error of reaching a server that the instance that would run it is not running.
func (a *app) hint(t target, err error) error {
	if t.isRunning || t.PostgresOrigin == "" || !unreachable(err) {
		return err
	}
	return errors.Join(err, fmt.Errorf("no millrace up runs in %s, and its servers stop with it: start it again", a.settings.DataDir))
}

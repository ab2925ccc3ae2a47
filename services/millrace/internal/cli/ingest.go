package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/services/millrace/internal/follow"
	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
)

// intake is where documents are handed over: the inbox folder or the generator's HTTP intake.
type intake interface {
	Put(ctx context.Context, name string, content io.Reader) (deliver.Delivered, error)
}

// ingested is one file in the result of ingest.
type ingested struct {
	File       string         `json:"file"`
	DocumentID string         `json:"document_id,omitempty"`
	Status     string         `json:"status"` // delivered, refused; with --wait also stored, failed, rejected
	Class      string         `json:"class,omitempty"`
	Confidence float64        `json:"confidence,omitempty"`
	Fields     []follow.Field `json:"fields,omitempty"`
	Kind       string         `json:"kind,omitempty"` // of the failure
	Message    string         `json:"message,omitempty"`
}

const (
	statusDelivered = "delivered"
	statusRefused   = "refused"
)

func (a *app) ingestCommand() *cobra.Command {
	var url, name string
	var wait bool
	cmd := &cobra.Command{
		Use:   "ingest FILE...",
		Short: "Hand documents to the running instance",
		Long: `Copies files into the inbox, each appearing there whole, or uploads them with --url. A folder stands for the documents in
it (.pdf, .eml, .html, .txt); - is standard input. The files themselves are left alone.

It exits with 0 when all were handed over (with --wait: stored) and with 3 when some were refused or failed.`,
		Example: `  millrace ingest bill.pdf message.eml letters/
  millrace ingest --wait *.pdf
  curl -s https://example.org/a.pdf | millrace ingest - --name a.pdf
  millrace ingest --url http://127.0.0.1:8090 bill.pdf`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.target()
			if err != nil {
				return err
			}
			to, err := a.intake(t, url)
			if err != nil {
				return err
			}
			if wait && t.PostgresURL == "" {
				return a.noInstance("the Postgres to wait for")
			}
			if url == "" && !t.isRunning {
				a.note("millrace: no instance runs in %s; the documents wait in %s until one does", a.settings.DataDir, t.Inbox)
			}
			return a.ingest(cmd.Context(), t, to, args, name, wait)
		},
	}
	f := cmd.Flags()
	f.StringVar(&url, "url", "", "upload to the generator at this URL instead (token: MILLRACE_HTTP_TOKEN)")
	f.StringVar(&name, "name", "", "name of what comes from standard input (default: document, with the extension of its kind)")
	f.BoolVar(&wait, "wait", false, "wait until all are stored or failed")
	a.jsonFlag(cmd, "one JSON object per file and line")
	return cmd
}

func (a *app) intake(t target, url string) (intake, error) {
	if url != "" {
		return deliver.OpenUpload(url, a.settings.Token)
	}
	if t.Inbox == "" {
		return nil, a.noInstance("its inbox")
	}
	return deliver.OpenInbox(t.Inbox)
}

func (a *app) ingest(ctx context.Context, t target, to intake, args []string, stdinName string, wait bool) error {
	files, err := deliver.Files(args)
	if err != nil {
		return err
	}
	began := time.Now()
	results := make([]ingested, len(files))
	deliveries := make([]deliver.Delivered, 0, len(files))
	var places []int // of the deliveries among the results
	bar := newProgress(a.Err)
	defer bar.clear()
	for i, file := range files {
		results[i].File = file
		d, err := a.put(ctx, to, file, stdinName)
		switch {
		case err == nil:
			results[i].Status, results[i].DocumentID = statusDelivered, d.DocumentID
			deliveries, places = append(deliveries, d), append(places, i)
		case fault.ClassOf(err) == fault.ClassPermanent:
			results[i].Status, results[i].Kind, results[i].Message = statusRefused, fault.KindOf(err), err.Error()
		default:
			return fmt.Errorf("after %d of %d files: %w", i, len(files), err)
		}
		bar.show("handed over %d of %d", i+1, len(files))
	}
	if wait && len(deliveries) > 0 {
		outcomes, err := a.follow(ctx, t, bar, began, deliveries)
		for j, o := range outcomes {
			results[places[j]].become(o)
		}
		if err != nil {
			return err
		}
	}
	bar.clear()
	return a.printIngested(results)
}

func (a *app) put(ctx context.Context, to intake, file, stdinName string) (deliver.Delivered, error) {
	if file == "-" {
		return to.Put(ctx, stdinName, a.In)
	}
	f, err := deliver.Open(file)
	if err != nil {
		return deliver.Delivered{}, err
	}
	defer f.Close() //nolint:errcheck // read only
	return to.Put(ctx, file, f)
}

// follow waits for the deliveries' outcomes.
func (a *app) follow(ctx context.Context, t target, bar *progress, since time.Time, deliveries []deliver.Delivered) ([]follow.Outcome, error) {
	pool, err := postgres.Open(ctx, t.PostgresURL)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return follow.Wait(ctx, follow.Config{
		Pool: pool, Rejected: t.Rejected, Since: since,
		Progress: func(tally follow.Tally, err error) {
			if err != nil {
				bar.show("waiting for Postgres: %v", err)
				return
			}
			bar.show("%d of %d stored, %d failed, %d on their way", tally.Stored, tally.All, tally.Failed, tally.Waiting())
		},
	}, deliveries)
}

// become takes over what became of the delivery.
func (r *ingested) become(o follow.Outcome) {
	if o.Status == "" {
		return
	}
	r.Status, r.Class, r.Confidence, r.Fields = o.Status, o.Class, o.Confidence, o.Fields
	r.Kind, r.Message = o.FailureKind, o.Failure
}

func (r *ingested) failed() bool {
	return r.Status == statusRefused || r.Status == query.StatusFailed || r.Status == follow.StatusRejected
}

func (a *app) printIngested(results []ingested) error {
	failed := 0
	for _, r := range results {
		if r.failed() {
			failed++
		}
		if err := a.printOneIngested(r); err != nil {
			return err
		}
	}
	return a.someFailed(failed, len(results), "failed")
}

func (a *app) printOneIngested(r ingested) error {
	if a.json {
		return a.printJSON(r)
	}
	var err error
	switch {
	case r.failed():
		_, err = fmt.Fprintf(a.Out, "%s: %s: %s\n", r.File, r.Status, reasonOf(r.Kind, r.Message))
	case r.Class != "":
		_, err = fmt.Fprintf(a.Out, "%s: %s as %.12s, %s (%s)\n", r.File, r.Status, r.DocumentID, r.Class, percent(r.Confidence))
	default:
		_, err = fmt.Fprintf(a.Out, "%s: %s as %.12s\n", r.File, r.Status, r.DocumentID)
	}
	return err
}

func reasonOf(kind, message string) string {
	if message == "" || kind == "" {
		return kind + message
	}
	return kind + ": " + message
}

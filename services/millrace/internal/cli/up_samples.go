package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/millrace/millrace/services/millrace/internal/deliver"
	"github.com/millrace/millrace/services/millrace/internal/follow"
	"github.com/millrace/millrace/services/millrace/internal/table"
	"github.com/millrace/millrace/shared/query"
)

// explain says how to use the instance.
func (u *instance) explain() {
	self := u.Self
	if wd, err := filepath.Abs("."); err == nil {
		if rel, err := filepath.Rel(wd, self); err == nil && !strings.HasPrefix(rel, "..") {
			self = "./" + rel
		}
	}
	data := ""
	if u.flags.data != "" {
		data = " --data " + u.flags.data
	}
	u.console.say(`
  Drop files into  %s
  or upload with   curl -F file=@NAME.pdf %s/documents
  Query            psql '%s'
                   select name, class, confidence from documents;
  Look             %s status --watch%s
                   %s documents%s
  Logs             %s
  Stop             Ctrl-C
`, u.settings.Inbox, u.settings.UploadURL, u.settings.PostgresURL, self, data, self, data, u.dir.LogDir())
}

// feed drops samples into the inbox, waits for them and shows what became of them.
func (u *instance) feed(ctx context.Context) error {
	inbox, err := deliver.OpenInbox(u.settings.Inbox)
	if err != nil {
		return err
	}
	began := time.Now()
	u.console.say("samples: dropping %d made-up documents into the inbox (seed %d)", u.options.samples, u.options.seed)
	deliveries, err := deliverSamples(ctx, inbox, u.options.samples, u.options.seed)
	if err != nil {
		return err
	}
	outcomes, err := u.follow(ctx, target{Settings: u.settings}, u.console.bar, began, deliveries)
	u.console.bar.clear()
	if err != nil {
		return err
	}
	if err := u.printOutcomes(outcomes); err != nil {
		return err
	}
	tally := follow.Count(outcomes)
	u.console.say("samples: %d of %d stored, %d failed, in %.1f s", tally.Stored, tally.All, tally.Failed, time.Since(began).Seconds())
	if tally.Failed > 0 && u.options.once {
		return &codedError{code: ExitFailed}
	}
	return nil
}

func (u *instance) printOutcomes(outcomes []follow.Outcome) error {
	if u.json {
		for _, o := range outcomes {
			if err := u.printJSON(o); err != nil {
				return err
			}
		}
		return nil
	}
	return writeOutcomes(u.Out, outcomes, terminalWidth(u.Out))
}

// writeOutcomes prints what became of documents as a table.
func writeOutcomes(w io.Writer, outcomes []follow.Outcome, width int) error {
	t := table.New(table.Column{Title: "NAME", Flex: true}, table.Column{Title: "CLASS"}, table.Column{Title: "SURE", Right: true},
		table.Column{Title: "PAGES", Right: true}, table.Column{Title: "FIELDS", Flex: true})
	for _, o := range outcomes {
		if o.Status != query.StatusStored {
			t.Add(o.Name, o.Status, "", "", reasonOf(o.FailureKind, o.Failure))
			continue
		}
		t.Add(o.Name, o.Class, percent(o.Confidence), fmt.Sprint(o.Pages), keyFields(o.Fields))
	}
	return t.Write(w, width)
}

// telling are the fields that tell most of a document, in the order in which they are shown.
func telling() []string {
	return []string{
		"title", "subject", "name", "company", "seller_name", "advertiser", "account_holder", "party", "sender", "buyer_name", "recipient",
		"invoice_number", "order_number", "receipt_number", "contract_num",
		"issue_date", "order_date", "effective_date", "date", "period_to",
		"grand_total", "total", "gross_amount", "closing_balance", "currency", "iban", "jurisdiction", "email",
	}
}

// mostShown is how many fields of a document the table has room for.
const mostShown = 5

// keyFields prints the fields that tell most.
func keyFields(fields []follow.Field) string {
	var parts []string
	shown := make(map[string]bool)
	for _, name := range telling() {
		for _, f := range fields {
			if f.Name == name && !shown[name] && len(parts) < mostShown {
				shown[name] = true
				parts = append(parts, name+"="+table.Cut(f.Value, 32))
			}
		}
	}
	return strings.Join(parts, " ")
}

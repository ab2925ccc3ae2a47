package cli

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/migrations"
	"github.com/millrace/millrace/services/millrace/internal/secrets"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/event"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
	"github.com/millrace/millrace/shared/testkit"
)

// desk is an instance without services, with two documents: a German invoice, abcdef1…, and abcdef2…, which has not been read.
type desk struct {
	t              *testing.T
	broker         *broker.Broker
	groups         []broker.Group
	amqp, database string
	env            []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskAs(t, testkit.Prefix(t))
}

// newDeskAs makes a desk whose names on the broker have this prefix.
func newDeskAs(t *testing.T, prefix string) *desk {
	t.Helper()
	d := &desk{t: t, amqp: testkit.Vhost(t), database: testkit.Database(t), groups: pipeline.Groups(nil, 0)}
	id := func(digit string) string { return "abcdef" + strings.Repeat(digit, 58) }
	d.exec(t.Context(), strings.NewReplacer("@read", id("1"), "@unread", id("2")).Replace(`
		insert into millrace.documents (document_id) values ('@read'), ('@unread');
		insert into millrace.arrivals select id, 'a-' || name, 'e-' || name, name, 'inbox', 'application/pdf', 1000, 'sha256:' || id, '2026-01-03'
			from (values ('@read', 'Rechnung.pdf'), ('@unread', 'new.pdf')) v (id, name);
		insert into millrace.parses values ('@read', '1', 'p1', '2026-01-03', 'sha256:@read', 'complete', 'glyph/1', null, 'de', 2, '{}', 9,
			'sha256:@read', 1000, 'application/pdf', 90, 'application/x-layout');
		insert into millrace.classifications values ('@read', '1', 'c1', '2026-01-03', 'invoice', 0.75, 'linear/1', '[]', 'sha256:@read', 90, 'application/x-layout');
		insert into millrace.extractions values ('@read', '1', 'x1', '2026-01-03', 'invoice', 0.75, 'invoice/1', 2);
		insert into millrace.fields (document_id, version, ordinal, name, value, type, bbox, confidence, source) values
			('@read', '1', 1, 'grand_total', '119.00', 'amount', '{1,2,3,4}', 0.9, 'rule/1'),
			('@read', '1', 2, 'paid_on', '2026-01-02', 'date', '{1,2,3,4}', 0.9, 'rule/1');
		select millrace.refresh(array['@read', '@unread'])`))
	d.env = []string{"MILLRACE_AMQP_URL=" + d.amqp, "MILLRACE_PREFIX=" + prefix, "MILLRACE_POSTGRES_URL=" + d.database, "MILLRACE_AUTHOR=anna"}
	var err error
	if d.broker, err = broker.Open(broker.Config{URL: d.amqp, Prefix: prefix}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.broker.Close() })
	if err := d.broker.Declare(t.Context(), d.groups, pipeline.Topics()); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) exec(ctx context.Context, sql string) {
	d.t.Helper()
	pool, err := postgres.Open(ctx, d.database)
	if err != nil {
		d.t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, sql); err != nil {
		d.t.Fatal(err)
	}
}

// waiting returns the queues that messages wait in.
func (d *desk) waiting() string {
	d.t.Helper()
	stats, err := d.broker.Stats(d.t.Context(), d.groups)
	if err != nil {
		d.t.Fatal(err)
	}
	var queues []string
	for _, q := range stats {
		if q.Ready > 0 {
			queues = append(queues, fmt.Sprintf("%s %d", q.Queue, q.Ready))
		}
	}
	return strings.Join(queues, ", ")
}

func TestACorrectionIsPublishedInTheFormOfItsFields(t *testing.T) {
	d := newDesk(t)
	r := run(t, d.env, "correct", "abcdef1", "--field", "grand_total=1.234,50", "--field", "due_date=31.12.2026", "--field", "iban=de89 3704 0044 0532 0130 00",
		"--field", "paid_on=", "--field", "room=7", "--field", "order_number=A 1", "--field", "order_number=A 2", "--note", "page 2", "--json")
	if r.code != ExitOK || !strings.Contains(r.err, "room is a new field of this document, kept as text. To take it back: millrace correct abcdef111111 --field room=") {
		t.Fatalf("%+v", r)
	}
	c := objects[event.Corrected](t, r.out)[0]
	if c.Correction == "" || time.Since(c.At) > time.Hour {
		t.Errorf("the correction is %q at %v", c.Correction, c.At)
	}
	c.Correction, c.At = "", time.Time{}
	want := event.Corrected{DocumentID: "abcdef" + strings.Repeat("1", 58), Author: "anna", Note: "page 2", Fields: []event.CorrectedField{
		{Name: "grand_total", Type: "amount", Values: []string{"1234.50"}}, {Name: "due_date", Type: "date", Values: []string{"2026-12-31"}},
		{Name: "iban", Type: "identifier", Values: []string{"DE89370400440532013000"}}, {Name: "paid_on", Type: "date"},
		{Name: "room", Type: "text", Values: []string{"7"}}, {Name: "order_number", Type: "identifier", Values: []string{"A 1", "A 2"}},
	}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("the event (-want +got):\n%s", diff)
	}
	if got := d.waiting(); got != "sink.document.corrected.v1 1" {
		t.Errorf("messages wait in %q", got)
	}
}

func TestAFieldThatMayBeMistypedIsTold(t *testing.T) {
	d := newDesk(t)
	if r := run(t, d.env, "correct", "abcdef1", "--field", "tax_totl=3"); r.code != ExitOK || !strings.Contains(r.err, "did you mean tax_total? To take it back") {
		t.Errorf("%+v", r)
	}
}

func TestACorrectedClassIsReadAgain(t *testing.T) {
	d := newDesk(t)
	r := run(t, d.env, "correct", "abcdef1", "--class", "receipt", "--author", "ben")
	if want := "Rechnung.pdf, corrected by ben:\n  class  receipt (was invoice); the document is read again as one\n"; r.code != ExitOK || r.out != want {
		t.Errorf("%+v, want %q", r, want)
	}
	if got := d.waiting(); got != "extractor.document.classified.v1 1, sink.document.classified.v1 1, sink.document.corrected.v1 1" {
		t.Errorf("messages wait in %q", got)
	}
	if r := run(t, d.env, "correct", "abcdef1", "--class", "delivery_slip", "--new-class"); r.code != ExitOK {
		t.Errorf("a new class: %+v", r)
	}
	if r := run(t, d.env, "corrections", "abcdef1"); r.code != ExitOK || !strings.Contains(r.err, "no corrections") {
		t.Errorf("before the sink has them: %+v", r)
	}
}

// TestTheOperatorMayCorrect corrects a class with the rights that the user and the role "operator" of an installation have.
func TestTheOperatorMayCorrect(t *testing.T) {
	d := newDeskAs(t, "")
	if r := run(t, d.env, "topology"); r.code != ExitOK {
		t.Fatalf("%+v", r)
	}
	dir := t.TempDir()
	if err := secrets.Ensure(secrets.Config{Dir: dir, RabbitMQHost: "rabbitmq:5672", PostgresHost: "postgres:5432", Owner: -1}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "rabbitmq", "definitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var definitions struct {
		Permissions []struct{ User, Configure, Write, Read string }
	}
	if err := json.Unmarshal(content, &definitions); err != nil {
		t.Fatal(err)
	}
	amqp, err := url.Parse(d.amqp)
	if err != nil {
		t.Fatal(err)
	}
	vhost := strings.TrimPrefix(amqp.Path, "/")
	if vhost == "" {
		t.Skip("rabbitmqctl cannot be used here, so there is no user to make")
	}
	user := "operator-" + vhost
	control := func(arguments ...string) {
		t.Helper()
		if err := testkit.Control(arguments...); err != nil {
			t.Fatal(err)
		}
	}
	control("add_user", user, vhost)
	t.Cleanup(func() { control("delete_user", user) })
	for _, p := range definitions.Permissions {
		if p.User == "operator" {
			control("set_permissions", "-p", vhost, user, p.Configure, p.Write, p.Read)
		}
	}
	amqp.User = url.UserPassword(user, vhost)
	role := "millrace_operator_" + strings.ToLower(rand.Text())
	if err := migrations.Roles(t.Context(), d.database, migrations.RolesConfig{OperatorPassword: "secret", Operator: role}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.exec(context.Background(), "drop owned by "+role+"; drop role "+role) })
	database, err := url.Parse(d.database)
	if err != nil {
		t.Fatal(err)
	}
	database.User = url.UserPassword(role, "secret")
	env := []string{"MILLRACE_AMQP_URL=" + amqp.String(), "MILLRACE_POSTGRES_URL=" + database.String(), "MILLRACE_AUTHOR=anna"}
	if r := run(t, env, "correct", "abcdef1", "--class", "receipt", "--field", "grand_total=1,50"); r.code != ExitOK {
		t.Errorf("%+v", r)
	}
	if got := d.waiting(); got != "extractor.document.classified.v1 1, sink.document.classified.v1 1, sink.document.corrected.v1 1" {
		t.Errorf("messages wait in %q", got)
	}
	if r := run(t, env, "corrections"); r.code != ExitOK {
		t.Errorf("%+v", r)
	}
}

func TestWhatCannotBeRightIsRefused(t *testing.T) {
	d := newDesk(t)
	tests := []struct {
		args []string
		code int
		says string
	}{
		{[]string{"correct", "abcdef1"}, ExitUsage, "--class, --field or both"},
		{[]string{"correct", "abcdef1", "--field", "a=b", "--new-class"}, ExitUsage, "goes with --class"},
		{[]string{"correct", "abcdef", "--class", "receipt"}, ExitFailed, "several documents begin with abcdef"},
		{[]string{"correct", "ffffff", "--class", "receipt"}, ExitFailed, "millrace documents"},
		{[]string{"correct", "abcdef1", "--class", "invoic"}, ExitUsage, "did you mean invoice?"},
		{[]string{"correct", "abcdef1", "--class", "novel"}, ExitUsage, "unknown"},
		{[]string{"correct", "abcdef1", "--field", "grand_total"}, ExitUsage, "not of the form name=value"},
		{[]string{"correct", "abcdef1", "--field", "=3"}, ExitUsage, "not of the form name=value"},
		{[]string{"correct", "abcdef1", "--field", "grand_total=a lot", "--field", "paid_on=soon"}, ExitUsage, `paid_on: "soon" is not a date`},
		{[]string{"correct", "abcdef1", "--field", "iban=DE89 3704 0044 0532 0130 01"}, ExitUsage, "checksum"},
		{[]string{"correct", "abcdef1", "--field", "grand_total=", "--field", "grand_total=3"}, ExitUsage, "no other value"},
		{[]string{"correct", "abcdef2", "--class", "receipt"}, ExitFailed, "has not been read yet"},
		{[]string{"correct"}, ExitUsage, "Usage: millrace correct ID"},
		{[]string{"corrections", "--limit", "0"}, ExitUsage, "--limit"},
		{[]string{"corrections", "ffffff"}, ExitFailed, "millrace documents"},
	}
	for _, tt := range tests {
		if r := run(t, d.env, tt.args...); r.code != tt.code || !strings.Contains(r.err, tt.says) || r.out != "" {
			t.Errorf("%v: exit code %d, want %d; said %q, want %q", tt.args, r.code, tt.code, r.err, tt.says)
		}
	}
	if got := d.waiting(); got != "" {
		t.Errorf("messages wait in %q", got)
	}
}

func TestCorrectionsForPeople(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 89e6, time.UTC)
	id := strings.Repeat("ab", 32)
	list := []query.Correction{
		{DocumentID: id, Document: "till.pdf", Author: "anna", At: at, What: "class", Original: []string{"invoice"}, Corrected: []string{"receipt"}, Current: true},
		{DocumentID: id, Document: "till.pdf", Author: "ben\x1b[2J", At: at, What: "field", Name: "grand_total", Original: []string{"119.00"}, Corrected: []string{"120.00"}, Note: "page 2"},
		{DocumentID: id, Document: "till.pdf", Author: "anna", At: at, What: "field", Name: "due_date", Current: true},
	}
	d := query.Detail{
		Document: query.Document{ID: id, Name: "till.pdf", Status: query.StatusStored, Class: "receipt", Confidence: 1, Pages: 1, Words: 9,
			OriginalClass: "invoice", CorrectedBy: "anna", CorrectedAt: &at},
		FieldList:   []query.Field{{Name: "grand_total", Value: "120.00", Confidence: 1, Source: "person:anna", CorrectedBy: "anna", Original: []string{"119.00"}}},
		Corrections: list,
		Timeline:    []query.Step{{At: at, Stage: "correction", Topic: event.TopicCorrected, Outcome: "done", Author: "anna", Detail: "class: invoice -> receipt"}},
	}
	var sb strings.Builder
	for _, err := range []error{
		writeCorrections(&sb, list, 110, time.UTC), writeDocuments(&sb, []query.Document{d.Document}, 110, time.UTC), writeDetail(&sb, d, 110, time.UTC),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "corrections.txt", sb.String())
}

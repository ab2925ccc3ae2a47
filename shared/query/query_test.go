package query_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/query"
	"github.com/millrace/millrace/shared/testkit"
)

// id returns a document id that begins with the given digits.
func id(begin string) string { return begin + strings.Repeat("0", 64-len(begin)) }

// filled returns a database with four documents: a stored invoice, a receipt on its way, a failed one, and one that only
// its failure tells of.
func filled(t *testing.T) *postgres.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), testkit.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	fixture := strings.NewReplacer("@invoice", id("abcdef1"), "@receipt", id("abcdef2"), "@broken", id("b00000"), "@ghost", id("c00000")).Replace(`
		insert into millrace.documents (document_id) values ('@invoice'), ('@receipt'), ('@broken'), ('@ghost');
		insert into millrace.arrivals select id, 'a-' || name, 'e-' || name, name, 'inbox', 'application/pdf', 1000, 'sha256:' || id, at
			from (values ('@invoice', 'Invoice 100%_net.pdf', timestamptz '2026-01-03'), ('@invoice', 'copy.pdf', '2026-01-09'),
				('@receipt', 'receipt.pdf', '2026-01-02'), ('@broken', 'broken.pdf', '2026-01-01')) v (id, name, at);
		insert into millrace.parses values ('@invoice', '1', 'p1', '2026-01-03', 'l1', 'complete', 'glyph/1', null, 'en', 2, '{}', 9, 'sha256:@invoice', 1000, 'application/pdf', 90, 'application/x-layout'),
			('@receipt', '1', 'p2', '2026-01-02', 'l2', 'partial', 'glyph/1', null, null, 1, '{1}', 2, 'sha256:@receipt', 1000, 'application/pdf', 90, 'application/x-layout');
		insert into millrace.texts (layout_ref, language, body) values ('l1', 'en', 'pay these invoices, invoices'), ('l2', null, 'thanks for the invoices');
		insert into millrace.classifications values ('@invoice', '1', 'c1', '2026-01-03', 'invoice', 0.75, 'linear/1', '[{"label":"receipt","confidence":0.2}]', 'l1', 90, 'application/x-layout'),
			('@invoice', '0', 'c0', '2026-01-02', 'letter', 0.5, 'linear/0', '[]', 'l1', 90, 'application/x-layout');
		insert into millrace.extractions values ('@invoice', '1', 'x1', '2026-01-03', 'invoice', 0.75, 'invoice/1', 2);
		insert into millrace.fields (document_id, version, ordinal, name, value, type, as_number, raw, page, bbox, confidence, source) values
			('@invoice', '1', 1, 'grand_total', '119.00', 'amount', 119, '119,00 EUR', 2, '{1,2,3,4}', 0.9, 'rule/1'),
			('@invoice', '1', 2, 'currency', 'EUR', 'currency', null, null, null, '{0,0,0,0}', 0.8, 'rule/2');
		insert into millrace.events (event_id, document_id, topic, stage, stage_version, causation_id, started_at, published_at) values
			('r1', '@invoice', 'document.received.v1', 'generator', '1', null, null, now() - interval '20 s'),
			('p1', '@invoice', 'document.parsed.v1', 'parser', '1', 'r1', now() - interval '17 s', now() - interval '15 s');
		insert into millrace.failures values
			('f1', 'm1', 'parser', '2026-01-01', '@broken', 'document.received.v1', 'parser', 'permanent', 'encrypted', 'needs its password', null, 1, '{}'),
			('f2', 'r1', 'parser', now() - interval '18 s', '@invoice', 'document.received.v1', 'parser', 'transient', '', 'hiccup', 'stack', 5, '{}'),
			('f3', 'm3', 'parser', '2026-01-01', '@ghost', 'document.received.v1', 'parser', 'crashed', 'delivery_limit', 'crashed', null, 0, '{}');
		select millrace.refresh(array['@invoice', '@receipt', '@broken', '@ghost']);`)
	if _, err := pool.Exec(t.Context(), fixture); err != nil {
		t.Fatal(err)
	}
	return pool
}

func TestDocumentsFiltersAndOrders(t *testing.T) {
	pool := filled(t)
	tests := []struct {
		name   string
		filter query.Filter
		want   string // first letters of the ids
	}{
		{"all, latest received first", query.Filter{}, "abcdef1 abcdef2 b000000 c000000"},
		{"class", query.Filter{Class: "invoice"}, "abcdef1"},
		{"status", query.Filter{Status: query.StatusFailed}, "b000000 c000000"},
		{"part of a name", query.Filter{Name: "INVOICE"}, "abcdef1"},
		{"special characters are plain", query.Filter{Name: "0%_N"}, "abcdef1"},
		{"percent is not any", query.Filter{Name: "%"}, "abcdef1"},
		{"text, best first", query.Filter{Text: "invoices"}, "abcdef1 abcdef2"},
		{"text and status", query.Filter{Text: "invoices", Status: query.StatusParsed}, "abcdef2"},
		{"since", query.Filter{Since: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, "abcdef1 abcdef2"},
		{"page", query.Filter{Limit: 2, Offset: 1}, "abcdef2 b000000"},
		{"nothing", query.Filter{Class: "'; drop table documents; --\x00"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			documents, err := query.Documents(t.Context(), pool, tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range documents {
				got = append(got, d.ID[:7])
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestGetTellsAllOfADocument(t *testing.T) {
	pool := filled(t)
	d, err := query.Get(t.Context(), pool, "sha256:"+strings.ToUpper(id("abcdef1")[:12]))
	if err != nil {
		t.Fatal(err)
	}
	if d.ID != id("abcdef1") || d.Status != query.StatusStored || d.Name != "Invoice 100%_net.pdf" || d.Text != "pay these invoices, invoices" || d.StoredAt == nil {
		t.Errorf("document %+v", d.Document)
	}
	wantFields := []query.Field{
		{Name: "grand_total", Value: "119.00", Type: "amount", Raw: "119,00 EUR", Page: 2, BBox: [4]float64{1, 2, 3, 4}, Confidence: 0.9, Source: "rule/1"},
		{Name: "currency", Value: "EUR", Type: "currency", Confidence: 0.8, Source: "rule/2"},
	}
	if diff := cmp.Diff(wantFields, d.FieldList); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if len(d.Classifications) != 1 || d.Classifications[0].Class != "invoice" || len(d.Classifications[0].Alternatives) != 1 {
		t.Errorf("classifications %+v", d.Classifications)
	}
	if len(d.ArrivalList) != 2 || d.ArrivalList[1].Name != "copy.pdf" {
		t.Errorf("arrivals %+v", d.ArrivalList)
	}
	if len(d.Versions) != 4 || d.Versions[0].Version != "0" || d.Versions[0].Current {
		t.Errorf("versions %+v", d.Versions)
	}
	if len(d.Failures) != 1 || d.Failures[0].Open || d.Failures[0].Stack != "stack" {
		t.Errorf("failures %+v", d.Failures)
	}
	var steps []string
	for _, s := range d.Timeline {
		line := s.Stage + " " + s.Outcome
		if s.Wait != nil {
			line += fmt.Sprintf(" waited %s ran %s", *s.Wait, *s.Run)
		}
		steps = append(steps, line)
	}
	if diff := cmp.Diff([]string{"generator done", "parser failed", "parser done waited 3s ran 2s"}, steps); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"document_id":"abcdef1`, `"fields":[{"name":"grand_total"`, `"arrivals":[{`} {
		if !strings.Contains(string(encoded), part) {
			t.Errorf("the JSON lacks %s: %s", part, encoded)
		}
	}
}

func TestGetByABadID(t *testing.T) {
	pool := filled(t)
	_, err := query.Get(t.Context(), pool, "abcdef")
	var ambiguous *query.AmbiguousError
	if !errors.As(err, &ambiguous) || len(ambiguous.Candidates) != 2 || !strings.Contains(err.Error(), id("abcdef2")+"  receipt.pdf") {
		t.Errorf("an ambiguous id: %v", err)
	}
	if _, err := query.Get(t.Context(), pool, "ffffff"); !errors.Is(err, query.ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
	for _, bad := range []string{"", "abcde", "invoice.pdf", id("a") + "0", "abc%ef"} {
		if _, err := query.Get(t.Context(), pool, bad); err == nil || !strings.Contains(err.Error(), "not a document id") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCount(t *testing.T) {
	got, err := query.Count(t.Context(), filled(t))
	if err != nil {
		t.Fatal(err)
	}
	want := query.Counts{
		Documents: 4, Arrivals: 4, Stored: 1, Failed: 2, OpenFailures: 2, StoredLastMinute: 1,
		ByStatus: map[string]int64{"stored": 1, "parsed": 1, "failed": 2},
		ByClass:  map[string]int64{"invoice": 1},
		Stages: []query.StageRate{
			{Stage: "generator", Done: 1, PerSecond: 1.0 / 60},
			{Stage: "parser", Done: 1, Failed: 1, PerSecond: 1.0 / 60, RunMS: 2000, WaitMS: 3000},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSelectChoosesByAllConditions(t *testing.T) {
	pool := filled(t)
	tests := []struct {
		name      string
		selection query.Selection
		want      string // first letters of the ids, or part of the error
	}{
		{"all", query.Selection{}, "abcdef1 abcdef2 b000000 c000000"},
		{"a filter", query.Selection{Filter: query.Filter{Status: query.StatusFailed}}, "b000000 c000000"},
		{"a limit", query.Selection{Filter: query.Filter{Limit: 1}}, "abcdef1"},
		{"ids", query.Selection{IDs: []string{"abcdef2", "b00000"}}, "abcdef2 b000000"},
		{"a condition", query.Selection{Where: "pages > 1 or status = 'failed' -- a comment"}, "abcdef1 b000000 c000000"},
		{"all together", query.Selection{Filter: query.Filter{Text: "invoices"}, IDs: []string{"abcdef1", "b00000"}, Where: "pages > 0"}, "abcdef1"},
		{"an ambiguous id", query.Selection{IDs: []string{"abcdef"}}, "several documents begin with abcdef"},
		{"a bad id", query.Selection{IDs: []string{"x"}}, "not a document id"},
		{"an unknown column", query.Selection{Where: "klass = 'x'"}, "klass"},
		{"a condition that writes", query.Selection{Where: "nextval('millrace.dead_letter_history_history_id_seq') > 0"}, "read-only transaction"},
		{"two statements", query.Selection{Where: "true)); delete from millrace.documents; --"}, "syntax error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ids, err := query.Select(t.Context(), pool, tt.selection)
			var got []string
			for _, id := range ids {
				got = append(got, id[:7])
			}
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				return
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
	if got, err := query.Documents(t.Context(), pool, query.Filter{}); err != nil || len(got) != 4 {
		t.Errorf("afterwards there are %d documents (%v)", len(got), err)
	}
	if !(query.Selection{}).Empty() || (query.Selection{Where: "true"}).Empty() {
		t.Error("Empty is wrong")
	}
}

func TestGetLinksAMailWithWhatIsAttached(t *testing.T) {
	pool := filled(t)
	if _, err := pool.Exec(t.Context(), "update millrace.arrivals set parent = $1, source = 'attachment' where name = 'copy.pdf'", id("abcdef2")); err != nil {
		t.Fatal(err)
	}
	attached, err := query.Get(t.Context(), pool, id("abcdef1"))
	if err != nil {
		t.Fatal(err)
	}
	if a := attached.ArrivalList[1]; a.Parent != id("abcdef2") || a.Mail != "receipt.pdf" || attached.ArrivalList[0].Parent != "" {
		t.Errorf("arrivals %+v", attached.ArrivalList)
	}
	mail, err := query.Get(t.Context(), pool, id("abcdef2"))
	if err != nil {
		t.Fatal(err)
	}
	if a := mail.Attachments; len(a) != 1 || a[0].DocumentID != id("abcdef1") || a[0].Name != "copy.pdf" || a[0].Class != "invoice" || a[0].Status != query.StatusStored {
		t.Errorf("attachments %+v", a)
	}
}

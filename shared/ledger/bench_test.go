package ledger_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/broker"
	"github.com/millrace/millrace/shared/ledger"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
	"github.com/millrace/millrace/shared/testkit"
)

// BenchmarkTake draws up the ledger of 100,000 documents: 96 % are stored, 1 % are dead, 2 % wait for the parser and 1 % for the
// extractor. None of those that wait is in a queue, so all of them are missing, which is the most work.
func BenchmarkTake(b *testing.B) {
	const n = 100_000
	s := filled(b, n)
	b.ResetTimer()
	for range b.N {
		l, err := ledger.Take(b.Context(), s, ledger.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if l.Total.Accepted != n || l.Total.Stored != n*96/100 || l.Total.Dead != n/100 || l.Total.Missing != n*3/100 || len(l.Doubled) != 0 {
			b.Fatalf("%+v", l.Total)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/ledger")
}

// filled returns the sources of a system with n documents.
func filled(b *testing.B, n int) ledger.Sources {
	b.Helper()
	pool, err := postgres.Open(b.Context(), testkit.Database(b)+"&synchronous_commit=off")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	dir := filepath.Join(b.TempDir(), "blobs")
	blobs, err := blob.Open("file://" + dir)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		for _, what := range []string{"content", "layout"} {
			if what == "layout" && i%100 < 3 {
				continue // nobody has read it
			}
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", what, i))
			name := hex.EncodeToString(sum[:])
			if err := os.MkdirAll(filepath.Join(dir, name[:2]), 0o750); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name[:2], name), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	br, err := broker.Open(broker.Config{URL: testkit.Vhost(b), Prefix: testkit.Prefix(b)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = br.Close() })
	groups := pipeline.Groups([]time.Duration{time.Second, 10 * time.Second, time.Minute, 10 * time.Minute}, 20)
	if err := br.Declare(b.Context(), groups, pipeline.Topics()); err != nil {
		b.Fatal(err)
	}
	for _, sql := range []string{
		`create temp table d as select i, encode(sha256(convert_to('content ' || i, 'UTF8')), 'hex') as id,
			'sha256:' || encode(sha256(convert_to('layout ' || i, 'UTF8')), 'hex') as layout,
			case when i % 100 = 0 then 0 when i % 100 in (1, 2) then 1 when i % 100 = 3 then 3 else 4 end as results,
			now() - interval '1 hour' as at from generate_series(0, ` + fmt.Sprint(n-1) + `) i`,
		`insert into millrace.documents (document_id) select id from d`,
		`insert into millrace.arrivals select id, 'r' || i, 'r' || i, 'file ' || i, 'inbox', 'application/pdf', 0, 'sha256:' || id, at from d`,
		`insert into millrace.parses (document_id, version, event_id, produced_at, layout_ref, layout_size, layout_type, content_ref, content_size, content_type,
			outcome, engine, pages, failed_pages, words)
			select id, '1', 'p' || i, at, layout, 1, 'application/x-layout', 'sha256:' || id, 1, 'application/pdf', 'complete', 'glyph/1', 1, '{}', 1 from d where results > 1`,
		`insert into millrace.classifications (document_id, version, event_id, produced_at, class, confidence, model, alternatives, layout_ref, layout_size, layout_type)
			select id, '1', 'c' || i, at, 'invoice', 0.9, 'linear/1', '[]', layout, 1, 'application/x-layout' from d where results > 2`,
		`insert into millrace.extractions (document_id, version, event_id, produced_at, class, confidence, template, fields)
			select id, '1', 'x' || i, at, 'invoice', 0.9, 'invoice/1', 0 from d where results > 3`,
		`insert into millrace.events (event_id, document_id, topic, stage, stage_version, correlation_id, causation_id, started_at, published_at, stored_at)
			select l.letter || i, id, 'document.' || l.topic || '.v1', l.stage, '1', 'r' || i, case when l.cause <> '' then l.cause || i end, at, at, at
			from d, (values ('r', 'received', 'generator', '', 0), ('p', 'parsed', 'parser', 'r', 1), ('c', 'classified', 'classifier', 'p', 2),
				('x', 'extracted', 'extractor', 'c', 3)) l (letter, topic, stage, cause, needs) where l.needs = 0 or results > l.needs`,
		`insert into millrace.failures (failure_id, message_id, consumer_group, failed_at, document_id, topic, stage, class, kind, message, attempts, metadata)
			select 'f' || i, 'r' || i, 'parser', at, id, 'document.received.v1', 'parser', 'permanent', 'encrypted', '', 1, '{}' from d where results = 0`,
		`insert into millrace.dead_letters (dead_letter_id, message_id, document_id, topic, consumer_group, queue, stage, class, kind, message, fingerprint, pattern,
			attempts, attempt_log, first_died_at, died_at, metadata, body)
			select 'l' || i, 'r' || i, id, 'document.received.v1', 'parser', '', 'parser', 'permanent', 'encrypted', '', '', '', 1, '[]', at, at, '{}', '' from d where results = 0`,
		// The sink calls refresh document by document; this is the same in one go.
		`update millrace.documents d set status = case t.results when 0 then 'failed' when 1 then 'received' when 3 then 'classified' else 'stored' end,
			name = 'file ' || i, arrivals = 1, received_at = at, parse_version = case when results > 1 then '1' end, layout_ref = case when results > 1 then layout end,
			classification_version = case when results > 2 then '1' end, extraction_version = case when results > 3 then '1' end
			from d t where t.id = d.document_id`,
		`analyze`,
	} {
		if _, err := pool.Exec(b.Context(), sql); err != nil {
			b.Fatalf("%s: %v", sql, err)
		}
	}
	return ledger.Sources{Broker: br, Groups: groups, Postgres: pool, Blobs: blobs}
}

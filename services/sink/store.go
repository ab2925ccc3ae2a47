package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/fault"
	"github.com/millrace/millrace/shared/postgres"
)

// openPool returns a pool whose sessions find rows by their keys only. Postgres plans each statement once per session, which may be
// while the tables are empty: it would go on reading whole tables, however much they grow, until it has analyzed them.
func openPool(ctx context.Context, url string) (*postgres.Pool, error) {
	return postgres.Open(ctx, url, "enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off", "plan_cache_mode=force_generic_plan")
}

// store writes rows. It is the only writer of results, and safe for concurrent use.
type store struct {
	pool  *postgres.Pool
	group *group
}

func newStore(pool *postgres.Pool) *store {
	s := &store{pool: pool}
	s.group = newGroup(transactionsAtOnce, s.write)
	return s
}

// put stores the rows of several inputs and returns one error per input. They share a transaction with what others store
// at the same time.
func (s *store) put(ctx context.Context, units []rows) []error { return s.group.put(ctx, units) }

// write stores the rows of several inputs in one transaction and returns one error per input.
func (s *store) write(ctx context.Context, units []rows) []error {
	return postgres.Split(units, func(units []rows) error { return s.transact(ctx, units) })
}

// transact stores rows in one transaction. Writing the same rows again changes nothing. A panic is a Permanent error too, so
// that what causes it is found like what Postgres refuses.
//
// Every transaction first locks its documents, in the order of their ids: two that share a document follow each other, so
// that the summary sees all results, and no two wait for one another. Documents that are only mentioned may not be here to
// be locked: one that mentions some runs alone among those that may make them.
func (s *store) transact(ctx context.Context, units []rows) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fault.New(fault.ClassPermanent, "panic", "encode rows: panic: %v\n%s", cause, debug.Stack())
		}
	}()
	statements, err := queueAll(merge(units))
	if err != nil {
		return fault.New(fault.ClassPermanent, "bad_data", "encode rows: %w", err)
	}
	if err := s.pool.Batch(ctx, statements); err != nil {
		return fmt.Errorf("store in Postgres: %w", err)
	}
	return nil
}

// knownTexts returns which of the layouts have their text stored.
func (s *store) knownTexts(ctx context.Context, refs []string) (map[string]bool, error) {
	known := make(map[string]bool)
	found, err := s.pool.Query(ctx, "select layout_ref from millrace.texts where layout_ref = any($1)", refs)
	if err == nil {
		var list []string
		list, err = pgx.CollectRows(found, pgx.RowTo[string])
		for _, ref := range list {
			known[ref] = true
		}
	}
	if err != nil {
		return nil, postgres.Fault(fmt.Errorf("look up stored texts: %w", err))
	}
	return known, nil
}

const (
	// Taken before any row, so that who waits for it keeps nobody waiting.
	sqlShared = `select pg_advisory_xact_lock_shared(hashtextextended('millrace.documents', 0))`
	sqlAlone  = `select pg_advisory_xact_lock(hashtextextended('millrace.documents', 0))`

	sqlDocuments = `insert into millrace.documents (document_id)
		select id from unnest($1::text[]) id order by id on conflict do nothing`

	sqlLock = `select from millrace.documents where document_id = any($1) order by document_id for no key update`

	sqlEvents = `insert into millrace.events
			(event_id, document_id, topic, stage, stage_version, correlation_id, causation_id, started_at, published_at)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
			$8::timestamptz[], $9::timestamptz[]) new (event_id)
		order by event_id
		on conflict do nothing`

	sqlArrivals = `insert into millrace.arrivals
			(document_id, arrival_id, event_id, name, source, media_type, size, content_ref, arrived_at, parent)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
			$9::timestamptz[], $10::text[])
		on conflict do nothing`

	sqlTexts = `insert into millrace.texts (layout_ref, language, body)
		select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing`

	sqlParses = `insert into millrace.parses as old
			(document_id, version, event_id, produced_at, layout_ref, outcome, engine, engine_reason, language, pages, words, content_ref,
			content_size, content_type, layout_size, layout_type, failed_pages)
		select document_id, version, event_id, produced_at, layout_ref, outcome, engine, engine_reason, language, pages, words, content_ref,
			content_size, content_type, layout_size, layout_type, failed_pages::bigint[]
		from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::bigint[], $11::bigint[], $12::text[], $13::bigint[], $14::text[], $15::bigint[], $16::text[], $17::text[])
			new (document_id, version, event_id, produced_at, layout_ref, outcome, engine, engine_reason, language, pages, words, content_ref,
			content_size, content_type, layout_size, layout_type, failed_pages)
		on conflict (document_id, version) do update set
			event_id = excluded.event_id, produced_at = excluded.produced_at, layout_ref = excluded.layout_ref,
			outcome = excluded.outcome, engine = excluded.engine, engine_reason = excluded.engine_reason,
			language = excluded.language, pages = excluded.pages, failed_pages = excluded.failed_pages, words = excluded.words,
			content_ref = excluded.content_ref, content_size = excluded.content_size, content_type = excluded.content_type,
			layout_size = excluded.layout_size, layout_type = excluded.layout_type
		where (excluded.produced_at, excluded.event_id) > (old.produced_at, old.event_id)`

	sqlClassifications = `insert into millrace.classifications as old
			(document_id, version, event_id, produced_at, class, confidence, model, layout_ref, layout_size, layout_type, alternatives)
		select document_id, version, event_id, produced_at, class, confidence, model, layout_ref, layout_size, layout_type, alternatives::jsonb
		from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::double precision[], $7::text[], $8::text[],
			$9::bigint[], $10::text[], $11::text[])
			new (document_id, version, event_id, produced_at, class, confidence, model, layout_ref, layout_size, layout_type, alternatives)
		on conflict (document_id, version) do update set
			event_id = excluded.event_id, produced_at = excluded.produced_at, class = excluded.class,
			confidence = excluded.confidence, model = excluded.model, alternatives = excluded.alternatives,
			layout_ref = excluded.layout_ref, layout_size = excluded.layout_size, layout_type = excluded.layout_type
		where (excluded.produced_at, excluded.event_id) > (old.produced_at, old.event_id)`

	sqlExtractions = `insert into millrace.extractions as old
			(document_id, version, event_id, produced_at, class, confidence, template, fields, omitted_items)
		select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::double precision[], $7::text[],
			$8::bigint[], $9::bigint[])
		on conflict (document_id, version) do update set
			event_id = excluded.event_id, produced_at = excluded.produced_at, class = excluded.class,
			confidence = excluded.confidence, template = excluded.template, fields = excluded.fields,
			omitted_items = excluded.omitted_items
		where (excluded.produced_at, excluded.event_id) > (old.produced_at, old.event_id)`

	sqlFields = `insert into millrace.fields
			(document_id, version, ordinal, name, value, type, as_number, as_date, raw, page, confidence, source, bbox)
		select document_id, version, ordinal, name, value, type, as_number::numeric, as_date::date, raw, page, new.confidence, source,
			($14::double precision[])[4*n-3:4*n]
		from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
			$10::text[], $11::bigint[], $12::double precision[], $13::text[]) with ordinality
			new (document_id, version, event_id, ordinal, name, value, type, as_number, as_date, raw, page, confidence, source, n)
		join millrace.extractions x using (document_id, version, event_id)`

	sqlFailures = `insert into millrace.failures
			(failure_id, message_id, consumer_group, failed_at, document_id, topic, stage, class, kind, message, stack, attempts, metadata)
		select failure_id, message_id, consumer_group, new.failed_at, d.document_id, topic, stage, new.class, kind, message, stack, attempts, metadata
		from json_populate_recordset(null::millrace.failures, $1) new left join millrace.documents d using (document_id)
		on conflict do nothing`

	sqlRefresh = `select millrace.refresh($1)`
)

// queueAll returns what stores r, in an order that satisfies the foreign keys.
func queueAll(r rows) ([]postgres.Statement, error) {
	b := &batch{}
	touched := r.documents
	if len(r.mentioned) > 0 {
		b.add(sqlAlone)
		touched = append(slices.Clone(r.documents), r.mentioned...)
	} else if len(r.documents) > 0 {
		b.add(sqlShared)
	}
	if len(r.documents) > 0 {
		b.add(sqlDocuments, r.documents)
	}
	if len(touched) > 0 {
		b.add(sqlLock, touched)
	}
	insert(b, r.events, sqlEvents)
	insert(b, r.arrivals, sqlArrivals)
	insert(b, r.texts, sqlTexts)
	insert(b, r.parses, sqlParses)
	insert(b, r.classifications, sqlClassifications)
	insert(b, r.extractions, sqlExtractions)
	var fields []fieldRow
	var items []itemRow
	var checks []checkRow
	var keys []keyRow
	for _, x := range r.extractions {
		fields, items, checks = append(fields, x.values...), append(items, x.items...), append(checks, x.checks...)
		keys = append(keys, keyRow{x.DocumentID, x.Version, x.EventID})
	}
	insert(b, keys, sqlDrop("fields"), sqlDrop("items"), sqlDrop("checks"))
	insert(b, fields, sqlFields)
	insert(b, items, sqlItems)
	insert(b, checks, sqlChecks)
	queue(b, r.failures, sqlFailures)
	queue(b, r.corrections, sqlCorrections)
	queue(b, r.trialFailures, sqlTrialFailures)
	queue(b, r.trials, sqlTrials)
	if len(touched) > 0 {
		b.add(sqlRefresh, touched)
	}
	return b.statements, b.err
}

// batch is a list of statements that remembers the first error of encoding.
type batch struct {
	statements []postgres.Statement
	err        error
}

func (b *batch) add(sql string, arguments ...any) {
	b.statements = append(b.statements, postgres.Statement{SQL: sql, Arguments: arguments})
}

// insert adds statements that each take all rows as arrays.
func insert[R any](b *batch, in []R, statements ...string) {
	if len(in) == 0 {
		return
	}
	columns := arrays(in)
	for _, sql := range statements {
		b.add(sql, columns...)
	}
}

// queue adds statements that each take all rows as their one parameter.
func queue[R any](b *batch, in []R, statements ...string) {
	if len(in) == 0 || b.err != nil {
		return
	}
	encoded, err := encode(in)
	if err != nil {
		b.err = err
		return
	}
	for _, sql := range statements {
		b.add(sql, encoded)
	}
}

// sqlDrop empties a table of the rows of extractions that stand now, for the rows that replace them.
func sqlDrop(table string) string {
	return `delete from millrace.` + table + ` t
		using unnest($1::text[], $2::text[], $3::text[]) new (document_id, version, event_id)
		join millrace.extractions x using (document_id, version, event_id)
		where t.document_id = x.document_id and t.version = x.version`
}

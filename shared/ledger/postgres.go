package ledger

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/millrace/millrace/shared/blob"
	"github.com/millrace/millrace/shared/pipeline"
	"github.com/millrace/millrace/shared/postgres"
)

// stored is what one snapshot of the database says.
type stored struct {
	at          time.Time
	complete    int64
	known       map[digest]mark // documents and layouts, by the SHA-256 that is their name in the blob store
	states      []State
	unfiled     int64
	deadUnnamed int64
	doubled     []Doubled
}

// digest is the SHA-256 under which the blob store keeps something.
type digest [32]byte

// mark says what Postgres knows of a blob.
type mark uint8

const (
	isDocument mark = 1 << iota
	isComplete
	isLayout
	isCurrent // layout of a current result: its loss matters
	isThere   // in the blob store
)

func digestOf(ref string) (d digest, ok bool) {
	text := blob.Ref(ref).Hex()
	if len(text) != hex.EncodedLen(len(d)) {
		return d, false
	}
	_, err := hex.Decode(d[:], []byte(text))
	return d, err == nil
}

func (d digest) ref() blob.Ref { return blob.Ref("sha256:" + d.hex()) }
func (d digest) hex() string   { return hex.EncodeToString(d[:]) }

// readPostgres reads everything in one snapshot. What is doubled stays so: it is looked for on request.
func readPostgres(ctx context.Context, pool *postgres.Pool, doubled bool) (stored, error) {
	var s stored
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, pool, options, func(tx pgx.Tx) error {
		s = stored{known: map[digest]mark{}}
		if _, err := tx.Exec(ctx, sqlMemory); err != nil {
			return err
		}
		reads := []func(context.Context, pgx.Tx) error{s.readDocuments, s.readLayouts, s.readStates, s.readDeaths}
		if doubled {
			reads = append(reads, s.readDoubled)
		}
		for _, read := range reads {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, sqlCounts).Scan(&s.at, &s.unfiled, &s.deadUnnamed)
	})
	if err != nil {
		return s, postgres.Fault(fmt.Errorf("read the ledger's part of Postgres: %w", err))
	}
	return s, nil
}

func (s *stored) readDocuments(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select document_id, status = 'stored' from millrace.documents`)
	if err != nil {
		return err
	}
	var id string
	var complete bool
	_, err = pgx.ForEachRow(rows, []any{&id, &complete}, func() error {
		if d, ok := digestOf(id); ok {
			s.known[d] |= isDocument
			if complete {
				s.known[d] |= isComplete
			}
		}
		if complete {
			s.complete++
		}
		return nil
	})
	return err
}

func (s *stored) readLayouts(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select r.layout_ref, d.parse_version = r.version
		from millrace.parses r join millrace.documents d using (document_id)`)
	if err != nil {
		return err
	}
	var ref string
	var current bool
	_, err = pgx.ForEachRow(rows, []any{&ref, &current}, func() error {
		if d, ok := digestOf(ref); ok {
			s.known[d] |= isLayout
			if current {
				s.known[d] |= isCurrent
			}
		}
		return nil
	})
	return err
}

// sqlStates gives the documents that lack a result, with the furthest of their events: that of the latest topic.
const sqlStates = `
	select d.document_id, coalesce(d.name, '') as name, d.arrivals > 0 as received, d.parse_version is not null as parsed,
	       d.classification_version is not null as classified, d.extraction_version is not null as extracted,
	       e.seen, coalesce(e.topic, '') as topic, coalesce(e.stage, '') as stage, e.published_at
	from millrace.documents d
	left join lateral (
		select max(r.stored_at) over () as seen, r.topic, r.stage, r.published_at from millrace.events r
		where r.document_id = d.document_id order by r.published_at desc, r.event_id limit 1) e on true
	where d.status <> 'stored'`

func (s *stored) readStates(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, sqlStates)
	if err != nil {
		return err
	}
	var (
		one           State
		seen, at      *time.Time
		topic, name   string
		has           = &one.Has
		intoVariables = []any{&one.ID, &one.Name, &has[0], &has[1], &has[2], &has[3], &seen, &topic, &name, &at}
	)
	_, err = pgx.ForEachRow(rows, intoVariables, func() error {
		next := one
		next.Last = Seen{Topic: topic, Stage: name}
		if seen != nil {
			next.Seen, next.Last.At = *seen, *at
		}
		s.states = append(s.states, next)
		return nil
	})
	return err
}

// sqlDeaths gives what explains why a result is missing: failures that no success has closed, unless a replay has dealt
// with their message since; and dead letters that the sink has not heard of yet. A message is told by its id and the
// group that gave up on it.
const sqlDeaths = `
	with letters as (
		select message_id, consumer_group, document_id, stage, topic, kind, state, greatest(died_at, closed_at) as seen
		from millrace.dead_letters where document_id is not null and shadow is null),
	wanting as (select document_id from millrace.documents where status <> 'stored')
	select f.document_id, f.stage, f.topic, f.kind, coalesce(l.state = 'discarded', false) as discarded,
	       coalesce(l.state = 'resolved', false) as resolved, l.state is null as unfiled, greatest(f.failed_at, l.seen) as seen
	from wanting join millrace.open_failures f using (document_id)
	left join lateral (
		select l.state, l.seen from letters l where l.message_id = f.message_id and l.consumer_group = f.consumer_group
		order by l.state = 'resolved', l.state = 'discarded' limit 1) l on true
	where not f.metadata ? 'shadow'
	union all
	select l.document_id, l.stage, l.topic, l.kind, l.state = 'discarded', l.state = 'resolved', false, l.seen
	from letters l left join millrace.documents d using (document_id)
	where d.status is distinct from 'stored'
	  and not exists (select from millrace.failures f where f.message_id = l.message_id and f.consumer_group = l.consumer_group)`

func (s *stored) readDeaths(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, sqlDeaths)
	if err != nil {
		return err
	}
	byID := make(map[string]int, len(s.states))
	for i := range s.states {
		byID[s.states[i].ID] = i
	}
	var (
		id       string
		d        Death
		resolved bool
		seen     time.Time
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Stage, &d.Topic, &d.Kind, &d.Discarded, &resolved, &d.Unfiled, &seen}, func() error {
		i, ok := byID[id]
		if !ok { // only a dead letter names it: the sink is behind
			i = len(s.states)
			byID[id] = i
			s.states = append(s.states, State{ID: id})
			if d, ok := digestOf(id); ok {
				s.known[d] |= isDocument
			}
		}
		state := &s.states[i]
		if seen.After(state.Seen) {
			state.Seen = seen
		}
		if !resolved {
			state.Deaths = append(state.Deaths, d)
		}
		return nil
	})
	return err
}

// sqlMemory lets this one transaction sort and hash in memory: with the default of 4 MB it goes by way of the disk.
const sqlMemory = `set local work_mem = '256MB'`

const sqlCounts = `
	select clock_timestamp(),
	       (select count(*) from millrace.failures f where not exists (
	           select from millrace.dead_letters l where l.message_id = f.message_id and l.consumer_group = f.consumer_group)),
	       (select count(*) from millrace.dead_letters where document_id is null and shadow is null and state in ('open', 'replaying'))
	       + (select count(*) from millrace.failures f where document_id is null and not f.metadata ? 'shadow' and not exists (
	           select from millrace.dead_letters l where l.message_id = f.message_id and l.consumer_group = f.consumer_group))`

// mostDoubled bounds what is named of each kind.
const mostDoubled = 1000

// sqlDoubled gives what is there more often than once. A stage answers an event once per version (the parser announces what is attached
// to a mail besides); every received event has an arrival of its own; an arrival is of one document. That a document has one result per
// stage and version is a key.
const sqlDoubled = `
	(select 'event' as what, min(document_id) as document_id, stage, count(*) as times,
	        'answers on ' || topic || ' to event ' || causation_id as text
	 from millrace.events where causation_id is not null and topic <> $2
	 group by causation_id, topic, stage, stage_version having count(*) > 1 limit $1)
	union all
	(select 'arrival', e.document_id, e.stage, count(*) + 1, 'events of arrivals that have one already'
	 from millrace.events e
	 where e.topic = $2 and not exists (select from millrace.arrivals a where a.document_id = e.document_id and a.event_id = e.event_id)
	 group by e.document_id, e.stage limit $1)
	union all
	(select 'arrival', min(document_id), $3, count(*), 'documents that share arrival ' || arrival_id
	 from millrace.arrivals group by arrival_id having count(*) > 1 limit $1)`

func (s *stored) readDoubled(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, sqlDoubled, mostDoubled, chain()[0].topic, pipeline.Generator)
	if err != nil {
		return err
	}
	s.doubled, err = pgx.CollectRows(rows, pgx.RowToStructByName[Doubled])
	return err
}

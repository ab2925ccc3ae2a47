-- What people query: views in schema public with plain names. They show the current version of every result; versions and
-- field_history show the others too.

-- +goose Up
-- A failure is closed when its message succeeded after all (the stage's answer to it was stored, or, for the sink, the
-- message itself), or when the document has that stage's result by another way (a second arrival, another version).
create view millrace.open_failures as
select f.*
from millrace.failures f
where not exists (select from millrace.events e where e.causation_id = f.message_id and e.stage = f.stage)
  and not (f.stage = 'sink' and exists (select from millrace.events e where e.event_id = f.message_id))
  and not (f.stage = 'parser' and exists (select from millrace.parses r where r.document_id = f.document_id))
  and not (f.stage = 'classifier' and exists (select from millrace.classifications r where r.document_id = f.document_id))
  and not (f.stage = 'extractor' and exists (select from millrace.extractions r where r.document_id = f.document_id));

comment on view millrace.open_failures is 'Failures that no later success has closed.';
comment on column millrace.open_failures.failure_id is 'Id of the failure.';
comment on column millrace.open_failures.message_id is 'Id of the message.';
comment on column millrace.open_failures.consumer_group is 'Consumer group that gave up.';
comment on column millrace.open_failures.failed_at is 'When it was dead-lettered.';
comment on column millrace.open_failures.document_id is 'The document; null where the message names none.';
comment on column millrace.open_failures.topic is 'Topic of the message.';
comment on column millrace.open_failures.stage is 'Stage that gave up.';
comment on column millrace.open_failures.class is 'permanent, transient, crashed (each delivery ended in a crash) or unknown.';
comment on column millrace.open_failures.kind is 'Machine-readable reason; empty when there is none.';
comment on column millrace.open_failures.message is 'The error''s text.';
comment on column millrace.open_failures.stack is 'Stack of a panic.';
comment on column millrace.open_failures.attempts is 'Attempts that were made.';
comment on column millrace.open_failures.metadata is 'The message''s metadata.';

-- Only the stages that a document must pass make it failed; an enricher's failure does not.
-- The caller holds the rows' locks, so that two transactions cannot each miss what the other adds.
-- PL/pgSQL keeps the plan for the session, where a function in SQL makes it anew at every call; for a few documents the
-- planning took longer than the rest. Every look-up is by key; the settings see to it that a plan made while the tables are
-- small still is when they have grown.
-- +goose StatementBegin
create function millrace.refresh(ids text[]) returns void
language plpgsql
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
update millrace.documents d set
    status = case
        when a.document_id is not null and p.document_id is not null and c.document_id is not null
             and x.document_id is not null then 'stored'
        when f.failure_id is not null then 'failed'
        when c.document_id is not null or x.document_id is not null then 'classified'
        when p.document_id is not null then 'parsed'
        else 'received' end,
    stored_at = case
        when a.document_id is not null and p.document_id is not null and c.document_id is not null
             and x.document_id is not null then coalesce(d.stored_at, now()) end,
    name = a.name, source = a.source, media_type = a.media_type, size = a.size, received_at = a.arrived_at, arrivals = n.arrivals,
    parse_version = p.version, layout_ref = p.layout_ref, outcome = p.outcome, engine = p.engine, language = p.language,
    pages = p.pages, words = p.words,
    classification_version = c.version, class = coalesce(c.class, x.class), confidence = coalesce(c.confidence, x.confidence),
    extraction_version = x.version, fields = x.fields,
    failed_stage = f.stage, failure_class = f.class, failure_kind = f.kind, failure = f.message, failed_at = f.failed_at
from unnest(ids) i (id)
left join lateral (
    select * from millrace.arrivals r where r.document_id = i.id order by r.arrived_at, r.arrival_id limit 1) a on true
left join lateral (
    select count(*) as arrivals from millrace.arrivals r where r.document_id = i.id) n on true
left join lateral (
    select * from millrace.parses r where r.document_id = i.id order by r.produced_at desc, r.event_id desc limit 1) p on true
left join lateral (
    select * from millrace.classifications r where r.document_id = i.id order by r.produced_at desc, r.event_id desc limit 1) c on true
left join lateral (
    select * from millrace.extractions r where r.document_id = i.id order by r.produced_at desc, r.event_id desc limit 1) x on true
left join lateral (
    select * from millrace.open_failures r
    where r.document_id = i.id and r.stage in ('parser', 'classifier', 'extractor', 'sink')
    order by r.failed_at desc, r.failure_id desc limit 1) f on true
where d.document_id = i.id;
end
$$;
-- +goose StatementEnd
comment on function millrace.refresh(text[]) is 'Brings the summary in millrace.documents up to date for these ids; the caller has locked their rows.';

create view public.documents as
select document_id, name, source, status, class, confidence, pages, language, words, size, media_type, outcome, fields,
       arrivals, received_at, stored_at, failed_stage, failure_class, failure_kind, failure, failed_at
from millrace.documents;

comment on view public.documents is 'One row per document: what it is, how far it got, and why it failed if it did.';
comment on column public.documents.document_id is 'SHA-256 of the content, hexadecimal; the same content is the same document.';
comment on column public.documents.name is 'File name of its first arrival.';
comment on column public.documents.source is 'How it first came: inbox, http or synthetic.';
comment on column public.documents.status is 'received, parsed, classified, stored (all results are here) or failed (given up on, and not stored).';
comment on column public.documents.class is 'Document type such as invoice; unknown where none is likely enough.';
comment on column public.documents.confidence is 'Calibrated probability of the class, 0 to 1.';
comment on column public.documents.pages is 'Number of pages.';
comment on column public.documents.language is 'ISO 639-1 code; null when unknown.';
comment on column public.documents.words is 'Number of words.';
comment on column public.documents.size is 'Size of the content in bytes.';
comment on column public.documents.media_type is 'Media type of the content.';
comment on column public.documents.outcome is 'complete, or partial when some pages could not be read.';
comment on column public.documents.fields is 'Number of fields that were read.';
comment on column public.documents.arrivals is 'How many times this content arrived.';
comment on column public.documents.received_at is 'When it first arrived.';
comment on column public.documents.stored_at is 'When the last of its results was first stored.';
comment on column public.documents.failed_stage is 'Stage that gave up on it; null when no failure is open.';
comment on column public.documents.failure_class is 'permanent, transient, crashed (each delivery ended in a crash) or unknown.';
comment on column public.documents.failure_kind is 'Machine-readable reason of the open failure, such as encrypted.';
comment on column public.documents.failure is 'Message of the open failure.';
comment on column public.documents.failed_at is 'When the open failure was dead-lettered.';

create view public.arrivals as
select document_id, arrival_id, name, source, size, media_type, arrived_at from millrace.arrivals;

comment on view public.arrivals is 'Each time that a document reached Millrace.';
comment on column public.arrivals.document_id is 'The document.';
comment on column public.arrivals.arrival_id is 'Id of this arrival.';
comment on column public.arrivals.name is 'File name as given.';
comment on column public.arrivals.source is 'How it came: inbox, http or synthetic.';
comment on column public.arrivals.size is 'Size of the content in bytes.';
comment on column public.arrivals.media_type is 'Media type of the content.';
comment on column public.arrivals.arrived_at is 'When it arrived.';

create view public.texts as
select d.document_id, d.name, d.class, d.language, t.body as text
from millrace.documents d join millrace.texts t using (layout_ref);

comment on view public.texts is 'The text of each document. To search it use the function search.';
comment on column public.texts.document_id is 'The document.';
comment on column public.texts.name is 'File name of its first arrival.';
comment on column public.texts.class is 'Document type.';
comment on column public.texts.language is 'ISO 639-1 code; null when unknown.';
comment on column public.texts.text is 'The text: pages parted by form feeds, blocks by empty lines.';

create view public.classifications as
select r.document_id, r.class, r.confidence, r.alternatives, r.model, r.version, r.produced_at
from millrace.classifications r
join millrace.documents d on d.document_id = r.document_id and d.classification_version = r.version;

comment on view public.classifications is 'The current classification of each document, with its alternatives.';
comment on column public.classifications.document_id is 'The document.';
comment on column public.classifications.class is 'Document type; unknown where none is likely enough.';
comment on column public.classifications.confidence is 'Calibrated probability of the class, 0 to 1.';
comment on column public.classifications.alternatives is 'The next likely types, most likely first: [{"label", "confidence"}].';
comment on column public.classifications.model is 'Name and version of the model.';
comment on column public.classifications.version is 'Version of the stage.';
comment on column public.classifications.produced_at is 'When it was classified.';

create view public.fields as
select r.document_id, d.name as document, d.class, r.name, r.value, r.type, r.as_number, r.as_date, r.raw, r.page, r.bbox,
       r.confidence, r.source, r.ordinal
from millrace.fields r
join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version;

comment on view public.fields is 'The values read from each document, with their evidence.';
comment on column public.fields.document_id is 'The document.';
comment on column public.fields.document is 'File name of its first arrival.';
comment on column public.fields.class is 'Document type.';
comment on column public.fields.name is 'Name of the field, such as grand_total.';
comment on column public.fields.value is 'Normalised value: dates as YYYY-MM-DD, amounts as decimals with a point.';
comment on column public.fields.type is 'text, date, amount, currency, number, identifier or party.';
comment on column public.fields.as_number is 'The value of an amount or a number, for arithmetic; else null.';
comment on column public.fields.as_date is 'The value of a date, for arithmetic; else null.';
comment on column public.fields.raw is 'The text as it stands in the document.';
comment on column public.fields.page is 'Page of the evidence, from 1; null where the value has no place on a page.';
comment on column public.fields.bbox is 'Box of the evidence [x0, y0, x1, y1] in PDF points, origin top left.';
comment on column public.fields.confidence is 'Confidence in the value, 0 to 1.';
comment on column public.fields.source is 'The rule, template or model (with version) that read it.';
comment on column public.fields.ordinal is 'Place in the extraction, from 1.';

create view public.field_history as
select r.document_id, r.version, d.extraction_version = r.version as current, x.produced_at, r.name, r.value, r.type,
       r.confidence, r.source, r.ordinal
from millrace.fields r
join millrace.extractions x using (document_id, version)
join millrace.documents d using (document_id);

comment on view public.field_history is 'The values read from each document by every version of the extractor.';
comment on column public.field_history.document_id is 'The document.';
comment on column public.field_history.version is 'Version of the extractor.';
comment on column public.field_history.current is 'Whether the view fields shows this version.';
comment on column public.field_history.produced_at is 'When it was extracted.';
comment on column public.field_history.name is 'Name of the field.';
comment on column public.field_history.value is 'Normalised value.';
comment on column public.field_history.type is 'text, date, amount, currency, number, identifier or party.';
comment on column public.field_history.confidence is 'Confidence in the value, 0 to 1.';
comment on column public.field_history.source is 'The rule, template or model (with version) that read it.';
comment on column public.field_history.ordinal is 'Place in the extraction, from 1.';

create view public.versions as
select r.document_id, 'parser' as stage, r.version, d.parse_version = r.version as current, r.produced_at, r.engine as result
from millrace.parses r join millrace.documents d using (document_id)
union all
select r.document_id, 'classifier', r.version, d.classification_version = r.version, r.produced_at, r.class
from millrace.classifications r join millrace.documents d using (document_id)
union all
select r.document_id, 'extractor', r.version, d.extraction_version = r.version, r.produced_at, r.template
from millrace.extractions r join millrace.documents d using (document_id);

comment on view public.versions is 'Which versions of which stages have results for a document.';
comment on column public.versions.document_id is 'The document.';
comment on column public.versions.stage is 'parser, classifier or extractor.';
comment on column public.versions.version is 'Version of the stage.';
comment on column public.versions.current is 'Whether the other views show this version.';
comment on column public.versions.produced_at is 'When the result was made.';
comment on column public.versions.result is 'The engine, the class or the template.';

create view public.failures as
select f.document_id, d.name as document, f.stage, f.class, f.kind, f.message, f.attempts, f.failed_at as at, f.topic,
       f.consumer_group, f.message_id, o.failure_id is not null as open, f.stack
from millrace.failures f
left join millrace.open_failures o using (failure_id)
left join millrace.documents d on d.document_id = f.document_id;

comment on view public.failures is 'Each time that a consumer group gave up on a message.';
comment on column public.failures.document_id is 'The document; null where the message names none.';
comment on column public.failures.document is 'File name of its first arrival.';
comment on column public.failures.stage is 'Stage that gave up.';
comment on column public.failures.class is 'permanent, transient, crashed (each delivery ended in a crash) or unknown.';
comment on column public.failures.kind is 'Machine-readable reason, such as encrypted; empty when there is none.';
comment on column public.failures.message is 'The error''s text.';
comment on column public.failures.attempts is 'Attempts that were made.';
comment on column public.failures.at is 'When it was dead-lettered.';
comment on column public.failures.topic is 'Topic of the message.';
comment on column public.failures.consumer_group is 'Consumer group that gave up.';
comment on column public.failures.message_id is 'Id of the message.';
comment on column public.failures.open is 'False once a later success has closed it.';
comment on column public.failures.stack is 'Stack of a panic.';

create view public.timeline as
select e.document_id, e.published_at as at, e.stage, e.topic, 'done' as outcome, null::bigint as attempts,
       e.started_at as started, e.started_at - c.published_at as wait, e.published_at - e.started_at as run,
       e.stored_at as stored, e.stage_version as version, e.event_id, e.causation_id, e.correlation_id
from millrace.events e
left join millrace.events c on c.event_id = e.causation_id
union all
select f.document_id, f.failed_at, f.stage, f.topic, 'failed', f.attempts, null, null, null, null, null, f.message_id, null, null
from millrace.failures f
where f.document_id is not null;

comment on view public.timeline is 'What happened to each document and when: every event, and every failure.';
comment on column public.timeline.document_id is 'The document.';
comment on column public.timeline.at is 'When the event was published or the message was given up.';
comment on column public.timeline.stage is 'Stage that did it.';
comment on column public.timeline.topic is 'Topic of the event; of a failure, the topic it was consumed from.';
comment on column public.timeline.outcome is 'done or failed.';
comment on column public.timeline.attempts is 'Attempts made before giving up; null for an event.';
comment on column public.timeline.started is 'When the stage began.';
comment on column public.timeline.wait is 'From the publishing of the event it answers to the start: time spent waiting.';
comment on column public.timeline.run is 'From start to publishing: time spent working.';
comment on column public.timeline.stored is 'When the sink stored the event.';
comment on column public.timeline.version is 'Version of the stage.';
comment on column public.timeline.event_id is 'Id of the event; of a failure, of the message.';
comment on column public.timeline.causation_id is 'Event that it answers.';
comment on column public.timeline.correlation_id is 'Shared by all events that one arrival set off.';

-- Each language has its own configuration, so the query is parsed once for each and finds the texts of that language;
-- where several parse it alike, the index is asked once. "offset 0" keeps the planner from scanning all texts instead.
-- SECURITY DEFINER because readers may not see the index's table.
-- +goose StatementBegin
create function public.matching(query text, max_results integer default 1000)
returns table (document_id text, rank real)
language sql stable security definer set search_path = pg_catalog, millrace, pg_temp as $$
    select d.document_id, ts_rank(t.index, q.tsq, 1) as rank
    from (select websearch_to_tsquery(c, query) as tsq, array_agg(c) as configs
          from unnest(array['simple', 'arabic', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek',
                            'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian',
                            'portuguese', 'romanian', 'russian', 'spanish', 'swedish', 'tamil', 'turkish']::regconfig[]) c
          group by 1) q
    cross join lateral (select t.layout_ref, t.language, t.index from texts t where t.index @@ q.tsq offset 0) t
    join documents d on d.layout_ref = t.layout_ref
    where search_config(t.language) = any (q.configs)
    order by rank desc, d.document_id
    limit greatest(max_results, 0)
$$;
-- +goose StatementEnd
comment on function public.matching(text, integer) is
    'Documents whose text matches a query as search takes it, best first, without headlines.';

-- +goose StatementBegin
create function public.search(query text, max_results integer default 20)
returns table (document_id text, name text, class text, rank real, headline text)
language sql stable security definer set search_path = pg_catalog, millrace, pg_temp as $$
    select m.document_id, d.name, d.class, m.rank,
           ts_headline(search_config(t.language), left(t.body, 100000), websearch_to_tsquery(search_config(t.language), query),
                       'StartSel=«, StopSel=», MaxFragments=2, MaxWords=16, MinWords=6, FragmentDelimiter=" … "')
    from public.matching(query, max_results) m
    join documents d on d.document_id = m.document_id
    join texts t on t.layout_ref = d.layout_ref
    order by m.rank desc, m.document_id
$$;
-- +goose StatementEnd
comment on function public.search(text, integer) is
    'Full-text search, best first. The query is written as on the web: words, "a phrase", or, -not. The headline shows the hits in the first 100,000 characters.';

-- +goose Down
drop function public.search(text, integer);
drop function public.matching(text, integer);
drop view public.timeline, public.failures, public.versions, public.field_history, public.fields, public.classifications,
    public.texts, public.arrivals, public.documents;
drop function millrace.refresh(text[]);
drop view millrace.open_failures;

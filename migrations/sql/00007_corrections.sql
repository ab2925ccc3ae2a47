-- What people say is right. It stands beside what models read, whatever comes later, and the views show it in its place.
--
-- A correction may come before its document, or for one that never came: it makes no document, so the tables refer to none.
-- The sink sees to it that a document which appears while one is stored is brought up to date with it.

-- +goose Up
create table millrace.corrections (
    correction_id text primary key,
    event_id      text not null,
    document_id   text not null,
    author        text not null,
    at            timestamptz not null,
    class         text,
    note          text,
    stored_at     timestamptz not null default now()
);
create index corrections_document_id on millrace.corrections (document_id, at, correction_id);
create index corrections_at on millrace.corrections (at);
create index corrections_event_id on millrace.corrections (event_id);

comment on table millrace.corrections is 'What people corrected. Of several corrections of the class, or of a field, that with the greatest (at, correction_id) stands.';
comment on column millrace.corrections.correction_id is 'Id of the correction; the same for every delivery of it.';
comment on column millrace.corrections.event_id is 'Id of the event that carried it.';
comment on column millrace.corrections.document_id is 'The document; it may not be here yet.';
comment on column millrace.corrections.author is 'Who says so.';
comment on column millrace.corrections.at is 'When it was said.';
comment on column millrace.corrections.class is 'The right document type; null where the class is not corrected.';
comment on column millrace.corrections.note is 'Why, for people; null where nothing was said.';
comment on column millrace.corrections.stored_at is 'When the sink stored it (the database''s clock).';

create table millrace.corrected_fields (
    correction_id text not null references millrace.corrections,
    ordinal       bigint not null,
    document_id   text not null,
    at            timestamptz not null,
    name          text not null,
    type          text not null,
    value         text,
    as_number     numeric,
    as_date       date,
    primary key (correction_id, ordinal)
);
create index corrected_fields_name on millrace.corrected_fields (document_id, name, at, correction_id);
create index corrected_fields_value on millrace.corrected_fields using hash (value);

comment on table millrace.corrected_fields is 'All values that the corrected fields of a document have, in place of those that were read.';
comment on column millrace.corrected_fields.correction_id is 'The correction.';
comment on column millrace.corrected_fields.ordinal is 'Place in the correction, from 1.';
comment on column millrace.corrected_fields.document_id is 'The document.';
comment on column millrace.corrected_fields.at is 'When it was said.';
comment on column millrace.corrected_fields.name is 'Name of the field.';
comment on column millrace.corrected_fields.type is 'text, date, amount, currency, number, identifier or party.';
comment on column millrace.corrected_fields.value is 'Normalised value; null where the document has no such value.';
comment on column millrace.corrected_fields.as_number is 'The value of an amount or a number, for arithmetic; else null.';
comment on column millrace.corrected_fields.as_date is 'The value of a date, for arithmetic; else null.';

create view millrace.standing_fields as
select f.correction_id, f.ordinal, f.document_id, f.at, f.name, f.type, f.value, f.as_number, f.as_date
from millrace.corrected_fields f
where not exists (select from millrace.corrected_fields l where l.document_id = f.document_id and l.name = f.name
                  and (l.at, l.correction_id) > (f.at, f.correction_id));

comment on view millrace.standing_fields is 'The corrected values that stand: those of the latest correction of each field.';
comment on column millrace.standing_fields.correction_id is 'The correction.';
comment on column millrace.standing_fields.ordinal is 'Place in the correction, from 1.';
comment on column millrace.standing_fields.document_id is 'The document.';
comment on column millrace.standing_fields.at is 'When it was said.';
comment on column millrace.standing_fields.name is 'Name of the field.';
comment on column millrace.standing_fields.type is 'text, date, amount, currency, number, identifier or party.';
comment on column millrace.standing_fields.value is 'Normalised value; null where the document has no such value.';
comment on column millrace.standing_fields.as_number is 'The value of an amount or a number, for arithmetic; else null.';
comment on column millrace.standing_fields.as_date is 'The value of a date, for arithmetic; else null.';

alter table millrace.documents
    add column original_class text,
    add column corrected_by   text,
    add column corrected_at   timestamptz;
comment on column millrace.documents.class is 'Document type: as a person corrected it, else of the current classification.';
comment on column millrace.documents.confidence is 'Calibrated probability of the class, 0 to 1; 1 for a corrected one.';
comment on column millrace.documents.original_class is 'Document type that the latest model gives; null unless a person corrected it.';
comment on column millrace.documents.corrected_by is 'Who corrected the class; null where nobody did.';
comment on column millrace.documents.corrected_at is 'When the class was corrected.';

-- A correction is no event of the pipeline, and a sink that gave up on one is done with it when it is stored after all.
create or replace view millrace.open_failures as
select f.*
from millrace.failures f
where not exists (select from millrace.events e where e.causation_id = f.message_id and e.stage = f.stage)
  and not (f.stage = 'sink' and exists (select from millrace.events e where e.event_id = f.message_id))
  and not (f.stage = 'sink' and exists (select from millrace.corrections k where k.event_id = f.message_id))
  and not (f.stage = 'parser' and exists (select from millrace.parses r where r.document_id = f.document_id))
  and not (f.stage = 'classifier' and exists (select from millrace.classifications r where r.document_id = f.document_id))
  and not (f.stage = 'extractor' and exists (select from millrace.extractions r where r.document_id = f.document_id));

-- As in 00003. Then, for documents of which a person gave the class, the results for this class win over others, however late.
-- A correction that the sink gave up on does not make its document failed.
-- +goose StatementBegin
create or replace function millrace.refresh(ids text[]) returns void
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
    where r.document_id = i.id and r.stage in ('parser', 'classifier', 'extractor', 'sink') and r.topic <> 'document.corrected.v1'
    order by r.failed_at desc, r.failure_id desc limit 1) f on true
where d.document_id = i.id;
if not exists (select from millrace.corrections k where k.document_id = any(ids) and k.class is not null) then
    return;
end if;
update millrace.documents d set
    class = k.class, confidence = 1, original_class = o.class, corrected_by = k.author, corrected_at = k.at,
    classification_version = coalesce(c.version, d.classification_version),
    extraction_version = coalesce(x.version, d.extraction_version), fields = coalesce(x.fields, d.fields)
from unnest(ids) i (id)
join lateral (
    select * from millrace.corrections r where r.document_id = i.id and r.class is not null
    order by r.at desc, r.correction_id desc limit 1) k on true
left join lateral (
    select * from millrace.classifications r where r.document_id = i.id and r.class = k.class
    order by r.produced_at desc, r.event_id desc limit 1) c on true
left join lateral (
    select * from millrace.extractions r where r.document_id = i.id and r.class = k.class
    order by r.produced_at desc, r.event_id desc limit 1) x on true
left join lateral (
    select * from millrace.classifications r where r.document_id = i.id and not starts_with(r.model, 'person:')
    order by r.produced_at desc, r.event_id desc limit 1) o on true
where d.document_id = i.id;
end
$$;
-- +goose StatementEnd

create or replace view public.documents as
select document_id, name, source, status, class, confidence, pages, language, words, size, media_type, outcome, fields,
       arrivals, received_at, stored_at, failed_stage, failure_class, failure_kind, failure, failed_at,
       original_class, corrected_by, corrected_at
from millrace.documents;

comment on column public.documents.class is 'Document type such as invoice; unknown where none is likely enough; as a person corrected it.';
comment on column public.documents.confidence is 'Calibrated probability of the class, 0 to 1; 1 for a corrected one.';
comment on column public.documents.original_class is 'Document type that the latest model gives; null unless a person corrected it.';
comment on column public.documents.corrected_by is 'Who corrected the class; null where nobody did.';
comment on column public.documents.corrected_at is 'When the class was corrected.';

create or replace view public.classifications as
select r.document_id, d.class, d.confidence, r.alternatives, r.model, r.version, r.produced_at,
       d.original_class, d.corrected_by, d.corrected_at
from millrace.classifications r
join millrace.documents d on d.document_id = r.document_id and d.classification_version = r.version;

comment on column public.classifications.class is 'Document type; unknown where none is likely enough; as a person corrected it.';
comment on column public.classifications.confidence is 'Calibrated probability of the class, 0 to 1; 1 for a corrected one.';
comment on column public.classifications.model is 'Name and version of the model; person:NAME for a corrected class.';
comment on column public.classifications.original_class is 'Document type that the latest model gives; null unless a person corrected it.';
comment on column public.classifications.corrected_by is 'Who corrected the class; null where nobody did.';
comment on column public.classifications.corrected_at is 'When the class was corrected.';

-- The branches have the very types of the columns, so that the planner looks through them: a condition reaches the indexes, and
-- what nobody asks for is not worked out.
create or replace view public.fields as
select r.document_id, d.name as document, d.class, r.name, r.value, r.type, r.as_number, r.as_date, r.raw, r.page, r.bbox,
       r.confidence, r.source, r.ordinal, null::text as corrected_by, null::timestamptz as corrected_at, null::text[] as original
from millrace.fields r
join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version
where not exists (select from millrace.corrected_fields k where k.document_id = r.document_id and k.name = r.name)
union all
select f.document_id, d.name, d.class, f.name, f.value, f.type, f.as_number, f.as_date, null::text, null::bigint,
       '{0,0,0,0}'::double precision[], 1::double precision, 'person:' || k.author,
       (select min(r.ordinal) from millrace.fields r
        where r.document_id = f.document_id and r.version = d.extraction_version and r.name = f.name),
       k.author, f.at,
       array(select r.value from millrace.fields r
             where r.document_id = f.document_id and r.version = d.extraction_version and r.name = f.name order by r.ordinal)
from millrace.standing_fields f
join millrace.corrections k using (correction_id)
join millrace.documents d on d.document_id = f.document_id
where f.value is not null;

comment on view public.fields is 'The values of each document, with their evidence: as a person corrected them, else as they were read.';
comment on column public.fields.raw is 'The text as it stands in the document; null for a corrected value.';
comment on column public.fields.page is 'Page of the evidence, from 1; null where the value has no place on a page.';
comment on column public.fields.confidence is 'Confidence in the value, 0 to 1; 1 for a corrected one.';
comment on column public.fields.source is 'The rule, template or model (with version) that read it; person:NAME for a corrected value.';
comment on column public.fields.ordinal is 'Place in the extraction, from 1; of a corrected value that of the first one that was read, null where none was.';
comment on column public.fields.corrected_by is 'Who corrected it; null where nobody did.';
comment on column public.fields.corrected_at is 'When it was corrected.';
comment on column public.fields.original is 'The values that were read for a corrected field; null where nobody corrected it.';

create or replace view public.field_history as
select r.document_id, r.version,
       d.extraction_version = r.version and not exists (
           select from millrace.corrected_fields k where k.document_id = r.document_id and k.name = r.name) as current,
       x.produced_at, r.name, r.value, r.type, r.confidence, r.source, r.ordinal
from millrace.fields r
join millrace.extractions x using (document_id, version)
join millrace.documents d using (document_id)
union all
select f.document_id, 'correction'::text, s.correction_id is not null, f.at, f.name, f.value, f.type, 1::double precision,
       'person:' || k.author, f.ordinal
from millrace.corrected_fields f
join millrace.corrections k using (correction_id)
left join millrace.standing_fields s on s.correction_id = f.correction_id and s.ordinal = f.ordinal;

comment on view public.field_history is 'The values of each document as every version of the extractor read them, and as people corrected them.';
comment on column public.field_history.version is 'Version of the extractor; with the class, where that is a person''s; correction for a corrected value.';
comment on column public.field_history.current is 'Whether the view fields shows this value.';
comment on column public.field_history.produced_at is 'When it was extracted, or corrected.';
comment on column public.field_history.value is 'Normalised value; null where a person says that there is none.';
comment on column public.field_history.source is 'The rule, template or model (with version) that read it; person:NAME for a corrected value.';
comment on column public.field_history.ordinal is 'Place in the extraction, or in the correction, from 1.';

create view public.corrections as
select k.correction_id, k.document_id, d.name as document, k.author, k.at, w.what, w.name, w.type, w.original, w.corrected, w.current, k.note
from millrace.corrections k
left join millrace.documents d using (document_id)
cross join lateral (
    select 'class' as what, null::text as name, null::text as type, array_remove(array[d.original_class], null) as original,
           array[k.class] as corrected,
           not exists (select from millrace.corrections l where l.document_id = k.document_id and l.class is not null
                       and (l.at, l.correction_id) > (k.at, k.correction_id)) as current
    where k.class is not null
    union all
    select 'field', f.name, min(f.type),
           array(select r.value from millrace.fields r
                 where r.document_id = k.document_id and r.version = d.extraction_version and r.name = f.name order by r.ordinal),
           array_remove(array_agg(f.value order by f.ordinal), null),
           exists (select from millrace.standing_fields s where s.correction_id = k.correction_id and s.name = f.name)
    from millrace.corrected_fields f where f.correction_id = k.correction_id group by f.name) w;

comment on view public.corrections is 'Everything that people corrected: a row for each class and each field.';
comment on column public.corrections.correction_id is 'Id of the correction; what was said at once has the same.';
comment on column public.corrections.document_id is 'The document.';
comment on column public.corrections.document is 'File name of its first arrival; null for a document that never came.';
comment on column public.corrections.author is 'Who says so.';
comment on column public.corrections.at is 'When it was said.';
comment on column public.corrections.what is 'class or field.';
comment on column public.corrections.name is 'Name of the field; null for the class.';
comment on column public.corrections.type is 'Type of the field; null for the class.';
comment on column public.corrections.original is 'What the current results of the models say; empty where they say nothing.';
comment on column public.corrections.corrected is 'What is right, normalised; empty where the document has no such value.';
comment on column public.corrections.current is 'Whether it stands: no later correction says otherwise.';
comment on column public.corrections.note is 'Why, for people; null where nothing was said.';

create or replace view public.timeline as
select e.document_id, e.published_at as at, e.stage, e.topic, 'done' as outcome, null::bigint as attempts,
       e.started_at as started, e.started_at - c.published_at as wait, e.published_at - e.started_at as run,
       e.stored_at as stored, e.stage_version as version, e.event_id, e.causation_id, e.correlation_id,
       null::text as author, null::text as detail
from millrace.events e
left join millrace.events c on c.event_id = e.causation_id
union all
select f.document_id, f.failed_at, f.stage, f.topic, 'failed', f.attempts, null, null, null, null, null, f.message_id, null, null, null, null
from millrace.failures f
where f.document_id is not null
union all
select k.document_id, k.at, 'correction', 'document.corrected.v1', 'done', null, null, null, null, k.stored_at, null, k.event_id, null, null,
       k.author,
       (select string_agg(coalesce(w.name, w.what) || ': ' || coalesce(nullif(array_to_string(w.original, ', '), ''), 'none') || ' -> '
               || coalesce(nullif(array_to_string(w.corrected, ', '), ''), 'none'), '; ' order by w.what, w.name)
        from public.corrections w where w.correction_id = k.correction_id)
from millrace.corrections k;

comment on view public.timeline is 'What happened to each document and when: every event, every failure and every correction.';
comment on column public.timeline.at is 'When the event was published, the message was given up, or the correction was made.';
comment on column public.timeline.stage is 'Stage that did it; correction for a person.';
comment on column public.timeline.author is 'Who corrected something; null for what a stage did.';
comment on column public.timeline.detail is 'What was corrected, with the values that were read: name: before -> after; null for what a stage did.';

-- +goose Down
-- The views go back to their columns of before, with the comments that these have now.
create temporary table kept_comments on commit drop as
select c.oid::regclass::text as relation, a.attname, col_description(c.oid, a.attnum) as comment, obj_description(c.oid) as whole
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.oid = any (array['public.documents', 'public.classifications', 'public.fields', 'public.field_history', 'public.timeline']::regclass[]) and a.attnum > 0;
drop view public.timeline, public.corrections, public.field_history, public.fields, public.classifications, public.documents;

-- +goose StatementBegin
create or replace function millrace.refresh(ids text[]) returns void
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

create or replace view millrace.open_failures as
select f.*
from millrace.failures f
where not exists (select from millrace.events e where e.causation_id = f.message_id and e.stage = f.stage)
  and not (f.stage = 'sink' and exists (select from millrace.events e where e.event_id = f.message_id))
  and not (f.stage = 'parser' and exists (select from millrace.parses r where r.document_id = f.document_id))
  and not (f.stage = 'classifier' and exists (select from millrace.classifications r where r.document_id = f.document_id))
  and not (f.stage = 'extractor' and exists (select from millrace.extractions r where r.document_id = f.document_id));

create view public.documents as
select document_id, name, source, status, class, confidence, pages, language, words, size, media_type, outcome, fields,
       arrivals, received_at, stored_at, failed_stage, failure_class, failure_kind, failure, failed_at
from millrace.documents;

create view public.classifications as
select r.document_id, r.class, r.confidence, r.alternatives, r.model, r.version, r.produced_at
from millrace.classifications r
join millrace.documents d on d.document_id = r.document_id and d.classification_version = r.version;

create view public.fields as
select r.document_id, d.name as document, d.class, r.name, r.value, r.type, r.as_number, r.as_date, r.raw, r.page, r.bbox,
       r.confidence, r.source, r.ordinal
from millrace.fields r
join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version;

create view public.field_history as
select r.document_id, r.version, d.extraction_version = r.version as current, x.produced_at, r.name, r.value, r.type,
       r.confidence, r.source, r.ordinal
from millrace.fields r
join millrace.extractions x using (document_id, version)
join millrace.documents d using (document_id);

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

drop view millrace.standing_fields;
alter table millrace.documents drop column original_class, drop column corrected_by, drop column corrected_at;
drop table millrace.corrected_fields, millrace.corrections;
-- +goose StatementBegin
do $$
declare
    kept record;
begin
    for kept in select k.* from kept_comments k join pg_attribute a on a.attrelid = k.relation::regclass and a.attname = k.attname loop
        execute format('comment on column %s.%I is %L', kept.relation, kept.attname, kept.comment);
    end loop;
    for kept in select distinct relation, whole from kept_comments loop
        execute format('comment on view %s is %L', kept.relation, kept.whole);
    end loop;
end
$$;
-- +goose StatementEnd

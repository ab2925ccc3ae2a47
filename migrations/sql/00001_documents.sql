-- Base tables. The sink writes them; people and programs read the views of 00002.
--
-- Every result is keyed by (document_id, version): version names the release of the stage that made it, so a new model's
-- results stand beside the old ones. Within one version the event with the greatest (produced_at, event_id) wins, whatever
-- the order of arrival. "Current" is the version with the latest such event.

-- +goose Up
comment on schema millrace is 'Millrace''s base tables. Only the sink writes here; query the views in schema public.';
comment on table millrace.schema_version is 'Migrations that were applied; kept by goose.';
comment on column millrace.schema_version.id is 'Running number.';
comment on column millrace.schema_version.version_id is 'Number of the migration; 0 marks the empty start.';
comment on column millrace.schema_version.is_applied is 'True for an applied migration.';
comment on column millrace.schema_version.tstamp is 'When it was applied.';

create table millrace.documents (
    document_id            text primary key check (document_id ~ '^[0-9a-f]{64}$'),
    status                 text not null default 'received'
                           check (status in ('received', 'parsed', 'classified', 'stored', 'failed')),
    name                   text,
    source                 text,
    media_type             text,
    size                   bigint,
    arrivals               bigint not null default 0,
    received_at            timestamptz,
    parse_version          text,
    layout_ref             text,
    outcome                text,
    engine                 text,
    language               text,
    pages                  bigint,
    words                  bigint,
    classification_version text,
    class                  text,
    confidence             double precision,
    extraction_version     text,
    fields                 bigint,
    stored_at              timestamptz,
    failed_stage           text,
    failure_class          text,
    failure_kind           text,
    failure                text,
    failed_at              timestamptz
);
create index documents_status on millrace.documents (status);
create index documents_class on millrace.documents (class);
create index documents_received_at on millrace.documents (received_at);
create index documents_layout_ref on millrace.documents (layout_ref);

comment on table millrace.documents is 'One row per document content: a summary of the tables below, kept by millrace.refresh.';
comment on column millrace.documents.document_id is 'SHA-256 of the content, hexadecimal.';
comment on column millrace.documents.status is 'received, parsed, classified, stored (all results are here) or failed (given up on, and not stored).';
comment on column millrace.documents.name is 'File name of the first arrival; null until an arrival is stored.';
comment on column millrace.documents.source is 'How it first came: inbox, http or synthetic.';
comment on column millrace.documents.media_type is 'Media type of the content.';
comment on column millrace.documents.size is 'Size of the content in bytes.';
comment on column millrace.documents.arrivals is 'How many times this content arrived.';
comment on column millrace.documents.received_at is 'When it first arrived.';
comment on column millrace.documents.parse_version is 'Version of the current parse.';
comment on column millrace.documents.layout_ref is 'Blob reference of the current layout; key of millrace.texts.';
comment on column millrace.documents.outcome is 'complete, or partial when some pages could not be read.';
comment on column millrace.documents.engine is 'Engine that read the document.';
comment on column millrace.documents.language is 'ISO 639-1 code; null when unknown.';
comment on column millrace.documents.pages is 'Number of pages.';
comment on column millrace.documents.words is 'Number of words.';
comment on column millrace.documents.classification_version is 'Version of the current classification.';
comment on column millrace.documents.class is 'Document type of the current classification.';
comment on column millrace.documents.confidence is 'Calibrated probability of the class, 0 to 1.';
comment on column millrace.documents.extraction_version is 'Version of the current extraction.';
comment on column millrace.documents.fields is 'Number of fields in the current extraction.';
comment on column millrace.documents.stored_at is 'When the last of its results was first stored (the database''s clock).';
comment on column millrace.documents.failed_stage is 'Stage that gave up on the document; null when no failure is open.';
comment on column millrace.documents.failure_class is 'Class of the open failure: permanent, transient, crashed or unknown.';
comment on column millrace.documents.failure_kind is 'Machine-readable reason of the open failure, such as encrypted.';
comment on column millrace.documents.failure is 'Message of the open failure.';
comment on column millrace.documents.failed_at is 'When the open failure was dead-lettered.';

create table millrace.arrivals (
    document_id text not null references millrace.documents,
    arrival_id  text not null,
    event_id    text not null,
    name        text not null,
    source      text not null,
    media_type  text not null,
    size        bigint not null,
    content_ref text not null,
    arrived_at  timestamptz not null,
    primary key (document_id, arrival_id)
);
create index arrivals_arrived_at on millrace.arrivals (arrived_at);

comment on table millrace.arrivals is 'Each time that a document reached Millrace.';
comment on column millrace.arrivals.document_id is 'The document.';
comment on column millrace.arrivals.arrival_id is 'Id of this arrival, kept over redelivery.';
comment on column millrace.arrivals.event_id is 'Id of the received event.';
comment on column millrace.arrivals.name is 'File name as given.';
comment on column millrace.arrivals.source is 'How it came: inbox, http or synthetic.';
comment on column millrace.arrivals.media_type is 'Media type of the content.';
comment on column millrace.arrivals.size is 'Size of the content in bytes.';
comment on column millrace.arrivals.content_ref is 'Blob reference of the content.';
comment on column millrace.arrivals.arrived_at is 'When it arrived.';

create table millrace.parses (
    document_id   text not null references millrace.documents,
    version       text not null,
    event_id      text not null,
    produced_at   timestamptz not null,
    layout_ref    text not null,
    outcome       text not null,
    engine        text not null,
    engine_reason text,
    language      text,
    pages         bigint not null,
    failed_pages  bigint[] not null,
    words         bigint not null,
    content_ref   text not null,
    content_size  bigint not null,
    content_type  text not null,
    layout_size   bigint not null,
    layout_type   text not null,
    primary key (document_id, version)
);

comment on table millrace.parses is 'What the parser read, by version.';
comment on column millrace.parses.document_id is 'The document.';
comment on column millrace.parses.version is 'Version of the stage that made this result.';
comment on column millrace.parses.event_id is 'Id of the event that carried it.';
comment on column millrace.parses.produced_at is 'When the event was published.';
comment on column millrace.parses.layout_ref is 'Blob reference of the layout; key of millrace.texts.';
comment on column millrace.parses.outcome is 'complete, or partial when some pages could not be read.';
comment on column millrace.parses.engine is 'Engine and its version.';
comment on column millrace.parses.engine_reason is 'Why this engine, where it was not the first choice.';
comment on column millrace.parses.language is 'ISO 639-1 code; null when unknown.';
comment on column millrace.parses.pages is 'Number of pages.';
comment on column millrace.parses.failed_pages is 'Numbers of the pages that could not be read, from 1.';
comment on column millrace.parses.words is 'Number of words.';
comment on column millrace.parses.content_ref is 'Blob reference of the content that was read.';
comment on column millrace.parses.content_size is 'Size of that content in bytes.';
comment on column millrace.parses.content_type is 'Media type of that content.';
comment on column millrace.parses.layout_size is 'Size of the layout in bytes, as it is kept.';
comment on column millrace.parses.layout_type is 'Media type of the layout.';

create table millrace.classifications (
    document_id  text not null references millrace.documents,
    version      text not null,
    event_id     text not null,
    produced_at  timestamptz not null,
    class        text not null,
    confidence   double precision not null check (confidence between 0 and 1),
    model        text not null,
    alternatives jsonb not null,
    layout_ref   text not null,
    layout_size  bigint not null,
    layout_type  text not null,
    primary key (document_id, version)
);

comment on table millrace.classifications is 'What type a document is, by version of the classifier.';
comment on column millrace.classifications.document_id is 'The document.';
comment on column millrace.classifications.version is 'Version of the stage that made this result.';
comment on column millrace.classifications.event_id is 'Id of the event that carried it.';
comment on column millrace.classifications.produced_at is 'When the event was published.';
comment on column millrace.classifications.class is 'Document type such as invoice; unknown where none is likely enough.';
comment on column millrace.classifications.confidence is 'Calibrated probability of the class, 0 to 1.';
comment on column millrace.classifications.model is 'Name and version of the model.';
comment on column millrace.classifications.alternatives is 'The next likely types, most likely first: [{"label", "confidence"}].';
comment on column millrace.classifications.layout_ref is 'Blob reference of the layout that was looked at.';
comment on column millrace.classifications.layout_size is 'Size of that layout in bytes, as it is kept.';
comment on column millrace.classifications.layout_type is 'Media type of that layout.';

create table millrace.extractions (
    document_id text not null references millrace.documents,
    version     text not null,
    event_id    text not null,
    produced_at timestamptz not null,
    class       text not null,
    confidence  double precision not null check (confidence between 0 and 1),
    template    text not null,
    fields      bigint not null,
    primary key (document_id, version)
);

comment on table millrace.extractions is 'That a document''s fields were read, by version of the extractor.';
comment on column millrace.extractions.document_id is 'The document.';
comment on column millrace.extractions.version is 'Version of the stage that made this result.';
comment on column millrace.extractions.event_id is 'Id of the event that carried it.';
comment on column millrace.extractions.produced_at is 'When the event was published.';
comment on column millrace.extractions.class is 'Document type that the fields were read for.';
comment on column millrace.extractions.confidence is 'Calibrated probability of that type, 0 to 1.';
comment on column millrace.extractions.template is 'Name and version of the template that was applied.';
comment on column millrace.extractions.fields is 'Number of fields.';

create table millrace.fields (
    document_id text not null,
    version     text not null,
    ordinal     bigint not null,
    name        text not null,
    value       text not null,
    type        text not null,
    as_number   numeric,
    as_date     date,
    raw         text,
    page        bigint,
    bbox        double precision[] not null,
    confidence  double precision not null check (confidence between 0 and 1),
    source      text not null,
    primary key (document_id, version, ordinal),
    foreign key (document_id, version) references millrace.extractions
);
create index fields_value on millrace.fields using hash (value);
create index fields_name_number on millrace.fields (name, as_number) where length(name) < 200 and as_number is not null;
create index fields_name_date on millrace.fields (name, as_date) where length(name) < 200 and as_date is not null;

comment on table millrace.fields is 'Values read from documents, each with its evidence, by version of the extractor.';
comment on column millrace.fields.document_id is 'The document.';
comment on column millrace.fields.version is 'Version of the extraction.';
comment on column millrace.fields.ordinal is 'Place in the extraction, from 1.';
comment on column millrace.fields.name is 'Name of the field, such as grand_total.';
comment on column millrace.fields.value is 'Normalised value: dates as YYYY-MM-DD, amounts as decimals with a point.';
comment on column millrace.fields.type is 'text, date, amount, currency, number, identifier or party.';
comment on column millrace.fields.as_number is 'The value of an amount or a number, for arithmetic; else null.';
comment on column millrace.fields.as_date is 'The value of a date, for arithmetic; else null.';
comment on column millrace.fields.raw is 'The text as it stands in the document.';
comment on column millrace.fields.page is 'Page of the evidence, from 1; null where the value has no place on a page.';
comment on column millrace.fields.bbox is 'Box of the evidence [x0, y0, x1, y1] in PDF points, origin top left.';
comment on column millrace.fields.confidence is 'Confidence in the value, 0 to 1.';
comment on column millrace.fields.source is 'The rule, template or model (with version) that read it.';

create table millrace.failures (
    failure_id     text primary key,
    message_id     text not null,
    consumer_group text not null,
    failed_at      timestamptz not null,
    document_id    text references millrace.documents,
    topic          text not null,
    stage          text not null,
    class          text not null,
    kind           text not null,
    message        text not null,
    stack          text,
    attempts       bigint not null,
    metadata       jsonb not null
);
create index failures_document_id on millrace.failures (document_id);
create index failures_message_id on millrace.failures using hash (message_id);
create index failures_failed_at on millrace.failures (failed_at);

comment on table millrace.failures is 'Each time that a consumer group gave up on a message. A later success closes a failure; its row stays.';
comment on column millrace.failures.failure_id is 'SHA-256 over message, consumer group and time: the same for every delivery of the dead letter.';
comment on column millrace.failures.message_id is 'Id of the message; empty where it has none.';
comment on column millrace.failures.consumer_group is 'Consumer group that gave up.';
comment on column millrace.failures.failed_at is 'When it was dead-lettered; when this was stored, where the broker did it and kept no time.';
comment on column millrace.failures.document_id is 'The document; null where the message names none.';
comment on column millrace.failures.topic is 'Topic of the message.';
comment on column millrace.failures.stage is 'Stage that gave up.';
comment on column millrace.failures.class is 'permanent, transient, crashed (each delivery ended in a crash) or unknown.';
comment on column millrace.failures.kind is 'Machine-readable reason, such as encrypted; empty when there is none.';
comment on column millrace.failures.message is 'The error''s text.';
comment on column millrace.failures.stack is 'Stack of a panic.';
comment on column millrace.failures.attempts is 'Attempts that were made.';
comment on column millrace.failures.metadata is 'The message''s metadata.';

create table millrace.events (
    event_id       text primary key,
    document_id    text not null references millrace.documents,
    topic          text not null,
    stage          text not null,
    stage_version  text,
    correlation_id text,
    causation_id   text,
    started_at     timestamptz,
    published_at   timestamptz not null,
    stored_at      timestamptz not null default now()
);
create index events_document_id on millrace.events (document_id);
create index events_causation_id on millrace.events (causation_id);
create index events_published_at on millrace.events (published_at);
create index events_stored_at on millrace.events (stored_at);

comment on table millrace.events is 'Every event the sink has stored, without its payload.';
comment on column millrace.events.event_id is 'Id of the event; the same for every delivery of it.';
comment on column millrace.events.document_id is 'The document.';
comment on column millrace.events.topic is 'Topic of the event.';
comment on column millrace.events.stage is 'Stage that published it.';
comment on column millrace.events.stage_version is 'Version of that stage.';
comment on column millrace.events.correlation_id is 'Shared by all events that one arrival set off.';
comment on column millrace.events.causation_id is 'Event that this one answers.';
comment on column millrace.events.started_at is 'When the stage began the work.';
comment on column millrace.events.published_at is 'When the stage published the event.';
comment on column millrace.events.stored_at is 'When the sink stored it (the database''s clock).';

-- +goose Down
drop table millrace.events, millrace.failures, millrace.fields, millrace.extractions, millrace.classifications,
    millrace.parses, millrace.arrivals, millrace.documents;

-- Trial runs: a stage runs again for chosen documents, and its results stay beside the current ones until somebody promotes
-- or discards them. `millrace reprocess` writes the runs; the sink writes what comes back.

-- +goose Up
create table millrace.reprocesses (
    run_id       text primary key,
    stage        text not null,
    state        text not null default 'running' check (state in ('running', 'ready', 'promoted', 'discarded')),
    selection    jsonb not null,
    total        bigint not null,
    rate         double precision not null,
    only_changed boolean,
    created_at   timestamptz not null default now(),
    created_by   text not null,
    ready_at     timestamptz,
    closed_at    timestamptz,
    closed_by    text
);

comment on table millrace.reprocesses is 'Each time that a stage ran again for chosen documents, on trial.';
comment on column millrace.reprocesses.run_id is 'Id of the run; the mark "shadow" in the metadata of its messages.';
comment on column millrace.reprocesses.stage is 'parser, classifier or extractor.';
comment on column millrace.reprocesses.state is 'running (documents are out), ready (every document has its result or its failure), promoted or discarded.';
comment on column millrace.reprocesses.selection is 'The conditions that chose the documents.';
comment on column millrace.reprocesses.total is 'How many documents were chosen.';
comment on column millrace.reprocesses.rate is 'Documents per second at most; 0 for as fast as possible.';
comment on column millrace.reprocesses.only_changed is 'Whether only changed results were promoted; null before.';
comment on column millrace.reprocesses.created_at is 'When it began.';
comment on column millrace.reprocesses.created_by is 'Who began it: user@host.';
comment on column millrace.reprocesses.ready_at is 'When every document had its result or its failure.';
comment on column millrace.reprocesses.closed_at is 'When it was promoted or discarded.';
comment on column millrace.reprocesses.closed_by is 'Who did: user@host.';

create table millrace.reprocess_documents (
    run_id           text not null references millrace.reprocesses,
    document_id      text not null references millrace.documents,
    ordinal          bigint not null,
    state            text not null default 'waiting' check (state in ('waiting', 'sent', 'done', 'failed', 'missing')),
    before_version   text,
    before_event_id  text,
    before           jsonb,
    before_text_size bigint,
    sent_at          timestamptz,
    settled_at       timestamptz,
    version          text,
    event_id         text,
    produced_at      timestamptz,
    payload          jsonb,
    metadata         jsonb,
    text_size        bigint,
    failure_kind     text,
    failure          text,
    promoted_at      timestamptz,
    primary key (run_id, document_id)
);
create unique index reprocess_documents_ordinal on millrace.reprocess_documents (run_id, ordinal);
create index reprocess_documents_open on millrace.reprocess_documents (run_id) where state in ('waiting', 'sent');

comment on table millrace.reprocess_documents is 'The frozen set of each trial run, with the result per document: never current before it is promoted.';
comment on column millrace.reprocess_documents.run_id is 'The run.';
comment on column millrace.reprocess_documents.document_id is 'The document.';
comment on column millrace.reprocess_documents.ordinal is 'Place in the order of sending, from 1.';
comment on column millrace.reprocess_documents.state is 'waiting, sent, done (its result is here), failed (the stage gave up on it) or missing (what the stage needs is not in Postgres).';
comment on column millrace.reprocess_documents.before_version is 'Version of the result that was current when the run began; null where there was none.';
comment on column millrace.reprocess_documents.before_event_id is 'Event of that result.';
comment on column millrace.reprocess_documents.before is 'That result, as the payload of its event.';
comment on column millrace.reprocess_documents.before_text_size is 'Characters of the document''s text then; for the parser only.';
comment on column millrace.reprocess_documents.sent_at is 'When the broker had confirmed its message.';
comment on column millrace.reprocess_documents.settled_at is 'When the result or the failure was stored.';
comment on column millrace.reprocess_documents.version is 'Version of the stage that made the new result.';
comment on column millrace.reprocess_documents.event_id is 'Event of the new result; it keeps its id when it is promoted.';
comment on column millrace.reprocess_documents.produced_at is 'When the new result was made.';
comment on column millrace.reprocess_documents.payload is 'The new result, as the payload of its event.';
comment on column millrace.reprocess_documents.metadata is 'The event''s metadata, as promoting needs it.';
comment on column millrace.reprocess_documents.text_size is 'Characters of the new text; for the parser only.';
comment on column millrace.reprocess_documents.failure_kind is 'Machine-readable reason of the failure, such as encrypted; empty when there is none.';
comment on column millrace.reprocess_documents.failure is 'Text of the error; what is lacking, where something is missing.';
comment on column millrace.reprocess_documents.promoted_at is 'When the broker had confirmed the promoted event.';

-- +goose Down
drop table millrace.reprocess_documents, millrace.reprocesses;

-- Back-fills: a consumer group is fed a topic's history. `millrace backfill` writes them.

-- +goose Up
create table millrace.backfills (
    backfill_id    text primary key,
    topic          text not null,
    consumer_group text not null,
    state          text not null default 'running' check (state in ('running', 'done', 'replaced')),
    selection      text not null,
    from_time      timestamptz,
    to_time        timestamptz,
    first_offset   bigint not null,
    next_offset    bigint not null,
    end_offset     bigint not null,
    sent           bigint not null default 0,
    gone           bigint not null default 0,
    reaches        boolean not null,
    created_at     timestamptz not null default now(),
    created_by     text not null,
    updated_at     timestamptz not null default now(),
    finished_at    timestamptz
);
create unique index backfills_running on millrace.backfills (topic, consumer_group) where state = 'running';

comment on table millrace.backfills is 'Each time that a consumer group was fed a topic''s history.';
comment on column millrace.backfills.backfill_id is 'Id of the back-fill.';
comment on column millrace.backfills.topic is 'The topic.';
comment on column millrace.backfills.consumer_group is 'The consumer group that is fed.';
comment on column millrace.backfills.state is 'running (or interrupted: the same command goes on with it), done, or replaced (begun anew instead of finished).';
comment on column millrace.backfills.selection is 'The range of time as it was asked for; what goes on must ask for the same.';
comment on column millrace.backfills.from_time is 'Events of this time and later are fed; null for all.';
comment on column millrace.backfills.to_time is 'Events up to this time are fed; null for all.';
comment on column millrace.backfills.first_offset is 'Offset in the history at which it began.';
comment on column millrace.backfills.next_offset is 'Offset of the first message that is not known to be in the group''s queue.';
comment on column millrace.backfills.end_offset is 'Offset of the last message to be fed, fixed at the start: later ones reach the queue by themselves.';
comment on column millrace.backfills.sent is 'Messages that the broker has confirmed.';
comment on column millrace.backfills.gone is 'Messages within the range that the history had dropped before they could be fed.';
comment on column millrace.backfills.reaches is 'Whether the history reached back to the beginning of what was asked for.';
comment on column millrace.backfills.created_at is 'When it began.';
comment on column millrace.backfills.created_by is 'Who began it: user@host.';
comment on column millrace.backfills.updated_at is 'When the position was last stored.';
comment on column millrace.backfills.finished_at is 'When it ended.';

-- +goose Down
drop table millrace.backfills;

-- Dead letters: the messages that consumer groups gave up on, what was done about them, and by whom. The service
-- deadletters writes them; replays, edits and discards are written by whoever repairs.

-- +goose Up
create table millrace.dead_letters (
    dead_letter_id text primary key,
    state          text not null default 'open' check (state in ('open', 'replaying', 'resolved', 'discarded')),
    message_id     text not null,
    document_id    text,
    topic          text not null,
    consumer_group text not null,
    queue          text not null,
    stage          text not null,
    class          text not null,
    kind           text not null,
    message        text not null,
    stack          text,
    fingerprint    text not null,
    pattern        text not null,
    deaths         bigint not null default 1,
    attempts       bigint not null,
    attempt_log    jsonb not null,
    first_died_at  timestamptz not null,
    died_at        timestamptz not null,
    metadata       jsonb not null,
    body           bytea not null,
    original_body  bytea,
    shadow         text,
    replay_id      text,
    sends          bigint not null default 0,
    closed_at      timestamptz,
    closed_by      text,
    reason         text
);
create index dead_letters_fingerprint on millrace.dead_letters (fingerprint);
create index dead_letters_state on millrace.dead_letters (state, died_at);
create index dead_letters_document_id on millrace.dead_letters (document_id);
create index dead_letters_message_id on millrace.dead_letters using hash (message_id);

comment on table millrace.dead_letters is 'Messages that a consumer group gave up on, one row each, kept until long after they are dealt with.';
comment on column millrace.dead_letters.dead_letter_id is 'Id: the same for every delivery of the dead letter and for every time it fails again.';
comment on column millrace.dead_letters.state is 'open, replaying (sent again, outcome not known yet), resolved (handled after a replay) or discarded (by a person, with a reason).';
comment on column millrace.dead_letters.message_id is 'Id of the message; empty where it has none.';
comment on column millrace.dead_letters.document_id is 'The document that the message names; null where it names none.';
comment on column millrace.dead_letters.topic is 'Topic of the message.';
comment on column millrace.dead_letters.consumer_group is 'Consumer group that gave up.';
comment on column millrace.dead_letters.queue is 'That group''s queue, without the installation''s prefix: where a replay goes.';
comment on column millrace.dead_letters.stage is 'Stage that gave up.';
comment on column millrace.dead_letters.class is 'permanent, transient, crashed (each delivery ended in a crash) or unknown.';
comment on column millrace.dead_letters.kind is 'Machine-readable reason, such as encrypted; empty when there is none.';
comment on column millrace.dead_letters.message is 'The last error''s text.';
comment on column millrace.dead_letters.stack is 'Stack of a panic.';
comment on column millrace.dead_letters.fingerprint is 'The same for errors of one stage, class, kind and normalised text: what groups are made by.';
comment on column millrace.dead_letters.pattern is 'The normalised text: numbers, ids, names and paths are replaced by marks.';
comment on column millrace.dead_letters.deaths is 'How often it was given up on: 1 and one more for each replay that failed.';
comment on column millrace.dead_letters.attempts is 'Attempts that were made, over all deaths.';
comment on column millrace.dead_letters.attempt_log is 'The attempts, oldest first: [{"at", "class", "kind", "error"}].';
comment on column millrace.dead_letters.first_died_at is 'When it was first given up on.';
comment on column millrace.dead_letters.died_at is 'When it was last given up on; when this was stored, where the broker did it and kept no time.';
comment on column millrace.dead_letters.metadata is 'The message''s metadata as it arrived, dead_* included.';
comment on column millrace.dead_letters.body is 'The payload that a replay sends.';
comment on column millrace.dead_letters.original_body is 'The payload as it died, where it was edited since; else null.';
comment on column millrace.dead_letters.shadow is 'The trial run that it belongs to; null for real work.';
comment on column millrace.dead_letters.replay_id is 'The replay that sent it last; null where none did.';
comment on column millrace.dead_letters.sends is 'How often a replay has taken it for sending.';
comment on column millrace.dead_letters.closed_at is 'When it was resolved or discarded.';
comment on column millrace.dead_letters.closed_by is 'Who discarded it; the consumer group where it was resolved.';
comment on column millrace.dead_letters.reason is 'Why it was discarded.';

create table millrace.replays (
    replay_id    text primary key,
    state        text not null default 'running' check (state in ('running', 'done', 'stopped')),
    selection    jsonb not null,
    total        bigint not null,
    canary       bigint not null,
    rate         double precision not null,
    max_failures double precision not null,
    stopped      text,
    created_at   timestamptz not null default now(),
    created_by   text not null,
    runner       text not null,
    heartbeat_at timestamptz not null default now(),
    finished_at  timestamptz
);

comment on table millrace.replays is 'Each time that dead letters were sent again.';
comment on column millrace.replays.replay_id is 'Id of the replay.';
comment on column millrace.replays.state is 'running, done (everything was sent and settled, or waited for long enough) or stopped (before everything was sent).';
comment on column millrace.replays.selection is 'What was asked for: ids, group or filter.';
comment on column millrace.replays.total is 'How many messages the frozen set has.';
comment on column millrace.replays.canary is 'How many were sent first, to see whether they fail again; 0 for none.';
comment on column millrace.replays.rate is 'Messages per second at most.';
comment on column millrace.replays.max_failures is 'Share of failures, 0 to 1, above which it stops.';
comment on column millrace.replays.stopped is 'Why it stopped; null where it did not.';
comment on column millrace.replays.created_at is 'When it began.';
comment on column millrace.replays.created_by is 'Who began it: user@host.';
comment on column millrace.replays.runner is 'Which run of a program has the replay in hand: a new one for each start and each resumption.';
comment on column millrace.replays.heartbeat_at is 'When the program that runs it was last seen.';
comment on column millrace.replays.finished_at is 'When it ended.';

create table millrace.replay_items (
    replay_id      text not null references millrace.replays,
    dead_letter_id text not null references millrace.dead_letters,
    ordinal        bigint not null,
    state          text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'done', 'failed', 'skipped')),
    sends          bigint not null,
    sent_at        timestamptz,
    settled_at     timestamptz,
    detail         text,
    primary key (replay_id, dead_letter_id)
);
create index replay_items_dead_letter_id on millrace.replay_items (dead_letter_id);
create index replay_items_waiting on millrace.replay_items (replay_id, ordinal) where state = 'waiting';

comment on table millrace.replay_items is 'The frozen set of each replay, with the outcome per message.';
comment on column millrace.replay_items.replay_id is 'The replay.';
comment on column millrace.replay_items.dead_letter_id is 'The dead letter.';
comment on column millrace.replay_items.ordinal is 'Place in the order of sending, from 1.';
comment on column millrace.replay_items.state is 'waiting, sending (claimed, not known to be in the queue), sent, done (handled), failed (given up on again) or skipped (somebody else had dealt with it).';
comment on column millrace.replay_items.sends is 'How often the letter had been taken for sending when it was chosen. More since then means that another replay sent it meanwhile.';
comment on column millrace.replay_items.sent_at is 'When the broker had confirmed it.';
comment on column millrace.replay_items.settled_at is 'When the outcome was stored.';
comment on column millrace.replay_items.detail is 'The new error of a failed one; why one was skipped.';

create table millrace.dead_letter_history (
    history_id     bigint generated always as identity primary key,
    dead_letter_id text not null,
    at             timestamptz not null default now(),
    what           text not null check (what in ('died', 'died again', 'sent', 'resolved', 'edited', 'discarded', 'reopened')),
    actor          text,
    replay_id      text,
    detail         text,
    occurrence     text unique
);
create index dead_letter_history_dead_letter_id on millrace.dead_letter_history (dead_letter_id);

comment on table millrace.dead_letter_history is 'What happened to each dead letter; it may be known before the letter itself is.';
comment on column millrace.dead_letter_history.history_id is 'Running number.';
comment on column millrace.dead_letter_history.dead_letter_id is 'The dead letter.';
comment on column millrace.dead_letter_history.at is 'When.';
comment on column millrace.dead_letter_history.what is 'died, died again, sent, resolved, edited, discarded or reopened.';
comment on column millrace.dead_letter_history.actor is 'Who did it: user@host, or a consumer group.';
comment on column millrace.dead_letter_history.replay_id is 'The replay it belongs to; null for none.';
comment on column millrace.dead_letter_history.detail is 'The error, the reason or what was changed.';
comment on column millrace.dead_letter_history.occurrence is 'Id of what a message told: a second delivery of the message adds nothing. Null for what people did.';

create view public.dead_letters as
select l.dead_letter_id, l.state, l.document_id, d.name as document, l.stage, l.class, l.kind, l.message, l.fingerprint,
       l.deaths, l.attempts, l.first_died_at, l.died_at, l.topic, l.consumer_group, l.message_id, l.original_body is not null as edited,
       l.shadow as trial_run, l.closed_at, l.closed_by, l.reason
from millrace.dead_letters l
left join millrace.documents d on d.document_id = l.document_id;

comment on view public.dead_letters is 'Messages that a consumer group gave up on. To send them again: millrace dead-letters replay.';
comment on column public.dead_letters.dead_letter_id is 'Id of the dead letter.';
comment on column public.dead_letters.state is 'open, replaying (sent again, outcome not known yet), resolved (handled after a replay) or discarded.';
comment on column public.dead_letters.document_id is 'The document; null where the message names none.';
comment on column public.dead_letters.document is 'File name of its first arrival.';
comment on column public.dead_letters.stage is 'Stage that gave up.';
comment on column public.dead_letters.class is 'permanent, transient, crashed (each delivery ended in a crash) or unknown.';
comment on column public.dead_letters.kind is 'Machine-readable reason, such as encrypted; empty when there is none.';
comment on column public.dead_letters.message is 'The last error''s text.';
comment on column public.dead_letters.fingerprint is 'The same for errors of one kind: what groups are made by.';
comment on column public.dead_letters.deaths is 'How often it was given up on.';
comment on column public.dead_letters.attempts is 'Attempts that were made.';
comment on column public.dead_letters.first_died_at is 'When it was first given up on.';
comment on column public.dead_letters.died_at is 'When it was last given up on.';
comment on column public.dead_letters.topic is 'Topic of the message.';
comment on column public.dead_letters.consumer_group is 'Consumer group that gave up.';
comment on column public.dead_letters.message_id is 'Id of the message.';
comment on column public.dead_letters.edited is 'Whether its payload was edited since.';
comment on column public.dead_letters.trial_run is 'The trial run that it belongs to; null for real work.';
comment on column public.dead_letters.closed_at is 'When it was resolved or discarded.';
comment on column public.dead_letters.closed_by is 'Who discarded it; the consumer group where it was resolved.';
comment on column public.dead_letters.reason is 'Why it was discarded.';

-- +goose Down
drop view public.dead_letters;
drop table millrace.dead_letter_history, millrace.replay_items, millrace.replays, millrace.dead_letters;

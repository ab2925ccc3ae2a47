-- Attachments: an arrival may have come with an e-mail, which is a document too.

-- +goose Up
alter table millrace.arrivals add column parent text;
-- No foreign key: the sink may hear of an attachment before it hears of the mail.
create index arrivals_parent on millrace.arrivals (parent) where parent is not null;
comment on column millrace.arrivals.parent is 'The e-mail that it was attached to; null where it came by itself.';
comment on column millrace.arrivals.source is 'How it came: inbox, http, synthetic or attachment.';
comment on column millrace.documents.source is 'How it first came: inbox, http, synthetic or attachment.';

create or replace view public.arrivals as
select document_id, arrival_id, name, source, size, media_type, arrived_at, parent from millrace.arrivals;
comment on column public.arrivals.source is 'How it came: inbox, http, synthetic or attachment.';
comment on column public.arrivals.parent is 'The e-mail that it was attached to; null where it came by itself.';

create view public.attachments as
select a.parent as mail_id, m.name as mail, a.document_id, a.name as document, a.arrival_id, a.media_type, a.size, a.arrived_at as at
from millrace.arrivals a
left join millrace.documents m on m.document_id = a.parent
where a.parent is not null;

comment on view public.attachments is 'Documents that came with an e-mail, once for each time.';
comment on column public.attachments.mail_id is 'Document id of the e-mail.';
comment on column public.attachments.mail is 'File name of the e-mail''s first arrival.';
comment on column public.attachments.document_id is 'The document that was attached.';
comment on column public.attachments.document is 'File name that the e-mail gives it.';
comment on column public.attachments.arrival_id is 'Id of its arrival.';
comment on column public.attachments.media_type is 'Media type of its content.';
comment on column public.attachments.size is 'Size of its content in bytes.';
comment on column public.attachments.at is 'When the e-mail arrived.';

-- +goose Down
drop view public.attachments;
drop view public.arrivals;
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
comment on column millrace.arrivals.source is 'How it came: inbox, http or synthetic.';
comment on column millrace.documents.source is 'How it first came: inbox, http or synthetic.';
alter table millrace.arrivals drop column parent;

-- Where the current layouts are kept, for programs that look at a document again.

-- +goose Up
create view public.layouts as
select r.document_id, r.layout_ref, r.layout_size as size, r.layout_type as media_type, r.version, r.produced_at
from millrace.parses r
join millrace.documents d on d.document_id = r.document_id and d.parse_version = r.version;

comment on view public.layouts is 'Where the current layout of each document lies in the blob store.';
comment on column public.layouts.document_id is 'The document.';
comment on column public.layouts.layout_ref is 'Blob reference of the layout.';
comment on column public.layouts.size is 'Size of the layout in bytes, as it is kept.';
comment on column public.layouts.media_type is 'Media type of the layout.';
comment on column public.layouts.version is 'Version of the parser that read it.';
comment on column public.layouts.produced_at is 'When it was read.';

-- +goose Down
drop view public.layouts;

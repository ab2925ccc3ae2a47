-- Texts and their full-text index, once per layout (layouts are content-addressed, so a text never changes).

-- +goose Up
-- +goose StatementBegin
create function millrace.search_config(language text) returns regconfig
language sql immutable parallel safe as $$
    select (case language
        when 'ar' then 'pg_catalog.arabic'     when 'da' then 'pg_catalog.danish'     when 'de' then 'pg_catalog.german'
        when 'el' then 'pg_catalog.greek'      when 'en' then 'pg_catalog.english'    when 'es' then 'pg_catalog.spanish'
        when 'fi' then 'pg_catalog.finnish'    when 'fr' then 'pg_catalog.french'     when 'ga' then 'pg_catalog.irish'
        when 'hu' then 'pg_catalog.hungarian'  when 'id' then 'pg_catalog.indonesian' when 'it' then 'pg_catalog.italian'
        when 'lt' then 'pg_catalog.lithuanian' when 'ne' then 'pg_catalog.nepali'     when 'nl' then 'pg_catalog.dutch'
        when 'no' then 'pg_catalog.norwegian'  when 'nb' then 'pg_catalog.norwegian'  when 'nn' then 'pg_catalog.norwegian'
        when 'pt' then 'pg_catalog.portuguese' when 'ro' then 'pg_catalog.romanian'   when 'ru' then 'pg_catalog.russian'
        when 'sv' then 'pg_catalog.swedish'    when 'ta' then 'pg_catalog.tamil'      when 'tr' then 'pg_catalog.turkish'
        else 'pg_catalog.simple' end)::regconfig
$$;
-- +goose StatementEnd
comment on function millrace.search_config(text) is 'Text search configuration for an ISO 639-1 language; simple where Postgres has none.';

-- A tsvector holds at most 1 MiB. Most long texts fit, because words repeat; one that does not is indexed up to the first
-- half, quarter, … that fits, and stored whole all the same.
-- +goose StatementBegin
create function millrace.text_index(language text, body text) returns tsvector
language plpgsql immutable parallel safe as $$
declare
    characters integer := least(length(body), 8 * 1024 * 1024);
begin
    loop
        begin
            return to_tsvector(millrace.search_config(language), left(body, characters));
        exception when program_limit_exceeded then
            characters := characters / 2;
        end;
    end loop;
end
$$;
-- +goose StatementEnd
comment on function millrace.text_index(text, text) is 'Full-text index of a text; of its beginning where the whole is more than a tsvector can hold.';

create table millrace.texts (
    layout_ref text primary key,
    language   text,
    body       text not null,
    index      tsvector not null generated always as (millrace.text_index(language, body)) stored
);
create index texts_index on millrace.texts using gin (index);

comment on table millrace.texts is 'Text of each layout.';
comment on column millrace.texts.layout_ref is 'Blob reference of the layout.';
comment on column millrace.texts.language is 'ISO 639-1 code; null when unknown.';
comment on column millrace.texts.body is 'The text: pages parted by form feeds, blocks by empty lines.';
comment on column millrace.texts.index is 'Full-text index in the text''s language.';

-- +goose Down
drop table millrace.texts;
drop function millrace.text_index(text, text);
drop function millrace.search_config(text);

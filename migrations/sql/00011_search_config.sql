-- The configuration of a language as constants: Postgres then takes the function's text into the caller's plan. With casts of
-- text, which are only stable, it made a plan of its own for every text that was indexed: 0.1 ms each. It returns the same.

-- +goose Up
-- +goose StatementBegin
create or replace function millrace.search_config(language text) returns regconfig
language sql immutable parallel safe as $$
    select case language
        when 'ar' then 'pg_catalog.arabic'::regconfig     when 'da' then 'pg_catalog.danish'::regconfig
        when 'de' then 'pg_catalog.german'::regconfig     when 'el' then 'pg_catalog.greek'::regconfig
        when 'en' then 'pg_catalog.english'::regconfig    when 'es' then 'pg_catalog.spanish'::regconfig
        when 'fi' then 'pg_catalog.finnish'::regconfig    when 'fr' then 'pg_catalog.french'::regconfig
        when 'ga' then 'pg_catalog.irish'::regconfig      when 'hu' then 'pg_catalog.hungarian'::regconfig
        when 'id' then 'pg_catalog.indonesian'::regconfig when 'it' then 'pg_catalog.italian'::regconfig
        when 'lt' then 'pg_catalog.lithuanian'::regconfig when 'ne' then 'pg_catalog.nepali'::regconfig
        when 'nl' then 'pg_catalog.dutch'::regconfig      when 'no' then 'pg_catalog.norwegian'::regconfig
        when 'nb' then 'pg_catalog.norwegian'::regconfig  when 'nn' then 'pg_catalog.norwegian'::regconfig
        when 'pt' then 'pg_catalog.portuguese'::regconfig when 'ro' then 'pg_catalog.romanian'::regconfig
        when 'ru' then 'pg_catalog.russian'::regconfig    when 'sv' then 'pg_catalog.swedish'::regconfig
        when 'ta' then 'pg_catalog.tamil'::regconfig      when 'tr' then 'pg_catalog.turkish'::regconfig
        else 'pg_catalog.simple'::regconfig end
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function millrace.search_config(language text) returns regconfig
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

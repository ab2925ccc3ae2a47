-- Texts for less: one of less than 32 KiB is indexed without a savepoint, because no text grows to the 1 MiB of a tsvector from
-- so little (each byte makes five at most), and texts are compressed with lz4 where the server has it. Rows that are here stay
-- as they are; the index is the same.

-- +goose Up
-- +goose StatementBegin
create or replace function millrace.text_index(language text, body text) returns tsvector
language plpgsql immutable parallel safe as $$
declare
    characters integer;
begin
    if octet_length(body) < 32 * 1024 then
        return to_tsvector(millrace.search_config(language), body);
    end if;
    characters := least(length(body), 8 * 1024 * 1024);
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

-- +goose StatementBegin
do $$
begin
    alter table millrace.texts alter column body set compression lz4, alter column index set compression lz4;
exception when feature_not_supported then
    raise notice 'this PostgreSQL was built without lz4: texts stay compressed as they were';
end
$$;
-- +goose StatementEnd

-- +goose Down
alter table millrace.texts alter column body set compression default, alter column index set compression default;
-- +goose StatementBegin
create or replace function millrace.text_index(language text, body text) returns tsvector
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

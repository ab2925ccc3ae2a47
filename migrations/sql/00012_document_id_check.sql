-- The check of document ids without counted repetition, which takes the regular expressions of Postgres ten times as long. Every
-- update of a summary row asks it. It accepts the same ids: 64 bytes, each a digit or one of a to f.

-- +goose Up
alter table millrace.documents
    drop constraint documents_document_id_check,
    add constraint documents_document_id_check check (octet_length(document_id) = 64 and document_id !~ '[^0-9a-f]');

-- +goose Down
alter table millrace.documents
    drop constraint documents_document_id_check,
    add constraint documents_document_id_check check (document_id ~ '^[0-9a-f]{64}$');

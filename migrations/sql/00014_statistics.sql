-- No statistics of columns that no query compares: bodies of texts, cells of items and boxes. ANALYZE spent most of its time on them for
-- items, and it runs by itself again and again while the tables grow.

-- +goose Up
alter table millrace.texts alter column body set statistics 0;
alter table millrace.items alter column cells set statistics 0, alter column bbox set statistics 0;
alter table millrace.fields alter column bbox set statistics 0;

-- +goose Down
alter table millrace.fields alter column bbox set statistics -1;
alter table millrace.items alter column bbox set statistics -1, alter column cells set statistics -1;
alter table millrace.texts alter column body set statistics -1;

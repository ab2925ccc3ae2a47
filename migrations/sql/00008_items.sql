-- Rows of tables, and the arithmetic that was tried on a document's values. They belong to an extraction as its fields do: by
-- version, replaced as a whole.

-- +goose Up
alter table millrace.extractions add column omitted_items bigint not null default 0;
comment on column millrace.extractions.omitted_items is 'Rows that were read and left out because the event would have become too large.';

create table millrace.items (
    document_id text not null,
    version     text not null,
    ordinal     bigint not null,
    kind        text not null,
    position    text,
    item_number text,
    description text,
    date        date,
    value_date  date,
    quantity    numeric,
    unit        text,
    unit_price  numeric,
    discount    numeric,
    tax_rate    numeric,
    amount      numeric,
    balance     numeric,
    cells       jsonb not null,
    page        bigint,
    bbox        double precision[] not null,
    confidence  double precision not null check (confidence between 0 and 1),
    source      text not null,
    primary key (document_id, version, ordinal),
    foreign key (document_id, version) references millrace.extractions
);
comment on table millrace.items is 'Rows of tables that were read from documents, by version of the extractor.';
comment on column millrace.items.document_id is 'The document.';
comment on column millrace.items.version is 'Version of the extraction.';
comment on column millrace.items.ordinal is 'Place in the extraction, from 1.';
comment on column millrace.items.kind is 'line_item (of an invoice, a receipt or an order) or transaction (of a bank statement).';
comment on column millrace.items.position is 'Number of the line, as printed.';
comment on column millrace.items.item_number is 'Number of the article.';
comment on column millrace.items.description is 'What it is about.';
comment on column millrace.items.date is 'Date of the line or of the booking.';
comment on column millrace.items.value_date is 'Date from which the bank counts interest.';
comment on column millrace.items.quantity is 'How much.';
comment on column millrace.items.unit is 'Unit of the quantity, as printed; of an embedded invoice the code of UN/ECE Recommendation 20.';
comment on column millrace.items.unit_price is 'Price of one unit.';
comment on column millrace.items.discount is 'Discount in percent.';
comment on column millrace.items.tax_rate is 'Rate of tax in percent.';
comment on column millrace.items.amount is 'Amount of the line; of a transaction signed: what leaves the account is negative.';
comment on column millrace.items.balance is 'Balance of the account after the transaction.';
comment on column millrace.items.cells is 'All cells as they were read: an array of name, value and type.';
comment on column millrace.items.page is 'Page on which it stands, from 1; null where it has no place on a page.';
comment on column millrace.items.bbox is 'Box of the row [x0, y0, x1, y1] in PDF points, origin top left.';
comment on column millrace.items.confidence is 'Confidence in the row, 0 to 1.';
comment on column millrace.items.source is 'The rule, template or model (with version) that read it.';

create table millrace.checks (
    document_id text not null,
    version     text not null,
    ordinal     bigint not null,
    name        text not null,
    holds       boolean not null,
    detail      text,
    primary key (document_id, version, ordinal),
    foreign key (document_id, version) references millrace.extractions
);
comment on table millrace.checks is 'Arithmetic that was tried on documents'' values, by version of the extractor.';
comment on column millrace.checks.document_id is 'The document.';
comment on column millrace.checks.version is 'Version of the extraction.';
comment on column millrace.checks.ordinal is 'Place in the extraction, from 1.';
comment on column millrace.checks.name is 'What was checked, such as net_plus_tax, line_items or balance.';
comment on column millrace.checks.holds is 'Whether it adds up.';
comment on column millrace.checks.detail is 'The sum in words and figures.';

create index checks_broken on millrace.checks (document_id, version) where not holds;

create view public.line_items as
select r.document_id, d.name as document, d.class, r.ordinal, r.position, r.item_number, r.description, r.date,
       r.quantity, r.unit, r.unit_price, r.discount, r.tax_rate, r.amount, r.page, r.bbox, r.confidence, r.source, r.cells
from millrace.items r
join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version
where r.kind = 'line_item';

comment on view public.line_items is 'The lines of invoices, receipts and orders.';
comment on column public.line_items.document_id is 'The document.';
comment on column public.line_items.document is 'File name of its first arrival.';
comment on column public.line_items.class is 'Document type.';
comment on column public.line_items.ordinal is 'Place in the extraction, from 1.';
comment on column public.line_items.position is 'Number of the line, as printed.';
comment on column public.line_items.item_number is 'Number of the article.';
comment on column public.line_items.description is 'What it is about.';
comment on column public.line_items.date is 'Date of the line or of the booking.';
comment on column public.line_items.quantity is 'How much.';
comment on column public.line_items.unit is 'Unit of the quantity, as printed; of an embedded invoice the code of UN/ECE Recommendation 20.';
comment on column public.line_items.unit_price is 'Price of one unit.';
comment on column public.line_items.discount is 'Discount in percent.';
comment on column public.line_items.tax_rate is 'Rate of tax in percent.';
comment on column public.line_items.amount is 'Amount of the line; of a transaction signed: what leaves the account is negative.';
comment on column public.line_items.page is 'Page on which it stands, from 1; null where it has no place on a page.';
comment on column public.line_items.bbox is 'Box of the row [x0, y0, x1, y1] in PDF points, origin top left.';
comment on column public.line_items.confidence is 'Confidence in the row, 0 to 1.';
comment on column public.line_items.source is 'The rule, template or model (with version) that read it.';
comment on column public.line_items.cells is 'All cells as they were read: an array of name, value and type.';

create view public.transactions as
select r.document_id, d.name as document, d.class, r.ordinal, r.date, r.value_date, r.description, r.amount,
       r.balance, r.page, r.bbox, r.confidence, r.source, r.cells
from millrace.items r
join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version
where r.kind = 'transaction';

comment on view public.transactions is 'The transactions of bank statements; what leaves the account is negative.';
comment on column public.transactions.document_id is 'The document.';
comment on column public.transactions.document is 'File name of its first arrival.';
comment on column public.transactions.class is 'Document type.';
comment on column public.transactions.ordinal is 'Place in the extraction, from 1.';
comment on column public.transactions.date is 'Date of the line or of the booking.';
comment on column public.transactions.value_date is 'Date from which the bank counts interest.';
comment on column public.transactions.description is 'What it is about.';
comment on column public.transactions.amount is 'Amount of the line; of a transaction signed: what leaves the account is negative.';
comment on column public.transactions.balance is 'Balance of the account after the transaction.';
comment on column public.transactions.page is 'Page on which it stands, from 1; null where it has no place on a page.';
comment on column public.transactions.bbox is 'Box of the row [x0, y0, x1, y1] in PDF points, origin top left.';
comment on column public.transactions.confidence is 'Confidence in the row, 0 to 1.';
comment on column public.transactions.source is 'The rule, template or model (with version) that read it.';
comment on column public.transactions.cells is 'All cells as they were read: an array of name, value and type.';

create view public.checks as
select r.document_id, d.name as document, d.class, r.ordinal, r.name, r.holds, r.detail
from millrace.checks r
join millrace.documents d on d.document_id = r.document_id and d.extraction_version = r.version;

comment on view public.checks is 'Arithmetic that was tried on the values of each document, and whether it holds.';
comment on column public.checks.document_id is 'The document.';
comment on column public.checks.document is 'File name of its first arrival.';
comment on column public.checks.class is 'Document type.';
comment on column public.checks.ordinal is 'Place in the extraction, from 1.';
comment on column public.checks.name is 'What was checked, such as net_plus_tax, line_items or balance.';
comment on column public.checks.holds is 'Whether it adds up.';
comment on column public.checks.detail is 'The sum in words and figures.';

-- +goose Down
drop view public.checks, public.transactions, public.line_items;
drop table millrace.checks, millrace.items;
alter table millrace.extractions drop column omitted_items;

-- Sources that only ever add rows (Google's export): a later file of a month adds what is not there yet. FOCUS and the
-- vendors give rows no id, so a row is known by 64 bits of a hash over what it says, its export time included; a month
-- keeps the hashes of all its rows (a row that is there twice: twice), eight bytes each, some thousands to a line.
alter table ingest_batch add column row_identity text;  -- what its rows are told apart by; null = not kept: a snapshot

create table ingest_row (
  batch_id         bigint not null references ingest_batch on delete cascade,
  row_ids          bigint[] not null
);
create index on ingest_row (batch_id);
alter table ingest_row alter column row_ids set storage external;  -- hashes do not compress

-- A delivery that was refused is kept with the rows that were wrong, so that they can be looked up afterwards. It may not
-- be known whose bill it is (source) or of which month: that is often what is wrong.
alter table ingest_batch alter column source_id drop not null;
alter table ingest_batch alter column billing_month drop not null;
alter table ingest_batch add constraint ingest_batch_key
  check (status in ('refused', 'superseded', 'reaped') or (source_id is not null and billing_month is not null));

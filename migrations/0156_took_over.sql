-- A delivery can put out of sight what others hold of its month: months of a source whose scope was handed over, and
-- (--replace) the same month from another export. It keeps which, so that a rollback shows exactly those again.
alter table ingest_batch
  add column took_over bigint[] not null default '{}';  -- batches its flip took out of active_batch, besides `replaces`

-- Schedules and what became of each run; silences of sources.
--
-- Why a row a run: the primary key (schedule, due_at) is what makes a run happen once. Whoever inserts it, of any
-- number of processes, enqueues the job in the same transaction; whoever turns it from queued to done posts in the
-- same transaction. A process that dies in between leaves either nothing or a queued row somebody picks up.

create table schedule (
  name             text primary key,
  job              text not null,
  cron             text not null,
  time_zone        text not null,
  channel          text,
  scope            jsonb not null default '[]',
  origin           text not null check (origin in ('built-in', 'config', 'chat')),
  -- Runs due after this instant count. null: known since the first start, so the latest due run is caught up.
  counts_from      timestamptz,
  removed_at       timestamptz
);

create table schedule_run (
  schedule         text not null references schedule,
  due_at           timestamptz not null,
  status           text not null check (status in ('queued', 'done', 'skipped', 'failed')),
  late             boolean not null,            -- enqueued well after it was due: the service was down
  attempts         integer not null default 0,
  note             text,                        -- what it did, why it was skipped, the last error
  queued_at        timestamptz not null default now(),
  finished_at      timestamptz,
  primary key (schedule, due_at)
);
create index schedule_run_open on schedule_run (status) where status in ('queued', 'failed');

-- One row a silence: a source whose last new data came at `since`, told once, resolved when data returned.
create table source_silence (
  source_id        bigint not null references source,
  since            timestamptz not null,
  noticed_at       timestamptz not null,
  resolved_at      timestamptz,
  primary key (source_id, since)
);
create index source_silence_open on source_silence (source_id) where resolved_at is null;

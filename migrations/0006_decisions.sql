-- Decisions: recommendations, what people did to them, how approvals were passed on, what the bill said afterwards,
-- and the audit trail of all of it.
--
-- Why one row a recommendation and not one a proposal: its id is the finding's natural key, so a detection run is an
-- upsert that can never make a double, and a rejection is found again whenever the finding is. `revision` tells one
-- asking from the next; approvals, hand-offs and measurements belong to (id, revision).
-- States and moves: src/analysis/lifecycle.ts, docs/lifecycle.md.

create table recommendation (
  id               text primary key,            -- the finding's id
  state            text not null check (state in
                     ('proposed', 'partly-approved', 'approved', 'handed-off', 'applied', 'realised', 'partly-realised',
                      'not-realised', 'rejected', 'snoozed', 'expired', 'resolved', 'withdrawn')),
  revision         integer not null default 1 check (revision >= 1),
  finding          jsonb not null,              -- as last detected
  evidence_hash    text not null,
  saving_asked     numeric not null,            -- a month, when this revision was asked: drift is measured against it
  currency         text not null,
  window_from      date not null,
  window_to        date not null,
  facets           jsonb not null,              -- what its charges are (provider, account, service, tags …): for scopes
  requested_by     text,                        -- who asked; null = detection
  assignee         text,
  expires_on       date not null,               -- from this day on it cannot be approved
  snoozed_until    date,
  reopens_on       date,                        -- rejected, expired: may be proposed again from this day on
  undo_until       timestamptz,                 -- operational time: the database's
  applied_on       date,
  created_at       timestamptz not null default now(),
  changed_at       timestamptz not null default now(),
  check (state <> 'snoozed' or snoozed_until is not null),
  check (state not in ('applied', 'realised', 'partly-realised', 'not-realised') or applied_on is not null)
);
create index on recommendation (state);

create table decision (
  id                bigint generated always as identity primary key,
  recommendation_id text not null references recommendation,
  revision          integer not null,
  kind              text not null check (kind in ('approve', 'reject', 'snooze', 'undo', 'assign', 'comment', 'applied')),
  actor_id          text not null,
  actor_name        text not null,
  note              text,
  decided_at        timestamptz not null default now(),
  voided_at         timestamptz                 -- an approval that no longer counts
);
create index on decision (recommendation_id, id);
-- Whatever the code does: nobody approves one revision twice.
create unique index decision_one_approval on decision (recommendation_id, revision, actor_id)
  where kind = 'approve' and voided_at is null;

-- Approvals on their way to those who do the work. Written with the approval; not sent before the undo window closes.
create table hand_off (
  id                bigint generated always as identity primary key,
  recommendation_id text not null references recommendation,
  revision          integer not null,
  target            text not null,
  kind              text not null check (kind in ('card', 'webhook', 'github', 'jira', 'csv')),
  idempotency_key   text not null unique,       -- what the remote is searched for, or told, before anything is made there
  payload           jsonb not null,
  state             text not null default 'waiting' check (state in ('waiting', 'done', 'cancelled', 'given-up')),
  attempts          integer not null default 0,
  next_attempt_at   timestamptz not null,
  remote_id         text,
  remote_url        text,
  last_error        text,
  created_at        timestamptz not null default now(),
  finished_at       timestamptz
);
create index on hand_off (recommendation_id, revision);
create index hand_off_waiting on hand_off (next_attempt_at) where state = 'waiting';

-- The last detection run, so that a terminal without a service knows whether bills arrived since.
create table recommendation_run (
  only_row          boolean primary key default true check (only_row),
  batches           text not null,              -- fingerprint of the active batches it read
  business_day      date not null,
  ran_at            timestamptz not null default now()
);

-- The bill's figure beside the promise, 7 and 30 days after. Never updated: a later restatement is a note, not a rewrite.
create table savings_ledger (
  recommendation_id text not null references recommendation,
  revision          integer not null,
  checkpoint_days   integer not null check (checkpoint_days in (7, 30)),
  applied_on        date not null,
  currency          text not null,
  promised_monthly  numeric not null,
  measured_monthly  numeric not null,
  before_daily      numeric not null,
  after_daily       numeric not null,
  before_from       date not null,
  before_to         date not null,
  after_from        date not null,
  after_to          date not null,
  verdict           text not null check (verdict in ('realised', 'partly-realised', 'not-realised')),
  notes             jsonb not null,
  measured_at       timestamptz not null default now(),
  primary key (recommendation_id, revision, checkpoint_days)
);

-- ---- audit ----
-- Rows append in the transaction of what they tell about; `bytes` is the canonical JSON and what is hashed. The other
-- columns only find rows and are compared with the bytes by `audit --verify`. One sealer at a time links rows into a
-- hash chain; a row commits without waiting for it. Deletes and updates are refused by triggers; whoever can switch
-- those off is found by the chain, and whoever rewrites the chain by the anchors kept outside the database.

create table audit_event (
  id               bigint generated always as identity primary key,
  action           text not null,
  subject          text,                        -- the recommendation it is about
  actor_id         text not null,
  outcome          text not null check (outcome in ('done', 'refused')),
  bytes            bytea not null
);
create index on audit_event (subject, id);

-- Not yet linked. Filled by trigger, emptied by the sealer.
create table audit_unsealed (
  event_id         bigint primary key references audit_event
);

create table audit_seal (
  position         bigint primary key check (position >= 1),
  event_id         bigint not null unique references audit_event,
  hash             bytea not null check (length(hash) = 32),
  sealed_at        timestamptz not null default now()
);

create table audit_head (
  only_row         boolean primary key default true check (only_row),
  position         bigint not null default 0,
  hash             bytea not null
);
insert into audit_head (hash) values (sha256('finops audit v1'));

create function audit_enqueue() returns trigger language plpgsql as $$
begin
  insert into audit_unsealed (event_id) values (new.id);
  return null;
end $$;
create trigger audit_event_enqueue after insert on audit_event for each row execute function audit_enqueue();

create function audit_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only: % on % is refused', tg_op, tg_table_name;
end $$;
create trigger audit_event_append_only before update or delete or truncate on audit_event
  for each statement execute function audit_refuse_change();
create trigger audit_seal_append_only before update or delete or truncate on audit_seal
  for each statement execute function audit_refuse_change();

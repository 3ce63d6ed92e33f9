-- What arrived from a surface, before it is acknowledged: a redelivery is told from something new, and what a killed
-- process left undone is taken up by another. Kept a day.
--
-- Why the answer is kept: a redelivery gets the same one, and whoever asked may share exactly what they were shown.

create table inbound (
  seq              bigint generated always as identity unique,   -- how people name an answer: share 123
  surface          text not null,
  id               text not null,               -- the same for every redelivery
  payload          jsonb not null,              -- an Inbound of src/bot/inbound.ts
  received_at      timestamptz not null default now(),
  attempts         integer not null default 0,
  holder           text,
  lease_until      timestamptz,                 -- operational time; past = whoever had it is dead
  done_at          timestamptz,                 -- the command ran, its answer is known
  told_at          timestamptz,                 -- the answer was shown
  actor_id         text,
  actor_name       text,
  channel          text,                        -- where it was asked, as outbox addresses name it
  scope            jsonb,                       -- what the answer was allowed to show
  answer           jsonb,                       -- {card, show}
  primary key (surface, id)
);
create index inbound_open on inbound (received_at) where told_at is null;
create index inbound_received on inbound (received_at);

-- Whether a request of somebody did something is asked of the trail, when it was cut off in the middle.
create index audit_event_actor on audit_event (actor_id, id);

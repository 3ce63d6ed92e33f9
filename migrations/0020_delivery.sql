-- Delivery: one lane a place, several kinds of sending, copies of a channel elsewhere, and what could not be delivered.
--
-- Why a lease and no longer a row lock: a send may take as long as a platform likes, and a transaction held open
-- meanwhile costs a connection and holds vacuum back. Why the lease is on the place and not on the card: order within a
-- place, its pace and its 429 are facts of the place. Why `sends_open` is committed before the send: whoever takes over
-- after a crash then knows that the message may be there already, and tells the surface.

alter table outbox
  add column surface      text not null generated always as (coalesce(substring(channel from '^([a-z]+):'), 'web')) stored,
  add column kind         text not null default 'post' check (kind in ('post', 'private', 'upload')),
  add column person_id    text,                       -- private: whom it is for
  add column under        text,                       -- key of the card in the same channel whose thread it belongs to
  add column thread       jsonb,                      -- or the reference of a message that is no card of the outbox
  add column file         jsonb,                      -- upload: {name, mime, text}
  add column priority     smallint not null default 1 check (priority between 0 and 2), -- interactive, alert, digest
  add column generation   integer not null default 1, -- rises when the message was gone and is posted anew
  add column sends_open   integer not null default 0, -- sends of the post begun whose outcome is not known
  add column wanted_at    timestamptz not null default now(), -- since when this revision waits
  alter column card drop not null,
  add constraint outbox_content check ((kind = 'upload') = (file is not null) and (kind = 'upload') = (card is null)),
  add constraint outbox_person check ((kind = 'private') = (person_id is not null));
drop index outbox_pending;
create index outbox_pending on outbox (surface, channel, priority, id) where revision_done < revision and dead_at is null;
create index outbox_dead on outbox (dead_at) where dead_at is not null;

create table outbox_lane (
  channel          text primary key,            -- as in outbox
  not_before       timestamptz not null default now(), -- pace, Retry-After, a refusal's pause
  holder           text,                        -- the deliverer that is in it
  lease_until      timestamptz,                 -- operational time; past = anybody may take over
  refused_at       timestamptz,                 -- the surface says nobody may write there: tried again rarely
  refused_reason   text
);
create index outbox_lane_refused on outbox_lane (refused_at) where refused_at is not null;
create index outbox_lane_holder on outbox_lane (holder) where holder is not null;

-- One row a surface where something could not be delivered: the card that tells admins, once, edited until it is over.
create table delivery_incident (
  surface          text primary key,
  key              text not null,
  opened_at        timestamptz not null default now()
);

-- Where else a channel's cards go: finops → slack:C0123, discord:456. Written from configuration at every start.
create table channel_mirror (
  channel          text not null,
  address          text not null check (address ~ '^[a-z]+:'),
  primary key (channel, address)
);
create index channel_mirror_address on channel_mirror (address);

-- The conversation: channels, what was said in them, and the outbox that delivers what nobody asked for just now.
--
-- Why a counter row and not an identity for `seq`: identities are handed out before commit, so a reader that has
-- seen 5 could still miss 4. The counter is updated by the statement that writes the message and its row lock lasts
-- until commit, so `seq` rises in the order messages become visible: "everything after N" never skips one, which is
-- what a browser asks for after a lost connection (Last-Event-ID). An edit takes a new seq, so it is caught up too.

create table chat_clock (
  only_row         boolean primary key default true check (only_row),
  last_seq         bigint not null default 0
);
insert into chat_clock default values;

create table channel (
  name             text primary key check (name <> ''),   -- finops, costs; @ID = direct talk of one person with the bot
  kind             text not null default 'shared' check (kind in ('shared', 'direct')),
  owner_id         text check ((kind = 'direct') = (owner_id is not null)),
  topic            text not null default '',
  created_at       timestamptz not null default now()
);
insert into channel (name, topic) values
  ('finops', 'Digests, findings and questions about cost'),
  ('costs', 'Cost questions, answered here');

create table message (
  id               bigint generated always as identity primary key,
  seq              bigint not null unique,      -- position of its latest revision
  channel          text not null references channel,
  key              text not null,               -- idempotency: one message a (channel, key), whoever posts it again
  author_kind      text not null check (author_kind in ('person', 'bot')),
  author_id        text not null,
  author_name      text not null,
  body             text,                        -- what a person typed
  card             jsonb,                       -- what the bot answered (src/bot/card.ts)
  revision         integer not null default 1,
  reply_to         bigint references message,
  created_at       timestamptz not null default now(),
  edited_at        timestamptz,
  check ((body is null) <> (card is null)),
  unique (channel, key)
);
create index on message (channel, id);

-- One row a card and place: the revision wanted and the revision delivered. A post is revision 1, an edit raises it;
-- edits that come faster than delivery are one edit. Written in the transaction of what the card tells about.
create table outbox (
  id               bigint generated always as identity primary key,
  channel          text not null,               -- finops, or surface:name
  key              text not null,
  card             jsonb not null,
  revision         integer not null default 1,
  revision_done    integer not null default 0,
  reference        jsonb,                       -- where the surface put it; edits go there
  attempts         integer not null default 0,
  next_attempt_at  timestamptz not null default now(),
  last_error       text,
  dead_at          timestamptz,                 -- given up: shown by status, retried by hand
  created_at       timestamptz not null default now(),
  delivered_at     timestamptz,
  unique (channel, key)
);
-- What is still to do, in order, per channel: stays small whatever the history.
create index outbox_pending on outbox (channel, id) where revision_done < revision and dead_at is null;

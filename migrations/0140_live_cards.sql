-- Answers that stay true. What `recs show` or `recs list` answered is a copy of what it shows, as a posted card is: a
-- decision taken elsewhere changes it too. A row says what a card shows and with whose rights it was made, so that it can
-- be made again; bounded by time and by number (src/store/live-cards.ts).
--
-- Why changes are rows of their own and no mark on the cards: a decision would wait for everybody else's, and two that
-- meet could deadlock. They are written in the decision's transaction and read by whoever keeps the cards true.

create table live_card (
  key             text primary key,             -- the card's key in the outbox, the same for all its copies
  place           text not null,                -- outbox address of where it was asked
  shows           jsonb not null,               -- a Shows of src/bot/live-cards.ts
  recommendation  text,                         -- the one it shows; null = a list
  extra           jsonb not null default '{}',  -- what the place added to the card: kept over edits
  actor_id        text not null,                -- whose rights it is made with
  actor_role      text not null,
  actor_scope     jsonb not null,               -- what the answer was allowed to show: it never shows more
  owns_outbox     boolean not null,             -- its outbox rows are there for the edits only and end with it
  created_at      timestamptz not null default clock_timestamp(),
  live_until      timestamptz not null
);
create index live_card_place on live_card (place, created_at);
create index live_card_until on live_card (live_until);
create index live_card_recommendation on live_card (recommendation) where recommendation is not null;

create table live_change (
  id              bigint generated always as identity primary key,
  recommendation  text,                         -- it changed: cards that show it, and all lists
  key             text,                         -- or: this card was made while things may have changed
  check ((recommendation is null) <> (key is null))
);

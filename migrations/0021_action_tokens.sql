-- What a button carries: an opaque token, and here what it stands for. State is read when somebody clicks; the token only
-- says which action of which card in which revision was meant, so that a click on an old copy can be told from one on
-- what is there now. Tokens are an HMAC of place, card, revision and position under one key in the database: every
-- replica makes the same, and a post repeated after a crash carries those it carried before.

create table action_key (
  only_row         boolean primary key default true check (only_row),
  bytes            bytea not null check (length(bytes) = 32)
);

create table action_token (
  token            text primary key check (length(token) <= 24),
  channel          text not null,               -- outbox address of the card
  card_key         text not null,
  revision         integer not null,
  action           jsonb not null,              -- an Action of src/bot/card.ts
  audience         text,                        -- only this principal may use it; null = whoever may run the command
  expires_at       timestamptz not null
);
create index action_token_expires on action_token (expires_at);
create index action_token_audience on action_token (audience) where audience is not null;

-- People: who somebody is on every surface, what they may do and see, and who owns what.
--
-- Why `id` says nothing about the person: it is what the audit trail keeps. Erasing somebody removes this row and
-- leaves there an id that leads nowhere. Why configuration and command have columns of their own: what finops.yaml
-- says comes back at every start and is not overwritten by a command; scopes of both apply together, so that neither
-- can widen the other.

create table principal (
  id               text primary key,            -- person_…; local and os:NAME for whoever sits at the machine
  handle           text not null unique check (handle = lower(handle) and handle <> ''),
  name             text not null check (name <> ''),
  role             text check (role in ('viewer', 'analyst', 'approver', 'admin')),            -- by command
  role_configured  text check (role_configured in ('viewer', 'analyst', 'approver', 'admin')),
  scope            jsonb not null default '[]', -- by command (src/domain/scope.ts)
  scope_configured jsonb not null default '[]',
  origin           text not null check (origin in ('config', 'chat', 'login', 'demo')),
  token_hash       bytea unique check (length(token_hash) = 32),  -- SHA-256 of a login token of 256 random bits
  preferences      jsonb not null default '{}', -- {timeZone, theme, channel, notify}
  created_at       timestamptz not null default now()
);

-- One person, several names: web, os (terminal), slack, discord.
create table identity (
  surface          text not null check (surface in ('web', 'os', 'slack', 'discord')),
  external_id      text not null check (external_id <> ''),
  principal_id     text not null references principal on delete cascade,
  origin           text not null check (origin in ('config', 'chat', 'login', 'demo')),
  linked_at        timestamptz not null default now(),
  primary key (surface, external_id)
);
create index on identity (principal_id);

-- A code shown on one surface and typed on another says that both are one person.
create table link_code (
  code_hash        bytea primary key check (length(code_hash) = 32),
  principal_id     text not null references principal on delete cascade,
  expires_at       timestamptz not null         -- operational time: the database's
);

-- Whom to ask and tell about a part of the bill.
create table owner (
  id               bigint generated always as identity primary key,
  scope            jsonb not null,
  principal_id     text references principal on delete cascade,
  channel          text,
  set_by           text not null,
  created_at       timestamptz not null default now(),
  check ((principal_id is null) <> (channel is null))
);
create unique index owner_once on owner (scope, coalesce(principal_id, ''), coalesce(channel, ''));

-- What a channel may show. Whoever sees only a part reads a channel only if all it may show lies within that part,
-- and only what was written since it was so: `scoped_from` is the last message from before.
alter table channel
  add column scope            jsonb not null default '[]',
  add column scope_configured jsonb not null default '[]',
  add column scoped_from      bigint not null default 0;

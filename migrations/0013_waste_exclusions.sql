-- What people took out of waste detection: by rule, resource, account or tag; all that is given must hold.
--
-- Why rows are never deleted: who left something out, why and until when is asked later. One that was taken back
-- (`removed_at`) or has run out stays readable, and what it held back is found again.

create table waste_exclusion (
  id               text primary key,            -- excl_…
  rule             text,
  resource         text,                        -- id, last part of the id, or name
  account          text,
  tag_key          text,
  tag_value        text,                        -- null = any value
  reason           text not null check (reason <> ''),
  set_by           text not null,               -- principal id
  set_by_name      text not null,
  since            date not null,
  until            date,                        -- first day it no longer holds; null = until it is taken back
  created_at       timestamptz not null default now(),
  removed_at       timestamptz,
  removed_by       text,
  check (coalesce(rule, resource, account, tag_key) is not null),
  check (tag_value is null or tag_key is not null),
  check (until is null or until > since)
);

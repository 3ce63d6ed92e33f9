-- Questions people named. The question is kept in canonical words: it reads back to the same query, and "last month" in
-- it stays last month. `access` is what its owner could see where it was saved: whoever does not see all of that part is
-- not told of the name either, since names tell.

create table saved_question (
  id               bigint generated always as identity primary key,
  name             text not null check (name <> ''),
  question         text not null,
  filters          jsonb not null,              -- its conditions (src/domain/scope.ts)
  access           jsonb not null,
  owner_id         text not null,
  owner_name       text not null,
  created_at       timestamptz not null default now(),
  changed_at       timestamptz not null default now(),
  removed_at       timestamptz
);
create unique index saved_question_name on saved_question (lower(name)) where removed_at is null;

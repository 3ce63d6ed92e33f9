-- Rules people agreed for spreading shared charges. A rule is never rewritten: another version begins on a day and the
-- one before ends there, so that what was answered about a past month stays what it was. finops.yaml has rules of its own.

create table allocation_rule (
  id               bigint generated always as identity primary key,
  name             text not null check (name = lower(name) and name <> ''),
  scope            jsonb not null,              -- the shared charges (src/domain/scope.ts)
  dimension        text not null check (dimension in ('team', 'product', 'environment')),
  method           text not null check (method in ('cost', 'even', 'fixed')),
  shares           jsonb not null default '{}', -- receiver → weight, decimal text
  valid_from       date not null,
  valid_until      date,                        -- exclusive; null = still
  set_by           text not null,
  set_at           timestamptz not null default now(),
  check (valid_until is null or valid_until >= valid_from)
);
create index allocation_rule_name on allocation_rule (name, valid_from);

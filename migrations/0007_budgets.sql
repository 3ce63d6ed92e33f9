-- Budgets: what was agreed, what each period came to, and which thresholds told somebody.
--
-- Why one row a threshold and period: its primary key is what makes each threshold fire once a period, whoever evaluates
-- and however often. Why periods are rows: a closed period keeps its figures whatever the bills say afterwards, and
-- `restated` holds the difference to tell. Evaluations take turns by an advisory lock (src/service/evaluate-budgets.ts).

create table budget (
  id               bigint generated always as identity primary key,
  name             text not null check (name <> ''),
  amount           numeric not null check (amount > 0),
  currency         text not null,               -- what a scope of several currencies is converted to
  filters          jsonb not null,              -- conditions as said (src/domain/scope.ts)
  access           jsonb not null,              -- what whoever set it may see: AND-ed for ever, like a schedule's
  without          text[] not null,
  cycle            text not null check (cycle in ('month', 'quarter', 'year')),
  metric           text not null check (metric in ('effective', 'billed', 'list', 'contracted')),
  thresholds       jsonb not null,              -- [{basis: actual|forecast, percent}]
  channel          text not null,
  origin           text not null check (origin in ('config', 'chat')),
  created_by       text not null,
  snoozed_until    date,                        -- nothing is sent before this day
  snoozed_by       text,
  created_at       timestamptz not null default now(),
  changed_at       timestamptz not null default now(),
  removed_at       timestamptz
);
create unique index budget_name on budget (lower(name)) where removed_at is null;

create table budget_period (
  budget_id        bigint not null references budget,
  period_from      date not null,
  period_to        date not null,               -- exclusive
  amount           numeric not null,            -- the budget's, as it was then
  currency         text not null,
  spent            numeric,                     -- null: not known (a rate is missing)
  forecast         numeric,
  forecast_low     numeric,
  forecast_high    numeric,
  through          date,                        -- last complete day of its sources
  last_day         date,                        -- newest day with a charge
  problem          text,                        -- why spent or forecast is not known
  closed_on        date,                        -- figures no longer change
  restated         numeric,                     -- what the bills say since, where that differs from spent
  acknowledged_by  text,
  acknowledged_at  timestamptz,
  posted           boolean not null default false,
  card_digest      text,                        -- of the card last asked for: equal cards are not edited
  driver           jsonb,                       -- why, when a threshold was crossed (src/domain/budget.ts)
  terms            text not null,               -- digest of what was agreed: other terms arm thresholds anew
  bills            text not null,               -- digest of the deliveries read: a closed period is read again when they change
  primary key (budget_id, period_from)
);
create index budget_period_open on budget_period (budget_id) where closed_on is null;

create table budget_alert (
  budget_id        bigint not null,
  period_from      date not null,
  basis            text not null check (basis in ('actual', 'forecast')),
  percent          integer not null check (percent between 1 and 1000),
  state            text not null check (state in ('crossed', 'undone')),
  crossed_on       date not null,               -- business day it was found
  through          date,                        -- complete through, when it was found
  last_day         date,                        -- newest day with a charge, when it was found
  spent            numeric not null,
  forecast         numeric,
  notified         boolean not null,            -- false: found while snoozed
  undone_on        date,
  undone_reason    text,
  primary key (budget_id, period_from, basis, percent),
  foreign key (budget_id, period_from) references budget_period
);

-- Bills: where they come from, what was delivered, and the charges themselves.
--
-- Why a star and not one wide table: a day row of FOCUS text is ~700 bytes, of which almost all repeats.
-- Descriptive columns are stored once (attribute_set), resources once (billed_resource), tags once (tag_set);
-- a charge is then ~120 bytes, loads several times faster and is scanned from memory (docs/adr/0002).
-- Ids of the three dictionaries are 64-bit hashes of their content, so that no load waits for another's numbers;
-- `digest` (128 bits of a second hash) turns a collision into a refused load instead of a wrong number.

create table source (
  id               bigint generated always as identity primary key,
  name             text not null unique,
  provider         text not null,               -- slug: aws, azure, gcp, oci, else the name in lower case
  billing_account  text,                        -- null: a source that spans accounts (named by the user)
  sub_accounts     text[],                      -- null = the whole billing account
  kind             text not null default 'file',-- file, upload, aws, gcp, azure
  created_at       timestamptz not null default now(),
  removed_at       timestamptz
);

create table ingest_batch (
  id               bigint generated always as identity primary key,
  source_id        bigint not null references source,
  dataset          text not null,               -- focus, cur, azure-actual, azure-amortized, oci, gcp-export …
  provider         text not null,
  billing_account  text not null,
  billing_month    date not null,
  mode             text not null check (mode in ('snapshot', 'parts', 'append')),
  status           text not null check (status in
                     ('loading', 'stored', 'held', 'refused', 'superseded', 'rolled-back', 'failed', 'reaped')),
  reason           text,
  fingerprint      text not null,               -- of the contents of all its files, order-free
  files            jsonb not null,              -- [{path, sha256, bytes, format}]
  epoch            bigint not null default 0,   -- lease epoch that may flip it: a woken old worker cannot
  cube_version     text not null,               -- promoted tags and aliases its cubes were built with
  rows_read        bigint not null default 0,
  rows_accepted    bigint not null default 0,
  rows_rejected    bigint not null default 0,
  rows_stored      bigint not null default 0,
  totals           jsonb not null default '{}', -- {USD: {billed, effective, list, contracted}} decimal strings, accepted rows
  control          jsonb not null default '{}', -- the same from the raw columns before mapping, with record count
  warnings         jsonb not null default '[]', -- [{rule, count, example}]
  notices          jsonb not null default '[]',
  first_day        date,
  last_day         date,
  replaces         bigint references ingest_batch,
  created_at       timestamptz not null default now(),
  flipped_at       timestamptz,
  reaped_at        timestamptz
);
create index on ingest_batch (source_id, dataset, billing_account, billing_month);

-- What readers see. One row a delivery key; a flip is one update of batch_id.
-- visible = false: kept, but superseded by another dataset of the month (Azure actual usage beside amortised).
create table active_batch (
  source_id        bigint not null references source,
  dataset          text not null,
  billing_account  text not null,
  billing_month    date not null,
  batch_id         bigint not null references ingest_batch,
  visible          boolean not null default true,
  incomplete       text,                        -- why the month is not whole yet, in words; null = whole
  primary key (source_id, dataset, billing_account, billing_month)
);
create index on active_batch (batch_id);

-- One worker a source at a time; whoever takes an expired lease raises the epoch and fences the old holder.
create table ingest_lease (
  source_id        bigint primary key references source,
  epoch            bigint not null default 0,
  holder           text,
  heartbeat_at     timestamptz
);

create table ingest_reject (
  batch_id         bigint not null references ingest_batch on delete cascade,
  file             text not null,
  line             bigint,
  column_name      text,
  value            text,                        -- clipped; hostile text is data
  reason           text not null
);
create index on ingest_reject (batch_id);

create table attribute_set (
  id                             bigint primary key,
  digest                         uuid not null,
  provider                       text not null,
  kind                           text not null,
  service_provider_name          text, host_provider_name text, publisher_name text, invoice_issuer_name text, invoice_id text,
  billing_account_id             text, billing_account_name text, billing_account_type text,
  sub_account_id                 text, sub_account_name text, sub_account_type text,
  billing_currency               text, pricing_currency text,
  charge_category                text, charge_class text, charge_description text, charge_frequency text,
  service_category               text, service_subcategory text, service_name text,
  region_id                      text, region_name text, availability_zone text,
  pricing_category               text, pricing_unit text, consumed_unit text, sku_id text, sku_price_id text, sku_meter text,
  commitment_discount_id         text, commitment_discount_name text, commitment_discount_category text,
  commitment_discount_type       text, commitment_discount_status text, commitment_discount_unit text,
  capacity_reservation_id        text, capacity_reservation_status text, allocated_method_id text,
  x_usage_type                   text, x_operation text, x_service_code text,
  x_sku_meter_name               text, x_sku_meter_category text, x_sku_meter_subcategory text, x_resource_type text
);

create table billed_resource (
  id                       bigint primary key,
  digest                   uuid not null,
  provider                 text not null,
  resource_id              text, resource_name text, resource_type text,
  allocated_resource_id    text, allocated_resource_name text
);
create index billed_resource_by_id on billed_resource (lower(resource_id));
create index billed_resource_by_name on billed_resource (lower(resource_name));

create table tag_set (
  id               bigint primary key,
  digest           uuid not null,
  tags             jsonb not null,              -- as given: {"Team": "search"}; allocated tags override
  normalised       jsonb not null               -- keys by normaliseTagKey, values as text; '' and null dropped
);

-- One row a day, attribute set, resource and tag set. Hours are summed; charges longer than a day stay on their first.
create table charge (
  batch_id                        bigint not null,
  billing_month                   date not null,
  charge_day                      date not null,
  charge_end                      date not null,   -- exclusive
  attribute_set_id                bigint not null,
  resource_ref                    bigint,
  tag_set_id                      bigint,
  source_rows                     integer not null,
  billed_cost                     numeric not null,
  effective_cost                  numeric not null,
  list_cost                       numeric not null,
  contracted_cost                 numeric not null,
  consumed_quantity               numeric,
  pricing_quantity                numeric,
  commitment_discount_quantity    numeric,
  pricing_currency_effective_cost numeric
) partition by range (billing_month);
create index charge_by_resource on charge (resource_ref);
create index charge_by_day on charge using brin (charge_day);

-- Hours of commitment-eligible compute and database usage: one row a day, quantity per hour (24 numbers, UTC).
create table usage_hour (
  batch_id          bigint not null,
  billing_month     date not null,
  charge_day        date not null,
  attribute_set_id  bigint not null,
  resource_ref      bigint,
  quantity          numeric[] not null
) partition by range (billing_month);

-- ---- rollups, built in DuckDB during the load, keyed by batch like the charges themselves ----

-- Every combination of groupable dimensions but the resource, stored once.
create table cost_slice (
  id                     bigint primary key,
  digest                 uuid not null,
  provider               text not null,
  billing_account_id     text, billing_account_name text,
  sub_account_id         text, sub_account_name text,
  service_category       text, service_name text,
  region                 text,                     -- RegionId ?? RegionName
  charge_category        text, charge_class text, pricing_category text,
  commitment             text, commitment_status text, invoice text,
  kind                   text not null,
  currency               text not null,
  long                   boolean not null,         -- the charge spans more than a day
  team                   text, product text, environment text,
  tags                   jsonb not null            -- promoted keys only
);

create table cost_daily (
  batch_id          bigint not null,
  billing_month     date not null,
  charge_day        date not null,
  slice_id          bigint not null,
  source_rows       bigint not null,
  billed_cost       numeric not null,
  effective_cost    numeric not null,
  list_cost         numeric not null,
  contracted_cost   numeric not null
) partition by range (billing_month);
create index cost_daily_by_day on cost_daily (charge_day);

-- Resources by calendar month of the charge: drill-down without touching day rows.
create table cost_resource_month (
  batch_id          bigint not null,
  billing_month     date not null,
  charge_month      date not null,
  slice_id          bigint not null,
  resource_ref      bigint,
  source_rows       bigint not null,
  billed_cost       numeric not null,
  effective_cost    numeric not null,
  list_cost         numeric not null,
  contracted_cost   numeric not null
) partition by range (billing_month);
create index cost_resource_month_by_month on cost_resource_month (charge_month);

-- Narrow cubes: one or two dimensions by day or by month. `cube` = 'day:service', 'month:team+service', 'day:' (total).
create table cost_cube (
  batch_id          bigint not null,
  cube              text not null,
  period_start      date not null,
  key1              text,
  key2              text,
  kind              text not null,
  currency          text not null,
  long              boolean not null,
  source_rows       bigint not null,
  billed_cost       numeric not null,
  effective_cost    numeric not null,
  list_cost         numeric not null,
  contracted_cost   numeric not null
);
create index cost_cube_by_cube on cost_cube (cube, period_start) include (batch_id);
create index cost_cube_by_batch on cost_cube (batch_id);

-- Tag keys the rollups carry. Changing the set changes cube_version and rebuilds in the background.
create table promoted_tag (
  key               text primary key,
  reason            text not null,                -- configured, few-values
  since             timestamptz not null default now()
);

create table fx_rate (
  day               date not null,
  base              text not null,                -- one unit of base …
  quote             text not null,                -- … is `rate` units of quote
  rate              numeric not null check (rate > 0),
  origin            text not null,
  primary key (day, base, quote)
);

create table app_setting (
  name              text primary key,
  value             jsonb not null
);

import { DEFAULT_TAG_ALIAS_KEYS } from "../src/domain/dimension.ts";
import {
  addMonths,
  day,
  eachMonth,
  firstDay,
  addDays,
  intersect,
  monthPeriod,
  type Day,
  type Month,
  type Period,
} from "../src/domain/period.ts";
import { listCubes, type Cube } from "../src/store/cube-names.ts";
import { cubeVersion } from "../src/store/cube-version.ts";
import type { Database } from "../src/store/db.ts";
import { tagKeyOf, type Dimension } from "../src/domain/dimension.ts";

/** The tag the questions are promised to be fast for. `owner` is in the bills too, and not promoted. */
export const PROMOTED: readonly string[] = ["cost-center"];
const ACCOUNTS = 60;
const SERVICES = 15;
const REGIONS = 3;
const TEAMS = 20;
const OWNERS = 100;

/** Months built at once: one for each core of the machine the bars are set for. */
const BUILDERS = 2;
/** Different amounts a resource has in a year. */
const COSTS = 997;

export type EstateSize = { readonly resources: number; readonly period: Period; readonly rows: number };

/** 365 days that end with `through`: how many resources give the wanted number of day rows. */
export function estateSize(rows: number, through: Day): EstateSize {
  const period = { from: addDays(through, -364), to: addDays(through, 1) };
  return { resources: Math.max(1, Math.round(rows / 365)), period, rows };
}

/**
 * An estate of three clouds straight into the store: one charge a resource and day, taxes, support and credits,
 * then the rollups. Built by SQL because the questions are measured here, not the load.
 */
export async function buildEstate(db: Database, size: EstateSize, say: (text: string) => void): Promise<void> {
  await buildDictionaries(db, size);
  const months = [...eachMonth(size.period)];
  const next = async (): Promise<void> => {
    for (let month = months.shift(); month !== undefined; month = months.shift()) {
      await buildMonth(db, size, month);
      say(`${month} stored`);
    }
  };
  await Promise.all(Array.from({ length: BUILDERS }, next));
  await db.sql.unsafe("vacuum analyze");
}

async function buildDictionaries(db: Database, size: EstateSize): Promise<void> {
  const { sql } = db;
  await sql`insert into promoted_tag (key, reason) select unnest(${[...PROMOTED]}::text[]), 'configured'`;
  await sql.unsafe(`
    insert into source (name, provider, billing_account) select 'bench-' || p, p, p || '-payer' from unnest(array['aws','azure','gcp']) p;
    create unlogged table bench_resource as
    select r, hashint8(r) & 1023 as spread, r % ${ACCOUNTS} as account, (r / 7) % ${SERVICES} as service, (r / 11) % ${REGIONS} as region,
      ((r % ${ACCOUNTS}) * 3 + (r / 5) % 3) % ${TEAMS} as team, (r / 13) % ${OWNERS} as owner
    from generate_series(1, ${size.resources}) r;
    insert into billed_resource (id, digest, provider, resource_id, resource_name)
      select r, gen_random_uuid(), (array['aws','azure','gcp'])[account % 3 + 1], 'res-' || r, 'name-' || r from bench_resource;
    insert into tag_set (id, digest, tags, normalised)
      select distinct on (id) id, gen_random_uuid(), tags, tags from (select ${TAG_ID} as id,
        jsonb_build_object('team', 'team-' || team, 'env', (array['prod','dev','test','stage'])[account % 4 + 1], 'cost-center', 'cc-' || team / 2, 'owner', 'owner-' || owner) as tags from bench_resource where r % 10 <> 0) t;
    insert into attribute_set (id, digest, provider, kind, invoice_issuer_name, billing_account_id, billing_account_name, sub_account_id, sub_account_name, billing_currency,
        charge_category, service_category, service_name, region_id, pricing_category, consumed_unit)
      select distinct on (1) ${ATTRIBUTE_ID}, gen_random_uuid(), p, 'usage', p || ' Inc.', p || '-payer', 'Payer ' || p, 'acct-' || account, 'Account ' || account, 'USD',
        'Usage', 'Category ' || service % 6, p || ' service ' || service, p || '-region-' || region, 'Standard', 'Hours'
      from (select *, (array['aws','azure','gcp'])[account % 3 + 1] as p from bench_resource) b;
    insert into attribute_set (id, digest, provider, kind, billing_account_id, sub_account_id, billing_currency, charge_category, service_category, service_name)
      select 1000000 + account * 10 + k, gen_random_uuid(), p, kind, p || '-payer', 'acct-' || account, 'USD', category, 'Other', service
      from generate_series(0, ${ACCOUNTS - 1}) account, lateral (select (array['aws','azure','gcp'])[account % 3 + 1] as p) x,
        (values (1, 'tax', 'Tax', 'Tax'), (2, 'purchases', 'Purchase', 'Support (Business)'), (3, 'credits', 'Credit', 'Credits')) v(k, kind, category, service);
    create unlogged table bench_cost as
      select k, (k + 3) * 0.0123456789 as cost, (k + 3) * 0.015432098625 as list from generate_series(0, ${COSTS - 1}) k;
    create unlogged table bench_slice as
    select distinct attribute_set_id, tag_key, hashtextextended(attribute_set_id || ':' || coalesce(tag_key, '') || long, 5) as slice_id, long, team, cc, env from (
      select ${ATTRIBUTE_ID} as attribute_set_id, case when r % 10 <> 0 then team || ':' || account % 4 end as tag_key, false as long,
        case when r % 10 <> 0 then 'team-' || team end as team, case when r % 10 <> 0 then 'cc-' || team / 2 end as cc, case when r % 10 <> 0 then (array['prod','dev','test','stage'])[account % 4 + 1] end as env
      from bench_resource
      union all select id, null, kind <> 'credits', null, null, null from attribute_set where id >= 1000000) s;
    insert into cost_slice (id, digest, provider, billing_account_id, billing_account_name, sub_account_id, sub_account_name, service_category, service_name, region, charge_category, pricing_category, kind, currency, long, team, environment, tags)
      select slice_id, gen_random_uuid(), a.provider, a.billing_account_id, a.billing_account_name, a.sub_account_id, a.sub_account_name, a.service_category, a.service_name, a.region_id, a.charge_category, a.pricing_category, a.kind, 'USD', s.long, s.team, s.env,
        case when cc is null then '{}'::jsonb else jsonb_build_object('cost-center', cc) end
      from bench_slice s join attribute_set a on a.id = s.attribute_set_id;
    create unlogged table bench_charge as
      select b.r, ${ATTRIBUTE_ID} as attribute_set_id, case when r % 10 <> 0 then (b.team * 10000 + (b.account % 4) * 1000 + b.owner) end as tag_set_id, s.slice_id, b.spread, b.account % 3 as provider
      from bench_resource b join bench_slice s on s.attribute_set_id = ${ATTRIBUTE_ID} and s.tag_key is not distinct from case when r % 10 <> 0 then b.team || ':' || b.account % 4 end;
    analyze;`);
}

const ATTRIBUTE_ID = `(account * 1000 + service * 10 + region)`;
const TAG_ID = `(team * 10000 + (account % 4) * 1000 + owner)`;

async function buildMonth(db: Database, size: EstateSize, month: Month): Promise<void> {
  const days = intersect(monthPeriod(month), size.period);
  const first = firstDay(month);
  await db.sql.begin(async (sql) => {
    for (const table of ["charge", "cost_daily", "cost_resource_month"]) {
      await sql.unsafe(
        `create table ${table}_${month.replace("-", "_")} partition of ${table} for values from ('${first}') to ('${firstDay(addMonths(month, 1))}')`,
      );
    }
    await sql`insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint, files, cube_version, first_day, last_day)
      select id, 'focus', provider, billing_account, ${first}, 'snapshot', 'stored', ${month}, '[]', ${cubeVersion(DEFAULT_TAG_ALIAS_KEYS, PROMOTED)}, ${days.from}, ${addDays(days.to, -1)} from source`;
    await sql`insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
      select source_id, dataset, billing_account, billing_month, id from ingest_batch where billing_month = ${first}`;
    await sql.unsafe("set local work_mem = '256MB'");
    await sql.unsafe(`
      create temporary table month_batch on commit drop as select id, array_position(array['aws','azure','gcp'], provider) - 1 as provider from ingest_batch where billing_month = '${first}';
      insert into charge_${month.replace("-", "_")} (batch_id, billing_month, charge_day, charge_end, attribute_set_id, resource_ref, tag_set_id, source_rows, billed_cost, effective_cost, list_cost, contracted_cost, consumed_quantity)
        select m.id, '${first}', d.day, d.day + 1, b.attribute_set_id, b.r, b.tag_set_id, 24, c.cost, c.cost, c.list, c.cost, 24
        from (select d::date as day, extract(doy from d)::int * 17 + extract(isodow from d)::int * 31 as shift from generate_series('${days.from}'::date, '${addDays(days.to, -1)}'::date, '1 day') d) d
          cross join month_batch m join bench_charge b using (provider) join bench_cost c on c.k = (b.spread + d.shift) % ${COSTS}
        order by m.id, d.day;
      insert into charge_${month.replace("-", "_")} (batch_id, billing_month, charge_day, charge_end, attribute_set_id, source_rows, billed_cost, effective_cost, list_cost, contracted_cost)
        select m.id, '${first}', '${days.from}', case when k = 3 then '${days.from}'::date + 1 else '${days.to}'::date end, 1000000 + account * 10 + k, 1, amount, amount, amount, amount
        from generate_series(0, ${ACCOUNTS - 1}) account, (values (1, 812.25), (2, 100), (3, -41.5)) v(k, amount), month_batch m where m.provider = account % 3;
      create temporary table month_daily on commit drop as
        select c.batch_id, c.charge_day, coalesce(b.slice_id, s.slice_id) as slice_id, sum(source_rows)::bigint as source_rows, sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost, sum(list_cost) as list_cost, sum(contracted_cost) as contracted_cost
        from charge_${month.replace("-", "_")} c left join bench_charge b on b.r = c.resource_ref left join bench_slice s on s.attribute_set_id = c.attribute_set_id and c.resource_ref is null group by 1, 2, 3;
      insert into cost_daily select batch_id, '${first}', charge_day, slice_id, source_rows, billed_cost, effective_cost, list_cost, contracted_cost from month_daily order by 1, 3, 4;
      create temporary table month_total on commit drop as
        select batch_id, date_trunc('month', charge_day)::date as charge_day, slice_id, sum(source_rows)::bigint as source_rows, sum(billed_cost) as billed_cost, sum(effective_cost) as effective_cost, sum(list_cost) as list_cost, sum(contracted_cost) as contracted_cost
        from month_daily group by 1, 2, 3;
      insert into cost_resource_month select batch_id, '${first}', '${first}', coalesce(b.slice_id, s.slice_id), resource_ref, sum(source_rows), sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost)
        from charge_${month.replace("-", "_")} c left join bench_charge b on b.r = c.resource_ref left join bench_slice s on s.attribute_set_id = c.attribute_set_id and c.resource_ref is null group by 1, 4, 5;`);
    for (const cube of listCubes(PROMOTED)) await sql.unsafe(cubeSql(cube));
  });
}

const COLUMN: Readonly<Record<string, string>> = {
  "billing-account": "billing_account_id",
  "sub-account": "sub_account_id",
  "service-category": "service_category",
  service: "service_name",
  "charge-category": "charge_category",
  "charge-class": "charge_class",
  "pricing-category": "pricing_category",
};

function cubeSql(cube: Cube): string {
  const column = (dimension: Dimension): string =>
    tagKeyOf(dimension) === null ? `s.${COLUMN[dimension] ?? dimension}` : `(s.tags ->> '${tagKeyOf(dimension)}')`;
  const [key1 = "null::text", key2 = "null::text"] = cube.dimensions.map(column);
  return `insert into cost_cube select batch_id, '${cube.name}', charge_day, ${key1}, ${key2}, s.kind, s.currency, s.long, sum(source_rows), sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost)
    from ${cube.grain === "day" ? "month_daily" : "month_total"} d join cost_slice s on s.id = d.slice_id group by 1, 2, 3, 4, 5, 6, 7, 8`;
}

export const THROUGH = day("2026-11-20");

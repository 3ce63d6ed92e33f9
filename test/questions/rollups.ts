import { tagKeyOf, TAG_ALIASES, type Dimension, type TagAliasKeys } from "../../src/domain/dimension.ts";
import { listCubes, type Cube } from "../../src/store/cube-names.ts";
import { cubeVersion } from "../../src/store/cube-version.ts";
import type { SqlLike } from "../../src/store/db.ts";

const COSTS = "sum(source_rows), sum(billed_cost), sum(effective_cost), sum(list_cost), sum(contracted_cost)";
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const COLUMN: Readonly<Record<string, string>> = {
  provider: "provider",
  "billing-account": "billing_account_id",
  "sub-account": "sub_account_id",
  "service-category": "service_category",
  service: "service_name",
  region: "region",
  "charge-category": "charge_category",
  "charge-class": "charge_class",
  "pricing-category": "pricing_category",
  commitment: "commitment",
  invoice: "invoice",
};

function sliceColumn(dimension: Dimension): string {
  const key = tagKeyOf(dimension);
  return key === null ? `s.${COLUMN[dimension] ?? dimension}` : `(s.tags ->> ${text(key)})`;
}

/**
 * Slices, daily costs, resource months and cubes of every batch, by plain SQL from `charge`: an independent second
 * way to the rollups that ingest builds in DuckDB. Sets the batches' cube version.
 */
export async function buildRollups(sql: SqlLike, aliases: TagAliasKeys, promoted: readonly string[]): Promise<void> {
  for (const key of promoted)
    await sql`insert into promoted_tag (key, reason) values (${key}, 'configured') on conflict do nothing`;
  const value = (key: string): string => `nullif(t.normalised ->> ${text(key)}, '')`;
  const alias = TAG_ALIASES.map(
    (name) => `coalesce(${[...aliases[name].map(value), "null::text"].join(", ")}) as ${name}`,
  );
  const kept = promoted.flatMap((key) => [text(key), value(key)]);
  await sql.unsafe(`
    create temporary table keyed on commit drop as
    select *, hashtextextended(content::text, 0) as slice_id from (
      select c.*, jsonb_build_array(a.provider, a.billing_account_id, a.billing_account_name, a.sub_account_id, a.sub_account_name, a.service_category, a.service_name,
          coalesce(a.region_id, a.region_name), a.charge_category, a.charge_class, a.pricing_category, a.commitment_discount_id, a.commitment_discount_status, a.invoice_id,
          a.kind, coalesce(a.billing_currency, ''), c.charge_end - c.charge_day > 1, t.team, t.product, t.environment, t.kept) as content
      from charge c join attribute_set a on a.id = c.attribute_set_id
        left join lateral (select ${alias.join(", ")}, jsonb_strip_nulls(jsonb_build_object(${kept.join(", ")})) as kept from tag_set t where t.id = c.tag_set_id) t on true) keyed`);
  await sql.unsafe(`
    insert into cost_slice select distinct on (slice_id) slice_id, gen_random_uuid(), content->>0, content->>1, content->>2, content->>3, content->>4, content->>5, content->>6, content->>7,
      content->>8, content->>9, content->>10, content->>11, content->>12, content->>13, content->>14, content->>15, (content->>16)::boolean, content->>17, content->>18, content->>19,
      case jsonb_typeof(content->20) when 'object' then content->20 else '{}'::jsonb end
    from keyed on conflict do nothing`);
  await sql.unsafe(
    `insert into cost_daily select batch_id, billing_month, charge_day, slice_id, ${COSTS} from keyed group by 1, 2, 3, 4`,
  );
  await sql.unsafe(
    `insert into cost_resource_month select batch_id, billing_month, date_trunc('month', charge_day)::date, slice_id, resource_ref, ${COSTS} from keyed group by 1, 2, 3, 4, 5`,
  );
  for (const cube of listCubes(promoted)) await sql.unsafe(cubeSql(cube));
  await sql`update ingest_batch set cube_version = ${cubeVersion(aliases, promoted)}`;
}

function cubeSql(cube: Cube): string {
  const [key1 = "null::text", key2 = "null::text"] = cube.dimensions.map(sliceColumn);
  const period = cube.grain === "day" ? "charge_day" : "date_trunc('month', charge_day)::date";
  return `insert into cost_cube select batch_id, ${text(cube.name)}, ${period}, ${key1}, ${key2}, s.kind, s.currency, s.long, ${COSTS}
    from cost_daily d join cost_slice s on s.id = d.slice_id group by 1, 2, 3, 4, 5, 6, 7, 8`;
}

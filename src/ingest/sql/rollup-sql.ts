import { TAG_ALIASES, tagKeyOf, type Dimension, type TagAliasKeys } from "../../domain/dimension.ts";
import { listCubes, type CubeGrain } from "../../store/cube-names.ts";
import { quoteText } from "../formats/sql-text.ts";
import { COMPRESS_KEPT_SQL, KEPT_DATABASE, type StageDecimals } from "./stage-tables.ts";
import { digestSql, idSql } from "./dictionary-sql.ts";

/**
 * Rollups of one delivery, from DuckDB tables `charge`, `attribute_set` (by id) and `tag_set` (by id): the same
 * statements whether the charges come from a scan or are read back from the store for a rebuild.
 */
export type RollupOptions = {
  readonly aliases: TagAliasKeys;
  readonly promoted: readonly string[];
  /** Decimals of the charges' amounts. */
  readonly decimals: StageDecimals;
};

export const SLICE_COLUMNS = [
  "id",
  "digest",
  "provider",
  "billing_account_id",
  "billing_account_name",
  "sub_account_id",
  "sub_account_name",
  "service_category",
  "service_name",
  "region",
  "charge_category",
  "charge_class",
  "pricing_category",
  "commitment",
  "commitment_status",
  "invoice",
  "kind",
  "currency",
  "long",
  "team",
  "product",
  "environment",
  "tags",
] as const;

/** Slice columns that come from the attribute set, with where they come from. */
const FROM_ATTRIBUTES: Readonly<Record<string, string>> = {
  provider: "provider",
  billing_account_id: "billing_account_id",
  billing_account_name: "billing_account_name",
  sub_account_id: "sub_account_id",
  sub_account_name: "sub_account_name",
  service_category: "service_category",
  service_name: "service_name",
  region: "coalesce(region_id, region_name)",
  charge_category: "charge_category",
  charge_class: "charge_class",
  pricing_category: "pricing_category",
  commitment: "commitment_discount_id",
  commitment_status: "commitment_discount_status",
  invoice: "invoice_id",
  kind: "kind",
  currency: "coalesce(billing_currency, '')",
};

/** Where a dimension is in `cost_slice`. */
const SLICE_OF: Readonly<Record<string, string>> = {
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
  team: "team",
  product: "product",
  environment: "environment",
};

const COSTS = ["billed_cost", "effective_cost", "list_cost", "contracted_cost"];
const SUMS = ["sum(source_rows)::bigint as source_rows", ...COSTS.map((name) => `sum(${name}) as ${name}`)].join(", ");

/**
 * Tables cost_slice, cost_daily, cost_resource_month and cost_cube of the delivery in `charge`. `shares`: in how many
 * parts resources are summed, which bounds the memory that takes.
 */
export function rollupSql(options: RollupOptions, shares: number): string[] {
  const { aliases, promoted } = options;
  return [
    attributePartSql(),
    tagPartSql(aliases, promoted),
    sliceSql(),
    `create or replace view sliced as select c.*, s.id as slice_id
from (select charge_day, resource_ref, source_rows, ${COSTS.join(", ")}, charge_end > charge_day + 1 as long, a.part_id, coalesce(t.part_id, 0) as tag_part
  from charge left join attribute_part as a on a.id = attribute_set_id left join tag_part as t on t.id = tag_set_id) as c
join slice_part as s on s.attribute_part = c.part_id and s.tag_part = c.tag_part and s.long = c.long`,
    `create or replace table cost_daily as select charge_day, slice_id, ${SUMS} from sliced group by all`,
    ...resourceMonthSql(shares),
    createCubeSql(options.decimals),
    ...(["day", "month"] as const).flatMap((grain) => [dailySliceSql(grain), cubesSql(grain, promoted)]),
  ];
}

function resourceMonthSql(shares: number): string[] {
  const table = `${KEPT_DATABASE}.cost_resource_month`;
  const sums = (where: string): string =>
    `select date_trunc('month', charge_day)::date as charge_month, slice_id, resource_ref, ${SUMS} from sliced${where} group by all`;
  if (shares <= 1) return [`create or replace table ${table} as ${sums("")}`];
  return Array.from({ length: shares }, (_, index) => [
    `${index === 0 ? `create or replace table ${table} as` : `insert into ${table}`} ${sums(` where hash(resource_ref) % ${shares} = ${index}`)}`,
    COMPRESS_KEPT_SQL,
  ]).flat();
}

function attributePartSql(): string {
  const fields = Object.entries(FROM_ATTRIBUTES).map(([name, sql]) => `${sql} as ${name}`);
  return `create or replace table attribute_part as
select id, dense_rank() over (order by ${Object.keys(FROM_ATTRIBUTES).join(", ")}) as part_id, * exclude (id)
from (select distinct on (id) id, ${fields.join(", ")} from attribute_set)`;
}

/** Part 0 stands for "no tags". */
function tagPartSql(aliases: TagAliasKeys, promoted: readonly string[]): string {
  const value = (key: string): string => `m[${quoteText(key)}]`;
  const alias = TAG_ALIASES.map((name) => `${firstOf(aliases[name].map(value))} as ${name}`);
  const kept = promoted.map(
    (key) =>
      `case when ${value(key)} is not null then to_json(${quoteText(key)})::varchar || ':' || to_json(${value(key)})::varchar end`,
  );
  const tags = kept.length === 0 ? "'{}'" : `'{' || concat_ws(',', ${kept.join(", ")}) || '}'`;
  return `create or replace table tag_part as
select id, dense_rank() over (order by ${TAG_ALIASES.join(", ")}, tags) as part_id, ${TAG_ALIASES.join(", ")}, tags
from (select id, ${alias.join(", ")}, ${tags} as tags
  from (select distinct on (id) id, try_cast(normalised::json as map(varchar, varchar)) as m from tag_set where id is not null))`;
}

function firstOf(values: readonly string[]): string {
  return values.length === 0 ? "null::varchar" : `coalesce(${values.join(", ")})`;
}

/** `slice_part` finds the slice of a charge; `cost_slice` has each slice once. */
function sliceSql(): string {
  const attributes = Object.keys(FROM_ATTRIBUTES);
  const content = [...attributes, "long::varchar", ...TAG_ALIASES, "tags"].join(", ");
  return `create or replace table slice_part as
with used as (select distinct a.part_id as attribute_part, coalesce(t.part_id, 0) as tag_part, charge_end > charge_day + 1 as long
  from charge left join attribute_part as a on a.id = attribute_set_id left join tag_part as t on t.id = tag_set_id),
parts as (select * from (select distinct on (part_id) part_id, ${attributes.join(", ")} from attribute_part)),
tag_parts as (select distinct on (part_id) part_id, ${TAG_ALIASES.join(", ")}, tags from tag_part),
joined as (select attribute_part, tag_part, long, ${attributes.join(", ")}, ${TAG_ALIASES.join(", ")}, coalesce(tags, '{}') as tags
  from used join parts on parts.part_id = attribute_part left join tag_parts on tag_parts.part_id = tag_part)
select * exclude (content), ${idSql("content")} as id, ${digestSql("content")} as digest
from (select *, to_json([${content}])::varchar as content from joined)`;
}

function createCubeSql(decimals: StageDecimals): string {
  return `create or replace table cost_cube (cube varchar, period_start date, key1 varchar, key2 varchar, kind varchar, currency varchar,
  long boolean, source_rows bigint, ${COSTS.map((name) => `${name} decimal(38,${decimals})`).join(", ")})`;
}

/** The slices by day or by month, with their dimensions: what each cube is a smaller view of. */
function dailySliceSql(grain: CubeGrain): string {
  const period = grain === "day" ? "charge_day" : "date_trunc('month', charge_day)::date";
  const rows =
    grain === "day"
      ? `(select charge_day as period_start, * exclude (charge_day) from cost_daily)`
      : `(select ${period} as period_start, slice_id, ${SUMS} from cost_daily group by all)`;
  return `create or replace table daily_slice as select d.*, s.* exclude (id, digest), try_cast(s.tags::json as map(varchar, varchar)) as tag_map
from ${rows} as d join (select distinct on (id) * from slice_part) as s on s.id = d.slice_id`;
}

/** All cubes of one grain in one aggregate: each slice once for every cube, with that cube's one or two dimensions. */
function cubesSql(grain: CubeGrain, promoted: readonly string[]): string {
  const cubes = listCubes(promoted).filter((cube) => cube.grain === grain);
  const dimensions = [...new Set(cubes.flatMap((cube) => cube.dimensions))];
  const place = (dimension: Dimension | undefined): string =>
    dimension === undefined ? "null::integer" : String(dimensions.indexOf(dimension) + 1);
  const rows = cubes.map(
    (cube) => `(${quoteText(cube.name)}, ${place(cube.dimensions[0])}, ${place(cube.dimensions[1])})`,
  );
  return `insert into cost_cube
select name, period_start, values[first_key], values[second_key], kind, currency, long, ${SUMS}
from (select period_start, kind, currency, long, source_rows, ${COSTS.join(", ")}, [${dimensions.map(sliceColumn).join(", ")}] as values from daily_slice),
  (values ${rows.join(", ")}) as cube(name, first_key, second_key)
group by all`;
}

function sliceColumn(dimension: Dimension): string {
  const key = tagKeyOf(dimension);
  if (key !== null) return `tag_map[${quoteText(key)}]`;
  const column = SLICE_OF[dimension];
  if (column === undefined) throw new Error(`no slice column for ${dimension}`);
  return column;
}

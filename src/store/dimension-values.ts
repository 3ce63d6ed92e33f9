import type { Dimension } from "../domain/dimension.ts";
import { sliceDimension } from "./cost-dimension.ts";
import { conditionSql, createParams, withoutSql, type CostFilter } from "./cost-filter.ts";
import type { CostSnapshot } from "./cost-snapshot.ts";

/** Most values listed of one dimension: what did-you-mean and pickers look through. */
const VALUES_MAX = 2_000;

/** Values of a dimension within a filter (the access scope), with their names; resources by index only, never listed. */
export async function listDimensionValues(
  snapshot: CostSnapshot,
  dimension: Dimension,
  filter: CostFilter,
): Promise<string[]> {
  if (dimension === "resource") return [];
  const params = createParams();
  const { value, matches } = sliceDimension(dimension, params);
  const conditions = filter.conditions
    .filter((condition) => condition.dimension !== "resource")
    .map((condition) => conditionSql(condition, sliceDimension(condition.dimension, params), params));
  const where = [...conditions, withoutSql(filter.without, "s.kind") ?? "true"].join(" and ");
  const rows = await snapshot.sql.unsafe<{ value: string }[]>(
    `select distinct listed.value from cost_slice s cross join lateral (values ${[value, ...matches.slice(1)].map((one) => `(${one})`).join(", ")}) as listed(value)
      where listed.value is not null and ${where} order by 1 limit ${params.add(VALUES_MAX)}::int`,
    params.values as never[],
  );
  return rows.map((row) => row.value);
}

const NAMES: Partial<Record<Dimension, string>> = {
  "sub-account":
    "select distinct on (s.sub_account_id) s.sub_account_id as id, s.sub_account_name as name from cost_slice s where s.sub_account_id = any($1::text[]) and s.sub_account_name is not null order by 1, 2",
  "billing-account":
    "select distinct on (s.billing_account_id) s.billing_account_id as id, s.billing_account_name as name from cost_slice s where s.billing_account_id = any($1::text[]) and s.billing_account_name is not null order by 1, 2",
  resource:
    "select distinct on (lower(r.resource_id)) r.resource_id as id, r.resource_name as name from billed_resource r where lower(r.resource_id) = any(select lower(x) from unnest($1::text[]) x) and r.resource_name is not null order by lower(r.resource_id), 2",
};

/** Names of ids, for dimensions whose values are ids. Ids without a name, and names equal to the id, are left out. */
export async function loadNames(
  snapshot: CostSnapshot,
  dimension: Dimension,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const text = NAMES[dimension];
  if (text === undefined || ids.length === 0) return new Map();
  const rows = await snapshot.sql.unsafe<{ id: string; name: string }[]>(text, [ids as string[]] as never[]);
  return new Map(rows.filter((row) => row.id !== row.name).map((row) => [row.id, row.name]));
}

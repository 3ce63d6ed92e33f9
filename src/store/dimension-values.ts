import type { Dimension } from "../domain/dimension.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { sliceDimension } from "./cost-dimension.ts";
import { conditionSql, createParams, withoutSql, type CostFilter } from "./cost-filter.ts";
import type { CostSnapshot } from "./cost-snapshot.ts";
import { onSlices } from "./cost-sources.ts";

/** Most values listed of one dimension: what did-you-mean and pickers look through. */
const VALUES_MAX = 2_000;

/** Values of a dimension within a filter (the access scope), with their names; resources by index only, never listed. */
export async function listDimensionValues(
  snapshot: CostSnapshot,
  dimension: Dimension,
  filter: CostFilter,
): Promise<string[]> {
  // What the slices do not know cannot be cut to the filter, and is not listed.
  if (dimension === "resource" || !onSlices(snapshot, filter.conditions)) return [];
  const params = createParams();
  const { value, matches } = sliceDimension(dimension, params);
  const conditions = filter.conditions.map((condition) =>
    conditionSql(condition, sliceDimension(condition.dimension, params), params),
  );
  const where = [...conditions, withoutSql(filter.without, "s.kind") ?? "true"].join(" and ");
  const rows = await snapshot.sql.unsafe<{ value: string }[]>(
    `select distinct listed.value from cost_slice s cross join lateral (values ${[value, ...matches.slice(1)].map((one) => `(${one})`).join(", ")}) as listed(value)
      where listed.value is not null and ${where} order by 1 limit ${params.add(VALUES_MAX)}::int`,
    params.values,
  );
  return rows.map((row) => row.value);
}

/** The id and name columns of dimensions whose values are ids. */
const ACCOUNTS: Partial<Record<Dimension, string>> = {
  "sub-account": "sub_account",
  "billing-account": "billing_account",
};

/**
 * Names of ids, for dimensions whose values are ids. Ids without a name, and names equal to the id, are left out. A name
 * that only charges outside the access scope carry is not told.
 */
export async function loadNames(
  snapshot: CostSnapshot,
  dimension: Dimension,
  ids: readonly string[],
  scope: ScopeFilter,
): Promise<Map<string, string>> {
  const stem = ACCOUNTS[dimension];
  const resources = dimension === "resource";
  if (ids.length === 0 || (stem === undefined && !resources)) return new Map();
  if (!onSlices(snapshot, scope)) return new Map();
  const params = createParams();
  const wanted = `${params.add(ids)}::text[]`;
  const seen = scope.map((condition) => conditionSql(condition, sliceDimension(condition.dimension, params), params));
  const text = resources
    ? resourceNamesSql(wanted, seen)
    : `select distinct on (s.${stem}_id) s.${stem}_id as id, s.${stem}_name as name from cost_slice s
        where ${[`s.${stem}_id = any(${wanted})`, `s.${stem}_name is not null`, ...seen].join(" and ")} order by 1, 2`;
  const rows = await snapshot.sql.unsafe<{ id: string; name: string }[]>(text, params.values);
  return new Map(rows.filter((row) => row.id !== row.name).map((row) => [row.id, row.name]));
}

function resourceNamesSql(wanted: string, seen: readonly string[]): string {
  const inside = `exists (select 1 from cost_resource_month m join cost_slice s on s.id = m.slice_id
    where m.resource_ref = r.id and ${seen.join(" and ")})`;
  const where = [
    `lower(r.resource_id) = any(select lower(x) from unnest(${wanted}) x)`,
    "r.resource_name is not null",
    ...(seen.length === 0 ? [] : [inside]),
  ];
  return `select distinct on (lower(r.resource_id)) r.resource_id as id, r.resource_name as name from billed_resource r
    where ${where.join(" and ")} order by lower(r.resource_id), 2`;
}

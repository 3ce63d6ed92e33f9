import type { Condition } from "../domain/scope.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import { chargeDimension, readsTags, sliceDimension } from "./cost-dimension.ts";
import { conditionSql, createParams, type CostFilter, type Params } from "./cost-filter.ts";
import type { ActiveBatch, CostSnapshot } from "./cost-snapshot.ts";
import { cubeDimension } from "./cost-sql.ts";
import { cubeFor } from "./cube-names.ts";

/**
 * The batches that hold anything a filter lets through: which sources, rejects and open months an answer may name.
 * Judged condition by condition on the month rollups; a condition no rollup holds narrows nothing here.
 */
export async function batchesMatching(snapshot: CostSnapshot, filter: CostFilter): Promise<ActiveBatch[]> {
  let matching = [...snapshot.batches];
  for (const condition of filter.conditions) {
    if (matching.length === 0) break;
    const ids = condition.dimension === "provider" ? null : await batchIdsWith(snapshot, condition);
    if (condition.dimension === "provider")
      matching = matching.filter((batch) => passesProvider(condition, batch.provider));
    else if (ids !== null) matching = matching.filter((batch) => ids.has(batch.id));
  }
  return matching;
}

/**
 * The snapshot as somebody sees it who may see only `scope`: without the batches that hold nothing of it. Exact, since
 * what is left is what may be named: sources, their freshness, open months.
 */
export async function withinScope(snapshot: CostSnapshot, scope: ScopeFilter): Promise<CostSnapshot> {
  if (scope.length === 0) return snapshot;
  const likely = await batchesMatching(snapshot, { conditions: scope, without: [] });
  const [only] = scope;
  // One condition that a rollup holds was judged exactly; several may each be met by charges of their own.
  const judged = scope.length === 1 && only !== undefined && onSlices(snapshot, scope);
  if (judged || likely.length === 0) return { ...snapshot, batches: likely };
  const params = createParams();
  const wanted = `unnest(${params.add(likely.map((batch) => batch.id))}::bigint[], ${params.add(likely.map((batch) => batch.billingMonth))}::date[]) as wanted(id, month)`;
  const rows = await snapshot.sql.unsafe<{ id: string }[]>(
    `select wanted.id::text as id from ${wanted} where exists (${insideSql(snapshot, scope, params)})`,
    params.values,
  );
  const inside = new Set(rows.map((row) => row.id));
  return { ...snapshot, batches: likely.filter((batch) => inside.has(batch.id)) };
}

/** Whether `cost_slice` knows everything the conditions look at. */
export function onSlices(snapshot: CostSnapshot, scope: ScopeFilter): boolean {
  const { current, promoted } = snapshot.rollups;
  return scope.every(({ dimension }) => {
    if (dimension === "resource") return false;
    if (!readsTags(dimension)) return true;
    return current && (!dimension.startsWith("tag:") || promoted.includes(dimension.slice(4)));
  });
}

function insideSql(snapshot: CostSnapshot, scope: ScopeFilter, params: Params): string {
  if (onSlices(snapshot, scope)) {
    const conditions = scope.map((one) => conditionSql(one, sliceDimension(one.dimension, params), params));
    return `select 1 from cost_daily d where d.batch_id = wanted.id and d.billing_month = wanted.month
      and d.slice_id in (select s.id from cost_slice s where ${conditions.join(" and ")})`;
  }
  const conditions = scope.map((one) =>
    conditionSql(one, chargeDimension(one.dimension, snapshot.aliases, params), params),
  );
  return `select 1 from charge c join attribute_set a on a.id = c.attribute_set_id
    left join billed_resource r on r.id = c.resource_ref left join tag_set t on t.id = c.tag_set_id
    where c.batch_id = wanted.id and c.billing_month = wanted.month and ${conditions.join(" and ")}`;
}

function passesProvider(condition: Condition, provider: string): boolean {
  const named = condition.values.some((value) => value?.toLowerCase() === provider.toLowerCase());
  return named !== condition.negated;
}

async function batchIdsWith(snapshot: CostSnapshot, condition: Condition): Promise<Set<string> | null> {
  const { dimension } = condition;
  const usable =
    snapshot.rollups.current &&
    (!readsTags(dimension) || !dimension.startsWith("tag:") || snapshot.rollups.promoted.includes(dimension.slice(4)));
  const cube = usable ? cubeFor([dimension], "month", snapshot.rollups.promoted) : null;
  if (cube === null) return null;
  const params = createParams();
  const where = `c.cube = ${params.add(cube)} and ${conditionSql(condition, cubeDimension(dimension, dimension === "kind" ? "c.kind" : "c.key1"), params)}`;
  const rows = await snapshot.sql.unsafe<{ id: string }[]>(
    `select distinct c.batch_id::text as id from cost_cube c where ${where}`,
    params.values,
  );
  return new Set(rows.map((row) => row.id));
}

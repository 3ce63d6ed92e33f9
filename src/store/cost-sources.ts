import type { Condition } from "../domain/scope.ts";
import { readsTags } from "./cost-dimension.ts";
import { conditionSql, createParams, type CostFilter } from "./cost-filter.ts";
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
    params.values as never[],
  );
  return new Set(rows.map((row) => row.id));
}

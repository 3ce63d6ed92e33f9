import type { TagAliasKeys } from "../domain/dimension.ts";
import type { Day } from "../domain/period.ts";
import type { Rollups } from "./cost-plan.ts";
import { cubeVersion, hasTodaysLayout, loadPromotedTags } from "./cube-version.ts";
import type { Database, SqlLike } from "./db.ts";

/** A delivered month that readers see. */
export type ActiveBatch = {
  readonly id: string;
  readonly sourceId: string;
  readonly source: string;
  readonly provider: string;
  readonly billingAccount: string;
  readonly dataset: string;
  /** First day of the invoice month. */
  readonly billingMonth: Day;
  readonly firstDay: Day | null;
  readonly lastDay: Day | null;
  readonly rejects: number;
  readonly cubeVersion: string;
  readonly incomplete: string | null;
};

/** One consistent view of the store: everything an answer shows is read through it. */
export type CostSnapshot = {
  readonly sql: SqlLike;
  readonly batches: readonly ActiveBatch[];
  readonly rollups: Rollups;
  readonly aliases: TagAliasKeys;
};

/**
 * Runs `read` in one repeatable-read, read-only transaction: a flip between two statements of an answer is not seen.
 * JIT is off (it costs more than these statements) and plans are made for the values at hand.
 */
export async function withCostSnapshot<Result>(
  db: Database,
  aliases: TagAliasKeys,
  read: (snapshot: CostSnapshot) => Promise<Result>,
): Promise<Result> {
  const result = await db.sql.begin("isolation level repeatable read read only", async (sql) => {
    await sql.unsafe("set local jit = off; set local plan_cache_mode = force_custom_plan; set local work_mem = '64MB'");
    return { value: await read(await openSnapshot(sql, aliases)) };
  });
  return result.value;
}

/** The view inside a transaction the caller opened (repeatable read), with the settings of withCostSnapshot. */
export async function openSnapshot(sql: SqlLike, aliases: TagAliasKeys): Promise<CostSnapshot> {
  const [batches, promoted] = [await loadActiveBatches(sql), await loadPromotedTags(sql)];
  const version = cubeVersion(aliases, promoted);
  const current = batches.every((batch) => batch.cubeVersion === version);
  const sameLayout = batches.every((batch) => hasTodaysLayout(batch.cubeVersion));
  return { sql, batches, aliases, rollups: { promoted, current, sameLayout } };
}

async function loadActiveBatches(sql: SqlLike): Promise<ActiveBatch[]> {
  const rows = await sql<ActiveBatch[]>`
    select active.batch_id::text as id, active.source_id::text as "sourceId", source.name as source, batch.provider,
      active.billing_account as "billingAccount", active.dataset, active.billing_month as "billingMonth",
      batch.first_day as "firstDay", batch.last_day as "lastDay", batch.rows_rejected::int as rejects,
      batch.cube_version as "cubeVersion", active.incomplete
    from active_batch active
      join ingest_batch batch on batch.id = active.batch_id
      join source on source.id = active.source_id
    where active.visible
    order by active.batch_id`;
  return [...rows];
}

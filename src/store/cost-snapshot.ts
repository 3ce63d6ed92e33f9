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

/** Usage rows a day of each batch. A batch that readers see never changes, so what was counted once stays true. */
export type UsageDays = Map<string, ReadonlyMap<Day, number>>;

/** One consistent view of the store: everything an answer shows is read through it. */
export type CostSnapshot = {
  readonly sql: SqlLike;
  /** What is known of the batches already; data-through.ts fills it. */
  readonly usageDays: UsageDays;
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
  const usageDays = usageDaysOf(db);
  const result = await db.sql.begin("isolation level repeatable read read only", async (sql) => {
    // Sent with the statements that follow: an answer waits for the database as seldom as it can.
    const settings = sql.unsafe(SETTINGS);
    const [snapshot] = await Promise.all([openSnapshot(sql, aliases, usageDays), settings]);
    return { value: await read(snapshot) };
  });
  return result.value;
}

const SETTINGS = "set local jit = off; set local plan_cache_mode = force_custom_plan; set local work_mem = '64MB'";

const usageDaysByDatabase = new WeakMap<Database, UsageDays>();
/** Batches remembered: a hundred sources for four years. Beyond that counting begins anew. */
const BATCHES_KEPT_MAX = 5_000;

function usageDaysOf(db: Database): UsageDays {
  const known = usageDaysByDatabase.get(db);
  if (known !== undefined && known.size <= BATCHES_KEPT_MAX) return known;
  const usageDays: UsageDays = new Map();
  usageDaysByDatabase.set(db, usageDays);
  return usageDays;
}

/** The view inside a transaction the caller opened (repeatable read), with the settings of withCostSnapshot. */
export async function openSnapshot(
  sql: SqlLike,
  aliases: TagAliasKeys,
  usageDays: UsageDays = new Map(),
): Promise<CostSnapshot> {
  const [batches, promoted] = await Promise.all([loadActiveBatches(sql), loadPromotedTags(sql)]);
  const version = cubeVersion(aliases, promoted);
  const current = batches.every((batch) => batch.cubeVersion === version);
  const sameLayout = batches.every((batch) => hasTodaysLayout(batch.cubeVersion));
  return { sql, usageDays, batches, aliases, rollups: { promoted, current, sameLayout } };
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

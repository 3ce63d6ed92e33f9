import { AppError } from "../domain/errors.ts";
import { OVERLAP_REMEDY, overlappingMonths, overlapText } from "./batches-overlap.ts";
import type { Batch, DeliveryKey } from "./batches.ts";
import type { Sql, SqlLike } from "./db.ts";

/**
 * The flip: one short transaction after which readers see another batch of a delivery key. Before it nothing is
 * visible, after it everything is. A worker whose lease was taken over is fenced by the epoch.
 */
export type Flip = {
  readonly key: DeliveryKey;
  readonly provider: string;
  readonly batchId: string;
  readonly epoch: string;
  /** What the load was compared with; another batch there now means somebody else flipped meanwhile. */
  readonly replaces: string | null;
  /** Whether the same month from another export gives way (--replace); otherwise such a month refuses the flip. */
  readonly takesOver: boolean;
  /** Runs inside the transaction, before its commit (tests). */
  readonly beforeCommit?: () => void;
};

/** Any constant: the first of the two numbers of the lock. */
const OVERLAP_LOCK = 7_316_219;

/** Makes a loaded batch the visible one. Throws AppError("conflict") when the lease or the base was lost. */
export async function flipBatch(sql: Sql, flip: Flip): Promise<void> {
  await sql.begin(async (tx) => {
    await checkEpoch(tx, flip.key.sourceId, flip.epoch);
    const { key } = flip;
    const current = await lockActive(tx, key);
    if (current !== flip.replaces) {
      throw new AppError("conflict", "Another load of the same bill finished first.", {
        remedy: "Run the ingest again.",
      });
    }
    await tx`insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
      values (${key.sourceId}, ${key.dataset}, ${key.billingAccount}, ${key.billingMonth}, ${flip.batchId})
      on conflict (source_id, dataset, billing_account, billing_month) do update set batch_id = excluded.batch_id`;
    await tx`update ingest_batch set status = 'superseded' where id = ${current} and status = 'stored'`;
    const taken = await takeOver(tx, flip);
    await tx`update ingest_batch set status = 'stored', reason = null, flipped_at = now(), replaces = ${current}, took_over = ${taken}::bigint[]
      where id = ${flip.batchId}`;
    await settleMonth(tx, key);
    await tx`select pg_notify('finops_flip', ${flip.batchId})`;
    flip.beforeCommit?.();
  });
}

/** Undoes a flip: what it replaced and what it took over is visible again, or nothing. Returns those batches' ids. */
export async function rollbackFlip(sql: Sql, batch: Batch): Promise<string[]> {
  return sql.begin(async (tx) => {
    const current = await lockActive(tx, batch);
    if (current !== batch.id) {
      throw new AppError("conflict", `Batch ${batch.id} is not the one shown now.`, {
        remedy: "See `finops batches`.",
      });
    }
    const hidden = await tx<{ id: string }[]>`
      select unnest(took_over)::text as id from ingest_batch where id = ${batch.id} order by 1`;
    const before = [...(batch.replaces === null ? [] : [batch.replaces]), ...hidden.map(({ id }) => id)];
    const key = tx`source_id = ${batch.sourceId} and dataset = ${batch.dataset} and billing_account = ${batch.billingAccount} and billing_month = ${batch.billingMonth}`;
    await tx`delete from active_batch where ${key}`;
    await tx`update ingest_batch set status = 'rolled-back' where id = ${batch.id}`;
    for (const id of before) await showAgain(tx, id, batch.id);
    await settleMonth(tx, batch);
    await tx`select pg_notify('finops_flip', ${batch.id})`;
    return before;
  });
}

/** Makes a batch that gave way to `instead` the visible one of its key again. */
async function showAgain(tx: SqlLike, id: string, instead: string): Promise<void> {
  const rows = await tx<{ source: string; dataset: string; account: string; month: string }[]>`
    update ingest_batch set status = 'stored' where id = ${id} and status = 'superseded'
    returning source_id::text as source, dataset, billing_account as account, billing_month::text as month`;
  const [row] = rows;
  if (row === undefined) {
    throw new AppError("conflict", `Batch ${id}, which batch ${instead} replaced, has been cleaned up.`, {
      remedy: "Ingest its files again instead.",
    });
  }
  const key = { sourceId: row.source, dataset: row.dataset, billingAccount: row.account, billingMonth: row.month };
  await tx`insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
    values (${row.source}, ${row.dataset}, ${row.account}, ${row.month}, ${id})`;
  await settleMonth(tx, key);
}

/** Locks the lease row too: a takeover waits for the flip, or the flip sees it. */
async function checkEpoch(tx: SqlLike, sourceId: string, epoch: string): Promise<void> {
  const rows = await tx<
    { epoch: string }[]
  >`select epoch::text from ingest_lease where source_id = ${sourceId} for update`;
  if (rows[0]?.epoch === epoch) return;
  throw new AppError("conflict", "This ingest was silent for too long and another worker took over.", {
    remedy: "Nothing was changed by this one. See `finops batches`.",
  });
}

async function lockActive(tx: SqlLike, key: DeliveryKey): Promise<string | null> {
  const rows = await tx<{ batch_id: string }[]>`select batch_id::text from active_batch
    where source_id = ${key.sourceId} and dataset = ${key.dataset} and billing_account = ${key.billingAccount}
      and billing_month = ${key.billingMonth} for update`;
  return rows[0]?.batch_id ?? null;
}

/**
 * Takes out of sight what others show of this month: a source that handed its scope over and, if the flip `takesOver`,
 * another export of the same bill. Returns their batches. Throws AppError("conflict") where it may not.
 */
async function takeOver(tx: SqlLike, flip: Flip): Promise<string[]> {
  // Sources of one account under two names have a lease each: only one of them may look at a month at a time.
  await tx`select pg_advisory_xact_lock(${OVERLAP_LOCK}, hashtext(${`${flip.provider} ${flip.key.billingMonth}`}))`;
  const others = await overlappingMonths(tx, flip.provider, flip.key);
  const [kept] = others.filter((other) => !other.handedOver);
  if (kept !== undefined && !flip.takesOver)
    throw new AppError("conflict", overlapText(flip.key, kept), { remedy: OVERLAP_REMEDY });
  const ids = others.map(({ batch }) => batch);
  await tx`delete from active_batch where batch_id = any(${ids}::bigint[])`;
  await tx`update ingest_batch set status = 'superseded' where id = any(${ids}::bigint[]) and status = 'stored'`;
  return ids;
}

/** Azure: amortised usage stands in for actual usage; a month with one of the two exports is not whole. */
async function settleMonth(tx: SqlLike, key: DeliveryKey): Promise<void> {
  await tx`with month as (
      select bool_or(dataset = 'azure-amortized') as amortized, bool_or(dataset in ('azure-actual', 'azure-actual-usage')) as actual
      from active_batch where source_id = ${key.sourceId} and billing_account = ${key.billingAccount} and billing_month = ${key.billingMonth}
        and dataset in ('azure-actual', 'azure-actual-usage', 'azure-amortized'))
    update active_batch a set
      visible = not (a.dataset = 'azure-actual-usage' and month.amortized),
      incomplete = case when month.amortized and not month.actual then ${INCOMPLETE.actual}
        when month.actual and not month.amortized then ${INCOMPLETE.amortized} end
    from month
    where a.source_id = ${key.sourceId} and a.billing_account = ${key.billingAccount} and a.billing_month = ${key.billingMonth}
      and a.dataset in ('azure-actual', 'azure-actual-usage', 'azure-amortized')`;
}

export const INCOMPLETE = {
  actual: "The actual-cost export of this month is not here yet: commitment purchases are missing.",
  amortized: "The amortized export of this month is not here yet: commitment usage is shown as billed.",
} as const;

import type { DeliveryKey } from "./batches.ts";
import type { SqlLike } from "./db.ts";

/** Charge days and sub-accounts ('' = none) a stored batch has, from its rollups. */
export async function loadCoverage(
  sql: SqlLike,
  batchId: string,
): Promise<{ days: Set<string>; subAccounts: Set<string> }> {
  const rows = await sql<{ day: string; account: string }[]>`
    select distinct period_start::text as day, coalesce(key1, '') as account from cost_cube
    where batch_id = ${batchId} and cube = 'day:sub-account'`;
  return { days: new Set(rows.map((row) => row.day)), subAccounts: new Set(rows.map((row) => row.account)) };
}

/** Batches of a key that were held give way to one that is shown. */
export async function releaseHeld(sql: SqlLike, key: DeliveryKey, shown: string): Promise<void> {
  await sql`update ingest_batch set status = 'superseded'
    where source_id = ${key.sourceId} and dataset = ${key.dataset} and billing_account = ${key.billingAccount}
      and billing_month = ${key.billingMonth} and status = 'held' and id <> ${shown}`;
}

/** What `active_batch` says is still missing of these batches' months. */
export async function loadIncomplete(sql: SqlLike, batchIds: readonly string[]): Promise<Map<string, string>> {
  if (batchIds.length === 0) return new Map();
  const rows = await sql<{ id: string; incomplete: string }[]>`
    select batch_id::text as id, incomplete from active_batch where incomplete is not null and batch_id = any(${batchIds}::bigint[])`;
  return new Map(rows.map((row) => [row.id, row.incomplete]));
}

import type { Sql } from "./db.ts";

const TABLES = [
  "charge",
  "usage_hour",
  "cost_daily",
  "cost_resource_month",
  "cost_cube",
  "ingest_reject",
  "ingest_row",
] as const;

/**
 * Deletes the rows of batches nobody can come back to: failed, rolled back, and superseded ones but the last of
 * each delivery (kept for `rollback`). The batch row stays, as history. Returns the ids cleaned up.
 */
export async function reapBatches(sql: Sql, limit: number): Promise<string[]> {
  const done: string[] = [];
  while (done.length < limit) {
    const id = await reapOne(sql);
    if (id === null) break;
    done.push(id);
  }
  return done;
}

async function reapOne(sql: Sql): Promise<string | null> {
  return sql.begin(async (tx) => {
    const rows = await tx<{ id: string; billing_month: string }[]>`
      select b.id::text, b.billing_month::text from ingest_batch b
      where (b.status in ('failed', 'rolled-back')
          or (b.status = 'superseded' and not exists (select 1 from ingest_batch s where (s.replaces = b.id or b.id = any(s.took_over)) and s.status = 'stored')))
        and not exists (select 1 from active_batch a where a.batch_id = b.id)
      order by b.id limit 1 for update of b skip locked`;
    const [row] = rows;
    if (row === undefined) return null;
    for (const table of TABLES) {
      const partitioned = table !== "cost_cube" && table !== "ingest_reject" && table !== "ingest_row";
      await (partitioned
        ? tx`delete from ${tx(table)} where batch_id = ${row.id} and billing_month = ${row.billing_month}`
        : tx`delete from ${tx(table)} where batch_id = ${row.id}`);
    }
    await tx`update ingest_batch set status = 'reaped', reaped_at = now() where id = ${row.id}`;
    return row.id;
  });
}

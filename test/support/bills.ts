import type { Sql } from "../../src/store/db.ts";

/** A source that delivered at the given instants (ISO texts), without any charges: for freshness and status. */
export async function insertDeliveries(
  sql: Sql,
  input: { source: string; at: readonly string[]; lastDay?: string },
): Promise<string> {
  const [source] = await sql<{ id: string }[]>`
    insert into source (name, provider, billing_account) values (${input.source}, 'aws', '111')
    on conflict (name) do update set removed_at = null returning id::text as id`;
  const id = source?.id ?? "";
  for (const at of input.at) {
    const [batch] = await sql<{ id: string }[]>`
      insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint, files,
        cube_version, last_day, flipped_at)
      values (${id}::bigint, 'focus', 'aws', '111', '2026-11-01', 'snapshot', 'stored', ${at}, '[]', 'x',
        ${input.lastDay ?? at.slice(0, 10)}, ${at}) returning id::text as id`;
    await sql`
      insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
      values (${id}::bigint, 'focus', '111', '2026-11-01', ${batch?.id ?? ""}::bigint)
      on conflict (source_id, dataset, billing_account, billing_month) do update set batch_id = excluded.batch_id`;
  }
  return id;
}

import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

import { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";

import type { SqlLike } from "./db.ts";
import { lowerBackendPriority } from "./lower-priority.ts";

/** Batches that can be shown (now, after a rollback, or once released) whose rollups are of another version. */
export async function loadStaleBatches(
  sql: SqlLike,
  version: string,
): Promise<{ id: string; billingMonth: string; rows: number }[]> {
  const rows = await sql<{ id: string; billing_month: string; rows_stored: string }[]>`
    select id::text, billing_month::text, rows_stored::text from ingest_batch
    where status in ('stored', 'superseded', 'held') and cube_version <> ${version}
    order by status = 'stored' desc, billing_month desc, id`;
  return rows.map((row) => ({ id: row.id, billingMonth: row.billing_month, rows: Number(row.rows_stored) }));
}

/** Copies what a query answers into a CSV file (no header, unquoted empty = null), as one snapshot per call. */
export async function copyQuery(client: Client, query: string, path: string): Promise<void> {
  await pipeline(
    client.query(copyTo(`copy (${query}) to stdout (format csv)`)),
    createWriteStream(path, { mode: 0o600 }),
  );
}

/** Opens a connection for reading charges back. */
export async function openReader(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: "finops-rollups" });
  client.on("error", () => undefined);
  await client.connect();
  await lowerBackendPriority(client);
  await client.query("set timezone = 'UTC'");
  return client;
}

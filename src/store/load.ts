import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

import { AppError } from "../domain/errors.ts";
import { addMonths, firstDay, month } from "../domain/period.ts";
import type { Sql } from "./db.ts";

/**
 * Bulk loading by COPY, on a connection of its own (`pg`: COPY of postgres.js hangs on a server error).
 * Commits are asynchronous: everything loaded is invisible until the flip, whose synchronous commit also makes the
 * earlier ones durable (one write-ahead log, in order).
 */
export type Loader = {
  /** Copies a CSV file (no header, unquoted empty = null) into a table. Returns the rows written. */
  readonly copy: (table: string, columns: readonly string[], path: string) => Promise<number>;
  /**
   * Copies a dictionary: rows whose id is there already are left alone. Throws AppError("internal") when such a row
   * has another digest, that is when two contents share an id.
   */
  readonly copyDictionary: (table: string, columns: readonly string[], path: string) => Promise<void>;
  /** Puts new rollups of a batch in the place of its old ones, in one transaction. */
  readonly replaceRollups: (
    batch: { readonly id: string; readonly billingMonth: string },
    version: string,
    tables: readonly { readonly table: string; readonly columns: readonly string[]; readonly path: string }[],
  ) => Promise<void>;
  readonly close: () => Promise<void>;
};

const CONNECT_TIMEOUT_MS = 10_000;

/** Opens the loading connection. */
export async function openLoader(url: string): Promise<Loader> {
  const client = new Client({
    connectionString: url,
    application_name: "finops-load",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A connection that dies while idle must not take the process down; the next statement reports it.
  client.on("error", () => undefined);
  await client.connect();
  await client.query(
    "set synchronous_commit = off; set timezone = 'UTC'; set work_mem = '32MB'; set maintenance_work_mem = '64MB'",
  );
  const copy = (table: string, columns: readonly string[], path: string): Promise<number> =>
    copyFile(client, table, columns, path);
  return {
    copy,
    copyDictionary: (table, columns, path) => copyDictionary(client, table, columns, path),
    replaceRollups: async (batch, version, tables) => {
      await client.query("begin");
      try {
        // A reaper that took the batch meanwhile has changed its status: nothing to do then.
        const found = await client.query(
          "select 1 from ingest_batch where id = $1 and status in ('stored', 'superseded', 'held') for update",
          [batch.id],
        );
        if (found.rowCount === 1) {
          for (const { table, columns, path } of tables) {
            await client.query(`delete from ${table} where batch_id = $1`, [batch.id]);
            await copy(table, columns, path);
          }
          await client.query("update ingest_batch set cube_version = $2 where id = $1", [batch.id, version]);
        }
        await client.query("commit");
      } catch (error) {
        await client.query("rollback");
        throw error;
      }
    },
    close: () => client.end(),
  };
}

async function copyFile(client: Client, table: string, columns: readonly string[], path: string): Promise<number> {
  if ((await stat(path)).size === 0) return 0;
  const target = client.query(copyFrom(`copy ${table} (${columns.join(", ")}) from stdin (format csv)`));
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), target);
  } catch (error) {
    throw new AppError(
      "internal",
      `Storing ${table} failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  return target.rowCount;
}

async function copyDictionary(client: Client, table: string, columns: readonly string[], path: string): Promise<void> {
  const staged = `loading_${table}`;
  await client.query(`create temporary table if not exists ${staged} (like ${table})`);
  await client.query(`truncate ${staged}`);
  const rows = await copyFile(client, staged, columns, path);
  if (rows === 0) return;
  // By id, so that two loads at once wait for each other instead of locking each other out.
  const inserted = await client.query(
    `insert into ${table} (${columns.join(", ")}) select ${columns.join(", ")} from ${staged} order by id on conflict (id) do nothing`,
  );
  if (inserted.rowCount !== rows) {
    const clash = await client.query<{ id: string }>(
      `select id::text from ${staged} join ${table} using (id) where ${staged}.digest <> ${table}.digest limit 1`,
    );
    if (clash.rows.length > 0) {
      throw new AppError("internal", `Two different entries of ${table} share the id ${clash.rows[0]?.id ?? ""}.`, {
        remedy: "The load was refused and nothing changed. Please report this.",
      });
    }
  }
  await client.query(`truncate ${staged}`);
}

const PARTITIONED = ["charge", "usage_hour", "cost_daily", "cost_resource_month"] as const;
const PARTITION_LOCK = 7_316_202;

/** Makes sure the billing month has its partitions. Attached, not created in place, so that readers are not blocked. */
export async function ensurePartitions(sql: Sql, billingMonth: string): Promise<void> {
  const suffix = billingMonth.slice(0, 7).replace("-", "_");
  const known = await sql<{ n: string }[]>`
    select count(*)::text as n from pg_class where relkind = 'r' and relname = any(${PARTITIONED.map((table) => `${table}_${suffix}`)})`;
  if (Number(known[0]?.n) === PARTITIONED.length) return;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${PARTITION_LOCK})`;
    for (const table of PARTITIONED) {
      const name = `${table}_${suffix}`;
      const there = await tx`select 1 from pg_class where relkind = 'r' and relname = ${name}`;
      if (there.length > 0) continue;
      await tx.unsafe(`create table ${name} (like ${table} including defaults including constraints)`);
      await tx.unsafe(
        `alter table ${table} attach partition ${name} for values from ('${billingMonth}') to ('${nextMonth(billingMonth)}')`,
      );
    }
  });
}

function nextMonth(firstDayOfMonth: string): string {
  return firstDay(addMonths(month(firstDayOfMonth.slice(0, 7)), 1));
}

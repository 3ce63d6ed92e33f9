import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

import { AppError } from "../domain/errors.ts";
import { addMonths, firstDay, month } from "../domain/period.ts";
import type { Sql } from "./db.ts";
import { lowerBackendPriority } from "./lower-priority.ts";

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
  await lowerBackendPriority(client);
  await client.query(
    "set synchronous_commit = off; set timezone = 'UTC'; set work_mem = '32MB'; set maintenance_work_mem = '64MB'",
  );
  const copy = (table: string, columns: readonly string[], path: string): Promise<number> =>
    copyFile(client, table, columns, path);
  return {
    copy,
    copyDictionary: (table, columns, path) => copyDictionary(client, table, columns, path),
    replaceRollups: async (batch, version, tables) => {
      await inTransaction(client, async () => {
        // A reaper that took the batch meanwhile has changed its status: nothing to do then.
        const found = await client.query(
          "select 1 from ingest_batch where id = $1 and status in ('stored', 'superseded', 'held') for update",
          [batch.id],
        );
        if (found.rowCount !== 1) return;
        for (const { table, columns, path } of tables) {
          await client.query(`delete from ${table} where batch_id = $1`, [batch.id]);
          await copy(table, columns, path);
        }
        await client.query("update ingest_batch set cube_version = $2 where id = $1", [batch.id, version]);
      });
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

/**
 * Indexes of a dictionary beside its primary key. They are made after the rows on the first load: sorting a million
 * texts takes a quarter of the time that a million insertions at random places of a tree take.
 */
const LATER_INDEXES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  billed_resource: {
    billed_resource_by_id: "lower(resource_id)",
    billed_resource_by_name: "lower(resource_name)",
  },
};

async function copyDictionary(client: Client, table: string, columns: readonly string[], path: string): Promise<void> {
  if ((await stat(path)).size === 0) return;
  if (await isEmpty(client, table)) await dropLaterIndexes(client, table);
  if (await copyFirst(client, table, columns, path)) return;
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

/**
 * Copies into a dictionary that has no rows, where none can be there already, and makes the indexes it lacks (also
 * those a load that was killed here did not get to). Writers wait meanwhile, readers do not. False when there are rows.
 */
async function copyFirst(client: Client, table: string, columns: readonly string[], path: string): Promise<boolean> {
  const missing = await missingIndexes(client, table);
  const first = await isEmpty(client, table);
  if (!first && missing.length === 0) return false;
  return inTransaction(client, async () => {
    await client.query(`lock table ${table} in share row exclusive mode`);
    const empty = await isEmpty(client, table);
    if (empty) await copyFile(client, table, columns, path);
    for (const name of await missingIndexes(client, table))
      await client.query(`create index ${name} on ${table} (${LATER_INDEXES[table]?.[name] ?? ""})`);
    return empty;
  });
}

const LOCK_NOT_AVAILABLE = "55P03";

/** Takes the later indexes off a dictionary without rows. Given up at once when somebody is reading it. */
async function dropLaterIndexes(client: Client, table: string): Promise<void> {
  const names = Object.keys(LATER_INDEXES[table] ?? {});
  if (names.length === 0) return;
  try {
    await inTransaction(client, async () => {
      await client.query("set local lock_timeout = '200ms'");
      await client.query(`lock table ${table} in access exclusive mode`);
      if (await isEmpty(client, table)) await client.query(`drop index if exists ${names.join(", ")}`);
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
  }
}

async function isEmpty(client: Client, table: string): Promise<boolean> {
  return (await client.query(`select 1 from ${table} limit 1`)).rows.length === 0;
}

async function missingIndexes(client: Client, table: string): Promise<string[]> {
  const names = Object.keys(LATER_INDEXES[table] ?? {});
  if (names.length === 0) return names;
  const found = await client.query<{ name: string }>(
    "select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1::regclass",
    [table],
  );
  return names.filter((name) => found.rows.every((row) => row.name !== name));
}

async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
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

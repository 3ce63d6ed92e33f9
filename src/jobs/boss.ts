import { PgBoss, type Db } from "pg-boss";
import type { Logger } from "pino";

import type { Sql, SqlLike } from "../store/db.ts";

const SCHEMA = "pgboss";
const SUPERVISE_SECONDS = 15;
const MAINTENANCE_SECONDS = 6 * 3600;

/**
 * pg-boss on our raw client. Its own drizzle adapter fails on a fresh schema (docs/adr, checked by running), so
 * statements reach Postgres through this: texts that open a transaction need one connection for all their parts.
 */
export function bossDatabase(sql: Sql): Db {
  return {
    executeSql: (text, values) =>
      /^\s*begin\b/i.test(text) ? onOneConnection(sql, text, values) : execute(sql, text, values),
    listen: async (channel, onNotification, onReconnect) => {
      const listening = await sql.listen(channel, onNotification, onReconnect);
      return { close: () => listening.unlisten() };
    },
  };
}

/** For `boss.send(…, { db })` inside a transaction of ours: it commits and rolls back with it. */
export function bossTransaction(tx: SqlLike): Db {
  return { executeSql: (text, values) => execute(tx, text, values) };
}

/** A queue that is not started. Errors of its upkeep are logged, never thrown at the process. */
export function createBoss(sql: Sql, log: Logger): PgBoss {
  const boss = new PgBoss({
    db: bossDatabase(sql),
    // croner and schedule_run decide what is due: its own cron would be a second truth.
    schedule: false,
    useListenNotify: true,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: MAINTENANCE_SECONDS,
    monitorVacuum: false,
    reindex: false,
    schema: SCHEMA,
  });
  boss.on("error", (error) => log.warn({ err: error }, "queue upkeep failed, trying again"));
  boss.on("warning", (warning) => log.debug({ warning: warning.message }, "queue"));
  return boss;
}

type Rows = { rows: unknown[] };

async function execute(sql: SqlLike, text: string, values?: unknown[]): Promise<Rows> {
  const result: unknown = await sql.unsafe(text, values);
  return { rows: flatten(result) };
}

async function onOneConnection(sql: Sql, text: string, values?: unknown[]): Promise<Rows> {
  const connection = await sql.reserve();
  try {
    return { rows: flatten(await connection.unsafe(text, values)) };
  } catch (error) {
    await connection.unsafe("rollback").catch(() => undefined);
    throw error;
  } finally {
    connection.release();
  }
}

/** Several statements answer with a list of results; pg-boss wants their rows in one. */
function flatten(result: unknown): unknown[] {
  if (!Array.isArray(result)) return [];
  return Array.isArray(result[0]) ? result.flat() : [...(result as unknown[])];
}

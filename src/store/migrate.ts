import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { AppError } from "../domain/errors.ts";
import type { Sql } from "./db.ts";

const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations/", import.meta.url));
/** Any constant: all processes take the same advisory lock, so two starting at once migrate once. */
const MIGRATION_LOCK = 7_316_201;

/**
 * Applies the numbered SQL files not yet applied, in order, each in a transaction.
 * Returns the names applied. Refuses a database that is ahead of this code.
 */
export async function migrate(sql: Sql, folder: string = MIGRATIONS_FOLDER): Promise<string[]> {
  const names = await migrationNames(folder);
  const connection = await sql.reserve();
  try {
    await connection`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await connection`create table if not exists migration (name text primary key, applied_at timestamptz not null default now())`;
    const rows = await connection<{ name: string }[]>`select name from migration`;
    const applied = new Set(rows.map((row) => row.name));
    refuseNewerDatabase(applied, names);
    const pending = names.filter((name) => !applied.has(name));
    for (const name of pending) {
      const text = await readFile(`${folder}/${name}`, "utf8");
      await connection.unsafe(`begin;\n${text}\n;insert into migration (name) values ('${name}');\ncommit;`);
    }
    return pending;
  } catch (error) {
    await connection`rollback`.catch(() => undefined);
    throw error;
  } finally {
    await connection`select pg_advisory_unlock(${MIGRATION_LOCK})`.catch(() => undefined);
    connection.release();
  }
}

/** Names of migrations this code has and the database has not, in order. */
export async function pendingMigrations(sql: Sql, folder: string = MIGRATIONS_FOLDER): Promise<string[]> {
  const names = await migrationNames(folder);
  const rows = await sql<{ name: string }[]>`select name from migration`;
  return names.filter((name) => !rows.some((row) => row.name === name));
}

async function migrationNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
}

function refuseNewerDatabase(applied: ReadonlySet<string>, names: readonly string[]): void {
  const unknown = [...applied].filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new AppError("conflict", `The database was migrated by a newer version (${unknown.join(", ")}).`, {
    remedy: "Run that version, or restore a backup made before it.",
  });
}

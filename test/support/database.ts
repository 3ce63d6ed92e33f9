import { randomBytes } from "node:crypto";

import postgres from "postgres";
import { inject } from "vitest";

import { openDatabase, type Database } from "../../src/store/db.ts";

/** A migrated database of its own, empty unless cloned from one that is not. `close` drops it. */
export type TestDatabase = Database & {
  readonly name: string;
  /** Ends the connections and leaves the database, for others to be cloned from. */
  readonly leave: () => Promise<void>;
};

/**
 * Clones the migrated template, or a database a suite has filled and left. Call in beforeAll (or in a test) and
 * `await db.close()` after. `connectionsMax` as in openDatabase.
 */
export async function createTestDatabase(
  options: { connectionsMax?: number; template?: string } = {},
): Promise<TestDatabase> {
  const adminUrl = inject("postgresUrl");
  const name = `t_${randomBytes(6).toString("hex")}`;
  const template = options.template ?? "finops_template";
  await asAdmin(adminUrl, (admin) => admin.unsafe(`create database ${name} template ${template}`));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const database = openDatabase(url.href, { connectionsMax: options.connectionsMax ?? 5 });
  return {
    ...database,
    name,
    leave: () => database.close(),
    close: async () => {
      await database.close();
      await asAdmin(adminUrl, (admin) => admin.unsafe(`drop database if exists ${name} with (force)`));
    },
  };
}

/** Two clones at the same moment collide on the template; Postgres says so (55006) and we try again. */
async function asAdmin(url: string, act: (admin: postgres.Sql) => Promise<unknown>): Promise<void> {
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  const ATTEMPTS_MAX = 50;
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await act(admin);
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== "55006" || attempt === ATTEMPTS_MAX) throw error;
        await admin`select pg_sleep(0.05)`;
      }
    }
  } finally {
    await admin.end({ timeout: 2 });
  }
}

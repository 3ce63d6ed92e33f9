import { join } from "node:path";

import postgres from "postgres";

import { AppError } from "../domain/errors.ts";
import { openDatabase, type Database, type DatabaseOptions } from "./db.ts";
import { startEmbeddedServer, type KeepServer } from "./embedded-server.ts";
import { migrate } from "./migrate.ts";

export const REAL_DATABASE = "finops";
export const DEMO_DATABASE = "finops_demo";
/** Oldest Postgres whose SQL we use (MERGE, partition handling). */
const POSTGRES_VERSION_MIN = 150_000;

export type StoreOptions = DatabaseOptions & {
  readonly dataDir: string;
  /** A Postgres to use; undefined = the embedded one under `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Name of the database on that server; with `databaseUrl` the real one is the URL's own. */
  readonly database: typeof REAL_DATABASE | typeof DEMO_DATABASE;
  /** A service's: the embedded server is started again whenever it goes away. */
  readonly keep?: KeepServer;
};

/** The store, migrated and ready. `close` also stops the embedded server when nobody else uses it. */
export async function openStore(options: StoreOptions): Promise<Database & { readonly embedded: boolean }> {
  const server = await (options.databaseUrl === undefined
    ? embedded(options)
    : external(options.databaseUrl, options.database));
  try {
    await ensureDatabase(server.adminUrl, server.name);
    const database = openDatabase(server.url, options);
    await refuseOldPostgres(database);
    await migrate(database.sql);
    return {
      ...database,
      embedded: server.embedded,
      close: async () => {
        await database.close();
        await server.release();
      },
    };
  } catch (error) {
    await server.release();
    throw error;
  }
}

type Server = { adminUrl: string; url: string; name: string; embedded: boolean; release: () => Promise<void> };

async function embedded(options: StoreOptions): Promise<Server> {
  const server = await startEmbeddedServer(
    join(options.dataDir, "postgres"),
    options.keep === undefined ? {} : { keep: options.keep },
  );
  return {
    adminUrl: server.urlOf("postgres"),
    url: server.urlOf(options.database),
    name: options.database,
    embedded: true,
    release: server.release,
  };
}

async function external(databaseUrl: string, database: string): Promise<Server> {
  const url = new URL(databaseUrl);
  const given = decodeURIComponent(url.pathname.slice(1)) || REAL_DATABASE;
  const name = database === DEMO_DATABASE ? `${given}_demo` : given;
  url.pathname = `/${encodeURIComponent(name)}`;
  // The given database is the one we may certainly connect to; the demo's may have to be made.
  return { adminUrl: databaseUrl, url: url.href, name, embedded: false, release: async () => undefined };
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = ${name}`;
    if (found.length === 0) {
      await sql`create database ${sql(name)}`.catch((error: { code?: string }) => {
        // 42P04, 23505: another process made it in between.
        if (error.code !== "42P04" && error.code !== "23505") throw error;
      });
    }
  } catch (cause) {
    throw new AppError("unavailable", `The database server cannot be used: ${(cause as Error).message}`, {
      remedy: "Check DATABASE_URL (host, port, user, password, right to create databases) and that the server runs.",
      cause,
    });
  } finally {
    await sql.end({ timeout: 2 });
  }
}

async function refuseOldPostgres(database: Database): Promise<void> {
  const rows = await database.sql<{ version: string }[]>`select current_setting('server_version_num') as version`;
  const version = Number(rows[0]?.version);
  if (version >= POSTGRES_VERSION_MIN) return;
  await database.close();
  throw new AppError("unavailable", `Postgres ${Math.floor(version / 10_000)} is too old.`, {
    remedy: "Postgres 15 or newer is needed.",
  });
}

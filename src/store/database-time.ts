import type { SqlLike } from "./db.ts";

/**
 * Operational time: the database's clock, in milliseconds since 1970 (UTC). For what machines agree on (leases, retries,
 * signatures), whatever day business time says it is.
 */
export async function databaseNow(sql: SqlLike): Promise<number> {
  const [row] = await sql<{ now: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
  if (row === undefined) throw new Error("the database told no time");
  return row.now;
}

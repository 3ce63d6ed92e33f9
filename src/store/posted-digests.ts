import type { Day } from "../domain/period.ts";
import type { ScopeFilter } from "../domain/scope.ts";
import type { SqlLike } from "./db.ts";
import { jsonb } from "./jsonb.ts";

/** Clouds restate a month for some weeks after it; what is older than this is history. */
const KEPT_DAYS = 45;

/** A digest as it stands in a channel. `digest` and `first` are kept as JSON: the store does not look inside. */
export type PostedDigest = {
  /** Of its card in the outbox. */
  readonly key: string;
  readonly schedule: string;
  readonly channel: string | null;
  readonly scope: ScopeFilter;
  /** The day it was read on, in the schedule's zone. */
  readonly today: Day;
  readonly lateSince: string | null;
  readonly digest: object;
  readonly first: object;
  /** How often it was edited. */
  readonly restated: number;
};

/** Remembers a digest, in the transaction that posts it. */
export async function insertPostedDigest(sql: SqlLike, row: Omit<PostedDigest, "restated">): Promise<void> {
  await sql`
    insert into posted_digest (key, schedule, channel, scope, today, late_since, digest, first)
    values (${row.key}, ${row.schedule}, ${row.channel}, ${jsonb(row.scope)}::text::jsonb, ${row.today}, ${row.lateSince},
      ${jsonb(row.digest)}::text::jsonb, ${jsonb(row.first)}::text::jsonb)
    on conflict do nothing`;
}

/** Those that may still be restated, the newest first. */
export async function loadPostedDigests(sql: SqlLike, limit: number): Promise<PostedDigest[]> {
  const rows = await sql<PostedDigest[]>`
    select key, schedule, channel, scope, today::text as today, late_since as "lateSince", digest, first, restated
    from posted_digest where posted_at > now() - make_interval(days => ${KEPT_DAYS})
    order by posted_at desc, key limit ${limit}`;
  return [...rows];
}

/** Records what it shows from now on, once: false when another process was faster. */
export async function saveRestated(
  sql: SqlLike,
  row: Pick<PostedDigest, "key" | "digest" | "restated">,
): Promise<boolean> {
  const rows = await sql`
    update posted_digest set digest = ${jsonb(row.digest)}::text::jsonb, restated = restated + 1
    where key = ${row.key} and restated = ${row.restated} returning 1`;
  return rows.length === 1;
}

/** Forgets those that are history. Returns how many. */
export async function reapPostedDigests(sql: SqlLike): Promise<number> {
  const rows = await sql`
    delete from posted_digest where posted_at <= now() - make_interval(days => ${KEPT_DAYS}) returning 1`;
  return rows.count;
}

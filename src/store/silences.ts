import { dateOfInstant } from "../domain/period.ts";
import type { SqlLike } from "./db.ts";

/** A source and when it brought new data. Instants are ms since 1970. */
export type SourceArrivals = {
  readonly sourceId: string;
  readonly source: string;
  readonly provider: string;
  readonly kind: string;
  /** Latest first, at most ARRIVALS_MAX. */
  readonly arrivals: readonly number[];
  readonly lastDay: string | null;
  /** A file of the latest delivery; null = none, or not from a file. */
  readonly lastFile: string | null;
  /** Start of the silence its owner was told of and that is not over; null = none. */
  readonly silentSince: number | null;
};

/** Enough to know a rhythm by. */
const ARRIVALS_MAX = 40;

/** Every source in use with its deliveries. Unchanged files are no news and count for nothing. */
export async function loadSourceArrivals(sql: SqlLike): Promise<SourceArrivals[]> {
  const rows = await sql<SourceArrivals[]>`
    select s.id::text as "sourceId", s.name as source, s.provider, s.kind,
      coalesce((
        select array_agg(flipped order by flipped desc) from (
          select (extract(epoch from b.flipped_at) * 1000)::float8 as flipped from ingest_batch b
          where b.source_id = s.id and b.flipped_at is not null order by b.flipped_at desc limit ${ARRIVALS_MAX}) latest
      ), '{}') as arrivals,
      (select max(b.last_day) from active_batch a join ingest_batch b on b.id = a.batch_id where a.source_id = s.id) as "lastDay",
      (select b.files -> 0 ->> 'path' from ingest_batch b where b.source_id = s.id and b.flipped_at is not null
        order by b.flipped_at desc limit 1) as "lastFile",
      (select (extract(epoch from q.since) * 1000)::float8 from source_silence q
        where q.source_id = s.id and q.resolved_at is null order by q.since desc limit 1) as "silentSince"
    from source s where s.removed_at is null order by s.name`;
  return [...rows];
}

/** Records that a silence was told of. */
export async function insertSilence(
  sql: SqlLike,
  silence: { sourceId: string; since: number; at: number },
): Promise<void> {
  await sql`
    insert into source_silence (source_id, since, noticed_at)
    values (${silence.sourceId}::bigint, ${dateOfInstant(silence.since)}, ${dateOfInstant(silence.at)})
    on conflict do nothing`;
}

/** Records that data came back: all open silences of the source are over. */
export async function resolveSilences(sql: SqlLike, sourceId: string, at: number): Promise<void> {
  await sql`
    update source_silence set resolved_at = ${dateOfInstant(at)}
    where source_id = ${sourceId}::bigint and resolved_at is null`;
}

import { statfs } from "node:fs/promises";

import type { SqlLike } from "./db.ts";

/** What `status`, `doctor` and the metrics read about the installation itself. */

export type BatchLine = {
  readonly id: string;
  readonly source: string;
  readonly billingMonth: string;
  readonly status: string;
  readonly rowsStored: number;
  readonly rejects: number;
  readonly at: string;
};

/** The latest batches, newest first. */
export async function loadLatestBatches(sql: SqlLike, most: number): Promise<BatchLine[]> {
  const rows = await sql<BatchLine[]>`
    select b.id::text as id, coalesce(s.name, b.provider) as source,
      coalesce(to_char(b.billing_month, 'YYYY-MM'), '') as "billingMonth", b.status,
      b.rows_stored::float8 as "rowsStored", b.rows_rejected::float8 as rejects,
      to_char(coalesce(b.flipped_at, b.created_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at
    from ingest_batch b left join source s on s.id = b.source_id where b.status <> 'reaped'
    order by b.id desc limit ${most}`;
  return [...rows];
}

/** A delivery that became visible lately, beside what it replaced. */
export type Delivery = BatchLine & {
  readonly totals: Readonly<Record<string, { readonly billed: string }>>;
  /** Totals of what was there before; null = nothing. */
  readonly before: Readonly<Record<string, { readonly billed: string }>> | null;
};

/** Deliveries that became visible within so many hours of the database's clock, newest first. */
export async function loadDeliveries(sql: SqlLike, hours: number, most: number): Promise<Delivery[]> {
  const rows = await sql<Delivery[]>`
    select b.id::text as id, s.name as source, to_char(b.billing_month, 'YYYY-MM') as "billingMonth", b.status,
      b.rows_stored::float8 as "rowsStored", b.rows_rejected::float8 as rejects,
      to_char(b.flipped_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, b.totals, p.totals as before
    from ingest_batch b join source s on s.id = b.source_id left join ingest_batch p on p.id = b.replaces
    where b.flipped_at > now() - make_interval(hours => ${hours}) and b.status = 'stored'
    order by b.id desc limit ${most}`;
  return [...rows];
}

/** Batches people see whose rollups were built for other tags than those wanted now. */
export async function countOutdatedBatches(sql: SqlLike, version: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from active_batch a join ingest_batch b on b.id = a.batch_id
    where b.cube_version <> ${version}`;
  return row?.count ?? 0;
}

export async function countRuns(sql: SqlLike): Promise<{ queued: number; failed: number }> {
  const [row] = await sql<{ queued: number; failed: number }[]>`
    select count(*) filter (where status = 'queued')::int as queued, count(*) filter (where status = 'failed')::int as failed
    from schedule_run where status in ('queued', 'failed')`;
  return row ?? { queued: 0, failed: 0 };
}

export type ServerFacts = {
  readonly version: string;
  readonly sizeBytes: number;
  /** The server's clock, ms since 1970. */
  readonly now: number;
  readonly migrations: number;
};

export async function loadServerFacts(sql: SqlLike): Promise<ServerFacts> {
  const [row] = await sql<ServerFacts[]>`
    select current_setting('server_version') as version, pg_database_size(current_database())::float8 as "sizeBytes",
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now, (select count(*)::int from migration) as migrations`;
  if (row === undefined) throw new Error("the server answered without a row");
  return row;
}

export type MetricFacts = {
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly batchesStored: number;
  readonly lastIngestSeconds: number;
  readonly newestDataAgeSeconds: number;
  readonly oldestSourceAgeSeconds: number;
  readonly outboxWaiting: number;
  readonly outboxDead: number;
  readonly runsQueued: number;
  readonly runsFailed: number;
  readonly databaseBytes: number;
};

/** Everything a scrape shows, in one statement. NaN = nothing of the kind yet. */
export async function loadMetricFacts(sql: SqlLike): Promise<MetricFacts> {
  const [row] = await sql<{ [Name in keyof MetricFacts]: number | null }[]>`
    with stored as (select b.* from active_batch a join ingest_batch b on b.id = a.batch_id),
      arrival as (
        select extract(epoch from now() - max(b.flipped_at)) as age from source s
        left join ingest_batch b on b.source_id = s.id where s.removed_at is null group by s.id)
    select
      (select coalesce(sum(rows_accepted), 0)::float8 from stored) as "rowsAccepted",
      (select coalesce(sum(rows_rejected), 0)::float8 from stored) as "rowsRejected",
      (select count(*)::float8 from stored) as "batchesStored",
      (select extract(epoch from flipped_at - created_at)::float8 from stored where flipped_at is not null
        order by flipped_at desc limit 1) as "lastIngestSeconds",
      (select min(age)::float8 from arrival) as "newestDataAgeSeconds",
      (select max(age)::float8 from arrival) as "oldestSourceAgeSeconds",
      (select count(*)::float8 from outbox where revision_done < revision and dead_at is null) as "outboxWaiting",
      (select count(*)::float8 from outbox where dead_at is not null) as "outboxDead",
      (select count(*)::float8 from schedule_run where status = 'queued') as "runsQueued",
      (select count(*)::float8 from schedule_run where status = 'failed') as "runsFailed",
      pg_database_size(current_database())::float8 as "databaseBytes"`;
  const value = (name: keyof MetricFacts): number => row?.[name] ?? Number.NaN;
  return {
    rowsAccepted: value("rowsAccepted"),
    rowsRejected: value("rowsRejected"),
    batchesStored: value("batchesStored"),
    lastIngestSeconds: value("lastIngestSeconds"),
    newestDataAgeSeconds: value("newestDataAgeSeconds"),
    oldestSourceAgeSeconds: value("oldestSourceAgeSeconds"),
    outboxWaiting: value("outboxWaiting"),
    outboxDead: value("outboxDead"),
    runsQueued: value("runsQueued"),
    runsFailed: value("runsFailed"),
    databaseBytes: value("databaseBytes"),
  };
}

/** Bytes this process may still write where `folder` lives. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

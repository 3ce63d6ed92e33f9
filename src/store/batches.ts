import type { SqlLike } from "./db.ts";

/** What a delivery is known by: one snapshot of it is visible at a time. */
export type DeliveryKey = {
  readonly sourceId: string;
  readonly dataset: string;
  readonly billingAccount: string;
  /** First day of the billing month. */
  readonly billingMonth: string;
};

export type CostTotals = Readonly<
  Record<string, { billed: string; effective: string; list: string; contracted: string }>
>;
export type BatchFile = {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly format: string;
  /** Of a bill that only grows: fingerprint of the files it was read together with. */
  readonly set?: string;
};
export type BatchStatus =
  | "loading"
  | "stored"
  | "held"
  | "refused"
  | "superseded"
  | "rolled-back"
  | "failed"
  | "reaped";

/** A batch. Of a refused one that nobody knows the owner or the month of, `sourceId`, `source` and `billingMonth` are "". */
export type Batch = DeliveryKey & {
  readonly id: string;
  readonly source: string;
  readonly provider: string;
  readonly mode: "snapshot" | "parts" | "append";
  readonly status: BatchStatus;
  readonly reason: string | null;
  readonly fingerprint: string;
  /** What its rows are told apart by, of a source that only adds rows; null: they are not. */
  readonly rowIdentity: string | null;
  readonly files: readonly BatchFile[];
  readonly cubeVersion: string;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly rowsStored: number;
  readonly totals: CostTotals;
  readonly control: Readonly<Record<string, unknown>>;
  readonly notices: readonly string[];
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly replaces: string | null;
  readonly createdAt: string;
  /** Null unless readers see it now. */
  readonly visible: boolean | null;
  readonly incomplete: string | null;
};

type BatchRow = {
  id: string;
  source_id: string;
  source: string;
  dataset: string;
  provider: string;
  billing_account: string;
  billing_month: string;
  mode: Batch["mode"];
  status: BatchStatus;
  reason: string | null;
  fingerprint: string;
  row_identity: string | null;
  files: BatchFile[];
  cube_version: string;
  rows_read: string;
  rows_accepted: string;
  rows_rejected: string;
  rows_stored: string;
  totals: CostTotals;
  control: Record<string, unknown>;
  notices: string[];
  first_day: string | null;
  last_day: string | null;
  replaces: string | null;
  created_at: string;
  visible: boolean | null;
  incomplete: string | null;
};

/** Which batches to read. */
export type BatchFilter =
  | { readonly by: "id"; readonly id: string }
  | { readonly by: "key"; readonly key: DeliveryKey }
  | { readonly by: "files"; readonly sha256s: readonly string[] }
  | { readonly by: "refused"; readonly limit: number }
  | { readonly by: "all"; readonly limit: number };

/** Batches, newest first. */
export async function loadBatches(sql: SqlLike, filter: BatchFilter): Promise<Batch[]> {
  const rows = await sql<BatchRow[]>`
    select b.id::text, coalesce(b.source_id::text, '') as source_id, coalesce(s.name, '') as source, b.dataset, b.provider,
      b.billing_account, coalesce(b.billing_month::text, '') as billing_month,
      b.mode, b.status, b.reason, b.fingerprint, b.row_identity, b.files, b.cube_version, b.rows_read::text, b.rows_accepted::text,
      b.rows_rejected::text, b.rows_stored::text, b.totals, b.control, b.notices, b.first_day::text, b.last_day::text,
      b.replaces::text, b.created_at::text, a.visible, a.incomplete
    from ingest_batch b left join source s on s.id = b.source_id left join active_batch a on a.batch_id = b.id
    where ${condition(sql, filter)}
    order by b.id desc limit ${"limit" in filter ? filter.limit : 10_000}`;
  return rows.map(batchOf);
}

function condition(sql: SqlLike, filter: BatchFilter) {
  switch (filter.by) {
    case "id":
      return sql`b.id = ${filter.id}`;
    case "key":
      return sql`b.source_id = ${filter.key.sourceId} and b.dataset = ${filter.key.dataset}
        and b.billing_account = ${filter.key.billingAccount} and b.billing_month = ${filter.key.billingMonth}`;
    case "files":
      return sql`exists (select 1 from jsonb_array_elements(b.files) f where f ->> 'sha256' = any(${filter.sha256s}))`;
    case "refused":
      return sql`b.status = 'refused'`;
    case "all":
      return sql`b.status <> 'reaped'`;
  }
}

function batchOf(row: BatchRow): Batch {
  return {
    id: row.id,
    sourceId: row.source_id,
    source: row.source,
    dataset: row.dataset,
    provider: row.provider,
    billingAccount: row.billing_account,
    billingMonth: row.billing_month,
    mode: row.mode,
    status: row.status,
    reason: row.reason,
    fingerprint: row.fingerprint,
    rowIdentity: row.row_identity,
    files: row.files,
    cubeVersion: row.cube_version,
    rowsRead: Number(row.rows_read),
    rowsAccepted: Number(row.rows_accepted),
    rowsRejected: Number(row.rows_rejected),
    rowsStored: Number(row.rows_stored),
    totals: row.totals,
    control: row.control,
    notices: row.notices,
    firstDay: row.first_day,
    lastDay: row.last_day,
    replaces: row.replaces,
    createdAt: row.created_at,
    visible: row.visible,
    incomplete: row.incomplete,
  };
}

/** The batch readers see for a key; null when there is none. */
export async function loadActiveBatch(sql: SqlLike, key: DeliveryKey): Promise<Batch | null> {
  const rows = await sql<{ batch_id: string }[]>`
    select batch_id::text from active_batch where source_id = ${key.sourceId} and dataset = ${key.dataset}
      and billing_account = ${key.billingAccount} and billing_month = ${key.billingMonth}`;
  const [row] = rows;
  return row === undefined ? null : ((await loadBatches(sql, { by: "id", id: row.batch_id }))[0] ?? null);
}

export type NewBatch = DeliveryKey &
  Pick<Batch, "provider" | "mode" | "fingerprint" | "files" | "cubeVersion" | "replaces" | "rowIdentity"> & {
    readonly epoch: string;
  };

/** Writes the batch row under which everything is loaded. Nobody reads it before the flip. */
export async function insertBatch(sql: SqlLike, batch: NewBatch): Promise<string> {
  const rows = await sql<{ id: string }[]>`
    insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint, files, epoch, cube_version, replaces, row_identity)
    values (${batch.sourceId}, ${batch.dataset}, ${batch.provider}, ${batch.billingAccount}, ${batch.billingMonth}, ${batch.mode},
      'loading', ${batch.fingerprint}, ${sql.json(batch.files)}, ${batch.epoch}, ${batch.cubeVersion}, ${batch.replaces}, ${batch.rowIdentity})
    returning id::text`;
  return rows[0]?.id ?? "";
}

export type BatchResult = Pick<
  Batch,
  | "rowsRead"
  | "rowsAccepted"
  | "rowsRejected"
  | "rowsStored"
  | "totals"
  | "control"
  | "notices"
  | "firstDay"
  | "lastDay"
> & { readonly warnings: readonly { rule: string; count: number; example: string | null }[] };

/** What the load found, before it is decided whether readers see it. */
export async function saveBatchResult(sql: SqlLike, id: string, result: BatchResult): Promise<void> {
  await sql`update ingest_batch set rows_read = ${result.rowsRead}, rows_accepted = ${result.rowsAccepted},
    rows_rejected = ${result.rowsRejected}, rows_stored = ${result.rowsStored}, totals = ${sql.json(result.totals)},
    control = ${sql.json(result.control as never)}, notices = ${sql.json(result.notices)},
    warnings = ${sql.json(result.warnings)}, first_day = ${result.firstDay}, last_day = ${result.lastDay}
    where id = ${id}`;
}

/** Notes what was found out of a stored batch's files: nothing that readers see. */
export async function saveBatchFiles(sql: SqlLike, id: string, files: readonly BatchFile[]): Promise<void> {
  await sql`update ingest_batch set files = ${sql.json(files)} where id = ${id}`;
}

/** Ends a batch that readers will not see. */
export async function endBatch(
  sql: SqlLike,
  id: string,
  status: "held" | "refused" | "failed",
  reason: string,
): Promise<void> {
  await sql`update ingest_batch set status = ${status}, reason = ${reason} where id = ${id} and status = 'loading'`;
}

export type Reject = {
  readonly file: string;
  readonly line: number | null;
  readonly column: string | null;
  readonly value: string | null;
  readonly reason: string;
};

/** What the notice of a batch says when quantities were left out, in any words around it. */
export const LOST_QUANTITIES = "quantity that cannot be kept";

/** Of these batches those that hold rows whose quantity could not be kept. */
export async function batchesWithLostQuantities(sql: SqlLike, ids: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id::text as id from ingest_batch
    where id = any(${[...ids]}::bigint[]) and strpos(notices::text, ${LOST_QUANTITIES}) > 0 order by ingest_batch.id`;
  return rows.map(({ id }) => id);
}

/** Stores rejects of a batch. Text from files is data: NUL characters, which Postgres refuses, are left out. */
export async function insertRejects(sql: SqlLike, batchId: string, rejects: readonly Reject[]): Promise<void> {
  const CHUNK = 1_000;
  const plain = (text: string | null): string | null => text?.replaceAll("\0", "") ?? null;
  for (let start = 0; start < rejects.length; start += CHUNK) {
    const rows = rejects.slice(start, start + CHUNK).map((reject) => ({
      batch_id: batchId,
      file: plain(reject.file) ?? "",
      line: reject.line,
      column_name: plain(reject.column),
      value: plain(reject.value),
      reason: plain(reject.reason) ?? "",
    }));
    await sql`insert into ingest_reject ${sql(rows, "batch_id", "file", "line", "column_name", "value", "reason")}`;
  }
}

/** A month that grows keeps what was refused of it before. */
export async function copyRejects(sql: SqlLike, from: string, to: string): Promise<void> {
  await sql`insert into ingest_reject (batch_id, file, line, column_name, value, reason)
    select ${to}, file, line, column_name, value, reason from ingest_reject where batch_id = ${from}`;
}

export type StoredReject = Reject & { readonly batch: string; readonly source: string; readonly billingMonth: string };

/** Rejects of one batch, or of all batches readers see, held and refused ones, newest batch first. */
export async function loadRejects(sql: SqlLike, batchId: string | null, limit: number): Promise<StoredReject[]> {
  const which = batchId === null ? sql`b.status in ('stored', 'held', 'refused')` : sql`b.id = ${batchId}`;
  const rows = await sql<
    {
      batch: string;
      source: string;
      month: string;
      file: string;
      line: string | null;
      column_name: string | null;
      value: string | null;
      reason: string;
    }[]
  >`select b.id::text as batch, coalesce(s.name, '') as source, coalesce(to_char(b.billing_month, 'YYYY-MM'), '') as month, r.file, r.line::text, r.column_name, r.value, r.reason
    from ingest_reject r join ingest_batch b on b.id = r.batch_id left join source s on s.id = b.source_id
    where ${which} order by b.id desc, r.file, r.line limit ${limit}`;
  return rows.map((row) => ({
    batch: row.batch,
    source: row.source,
    billingMonth: row.month,
    file: row.file,
    line: row.line === null ? null : Number(row.line),
    column: row.column_name,
    value: row.value,
    reason: row.reason,
  }));
}

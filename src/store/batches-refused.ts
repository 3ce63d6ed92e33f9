import { insertRejects, type BatchFile, type Reject } from "./batches.ts";
import type { Sql, SqlLike } from "./db.ts";

/** Refused deliveries are looked up soon or never. */
const KEPT_DAYS = 30;

/** A delivery that was refused, as far as it is known whose it is. */
export type RefusedDelivery = {
  readonly source: string;
  readonly provider: string;
  readonly dataset: string;
  readonly billingAccount: string;
  /** First day; null: not known. */
  readonly billingMonth: string | null;
  readonly reason: string;
  readonly fingerprint: string;
  readonly files: readonly BatchFile[];
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly rejects: readonly Reject[];
};

/** Keeps a refused delivery with its rejects, in the place of an earlier refusal of the same. Returns its batch id. */
export async function insertRefused(sql: Sql, refused: RefusedDelivery): Promise<string> {
  return sql.begin(async (tx) => {
    const { provider, dataset, billingAccount, billingMonth } = refused;
    await tx`update ingest_batch set status = 'superseded' where status = 'refused' and fingerprint = ${refused.fingerprint}
      and provider = ${provider} and dataset = ${dataset} and billing_account = ${billingAccount}
      and billing_month is not distinct from ${billingMonth}`;
    const rows = await tx<{ id: string }[]>`
      insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, reason, fingerprint, files,
        cube_version, rows_read, rows_accepted, rows_rejected)
      values ((select id from source where name = ${refused.source}), ${dataset}, ${provider}, ${billingAccount}, ${billingMonth},
        'snapshot', 'refused', ${refused.reason.replaceAll("\0", "")}, ${refused.fingerprint}, ${tx.json(refused.files)}, '',
        ${refused.rowsRead}, ${refused.rowsAccepted}, ${refused.rowsRejected})
      returning id::text`;
    const id = rows[0]?.id ?? "";
    await insertRejects(tx, id, refused.rejects);
    return id;
  });
}

/** Refusals of a bill that has been stored meanwhile, or whose file has, are history; so are old ones. */
export async function settleRefused(
  sql: SqlLike,
  stored: {
    readonly provider: string;
    readonly dataset: string;
    readonly billingAccount: string;
    /** YYYY-MM */
    readonly billingMonth: string | null;
    readonly paths: readonly string[];
  },
): Promise<void> {
  await sql`update ingest_batch set status = 'superseded' where status = 'refused' and (
    created_at < now() - make_interval(days => ${KEPT_DAYS})
    or (provider = ${stored.provider} and dataset = ${stored.dataset} and billing_account = ${stored.billingAccount}
      and to_char(billing_month, 'YYYY-MM') = ${stored.billingMonth})
    or (billing_month is null and exists (select 1 from jsonb_array_elements(files) f where f ->> 'path' = any(${stored.paths}))))`;
}

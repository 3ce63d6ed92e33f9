import type { DeliveryKey } from "./batches.ts";
import type { SqlLike } from "./db.ts";

/** A shown month that holds the same charges as a delivery, under another key. */
export type OverlappingMonth = {
  readonly batch: string;
  readonly dataset: string;
  readonly account: string;
  readonly source: string;
  /** Its source handed its scope over: the delivery takes its place without being told to. */
  readonly handedOver: boolean;
};

/**
 * Shown months that hold what a delivery holds too: the account's month from a source that was removed, or from another
 * export of the same bill (FOCUS beside CUR; Azure's actual and amortised exports together are one). Azure writes one
 * account as a number in one export and as a path in another, and its letters in either case.
 */
export async function overlappingMonths(sql: SqlLike, provider: string, key: DeliveryKey): Promise<OverlappingMonth[]> {
  return [
    ...(await sql<OverlappingMonth[]>`
      with shown as (
        select a.batch_id::text as batch, a.dataset, a.billing_account as account, s.name as source,
          s.removed_at is not null as "handedOver", a.source_id::text = ${key.sourceId} as mine,
          ${bill(sql, sql`a.dataset`)} <> ${bill(sql, sql`${key.dataset}::text`)} as "otherBill",
          b.provider = 'azure' and ${tail(sql, sql`a.billing_account`)} = ${tail(sql, sql`${key.billingAccount}::text`)} as "sameTail"
        from active_batch a join ingest_batch b on b.id = a.batch_id join source s on s.id = a.source_id
        where b.provider = ${provider} and a.billing_month = ${key.billingMonth})
      select batch, dataset, account, source, "handedOver" from shown
      where (account = ${key.billingAccount} and ((mine and "otherBill") or (not mine and "handedOver")))
        or (account <> ${key.billingAccount} and "sameTail")
      order by batch::bigint`),
  ];
}

/** Azure's exports are halves of one bill; every other dataset is a whole one. */
function bill(sql: SqlLike, dataset: ReturnType<SqlLike>) {
  return sql`case when ${dataset} like 'azure-a%' then 'azure' else ${dataset} end`;
}

function tail(sql: SqlLike, account: ReturnType<SqlLike>) {
  return sql`lower(regexp_replace(rtrim(${account}, '/'), '^.*/', ''))`;
}

/** Why a delivery is refused beside such a month. */
export function overlapText({ billingMonth, dataset }: DeliveryKey, other: OverlappingMonth): string {
  return `${billingMonth.slice(0, 7)} of account ${other.account} is shown from another export already (${other.dataset}, batch ${other.batch} of source "${other.source}"); beside it this one (${dataset}) would count every charge twice.`;
}

export const OVERLAP_REMEDY =
  "Ingest only one of the two, or say --replace: then this delivery takes the other's place.";

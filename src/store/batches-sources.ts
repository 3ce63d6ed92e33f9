import { AppError } from "../domain/errors.ts";
import type { SqlLike } from "./db.ts";

/** Where bills come from. `billingAccount` null: a named source that spans accounts. */
export type Source = {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly billingAccount: string | null;
  readonly subAccounts: readonly string[] | null;
  readonly kind: string;
  readonly removed: boolean;
};

export type NewSource = Omit<Source, "id" | "removed">;

type SourceRow = {
  id: string;
  name: string;
  provider: string;
  billing_account: string | null;
  sub_accounts: string[] | null;
  kind: string;
  removed_at: string | null;
};

/** All sources ever, by name. */
export async function listSources(sql: SqlLike): Promise<Source[]> {
  const rows = await sql<SourceRow[]>`
    select id::text, name, provider, billing_account, sub_accounts, kind, removed_at::text from source order by name`;
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    provider: row.provider,
    billingAccount: row.billing_account,
    subAccounts: row.sub_accounts,
    kind: row.kind,
    removed: row.removed_at !== null,
  }));
}

/** Inserts a source. Throws AppError when the name is taken. */
export async function insertSource(sql: SqlLike, source: NewSource): Promise<Source> {
  const rows = await sql<{ id: string }[]>`
    insert into source (name, provider, billing_account, sub_accounts, kind)
    values (${source.name}, ${source.provider}, ${source.billingAccount}, ${source.subAccounts}, ${source.kind})
    on conflict (name) do nothing returning id::text`;
  const [row] = rows;
  if (row !== undefined) return { ...source, id: row.id, removed: false };
  throw new AppError("conflict", `There is a source named "${source.name}" already.`, {
    remedy: "See `finops source list`.",
  });
}

/** Marks a source removed: nothing is delivered under it any more, what it holds stays. */
export async function markSourceRemoved(sql: SqlLike, id: string): Promise<void> {
  await sql`update source set removed_at = now() where id = ${id} and removed_at is null`;
}

/** Takes a removed source back, with another scope. */
export async function reviveSource(sql: SqlLike, id: string): Promise<void> {
  await sql`update source set removed_at = null where id = ${id}`;
}

/** Whether two sources could deliver the same charges. */
export function scopesOverlap(
  a: Pick<Source, "provider" | "billingAccount" | "subAccounts">,
  b: Pick<Source, "provider" | "billingAccount" | "subAccounts">,
): boolean {
  if (a.provider !== b.provider) return false;
  if (a.billingAccount !== null && b.billingAccount !== null && a.billingAccount !== b.billingAccount) return false;
  if (a.subAccounts === null || b.subAccounts === null) return true;
  const second = new Set(b.subAccounts);
  return a.subAccounts.some((account) => second.has(account));
}

/** Billing accounts each source has visible charges of. */
export async function loadDeliveredAccounts(
  sql: SqlLike,
): Promise<{ sourceId: string; provider: string; account: string }[]> {
  const rows = await sql<{ source_id: string; provider: string; billing_account: string }[]>`
    select distinct a.source_id::text, b.provider, a.billing_account
    from active_batch a join ingest_batch b on b.id = a.batch_id`;
  return rows.map((row) => ({ sourceId: row.source_id, provider: row.provider, account: row.billing_account }));
}

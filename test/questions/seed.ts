import { DEFAULT_TAG_ALIAS_KEYS, normaliseTagKey } from "../../src/domain/dimension.ts";
import { kindOf } from "../../src/domain/kind.ts";
import { parseAtoms } from "../../src/domain/money.ts";
import { addDays, addMonths, day, firstDay, month, monthOf } from "../../src/domain/period.ts";
import type { Database, SqlLike } from "../../src/store/db.ts";
import { buildRollups } from "./rollups.ts";

/** A charge as a test states it; what is left out is missing (or the obvious default). */
export type SeedCharge = {
  readonly day: string;
  readonly days?: number;
  readonly billingMonth?: string;
  readonly provider?: string;
  readonly billingAccount?: string;
  readonly subAccount?: string | null;
  readonly subAccountName?: string | null;
  readonly service?: string | null;
  readonly serviceCategory?: string | null;
  readonly region?: string | null;
  readonly category?: "Usage" | "Purchase" | "Tax" | "Credit" | "Adjustment";
  readonly chargeClass?: "Correction" | null;
  readonly commitment?: string | null;
  readonly invoice?: string | null;
  readonly issuer?: string | null;
  readonly currency?: string;
  readonly resource?: string | null;
  readonly resourceName?: string | null;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly cost: string;
  readonly billed?: string;
  readonly quantity?: string | null;
  readonly unit?: string | null;
  readonly rows?: number;
};

export const SEED_PROMOTED: readonly string[] = ["cost-center"];

/** Stores charges as delivered months (one batch a provider, account and invoice month), with every rollup. */
export async function seedCharges(
  db: Database,
  charges: readonly SeedCharge[],
  options: { rejects?: number } = {},
): Promise<void> {
  await db.sql.begin(async (sql) => {
    const batches = new Map<string, string>();
    for (const charge of charges) await insertCharge(sql, charge, batches, options.rejects ?? 0);
    await sql`update ingest_batch b set first_day = s.first, last_day = s.last from
      (select batch_id, min(charge_day) as first, max(charge_day) as last from charge group by 1) s where s.batch_id = b.id`;
    await buildRollups(sql, DEFAULT_TAG_ALIAS_KEYS, SEED_PROMOTED);
  });
}

async function insertCharge(
  sql: SqlLike,
  charge: SeedCharge,
  batches: Map<string, string>,
  rejects: number,
): Promise<void> {
  const provider = charge.provider ?? "aws";
  const account = charge.billingAccount ?? `${provider}-payer`;
  const billingMonth = firstDay(month(charge.billingMonth ?? monthOf(day(charge.day))));
  const name = `${provider} ${account} ${billingMonth}`;
  const batch = batches.get(name) ?? (await insertBatch(sql, provider, account, billingMonth, rejects));
  batches.set(name, batch);
  const amount = parseAtoms(charge.billed ?? charge.cost);
  const kind = kindOf({
    chargeCategory: charge.category ?? "Usage",
    chargeClass: charge.chargeClass ?? null,
    amount: amount === 0n ? parseAtoms(charge.cost) : amount,
  });
  const attributes = {
    provider,
    kind,
    invoice_issuer_name: charge.issuer ?? null,
    invoice_id: charge.invoice ?? null,
    billing_account_id: account,
    billing_account_name: `${account} name`,
    sub_account_id: charge.subAccount ?? null,
    sub_account_name: charge.subAccountName ?? null,
    billing_currency: charge.currency ?? "USD",
    charge_category: charge.category ?? "Usage",
    charge_class: charge.chargeClass ?? null,
    service_category: charge.serviceCategory ?? null,
    service_name: charge.service ?? null,
    region_id: charge.region ?? null,
    commitment_discount_id: charge.commitment ?? null,
    consumed_unit: charge.unit ?? null,
  };
  const normalised = Object.fromEntries(
    Object.entries(charge.tags ?? {})
      .filter(([, value]) => value !== "")
      .map(([key, value]) => [normaliseTagKey(key), value]),
  );
  const attributeId = await intern(sql, "attribute_set", attributes);
  const resourceId =
    charge.resource === undefined || charge.resource === null
      ? null
      : await intern(sql, "billed_resource", {
          provider,
          resource_id: charge.resource,
          resource_name: charge.resourceName ?? null,
        });
  const tagId =
    charge.tags === undefined || charge.tags === null
      ? null
      : await intern(sql, "tag_set", { tags: JSON.stringify(charge.tags), normalised: JSON.stringify(normalised) });
  await sql`insert into charge (batch_id, billing_month, charge_day, charge_end, attribute_set_id, resource_ref, tag_set_id, source_rows,
      billed_cost, effective_cost, list_cost, contracted_cost, consumed_quantity)
    values (${batch}, ${billingMonth}, ${charge.day}, ${addDays(day(charge.day), charge.days ?? 1)}, ${attributeId}, ${resourceId}, ${tagId}, ${charge.rows ?? 1},
      ${charge.billed ?? charge.cost}, ${charge.cost}, ${charge.cost}, ${charge.cost}, ${charge.quantity ?? null})`;
}

async function intern(sql: SqlLike, table: string, row: Readonly<Record<string, string | null>>): Promise<string> {
  const columns = Object.keys(row);
  const values = Object.values(row);
  const casts = columns.map(
    (column, index) => `$${index + 1}${column === "tags" || column === "normalised" ? "::text::jsonb" : "::text"}`,
  );
  const id = `hashtextextended(jsonb_build_array(${columns.map((_, index) => `$${index + 1}::text`).join(", ")})::text, 7)`;
  const [found] = await sql.unsafe<{ id: string }[]>(
    `with given as (select ${id} as id), stored as (insert into ${table} (id, digest, ${columns.join(", ")}) select id, gen_random_uuid(), ${casts.join(", ")} from given on conflict (id) do nothing) select id::text as id from given`,
    values,
  );
  return found?.id ?? "";
}

async function insertBatch(
  sql: SqlLike,
  provider: string,
  account: string,
  billingMonth: string,
  rejects: number,
): Promise<string> {
  const next = firstDay(addMonths(month(billingMonth.slice(0, 7)), 1));
  for (const table of ["charge", "cost_daily", "cost_resource_month"]) {
    await sql.unsafe(
      `create table if not exists ${table}_${billingMonth.slice(0, 7).replace("-", "_")} partition of ${table} for values from ('${billingMonth}') to ('${next}')`,
    );
  }
  await sql`insert into source (name, provider, billing_account) values (${`${provider}-${account}`}, ${provider}, ${account}) on conflict (name) do nothing`;
  const [row] = await sql<{ id: string }[]>`
    insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint, files, cube_version, rows_rejected)
    select id, 'focus', ${provider}, ${account}, ${billingMonth}, 'snapshot', 'stored', ${`${provider}${account}${billingMonth}`}, '[]', '', ${rejects} from source where name = ${`${provider}-${account}`}
    returning id::text as id`;
  const id = row?.id ?? "";
  await sql`insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id) select source_id, dataset, billing_account, billing_month, id from ingest_batch where id = ${id}`;
  return id;
}

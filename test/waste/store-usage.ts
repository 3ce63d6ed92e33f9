import { createHash } from "node:crypto";

import type { UsageRow } from "../../src/analysis/waste/assemble.ts";
import { atomsToDecimal } from "../../src/domain/money.ts";
import { normaliseTagKey } from "../../src/domain/dimension.ts";
import { addDays, firstDay, monthOf, type Day } from "../../src/domain/period.ts";
import type { Database } from "../../src/store/db.ts";
import { ensurePartitions } from "../../src/store/load.ts";

/** One row a day, as charges of one batch a provider and month: what an ingest would store, without its files. */
export async function storeUsage(db: Database, rows: readonly UsageRow[]): Promise<void> {
  const batches = new Map<string, string>();
  const records: Record<string, unknown>[] = [];
  for (const row of rows) {
    const day = dayOf(row);
    const month = firstDay(monthOf(day));
    const key = `${row.provider} ${month}`;
    const batch =
      batches.get(key) ?? (await createBatch(db, row.provider, month, lastDayOf(rows, row.provider, month)));
    batches.set(key, batch);
    const attributes = {
      provider: row.provider,
      kind: "usage",
      account: row.account,
      region: row.region,
      currency: row.currency,
      ...row.attributes,
    };
    const resource = { provider: row.provider, id: row.resourceId, name: row.resourceName, type: row.resourceType };
    const normalised = Object.fromEntries(
      Object.entries(row.tags).flatMap(([name, value]) =>
        value === "" ? [] : typeof value === "string" ? [[normaliseTagKey(name), value]] : [],
      ),
    );
    records.push({
      batch,
      month,
      day,
      attributes,
      resource,
      tags: row.tags,
      normalised,
      attribute_id: hash(attributes),
      resource_ref: hash(resource),
      tag_id: hash(row.tags),
      effective: atomsToDecimal(row.effectiveAtoms),
      quantity: atomsToDecimal(row.quantity),
    });
  }
  await db.sql.begin(async (sql) => {
    await sql`create temp table given on commit drop as select * from jsonb_to_recordset(${sql.json(records as never)}) as r(
      batch bigint, month date, day date, attributes jsonb, resource jsonb, tags jsonb, normalised jsonb,
      attribute_id bigint, resource_ref bigint, tag_id bigint, effective numeric, quantity numeric)`;
    await sql`insert into attribute_set (id, digest, provider, kind, sub_account_id, region_id, billing_currency, charge_category,
        charge_description, service_name, pricing_category, pricing_unit, commitment_discount_id, commitment_discount_status, x_usage_type, x_sku_meter_name)
      select distinct on (attribute_id) attribute_id, md5(attribute_id::text)::uuid, attributes ->> 'provider', 'usage', attributes ->> 'account',
        attributes ->> 'region', attributes ->> 'currency', 'Usage', attributes ->> 'description', attributes ->> 'serviceName',
        attributes ->> 'pricingCategory', attributes ->> 'pricingUnit', attributes ->> 'commitmentId', attributes ->> 'commitmentStatus',
        attributes ->> 'usageType', attributes ->> 'meterName' from given on conflict do nothing`;
    await sql`insert into billed_resource (id, digest, provider, resource_id, resource_name, resource_type)
      select distinct on (resource_ref) resource_ref, md5(resource_ref::text)::uuid, resource ->> 'provider', resource ->> 'id',
        resource ->> 'name', resource ->> 'type' from given on conflict do nothing`;
    await sql`insert into tag_set (id, digest, tags, normalised)
      select distinct on (tag_id) tag_id, md5(tag_id::text)::uuid, tags, normalised from given on conflict do nothing`;
    await sql`insert into charge (batch_id, billing_month, charge_day, charge_end, attribute_set_id, resource_ref, tag_set_id, source_rows,
        billed_cost, effective_cost, list_cost, contracted_cost, pricing_quantity)
      select batch, month, day, day + 1, attribute_id, resource_ref, tag_id, 1, effective, effective, effective, effective, quantity from given`;
  });
}

function lastDayOf(rows: readonly UsageRow[], provider: string, month: Day): Day {
  const days = rows
    .filter((row) => row.provider === provider)
    .map(dayOf)
    .filter((day) => firstDay(monthOf(day)) === month);
  return days.sort().at(-1) ?? month;
}

function dayOf(row: UsageRow): Day {
  return addDays(row.asOf, -row.billedDays.toString(2).length);
}

async function createBatch(db: Database, provider: string, month: string, last: string): Promise<string> {
  await ensurePartitions(db.sql, month);
  await db.sql`insert into source (name, provider) values (${provider}, ${provider}) on conflict do nothing`;
  const [row] = await db.sql<{ id: string }[]>`
    insert into ingest_batch (source_id, dataset, provider, billing_account, billing_month, mode, status, fingerprint, files, cube_version, first_day, last_day)
    select id, 'focus', ${provider}, 'ba', ${month}, 'snapshot', 'stored', ${month}, '[]', 'test', ${month}::date, ${last}::date
    from source where name = ${provider} returning id::text`;
  const id = row?.id ?? "";
  await db.sql`insert into active_batch (source_id, dataset, billing_account, billing_month, batch_id)
    select id, 'focus', 'ba', ${month}, ${id} from source where name = ${provider}`;
  return id;
}

function hash(value: unknown): string {
  return BigInt.asIntN(64, createHash("sha256").update(JSON.stringify(value)).digest().readBigUInt64LE()).toString();
}

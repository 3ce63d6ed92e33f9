import type { FormerMachine } from "../analysis/waste/estate.ts";
import { canonicalTagKey } from "../analysis/waste/tags.ts";
import { parseAtoms } from "../domain/money.ts";
import type { Day, Month, Period } from "../domain/period.ts";
import type { CostSnapshot } from "./cost-snapshot.ts";

/** Usage cost of something in one calendar month of the charge. */
export type MonthFact = {
  readonly provider: string;
  readonly account: string | null;
  /** Lower case; null = the whole account. */
  readonly resource: string | null;
  readonly currency: string;
  readonly month: Month;
  readonly atoms: bigint;
};

/** Machines of months gone by whose tags are looked up: more are an autoscaling group, not a switched-off machine. */
const FORMER_MAX = 2_000;

/** Months of single resources, from the monthly rollup. Months without cost are absent. */
export async function loadResourceMonths(
  snapshot: CostSnapshot,
  ids: readonly string[],
  months: Period,
): Promise<MonthFact[]> {
  if (ids.length === 0) return [];
  return monthFacts(
    await snapshot.sql<MonthRow[]>`
      select s.provider, s.sub_account_id as account, lower(r.resource_id) as resource, s.currency,
        m.charge_month::text as month, sum(m.effective_cost)::text as cost
      from cost_resource_month m join cost_slice s on s.id = m.slice_id join billed_resource r on r.id = m.resource_ref
      where m.batch_id = any(${batchIds(snapshot)}::bigint[]) and s.kind = 'usage' and m.billing_month >= ${months.from}::date
        and m.charge_month >= ${months.from}::date and m.charge_month < ${months.to}::date
        and m.resource_ref in (select id from billed_resource where lower(resource_id) = any(${ids.map((id) => id.toLowerCase())}::text[]))
      group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`,
  );
}

/** Months of the snapshots of every sub-account together. A snapshot is known by its id. */
export async function loadSnapshotMonths(snapshot: CostSnapshot, months: Period): Promise<MonthFact[]> {
  return monthFacts(
    await snapshot.sql<MonthRow[]>`
      select s.provider, s.sub_account_id as account, null as resource, s.currency, m.charge_month::text as month,
        sum(m.effective_cost)::text as cost
      from cost_resource_month m join cost_slice s on s.id = m.slice_id
      where m.batch_id = any(${batchIds(snapshot)}::bigint[]) and s.kind = 'usage' and m.billing_month >= ${months.from}::date
        and m.charge_month >= ${months.from}::date and m.charge_month < ${months.to}::date
        and m.resource_ref in (select id from billed_resource where resource_id ~* '^snap-|:snapshot[:/]|/snapshots/')
      group by 1, 2, 4, 5 order by 1, 2, 4, 5`,
  );
}

/** AWS machines billed in these months and not among `known`, with their latest tags. */
export async function loadFormerMachines(
  snapshot: CostSnapshot,
  months: Period,
  known: readonly string[],
): Promise<FormerMachine[]> {
  const rows = await snapshot.sql<
    { provider: string; account: string | null; id: string; tags: Record<string, unknown> | null }[]
  >`
    with former as materialized (
      select m.resource_ref, min(s.provider) as provider, min(s.sub_account_id) as account, min(r.resource_id) as id
      from cost_resource_month m join cost_slice s on s.id = m.slice_id
        join billed_resource r on r.id = m.resource_ref and r.provider = 'aws' and r.resource_id ~ '^(arn:.*:instance/)?i-[0-9a-f]+$'
      where m.batch_id = any(${batchIds(snapshot)}::bigint[]) and s.kind = 'usage' and m.billing_month >= ${months.from}::date
        and m.charge_month >= ${months.from}::date and m.charge_month < ${months.to}::date
        and lower(r.resource_id) <> all(${known.map((id) => id.toLowerCase())}::text[])
      group by 1 order by sum(m.effective_cost) desc limit ${FORMER_MAX})
    select f.provider, f.account, f.id, (
      select t.tags from charge c join tag_set t on t.id = c.tag_set_id
      where c.resource_ref = f.resource_ref and c.batch_id = any(${batchIds(snapshot)}::bigint[])
        and c.billing_month >= ${months.from}::date order by c.charge_day desc limit 1) as tags
    from former f order by f.id`;
  return rows.map(({ tags, ...rest }) => ({
    ...rest,
    tags: new Map(
      Object.entries(tags ?? {}).map(([key, value]) => [canonicalTagKey(key), typeof value === "string" ? value : ""]),
    ),
  }));
}

type MonthRow = {
  provider: string;
  account: string | null;
  resource: string | null;
  currency: string;
  month: Day;
  cost: string;
};

function monthFacts(rows: readonly MonthRow[]): MonthFact[] {
  return rows.map(({ month, cost, ...rest }) => ({
    ...rest,
    month: month.slice(0, 7) as Month,
    atoms: parseAtoms(cost),
  }));
}

function batchIds(snapshot: CostSnapshot): string[] {
  return snapshot.batches.map(({ id }) => id);
}

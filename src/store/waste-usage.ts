import type { UsageRow } from "../analysis/waste/assemble.ts";
import { isOfEstate } from "../analysis/waste/estate.ts";
import { RECENT_DAYS, WINDOW_DAYS, type LineAttributes, type WasteRule } from "../analysis/waste/rule.ts";
import { parseAtoms } from "../domain/money.ts";
import { addDays, type Day } from "../domain/period.ts";
import type { Condition, ScopeFilter } from "../domain/scope.ts";
import { chargeDimension, homeOf } from "./cost-dimension.ts";
import { conditionSql, createParams, type Params } from "./cost-filter.ts";
import type { ActiveBatch, CostSnapshot } from "./cost-snapshot.ts";

/** Up to which day each source's bills are complete: `asOf` is the day after. */
export type SourceAsOf = { readonly sourceId: string; readonly asOf: Day };

export type UsageRead = {
  readonly rules: readonly WasteRule[];
  readonly sources: readonly SourceAsOf[];
  /** What the reader may see. A resource any part of which lies outside is not shown at all. */
  readonly access: ScopeFilter;
  /** What was asked for. A resource any part of which lies inside is shown. */
  readonly asked: ScopeFilter;
};

/** Usage rows with whether they lie in what the reader may see and in what was asked. */
export type ScopedUsageRow = UsageRow & { readonly visible: boolean; readonly asked: boolean };

export type WasteUsage = {
  readonly resources: readonly ScopedUsageRow[];
  readonly commitments: readonly ScopedUsageRow[];
  /** Lines of sub-accounts, whatever their resource. */
  readonly accounts: readonly ScopedUsageRow[];
  /** What else there is, whatever the scope: only where a rule asks for it. */
  readonly estate: readonly ScopedUsageRow[];
};

/** The columns rules match on, as `attribute_set` names them. */
const LINE_COLUMNS: Readonly<Record<keyof LineAttributes, string>> = {
  usageType: "x_usage_type",
  operation: "x_operation",
  serviceCode: "x_service_code",
  meterName: "x_sku_meter_name",
  meterCategory: "x_sku_meter_category",
  meterSubcategory: "x_sku_meter_subcategory",
  description: "charge_description",
  skuMeter: "sku_meter",
  serviceName: "service_name",
  pricingCategory: "pricing_category",
  pricingUnit: "pricing_unit",
  commitmentId: "commitment_discount_id",
  commitmentName: "commitment_discount_name",
  commitmentStatus: "commitment_discount_status",
  capacityReservationId: "capacity_reservation_id",
  capacityReservationStatus: "capacity_reservation_status",
};
const LINE_NAMES = Object.keys(LINE_COLUMNS) as (keyof LineAttributes)[];
const selectLine = LINE_NAMES.map((name) => `a.${LINE_COLUMNS[name]} as "${name}"`).join(", ");

/**
 * The last 35 days of everything a rule might speak of. The rules choose among the few kinds of charges first
 * (`attribute_set`); only resources that have such a charge are read, with all their lines.
 */
export async function loadWasteUsage(snapshot: CostSnapshot, read: UsageRead): Promise<WasteUsage> {
  const batches = batchesInWindow(snapshot.batches, read.sources);
  if (batches.length === 0) return { resources: [], commitments: [], accounts: [], estate: [] };
  const kinds = await loadKinds(snapshot);
  const ofSubject = (subject: WasteRule["subject"], rules = read.rules): readonly ChargeKind[] =>
    kinds.filter((kind) => rules.some((rule) => rule.subject === subject && rule.triggers(kind.provider, kind.line)));
  const ids = (chosen: readonly ChargeKind[]): string[] => chosen.flatMap((kind) => kind.ids);
  const asking = read.rules.filter(({ needsEstate }) => needsEstate === true);
  const needsEstate = ofSubject("resource", asking).length > 0;
  const neighbours = needsEstate ? kinds.filter((kind) => isOfEstate(kind.provider, kind.line)) : [];
  const named = namedCondition(read.asked) !== undefined;
  const wanted = [...new Set([...ofSubject("resource"), ...(named ? [] : neighbours)])];
  const resources = await readUsage(snapshot, read, batches, { by: "resource", ids: ids(wanted) });
  return {
    resources,
    commitments: await readUsage(snapshot, read, batches, {
      by: "commitment",
      ids: ids(commitmentKinds(kinds, read.rules)),
    }),
    // Sums of a whole account cannot be told to somebody who sees or asks for only some of its resources or tags.
    accounts: [...read.access, ...read.asked].some(({ dimension }) => homeOf(dimension) !== "attribute")
      ? []
      : await readUsage(snapshot, read, batches, { by: "account", ids: ids(ofSubject("account")) }),
    estate:
      named && neighbours.length > 0
        ? await readUsage(snapshot, { ...read, asked: [] }, batches, { by: "resource", ids: ids(neighbours) })
        : resources,
  };
}

type ChargeKind = { readonly provider: string; readonly line: LineAttributes; readonly ids: readonly string[] };

/** Every distinct kind of usage there is, with the attribute sets that carry it. */
async function loadKinds(snapshot: CostSnapshot): Promise<readonly ChargeKind[]> {
  const rows = await snapshot.sql.unsafe<(LineAttributes & { provider: string; ids: string[] })[]>(
    `select a.provider, ${selectLine}, array_agg(a.id::text) as ids from attribute_set a where a.kind = 'usage'
      group by a.provider, ${LINE_NAMES.map((name) => `a.${LINE_COLUMNS[name]}`).join(", ")}`,
  );
  return rows.map((row) => ({ provider: row.provider, line: lineOf(row), ids: row.ids }));
}

function lineOf(row: LineAttributes): LineAttributes {
  return Object.fromEntries(LINE_NAMES.map((name) => [name, row[name]])) as LineAttributes;
}

/** Used and unused usage of every commitment a rule is triggered by. */
function commitmentKinds(kinds: readonly ChargeKind[], rules: readonly WasteRule[]): readonly ChargeKind[] {
  const wanted = new Set(
    kinds
      .filter((kind) => rules.some((rule) => rule.subject === "commitment" && rule.triggers(kind.provider, kind.line)))
      .map((kind) => kind.line.commitmentId?.toLowerCase()),
  );
  return kinds.filter(({ line }) => line.commitmentId !== null && wanted.has(line.commitmentId.toLowerCase()));
}

type WindowBatch = { readonly id: string; readonly billingMonth: Day; readonly asOf: Day };

function batchesInWindow(batches: readonly ActiveBatch[], sources: readonly SourceAsOf[]): readonly WindowBatch[] {
  return batches.flatMap((batch) => {
    const asOf = sources.find(({ sourceId }) => sourceId === batch.sourceId)?.asOf;
    const outside =
      asOf === undefined ||
      (batch.firstDay !== null && batch.firstDay >= asOf) ||
      (batch.lastDay !== null && batch.lastDay < addDays(asOf, -WINDOW_DAYS));
    return outside ? [] : [{ id: batch.id, billingMonth: batch.billingMonth, asOf }];
  });
}

type Chosen = { readonly by: "resource" | "commitment" | "account"; readonly ids: readonly string[] };

async function readUsage(
  snapshot: CostSnapshot,
  read: UsageRead,
  batches: readonly WindowBatch[],
  chosen: Chosen,
): Promise<readonly ScopedUsageRow[]> {
  if (chosen.ids.length === 0) return [];
  const params = createParams();
  const text = usageSql(snapshot, read, batches, chosen, params);
  const rows = await snapshot.sql.unsafe<UsageRecord[]>(text, params.values);
  return rows.map(usageRow);
}

function usageSql(
  snapshot: CostSnapshot,
  read: UsageRead,
  batches: readonly WindowBatch[],
  chosen: Chosen,
  params: Params,
): string {
  const window = windowSql(batches, params);
  const ids = `${params.add(chosen.ids)}::bigint[]`;
  const wanted =
    chosen.by === "resource"
      ? `c.resource_ref in (select resource_ref from candidate)`
      : `c.attribute_set_id = any(${ids})`;
  // A commitment is described by its unused rows; who uses the rest does not matter.
  const owner = (column: string): string => {
    if (chosen.by === "resource") return column;
    if (chosen.by === "account") return "null::bigint";
    return `case when c.attribute_set_id in (select id from unused) then ${column} end`;
  };
  const age = "(b.as_of - c.charge_day - 1)";
  const quantity = "coalesce(c.pricing_quantity, c.consumed_quantity)";
  const recent = `filter (where ${age} < ${RECENT_DAYS})`;
  const first =
    chosen.by === "resource"
      ? `candidate as materialized (select distinct c.resource_ref from ${window} and c.attribute_set_id = any(${ids})
          and ${namedSql(read.asked, params)})`
      : `unused as materialized (select id from attribute_set where commitment_discount_status = 'Unused' and id = any(${ids}))`;
  return `with ${first},
    folded as materialized (
      select c.attribute_set_id, ${owner("c.resource_ref")} as resource_ref, ${owner("c.tag_set_id")} as tag_set_id, b.as_of,
        bit_or(1::bigint << ${age}) as billed_days,
        coalesce(bit_or(1::bigint << ${age}) filter (where coalesce(${quantity}, c.effective_cost) <> 0), 0) as active_days,
        sum(coalesce(${quantity}, 0)) as quantity, coalesce(sum(coalesce(${quantity}, 0)) ${recent}, 0) as quantity_recent,
        sum(c.effective_cost) as effective, coalesce(sum(c.effective_cost) ${recent}, 0) as effective_recent,
        coalesce(sum(c.list_cost) ${recent}, 0) as list_recent,
        min(${quantity}) ${recent} as day_min, max(${quantity}) ${recent} as day_max
      from ${window} and ${wanted}
      group by 1, 2, 3, 4)
    select ${selectLine}, a.provider, a.sub_account_id as account, coalesce(a.region_id, a.region_name) as region,
      a.billing_currency as currency, r.resource_id as "resourceId", r.resource_name as "resourceName",
      coalesce(r.resource_type, a.x_resource_type) as "resourceType", coalesce(t.tags, '{}'::jsonb) as tags, f.as_of as "asOf",
      f.billed_days::text as "billedDays", f.active_days::text as "activeDays",
      f.quantity::text, f.quantity_recent::text as "quantityRecent", f.effective::text,
      f.effective_recent::text as "effectiveRecent", f.list_recent::text as "listRecent",
      f.day_min::text as "dayQuantityMin", f.day_max::text as "dayQuantityMax",
      ${scopeSql(read.access, snapshot, params)} as visible, ${scopeSql(read.asked, snapshot, params)} as asked
    from folded f join attribute_set a on a.id = f.attribute_set_id and a.kind = 'usage'
      left join billed_resource r on r.id = f.resource_ref left join tag_set t on t.id = f.tag_set_id`;
}

/** Asked for by name: only those resources are looked at, by index. */
function namedSql(asked: ScopeFilter, params: Params): string {
  const named = namedCondition(asked);
  if (named === undefined) return "c.resource_ref is not null";
  const list = named.values.map((value) => `lower(${params.add(value)}::text)`).join(", ");
  return `c.resource_ref in (select r.id from billed_resource r where lower(r.resource_id) in (${list})
      union all select r.id from billed_resource r where lower(r.resource_name) in (${list}))`;
}

function namedCondition(asked: ScopeFilter): Condition | undefined {
  return asked.find(({ dimension, negated, values }) => dimension === "resource" && !negated && !values.includes(null));
}

/**
 * Charges of the window as `c`, with their source's as-of day as `b`. Partitions by literal months, days by a literal span;
 * the span of each source is told in a form no index takes, or every batch would scan the window anew.
 * Charges longer than a day say nothing of days.
 */
function windowSql(batches: readonly WindowBatch[], params: Params): string {
  const ids = params.add(batches.map(({ id }) => id));
  const asOfs = batches.map(({ asOf }) => asOf).sort();
  const months = [...new Set(batches.map(({ billingMonth }) => billingMonth))];
  return `charge c join unnest(${ids}::bigint[], ${params.add(batches.map(({ asOf }) => asOf))}::date[]) as b(id, as_of) on b.id = c.batch_id
    where c.batch_id = any(${ids}::bigint[]) and c.billing_month in (${months.map((month) => `${params.add(month)}::date`).join(", ")})
      and c.charge_day >= ${params.add(addDays(asOfs[0] as Day, -WINDOW_DAYS))}::date and c.charge_day < ${params.add(asOfs.at(-1))}::date
      and (b.as_of - c.charge_day) between 1 and ${WINDOW_DAYS} and c.charge_end - c.charge_day <= 1`;
}

/** The conditions over the joined dictionaries; the same words and spellings as a cost question's. */
function scopeSql(conditions: readonly Condition[], snapshot: CostSnapshot, params: Params): string {
  const parts = conditions.map((condition) =>
    conditionSql(condition, chargeDimension(condition.dimension, snapshot.aliases, params), params),
  );
  return parts.length === 0 ? "true" : `(${parts.join(" and ")})`;
}

type UsageRecord = LineAttributes & {
  readonly provider: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly currency: string | null;
  readonly resourceId: string | null;
  readonly resourceName: string | null;
  readonly resourceType: string | null;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly asOf: Day;
  readonly billedDays: string;
  readonly activeDays: string;
  readonly quantity: string;
  readonly quantityRecent: string;
  readonly effective: string;
  readonly effectiveRecent: string;
  readonly listRecent: string;
  readonly dayQuantityMin: string | null;
  readonly dayQuantityMax: string | null;
  readonly visible: boolean;
  readonly asked: boolean;
};

function usageRow(row: UsageRecord): ScopedUsageRow {
  return {
    provider: row.provider,
    account: row.account,
    region: row.region,
    resourceId: row.resourceId,
    resourceName: row.resourceName,
    resourceType: row.resourceType,
    currency: row.currency ?? "",
    asOf: row.asOf,
    attributes: lineOf(row),
    tags: row.tags,
    billedDays: BigInt(row.billedDays),
    activeDays: BigInt(row.activeDays),
    quantity: parseAtoms(row.quantity),
    quantityRecent: parseAtoms(row.quantityRecent),
    effectiveAtoms: parseAtoms(row.effective),
    effectiveRecentAtoms: parseAtoms(row.effectiveRecent),
    listRecentAtoms: parseAtoms(row.listRecent),
    dayQuantityMin: row.dayQuantityMin === null ? null : parseAtoms(row.dayQuantityMin),
    dayQuantityMax: row.dayQuantityMax === null ? null : parseAtoms(row.dayQuantityMax),
    visible: row.visible,
    asked: row.asked,
  };
}

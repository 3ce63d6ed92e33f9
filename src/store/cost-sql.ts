import type { Dimension } from "../domain/dimension.ts";
import {
  acceptsMissing,
  conditionSql,
  createParams,
  withoutSql,
  type DimensionSql,
  type Params,
} from "./cost-filter.ts";
import { chargeDimension, homeOf, sliceDimension, type Home } from "./cost-dimension.ts";
import type { CostRead, Cover } from "./cost-plan.ts";
import type { TagAliasKeys } from "../domain/dimension.ts";
import { inCubeOrder } from "./cube-names.ts";
import { unallocatableSql } from "./cost-unallocatable.ts";

export type Statement = { readonly text: string; readonly values: unknown[] };

/** Batches a statement may touch, already narrowed to those whose days overlap the span. */
export type Touched = {
  readonly ids: readonly string[];
  /** Those of the span a read takes off; none otherwise. */
  readonly lessIds: readonly string[];
  readonly billingMonths: readonly string[];
};

const MEASURE = {
  effective: "effective_cost",
  billed: "billed_cost",
  list: "list_cost",
  contracted: "contracted_cost",
  usage: "consumed_quantity",
} as const;

/** What a statement groups: keys, period, currency or unit; then the sums. The last step, common to all covers. */
type Grouping = {
  keys: string[];
  period: string;
  currency: string;
  unit: string;
  day: string;
  amount: string;
  rows: string;
  long: string;
  unallocatable: string;
  from: string;
};

/**
 * The statement that answers a read from its cover: k1…kn, period, currency, unit, amount, long, unallocatable, rows;
 * with `per` one row a series, see seriesSql.
 */
export function costSql(read: CostRead, cover: Cover, touched: Touched, aliases: TagAliasKeys): Statement {
  const params = createParams();
  const grouping =
    cover.from === "cube"
      ? cubeGrouping(read, cover.cube, touched, params)
      : cover.from === "charge"
        ? chargeGrouping(read, touched, aliases, params)
        : sliceGrouping(read, cover.from, touched, params);
  return { text: groupedSql(read, grouping, params), values: params.values };
}

function groupedSql(read: CostRead, grouping: Grouping, params: Params): string {
  const keys = grouping.keys.map((key, index) => `${key} as k${index + 1}`);
  const rate = read.rates === null ? null : ratesSql(read, grouping, params);
  const sum = (amount: string, filter = ""): string =>
    rate === null
      ? `coalesce(sum(${amount})${filter}, 0)`
      : `round(coalesce(sum(${amount} * rate.factor)${filter}, 0), 18)`;
  const facts = `select ${[...keys, `${grouping.period} as period`, `${rate === null ? grouping.currency : "null::text"} as currency`, `${grouping.unit} as unit`].join(", ")},
      ${sum(grouping.amount)} as amount, ${sum(grouping.amount, ` filter (where ${grouping.long})`)} as long,
      ${grouping.unallocatable === "false" ? "0::numeric" : sum(grouping.amount, ` filter (where ${grouping.unallocatable})`)} as unallocatable, sum(${grouping.rows}) as rows
    from ${grouping.from} ${rate?.join ?? ""}
    group by ${[...grouping.keys.map((_, index) => index + 1), grouping.keys.length + 1, grouping.keys.length + 2, grouping.keys.length + 3].join(", ")}`;
  if (read.per !== null) return seriesSql(facts, grouping.keys.length);
  if (read.rowsMax === null) return `select *, 1 as members, false as other from (${facts}) facts`;
  return topSql(facts, grouping.keys.length, params.add(read.rowsMax));
}

/**
 * One row a series, its buckets side by side in arrays: k1…kn, currency, unit, periods, amounts, long, unallocatable, rows.
 * A year of days by team is 20 rows so, and 7,600 otherwise, whose ten columns each would be most of the answer's time.
 * Arrays of nothing but 0 are null. Arrays travel as text: days and numbers hold no comma, quote or brace.
 */
function seriesSql(facts: string, keyCount: number): string {
  const series = [...Array.from({ length: keyCount }, (_, index) => `k${index + 1}`), "currency", "unit"];
  const sparse = (part: string): string => `case when bool_or(${part} <> 0) then array_agg(${part})::text end`;
  return `select ${series.join(", ")}, array_agg(period)::text, array_agg(amount)::text, ${sparse("long")}, ${sparse("unallocatable")}, array_agg(rows)::text
    from (${facts}) facts group by ${series.map((_, index) => index + 1).join(", ")}`;
}

/** The N largest of each currency and unit, and one row for the rest: a heap of N each, never a sort of everything. */
function topSql(facts: string, keyCount: number, most: string): string {
  const names = Array.from({ length: keyCount }, (_, index) => `k${index + 1}`);
  const line = "currency is not distinct from line.currency and unit is not distinct from line.unit";
  const sums =
    "sum(amount) as amount, sum(long) as long, sum(unallocatable) as unallocatable, sum(rows) as rows, count(*) as members";
  const columns = [...names, "period", "currency", "unit"].join(", ");
  return `with facts as materialized (${facts}),
    line as (select currency, unit, ${sums} from facts group by 1, 2),
    best as (select largest.* from line cross join lateral
      (select * from facts where ${line} order by ${["amount desc", ...names.map((name) => `${name} collate "C"`)].join(", ")} limit ${most}::int) largest),
    named as (select currency, unit, ${sums} from best group by 1, 2)
    select ${columns}, amount, long, unallocatable, rows, 1 as members, false as other from best
    union all
    select ${[...names.map(() => "null::text"), "null::date", "line.currency", "line.unit"].join(", ")}, line.amount - named.amount, line.long - named.long,
      line.unallocatable - named.unallocatable, line.rows - named.rows, (line.members - named.members)::int, true
    from line join named on named.currency is not distinct from line.currency and named.unit is not distinct from line.unit where line.members > named.members`;
}

/** The dated rates as a relation; the inner join is safe because a missing rate was refused before. */
function ratesSql(read: CostRead, grouping: Grouping, params: Params): { join: string } {
  const rates = read.rates ?? [];
  const list = (pick: (rate: (typeof rates)[number]) => string): string => params.add(rates.map(pick));
  return {
    join: `join unnest(${list((rate) => rate.day)}::date[], ${list((rate) => rate.currency)}::text[], ${list((rate) => rate.factor)}::numeric[])
      as rate(day, currency, factor) on rate.day = ${grouping.day} and rate.currency = ${grouping.currency}`,
  };
}

function periodSql(read: CostRead, day: string): string {
  if (read.per === null) return "null::date";
  return read.per === "day" ? day : `date_trunc('${read.per}', ${day}::timestamp)::date`;
}

type SpanColumns = { readonly batch: string; readonly day: string; readonly billingMonth: string | null };

/** Batches and days of the spans; months of the invoice prune partitions. */
function spanSql(read: CostRead, touched: Touched, params: Params, columns: SpanColumns): string[] {
  const ids = [...new Set([...touched.ids, ...touched.lessIds])];
  const parts = [`${columns.batch} = any(${params.add(ids)}::bigint[])`];
  if (columns.billingMonth !== null) {
    parts.push(
      touched.billingMonths.length === 0
        ? "false"
        : `${columns.billingMonth} in (${touched.billingMonths.map((month) => `${params.add(month)}::date`).join(", ")})`,
    );
  }
  const spans = read.less === undefined ? [read.span] : [read.span, read.less];
  if (spans.every((span) => span.by === "days"))
    parts.push(`(${spans.map((span) => daysSql(span, params, columns.day)).join(" or ")})`);
  return parts;
}

/** Whether a row lies within the days of a span; null = its batches alone say so. */
function daysSql(span: CostRead["span"], params: Params, day: string): string | null {
  if (span.by !== "days") return null;
  return `${day} >= ${params.add(span.period.from)}::date and ${day} < ${params.add(span.period.to)}::date`;
}

/** A row's part of the amount: all of it, or with `less` what it adds to one span less what it adds to the other. */
function amountSql(read: CostRead, touched: Touched, params: Params, columns: SpanColumns, measure: string): string {
  if (read.less === undefined) return measure;
  const part = (span: CostRead["span"], ids: readonly string[]): string =>
    `case when ${daysSql(span, params, columns.day) ?? `${columns.batch} = any(${params.add(ids)}::bigint[])`} then ${measure} else 0 end`;
  return `(${part(read.span, touched.ids)} - ${part(read.less, touched.lessIds)})`;
}

function cubeGrouping(read: CostRead, cube: string, touched: Touched, params: Params): Grouping {
  const named = inCubeOrder(
    [...new Set([...read.by, ...read.filter.conditions.map((one) => one.dimension)])].filter((one) => one !== "kind"),
  );
  const column = (dimension: Dimension): string =>
    dimension === "kind" ? "c.kind" : `c.key${named.indexOf(dimension) + 1}`;
  const conditions = read.filter.conditions.map((condition) =>
    conditionSql(condition, cubeDimension(condition.dimension, column(condition.dimension)), params),
  );
  const columns: SpanColumns = { batch: "c.batch_id", day: "c.period_start", billingMonth: null };
  const where = [
    `c.cube = ${params.add(cube)}`,
    ...spanSql(read, touched, params, columns),
    ...conditions,
    withoutSql(read.filter.without, "c.kind") ?? "true",
  ];
  return {
    keys: read.by.map(column),
    period: periodSql(read, "c.period_start"),
    day: "c.period_start",
    currency: "c.currency",
    unit: "null::text",
    amount: amountSql(
      read,
      touched,
      params,
      columns,
      `c.${MEASURE[read.metric === "usage" ? "effective" : read.metric]}`,
    ),
    rows: "c.source_rows",
    long: "c.long",
    unallocatable: unallocatableSql(read.by, column, {
      kind: "c.kind",
      service: named.includes("service") ? column("service") : null,
    }),
    from: `(select * from cost_cube c where ${where.join(" and ")}) c`,
  };
}

/** A dimension over a cube's key column. Cubes carry ids; a name is looked up among the slices, which are few. */
export function cubeDimension(dimension: Dimension, column: string): DimensionSql {
  if (dimension !== "sub-account" && dimension !== "billing-account") return { value: column, matches: [column] };
  const stem = dimension === "sub-account" ? "sub_account" : "billing_account";
  const named = (list: string): string =>
    `coalesce(${column} in (select n.${stem}_id from cost_slice n where lower(n.${stem}_name) in (${list})), false)`;
  return { value: column, matches: [column], named };
}

function sliceGrouping(read: CostRead, from: "daily" | "resource-month", touched: Touched, params: Params): Grouping {
  const resources = from === "resource-month" && read.by.includes("resource");
  const day = from === "daily" ? "d.charge_day" : "d.charge_month";
  const table = from === "daily" ? "cost_daily" : "cost_resource_month";
  const keptDay = read.rates !== null || read.per !== null;
  const onSlices = read.filter.conditions.filter((one) => one.dimension !== "resource");
  const sliceWhere = [
    ...onSlices.map((one) => conditionSql(one, sliceDimension(one.dimension, params), params)),
    withoutSql(read.filter.without, "s.kind"),
  ].filter((part) => part !== null);
  const spanColumns: SpanColumns = { batch: "d.batch_id", day, billingMonth: "d.billing_month" };
  const where = [
    ...spanSql(read, touched, params, spanColumns),
    ...(sliceWhere.length === 0
      ? []
      : [`d.slice_id in (select s.id from cost_slice s where ${sliceWhere.join(" and ")})`]),
    ...resourceConditions(read, "d.resource_ref", params),
  ];
  const ids = ["d.slice_id", ...(keptDay ? [day] : [])];
  const measure = `d.${MEASURE[read.metric === "usage" ? "effective" : read.metric]}`;
  const amount = amountSql(read, touched, params, spanColumns, measure);
  // Resource months are as fine as their groups: adding them up twice would only cost time.
  const sums = resources
    ? `${amount} as amount, d.source_rows as rows`
    : `sum(${amount}) as amount, sum(d.source_rows) as rows`;
  const columns = [
    "d.slice_id",
    resources ? "d.resource_ref" : "null::bigint as resource_ref",
    keptDay ? `${day} as day` : "null::date as day",
  ];
  const inner = `(select ${columns.join(", ")}, ${sums}
      from ${table} d where ${where.join(" and ")} ${resources ? "" : `group by ${ids.join(", ")}`}) f`;
  const column = (dimension: Dimension): string => sliceDimension(dimension, params).value;
  return {
    keys: read.by.map(column),
    period: periodSql(read, "f.day"),
    day: "f.day",
    currency: "s.currency",
    unit: "null::text",
    amount: "f.amount",
    rows: "f.rows",
    long: "s.long",
    unallocatable: unallocatableSql(read.by, column, { kind: "s.kind", service: "s.service_name" }),
    from: `${inner} join cost_slice s on s.id = f.slice_id ${resources ? "left join billed_resource r on r.id = f.resource_ref" : ""}`,
  };
}

function resourceConditions(read: CostRead, column: string, params: Params): string[] {
  return read.filter.conditions
    .filter((condition) => condition.dimension === "resource")
    .map((condition) => {
      const inside = resourceIdsSql(
        condition.values.filter((value) => value !== null),
        params,
      );
      // An array made once, not a subplan: only then the index on the charge's resource is used.
      const matched = inside === null ? [] : [`${column} = any(array(${inside}))`];
      const missing = condition.values.includes(null)
        ? [
            `${column} is null`,
            `${column} in (select r.id from billed_resource r where coalesce(r.resource_id, r.resource_name) is null)`,
          ]
        : [];
      const either = `(${[...matched, ...missing].join(" or ") || "false"})`;
      return condition.negated ? `not coalesce(${either}, false)` : either;
    });
}

/** Two index look-ups instead of one scan: an `or` over two columns would read the whole dictionary. */
function resourceIdsSql(values: readonly string[], params: Params): string | null {
  if (values.length === 0) return null;
  const list = values.map((value) => `lower(${params.add(value)}::text)`).join(", ");
  return `select r.id from billed_resource r where lower(r.resource_id) in (${list}) union all select r.id from billed_resource r where lower(r.resource_name) in (${list})`;
}

const DICTIONARY: Readonly<Record<Home, { table: string; alias: string; column: string }>> = {
  attribute: { table: "attribute_set", alias: "a", column: "c.attribute_set_id" },
  resource: { table: "billed_resource", alias: "r", column: "c.resource_ref" },
  tags: { table: "tag_set", alias: "t", column: "c.tag_set_id" },
};

function chargeGrouping(read: CostRead, touched: Touched, aliases: TagAliasKeys, params: Params): Grouping {
  const dimension = (one: Dimension): DimensionSql => chargeDimension(one, aliases, params);
  const columns: SpanColumns = { batch: "c.batch_id", day: "c.charge_day", billingMonth: "c.billing_month" };
  const where = spanSql(read, touched, params, columns);
  // A purchase or a tax has no quantity: it is not 0 units of something.
  if (read.metric === "usage") where.push("c.consumed_quantity is not null");
  const without = withoutSql(read.filter.without, "a.kind");
  if (without !== null) where.push(`c.attribute_set_id in (select a.id from attribute_set a where ${without})`);
  for (const condition of read.filter.conditions.filter((one) => one.dimension !== "resource")) {
    const { table, alias, column } = DICTIONARY[homeOf(condition.dimension)];
    const inside = `${column} in (select ${alias}.id from ${table} ${alias} where ${conditionSql(condition, dimension(condition.dimension), params)})`;
    where.push(acceptsMissing(condition) && table === "tag_set" ? `(${column} is null or ${inside})` : inside);
  }
  where.push(...resourceConditions(read, "c.resource_ref", params));
  const resources = read.by.includes("resource");
  const tags = read.by.some((one) => homeOf(one) === "tags");
  const keptDay = read.rates !== null || read.per !== null;
  const ids = [
    "c.attribute_set_id",
    ...(resources ? ["c.resource_ref"] : []),
    ...(tags ? ["c.tag_set_id"] : []),
    ...(keptDay ? ["c.charge_day"] : []),
    "long",
  ];
  const inner = `(select c.attribute_set_id, ${resources ? "c.resource_ref" : "null::bigint as resource_ref"}, ${tags ? "c.tag_set_id" : "null::bigint as tag_set_id"}, ${keptDay ? "c.charge_day as day" : "null::date as day"},
      (c.charge_end - c.charge_day > 1) as long, sum(${amountSql(read, touched, params, columns, `c.${MEASURE[read.metric]}`)}) as amount, sum(c.source_rows) as rows
      from charge c where ${where.join(" and ")} group by ${ids.join(", ")}) f`;
  const column = (one: Dimension): string => dimension(one).value;
  return {
    keys: [...read.by.map(column), ...(read.byIssuer === true ? ["a.invoice_issuer_name"] : [])],
    period: periodSql(read, "f.day"),
    day: "f.day",
    currency: read.metric === "usage" ? "null::text" : "coalesce(a.billing_currency, '')",
    unit: read.metric === "usage" ? "a.consumed_unit" : "null::text",
    amount: "f.amount",
    rows: "f.rows",
    long: "f.long",
    unallocatable: unallocatableSql(read.by, column, { kind: "a.kind", service: "a.service_name" }),
    from: `${inner} join attribute_set a on a.id = f.attribute_set_id
      ${resources ? "left join billed_resource r on r.id = f.resource_ref" : ""} ${tags ? "left join tag_set t on t.id = f.tag_set_id" : ""}`,
  };
}

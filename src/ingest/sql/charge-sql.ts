import { hourCount, HOURS_PACKED } from "./scan-plan.ts";
import { KEPT_DATABASE, MEASURES, type StageDecimals } from "./stage-tables.ts";

/** The part of the stage one delivery is made of. */
export type StageKey = { readonly fileNo: number; readonly keyHash: string };

/** The rows of the picked delivery. */
export const FACTS = `stage_charges semi join picked using (file_no, key_h)`;

/** Names the delivery the next statements build. */
export function pickSql(keys: readonly StageKey[]): string {
  const values = keys.map((key) => `(${key.fileNo}, ${key.keyHash}::ubigint)`).join(", ");
  return `create or replace table picked as select * from (values ${values}) as t(file_no, key_h)`;
}

/** Staged rows of each day of the delivery, so that the collapse goes in bounded steps. */
export function dayCountsSql(facts: string): string {
  return `select day::varchar as day, count(*) as n from ${facts} group by day order by day`;
}

/** Empty tables of the delivery in hand. `charge` has the store's columns, ids instead of hashes. */
export function createChargeSql(decimals: StageDecimals): string[] {
  const measures = MEASURES.map((name) => `${name} decimal(38,${decimals})`).join(", ");
  return [
    `create or replace table ${KEPT_DATABASE}.charge (charge_day date, charge_end date, attribute_set_id bigint, resource_ref bigint,
      tag_set_id bigint, source_rows bigint, ${measures})`,
    `create or replace table ${KEPT_DATABASE}.usage_hour (charge_day date, attribute_set_id bigint, resource_ref bigint, quantity varchar)`,
  ];
}

/** A part of a delivery: days (both inclusive), of them one share of the resources. */
export type Window = {
  readonly from: string;
  readonly to: string;
  readonly share?: { readonly index: number; readonly of: number };
};

/** Collapses a part of `facts` into `charge` and `usage_hour`. */
export function collapseSql(facts: string, { from, to, share }: Window): string[] {
  const mine = share === undefined ? "" : ` and hash(r.id) % ${share.of} = ${share.index}`;
  const window = `day between date '${from}' and date '${to}'${mine}`;
  const sums = MEASURES.map((name) => `sum(${name}) as ${name}`).join(", ");
  return [
    `insert into charge
select day, day_end, a.id, r.id, t.id, sum(n)::bigint, ${sums}
from ${facts} join attribute_set as a using (attr_h) left join billed_resource as r using (resource_h) left join tag_set as t using (tags_h)
where ${window} group by day, day_end, a.id, r.id, t.id`,
    `insert into usage_hour ${hoursSql(facts, window)}`,
  ];
}

/**
 * Hours of usage, in two steps: rows of one quantity first, so that a machine which ran 24 hours alike has its quantity
 * written once and not added up 24 times.
 */
function hoursSql(facts: string, window: string): string {
  const each = (sql: (packed: string, digit: number) => string): string[] =>
    Array.from({ length: 24 }, (_, hour) =>
      hour < HOURS_PACKED ? sql("hours_low", hour) : sql("hours_high", hour - HOURS_PACKED),
    );
  const alike = each((packed, digit) => {
    const count = hourCount(packed, digit);
    return `case ${count} when 0 then '0' when 1 then quantity else ${plainText(`hour_quantity * ${count}::decimal(38,0)`)} end`;
  });
  const mixed = each((packed, digit) => plainText(`sum(hour_quantity * ${hourCount(packed, digit)}::decimal(38,0))`));
  const array = (hours: readonly string[]): string => `'{' || concat_ws(',', ${hours.join(", ")}) || '}'`;
  return `with hourly as (select day, a.id as attribute_id, r.id as resource_id, hour_quantity, sum(hours_low)::hugeint as hours_low, sum(hours_high)::hugeint as hours_high
  from ${facts} join attribute_set as a using (attr_h) left join billed_resource as r using (resource_h)
  where ${window} and hour_quantity is not null group by day, a.id, r.id, hour_quantity),
counted as (select *, count(*) over (partition by day, attribute_id, resource_id) as quantities from hourly)
select day, attribute_id, resource_id, ${array(alike)}
from (select *, ${plainText("hour_quantity")} as quantity from counted where quantities = 1)
union all
select day, attribute_id, resource_id, ${array(mixed)} from counted where quantities > 1 group by day, attribute_id, resource_id`;
}

/** A decimal without the zeros at its end. */
export function plainText(decimal: string): string {
  return `coalesce(rtrim(rtrim((${decimal})::varchar, '0'), '.'), '0')`;
}

/** What was collapsed: totals by currency, to be reconciled with the control totals and shown. */
export function totalsSql(): string {
  const sums = ["billed", "effective", "list", "contracted"].map((name) => `sum(${name}_cost)::varchar as ${name}`);
  return `select coalesce(billing_currency, '') as currency, sum(source_rows)::bigint as source_rows, count(*) as n, ${sums.join(", ")}
from charge join (select distinct on (id) id, billing_currency from attribute_set) as a on a.id = attribute_set_id group by 1 order by 1`;
}

/** Charge days and sub-accounts of the delivery, for the shrink guard. */
export function coverageSql(): string {
  return `select distinct charge_day::varchar as day, coalesce(sub_account_id, '') as sub_account
from charge join (select distinct on (id) id, sub_account_id from attribute_set) as a on a.id = attribute_set_id`;
}

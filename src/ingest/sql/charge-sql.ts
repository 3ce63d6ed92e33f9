import { MEASURES } from "./scan-sql.ts";

/** The part of the stage one delivery is made of. */
export type StageKey = { readonly fileNo: number; readonly keyHash: string };

const FACTS = `stage_charges semi join picked using (file_no, key_h)`;

/** Names the delivery the next statements build. */
export function pickSql(keys: readonly StageKey[]): string {
  const values = keys.map((key) => `(${key.fileNo}, ${key.keyHash}::ubigint)`).join(", ");
  return `create or replace table picked as select * from (values ${values}) as t(file_no, key_h)`;
}

/** Staged rows of each day of the delivery, so that the collapse goes in bounded steps. */
export function dayCountsSql(): string {
  return `select day::varchar as day, count(*) as n from ${FACTS} group by day order by day`;
}

/** Empty tables of the delivery in hand. `charge` has the store's columns, ids instead of hashes. */
export function createChargeSql(): string[] {
  const measures = MEASURES.map((name) => `${name} decimal(38,18)`).join(", ");
  return [
    `create or replace table charge (charge_day date, charge_end date, attribute_set_id bigint, resource_ref bigint,
      tag_set_id bigint, source_rows bigint, ${measures})`,
    `create or replace table usage_hour (charge_day date, attribute_set_id bigint, resource_ref bigint, quantity varchar)`,
  ];
}

/** Collapses the days from `from` to `to` (both inclusive) into `charge` and `usage_hour`. */
export function collapseSql(from: string, to: string): string[] {
  const window = `day between date '${from}' and date '${to}'`;
  const sums = MEASURES.map((name) => `sum(${name}) as ${name}`).join(", ");
  const hours = Array.from(
    { length: 24 },
    (_, hour) => `coalesce(rtrim(rtrim(sum(consumed_quantity) filter (where hour = ${hour})::varchar, '0'), '.'), '0')`,
  );
  return [
    `insert into charge
select day, day_end, a.id, r.id, t.id, n, ${MEASURES.join(", ")}
from (select day, day_end, attr_h, resource_h, tags_h, sum(n)::bigint as n, ${sums} from ${FACTS} where ${window} group by all) as f
join attribute_set as a using (attr_h) left join billed_resource as r using (resource_h) left join tag_set as t using (tags_h)`,
    `insert into usage_hour
select day, a.id, r.id, quantity
from (select day, attr_h, resource_h, '{' || concat_ws(',', ${hours.join(", ")}) || '}' as quantity
  from ${FACTS} where ${window} and hour is not null group by day, attr_h, resource_h) as f
join attribute_set as a using (attr_h) left join billed_resource as r using (resource_h)`,
  ];
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

import { MONEY_SCALE } from "../../domain/money.ts";
import { plainText, type StageKey, type Window } from "./charge-sql.ts";
import { HOUR_ROWS_MAX } from "./scan-plan.ts";
import { KEPT_DATABASE, MEASURES, type StageDecimals } from "./stage-tables.ts";

/**
 * The rows of an appending format that are not stored yet. A row is there as often as the export that has it most often
 * has it: that is the same whatever the order of the files, and loading one again changes nothing.
 */

/** A part of the stage; the files of one export (its chunks) share a number, and their rows add up. */
export type SetKey = StageKey & { readonly setNo: number };

/** Rows already stored: `known_rows` (row_h, n), from a file with one hash a line; null = none are. */
export function knownRowsSql(path: string | null): string {
  const hashes = `(select (id::hugeint + 9223372036854775808)::ubigint as row_h from read_csv('${path?.replaceAll("'", "''") ?? ""}', header = false, auto_detect = false, columns = {'id': 'BIGINT'}))`;
  return path === null
    ? "create or replace table known_rows (row_h ubigint, n bigint)"
    : `create or replace table known_rows as select row_h, count(*)::bigint as n from ${hashes} group by row_h`;
}

export function pickSetsSql(keys: readonly SetKey[]): string {
  const values = keys.map(({ fileNo, keyHash, setNo }) => `(${fileNo}, ${keyHash}::ubigint, ${setNo})`).join(", ");
  return `create or replace table picked as select * from (values ${values}) as t(file_no, key_h, set_no)`;
}

const KEYS = ["key_h", "day", "day_end", "attr_h", "resource_h", "tags_h"];
const PICKED = "stage_charges as s join picked using (file_no, key_h)";

/** The rows that are new, with the columns of the stage: FRESH. `counted`, `fresh_rows`: how often each row is there. */
export const FRESH = "fresh_charges";
export function freshSql(decimals: StageDecimals): string[] {
  const of = (names: readonly string[]): string => names.map((name) => `s.${name}`).join(", ");
  const share = (sum: string): string => `${sum} // f.n * f.extra`;
  // Equal rows have equal amounts, so that a part of them is a whole number of the last decimal.
  const atoms = (name: string): string => `replace(sum(s.${name})::varchar, '.', '')::hugeint`;
  const unit = `0.${"0".repeat(decimals - 1)}1::decimal(${decimals + 1},${decimals})`;
  const part = (name: string): string => `((${share(atoms(name))})::decimal(38,0) * ${unit})::decimal(38,${decimals})`;
  const hours = ["hours_low", "hours_high"];
  return [
    `create or replace table counted as select row_h, arg_max(set_no, n) as set_no, max(n) as n
from (select row_h, set_no, sum(s.n)::bigint as n from ${PICKED} group by row_h, set_no) group by row_h`,
    `create or replace table fresh_rows as select row_h, set_no, c.n, c.n - coalesce(k.n, 0) as extra
from counted as c left join known_rows as k using (row_h) where c.n > coalesce(k.n, 0)`,
    `create or replace table ${FRESH} as
select ${of([...KEYS, "hour_quantity", ...hours, "n", ...MEASURES])} from ${PICKED} join fresh_rows as f using (row_h, set_no) where f.extra = f.n
union all
select ${of(KEYS)}, case when f.n <= ${HOUR_ROWS_MAX} then s.hour_quantity end, ${hours.map((name) => share(`sum(s.${name})::hugeint`)).join(", ")},
  ${share("sum(s.n)::bigint")}, ${MEASURES.map(part).join(", ")}
from ${PICKED} join fresh_rows as f using (row_h, set_no) where f.extra < f.n group by ${of([...KEYS, "hour_quantity"])}, f.n, f.extra, row_h`,
  ];
}

/** How many of the picked rows are there, and how many are new: {rows, fresh}. */
export const FRESH_COUNTS_SQL = `select (select coalesce(sum(n), 0)::bigint from counted) as rows,
  (select coalesce(sum(extra), 0)::bigint from fresh_rows) as fresh`;

/** Everything that was staged of the picked delivery, by currency: for the control totals. */
export const STAGED_TOTALS_SQL = `select coalesce(billing_currency, '') as currency, sum(n)::bigint as source_rows,
  ${["billed", "effective", "list", "contracted"].map((name) => `sum(${name}_cost)::varchar as ${name}`).join(", ")}
from stage_charges semi join picked using (file_no, key_h) join attribute_set using (attr_h) group by 1 order by 1`;

/** Charges and hours of both, before they are added up: the new ones, and those read back under `stored`. */
export const BOTH_CHARGES =
  "(select *, charge_day as day from charge union all by name select *, charge_day as day from stored_charge)";
const BOTH_HOURS = "(select * from usage_hour union all by name select * from stored_hour)";

/** Tables `merged_charge` and `merged_hour` for the sums. */
export const CREATE_MERGED_SQL = [
  "create or replace table merged_charge as select * from stored_charge limit 0",
  "create or replace table merged_hour as select * from usage_hour limit 0",
];

/** Adds up a part of the days. */
export function mergeSql({ from, to, share }: Window): string[] {
  const mine = share === undefined ? "" : ` and hash(resource_ref) % ${share.of} = ${share.index}`;
  const window = `charge_day between date '${from}' and date '${to}'${mine}`;
  const keys = "charge_day, charge_end, attribute_set_id, resource_ref, tag_set_id";
  const sums = MEASURES.map((name) => `sum(${name}) as ${name}`).join(", ");
  const hours = Array.from({ length: 24 }, (_, hour) => plainText(`sum(q[${hour + 1}]::decimal(38,${MONEY_SCALE}))`));
  return [
    `insert into merged_charge by name select ${keys}, sum(source_rows)::bigint as source_rows, ${sums}
from ${BOTH_CHARGES} where ${window} group by ${keys}`,
    `insert into merged_hour by name select charge_day, attribute_set_id, resource_ref, '{' || concat_ws(',', ${hours.join(", ")}) || '}' as quantity
from (select *, string_split(trim(quantity, '{}'), ',') as q from ${BOTH_HOURS}) where ${window} group by charge_day, attribute_set_id, resource_ref`,
  ];
}

/** The sums take the place of the new ones; what is read back of the dictionaries joins those of the call. */
export const TAKE_MERGED_SQL = [
  `create or replace table ${KEPT_DATABASE}.charge as select * from merged_charge`,
  `create or replace table ${KEPT_DATABASE}.usage_hour as select * from merged_hour`,
  ...["merged_charge", "merged_hour", "stored_charge", "stored_hour"].map((table) => `drop table ${table}`),
  ...["attribute_set", "tag_set"].flatMap((table) => [
    `insert into ${table} by name select * from stored_${table} where id not in (select id from ${table} where id is not null)`,
    `drop table stored_${table}`,
  ]),
];

const IDS_A_LINE = 8_192;

/** What `ingest_row` keeps of a batch: the hashes of all its rows, stored and new. */
export function rowIdsSql(batchId: string): string {
  return `with all_rows as (select row_h, greatest(coalesce(c.n, 0), coalesce(k.n, 0)) as n from counted as c full join known_rows as k using (row_h)),
ids as (select ((row_h::hugeint - 9223372036854775808)::bigint)::varchar as id, row_h % (select greatest(1, sum(n) // ${IDS_A_LINE})::ubigint from all_rows) as line, unnest(range(n)) from all_rows)
select ${batchId}::bigint, '{' || string_agg(id, ',') || '}' from ids group by line`;
}

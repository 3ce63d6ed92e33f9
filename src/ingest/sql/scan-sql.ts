import { CHARGE_COLUMNS } from "../../domain/charge-column.ts";
import type { CostName, Format, SourceFile } from "../formats/format.ts";
import { moneySql } from "../formats/sql-money.ts";
import { quoteName } from "../formats/sql-text.ts";

/**
 * One scan of a file fills `stage`: a single pass with grouping sets, so that text is touched once.
 * - part 1, 2, 3: the distinct attribute sets, resources and tag sets, as one text each, under a 64-bit hash;
 * - part 4: delivery keys with row counts and control totals (raw columns, before mapping), by state;
 * - part 5: the charges, narrow: hashes and sums; by hour where usage can be committed, else by day.
 * The hash is only a name inside one load; `checkHashes` (dictionary-sql.ts) proves that it named one text each.
 */
export const STAGE_PART = { attributes: 1, resources: 2, tags: 3, keys: 4, charges: 5 } as const;
/** What became of a row. */
export const ROW_STATE = { accepted: 0, rejected: 1, dropped: 2 } as const;

export const COST_NAMES: readonly CostName[] = ["billed", "effective", "list", "contracted"];
export const MEASURES = CHARGE_COLUMNS.filter((each) => each.home === "measure").map((each) => each.column);
export const ATTRIBUTES = ["provider", "kind", ...columnsOf("attribute")];
export const RESOURCE_FIELDS = ["provider", ...columnsOf("resource")];
export const TAG_FIELDS = columnsOf("tags");

/** Stands between the fields of a dictionary text. `plain` text is checked to hold none. */
export const SEPARATOR = "chr(31)";
/** A single amount from 10¹⁵ on is no bill but a broken row; sums of what is below stay within DECIMAL(38,18). */
const AMOUNT_MAX = "1000000000000000";
/** Services commitments (Savings Plans, reservations, committed use) are sold for. */
const COMMITTABLE = "service_category in ('Compute', 'Databases')";
const HOUR_MS = 3_600_000;

function columnsOf(home: "attribute" | "resource" | "tags"): string[] {
  return CHARGE_COLUMNS.filter((each) => each.home === home).map((each) => each.column);
}

/** How many warnings a format may count. */
export const WARNINGS_MAX = 12;

/** The table every scan fills. */
export function createStageSql(): string {
  const sums = [...MEASURES, ...COST_NAMES.map((name) => `control_${name}`)].map((name) => `${name} decimal(38,18)`);
  const warnings = Array.from({ length: WARNINGS_MAX }, (_, index) => `warning_${index} bigint`);
  return `create table stage (file_no integer, part utinyint, state utinyint, key_h ubigint, attr varchar, attr_h ubigint,
    resource varchar, resource_h ubigint, tags varchar, tags_h ubigint, provider varchar, dataset varchar, account varchar,
    billing_month date, currency varchar, dropped_reason varchar, day date, day_end date, hour tinyint,
    n bigint, residuals bigint, ${[...sums, ...warnings].join(", ")})`;
}

export type ScanOptions = {
  readonly fileNo: number;
  readonly format: Format;
  readonly file: SourceFile;
  /** DuckDB relation over the file (read-sql.ts). */
  readonly relation: string;
  /** The format's additional rows, instead of the rows themselves. */
  readonly extra: boolean;
  /** Values may hold the separator: take it out of each (slower; harmless text stays harmless). */
  readonly separatorInText: boolean;
};

/** The statement that scans one relation into `stage`. */
export function scanSql(options: ScanOptions): string {
  const { fileNo, format, file, relation, extra } = options;
  const control = format.control(file);
  const warnings = (format.warnings?.(file) ?? []).slice(0, WARNINGS_MAX);
  const kept = [
    [control.currency, "~ctl currency"],
    ...COST_NAMES.map((name) => [control.costs[name] ?? "null::varchar", `~ctl ${name}`]),
    ...warnings.map((warning, index) => [warning.when, `~ctl warning ${index}`]),
  ] as const;
  const keep = kept.map(([, name]) => name);
  const mapped = extra ? format.extra?.(file, keep) : format.select(file, keep);
  const sums = MEASURES.map((name) => `sum(${name}) as ${name}`);
  const controls = COST_NAMES.map((name) =>
    extra ? `null as control_${name}` : `sum(${moneySql(quoteName(`~ctl ${name}`))}) as control_${name}`,
  );
  const counted = Array.from({ length: WARNINGS_MAX }, (_, index) =>
    !extra && index < warnings.length
      ? `count(*) filter (where ${quoteName(`~ctl warning ${index}`)}) as warning_${index}`
      : `0 as warning_${index}`,
  );
  return `insert into stage by name
with raw as (select *, ${kept.map(([sql, name]) => `${sql} as ${quoteName(name)}`).join(", ")} from ${relation}),
judged as (select *, ${stateSql()} as state from (${mapped})${extra ? " where problem_reason is null and dropped_reason is null" : ""}),
texts as (select *, ${textColumns(options.separatorInText)} from judged)
select ${fileNo} as file_no,
  case when grouping(attr_h) = 0 and grouping(day) = 1 then ${STAGE_PART.attributes} when grouping(resource) = 0 then ${STAGE_PART.resources}
    when grouping(tag_text) = 0 then ${STAGE_PART.tags} when grouping(account) = 0 then ${STAGE_PART.keys} else ${STAGE_PART.charges} end as part,
  state, key_h, attr, attr_h, resource, resource_h, tag_text as tags, tags_h, slug as provider, set_name as dataset, account, billing_month,
  currency, dropped_reason, day, day_end, hour, ${extra ? "0" : "count(*)"} as n, count(*) filter (where residual) as residuals,
  ${[...sums, ...controls, ...counted].join(", ")}
from (select *, hash(attr) as attr_h, hash(resource) as resource_h, hash(tag_text) as tags_h,
  hash(slug, set_name, account, billing_month) as key_h from texts)
group by grouping sets ((attr, attr_h), (resource, resource_h), (tag_text, tags_h),
  (key_h, slug, set_name, account, billing_month, state, currency, dropped_reason),
  (key_h, state, day, day_end, hour, attr_h, resource_h, tags_h))`;
}

function stateSql(): string {
  const within = ["billed_cost", "effective_cost", "list_cost", "contracted_cost"]
    .map((name) => `${name} between -${AMOUNT_MAX} and ${AMOUNT_MAX}`)
    .join(" and ");
  return `(case when problem_reason is not null then ${ROW_STATE.rejected} when dropped_reason is not null then ${ROW_STATE.dropped}
    when ${within} then ${ROW_STATE.accepted} else ${ROW_STATE.rejected} end)::utinyint`;
}

/** Only accepted rows have text and a day: rejects must not fill the dictionaries. */
function textColumns(separatorInText: boolean): string {
  const field = (name: string): string => (separatorInText ? `replace(${name}, ${SEPARATOR}, ' ')` : name);
  const join = (names: readonly string[]): string => `concat(${names.map(field).join(`, ${SEPARATOR}, `)})`;
  const accepted = (sql: string): string => `case when state = ${ROW_STATE.accepted} then ${sql} end`;
  return `${accepted(join(ATTRIBUTES))} as attr,
    ${accepted(join(RESOURCE_FIELDS))} as resource,
    ${accepted(join(TAG_FIELDS))} as tag_text,
    provider as slug, dataset as set_name, billing_account_id as account, date_trunc('month', billing_period_start)::date as billing_month,
    ${quoteName("~ctl currency")} as currency,
    ${accepted("charge_period_start::date")} as day,
    ${accepted("greatest(charge_period_start::date + 1, (charge_period_end - to_microseconds(1))::date + 1)")} as day_end,
    case when state = ${ROW_STATE.accepted} and ${COMMITTABLE} and charge_category = 'Usage' and consumed_quantity is not null
      and epoch_ms(charge_period_end) - epoch_ms(charge_period_start) = ${HOUR_MS}
      then hour(charge_period_start)::tinyint end as hour`;
}

/** Why a row that passed the format's own checks is still refused. */
export const TOO_LARGE_REASON = "is larger than any bill (10^15 and above)";

/** Rows of a relation that are refused, with their line: the second pass. */
export function rejectsSql(options: {
  format: Format;
  file: SourceFile;
  relation: string;
  lineColumn: string;
  limit: number;
}): string {
  const mapped = options.format.select(options.file, [options.lineColumn]);
  return `with raw as (select * from ${options.relation}), judged as (select *, ${stateSql()} as state from (${mapped}))
select ${quoteName(options.lineColumn)} as line, provider, dataset, billing_account_id as account,
  date_trunc('month', billing_period_start)::date::varchar as billing_month,
  coalesce(problem_column, 'BilledCost') as column_name, left(coalesce(problem_value, billed_cost::varchar), 200) as value,
  coalesce(problem_reason, '${TOO_LARGE_REASON}') as reason
from judged where state = ${ROW_STATE.rejected} order by line limit ${options.limit}`;
}

import { CHARGE_COLUMNS } from "../../domain/charge-column.ts";
import type { CostName, Format, SourceFile } from "../formats/format.ts";
import { amountOf, moneySql } from "../formats/sql-money.ts";
import { quoteName } from "../formats/sql-text.ts";

/**
 * A file is scanned in chunks that fit in memory. Each chunk is mapped once into table `chunk`, then folded into:
 * - `stage_attributes`, `stage_resources`, `stage_tags`: the distinct texts under a 64-bit hash;
 * - `stage_keys`: delivery keys with row counts and control totals (raw columns, before mapping), by state;
 * - `stage_charges`: the charges, narrow: hashes and amounts.
 * The hash is only a name inside one load; `checkHashesSql` (dictionary-sql.ts) proves that it named one text each.
 */
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

/** The dictionaries' texts as the scan finds them. */
export const STAGE_TEXTS = [
  { table: "stage_attributes", text: "attr", hash: "attr_h", names: ATTRIBUTES },
  { table: "stage_resources", text: "resource", hash: "resource_h", names: RESOURCE_FIELDS },
  { table: "stage_tags", text: "tag_text", hash: "tags_h", names: TAG_FIELDS },
] as const;

const CONTROLS = COST_NAMES.map((name) => `control_${name}`);
const WARNINGS = Array.from({ length: WARNINGS_MAX }, (_, index) => `warning_${index}`);
const KEY_COLUMNS = "key_h, provider, dataset, account, billing_month, state, currency, dropped_reason";
const CHARGE_KEYS = "key_h, day, day_end, hour, attr_h, resource_h, tags_h";

/** The tables every scan folds into. */
export function createStageSql(): string[] {
  const decimals = (names: readonly string[]): string => names.map((name) => `${name} decimal(38,18)`).join(", ");
  return [
    ...STAGE_TEXTS.map(({ table, text, hash }) => `create table ${table} (${hash} ubigint, ${text} varchar)`),
    `create table stage_keys (file_no integer, key_h ubigint, provider varchar, dataset varchar, account varchar, billing_month date,
      state utinyint, currency varchar, dropped_reason varchar, n bigint, residuals bigint, ${decimals(CONTROLS)},
      ${WARNINGS.map((name) => `${name} bigint`).join(", ")})`,
    `create table stage_charges (file_no integer, key_h ubigint, day date, day_end date, hour tinyint, attr_h ubigint,
      resource_h ubigint, tags_h ubigint, n bigint, ${decimals(MEASURES)})`,
  ];
}

/** Takes back what a file left in the stage (its texts are harmless). */
export function forgetFileSql(fileNo: number): string[] {
  return [`delete from stage_keys where file_no = ${fileNo}`, `delete from stage_charges where file_no = ${fileNo}`];
}

export type ScanOptions = {
  readonly fileNo: number;
  readonly format: Format;
  readonly file: SourceFile;
  /** DuckDB relation over the file, or a piece of it (read-sql.ts). */
  readonly relation: string;
  /** The format's additional rows, instead of the rows themselves. */
  readonly extra: boolean;
  /** Values may hold the separator: take it out of each (slower; harmless text stays harmless). */
  readonly separatorInText: boolean;
};

/** The statements that scan one relation: the chunk, then how many of its texts the stage lacks (one row). */
export function scanSql(options: ScanOptions): string[] {
  const counts = STAGE_TEXTS.map(({ table, hash }) => `(${missingSql(table, hash, "count(*)")}) as ${table}`);
  return ["drop table if exists chunk", chunkSql(options), `select ${counts.join(", ")}`];
}

function missingSql(table: string, hash: string, what: string): string {
  return `select ${what} from (select distinct ${hash} from chunk where ${hash} is not null) as c anti join ${table} using (${hash})`;
}

/** Adds the texts a chunk is the first to have: a second look at the columns they are made of. */
export function textsSql(
  { format, file, relation, extra, separatorInText }: ScanOptions,
  stage: (typeof STAGE_TEXTS)[number],
): string {
  const { table, text, hash, names } = stage;
  const mapped = (extra ? format.extra?.(file) : format.select(file)) ?? "";
  const absent = absentColumns(mapped);
  return `insert into ${table} with raw as (select * from ${relation})
select distinct ${hash}, ${text} from (select ${hashText(names, absent)} as ${hash}, ${joinText(names, separatorInText, absent)} as ${text} from (${mapped}))
where ${hash} in (${missingSql(table, hash, hash)})`;
}

function hashText(names: readonly string[], absent: ReadonlySet<string>): string {
  const present = names.filter((name) => !absent.has(name));
  return present.length === 0 ? "0::ubigint" : `hash(${present.join(", ")})`;
}

function chunkSql({ format, file, relation, extra }: ScanOptions): string {
  const control = format.control(file);
  const warnings = (format.warnings?.(file) ?? []).slice(0, WARNINGS_MAX);
  const kept = [
    [control.currency, "~ctl currency"],
    ...(extra
      ? []
      : COST_NAMES.map((name) => [
          exactColumn(file, control.costs[name]) ?? control.costs[name] ?? "null::varchar",
          `~ctl ${name}`,
        ])),
    ...(extra ? [] : warnings.map((warning, index) => [warning.when, `~ctl warning ${index}`])),
  ] as const;
  const keep = kept.map(([, name]) => name ?? "");
  const mapped = (extra ? format.extra?.(file, keep) : format.select(file, keep)) ?? "";
  const absent = absentColumns(mapped);
  const controls = COST_NAMES.map((name) =>
    extra || control.costs[name] === null
      ? `null::decimal(38,18) as control_${name}`
      : `${exactColumn(file, control.costs[name]) === null ? moneySql(quoteName(`~ctl ${name}`)) : quoteName(`~ctl ${name}`)} as control_${name}`,
  );
  const bits = extra
    ? []
    : warnings.map((_, index) => `case when ${quoteName(`~ctl warning ${index}`)} then ${2 ** index} else 0 end`);
  const warned = `(${bits.length === 0 ? "0" : bits.join(" + ")})::usmallint as warned`;
  const measures = MEASURES.filter((name) => !absent.has(name));
  const columns = kept.map(([sql, name]) => `${sql ?? "null"} as ${quoteName(name ?? "")}`).join(", ");
  const hashes = STAGE_TEXTS.map(
    ({ hash, names }) => `case when state = ${ROW_STATE.accepted} then ${hashText(names, absent)} end as ${hash}`,
  );
  return `create table chunk as
with raw as (select *, ${columns} from ${relation}),
judged as (select *, ${stateSql()} as state, date_trunc('month', billing_period_start)::date as billing_month
  from (${mapped})${extra ? " where problem_reason is null and dropped_reason is null" : ""})
select ${[...KEPT_COLUMNS, ...measures, ...controls, warned, ...hashes].join(", ")},
  hash(provider, dataset, billing_account_id, billing_month) as key_h
from judged`;
}

/**
 * A raw amount for the control total. A Parquet double is read by its shortest decimal text; where 15 digits give
 * the double back they are that text, which is ten times cheaper (formats/sql-money.ts). Of several columns the
 * first that says something counts, as in the `coalesce` of texts it stands for.
 */
function exactColumn(file: SourceFile, expression: string | null): string | null {
  const list = /^coalesce\((.*)\)$/.exec(expression ?? "")?.[1] ?? expression ?? "";
  if (!/^"(?:[^"]|"")+"::varchar(?:, "(?:[^"]|"")+"::varchar)*$/.test(list)) return null;
  const columns = [...list.matchAll(/"((?:[^"]|"")+)"::varchar/g)].map(
    (match) => match[1]?.replaceAll('""', '"') ?? "",
  );
  if (columns.some((column) => file.types?.has(column) !== true)) return null;
  const amounts = columns.map((column) => amountOf(file, column));
  const [only] = amounts;
  if (amounts.length === 1) return only?.sql ?? null;
  return `case ${amounts.map((amount) => `when ${amount.present} then ${amount.sql}`).join(" ")} end`;
}

/** The statements that fold the chunk into keys and charges. */
export function foldSql({ fileNo, format, file, extra }: ScanOptions): string[] {
  const absent = absentColumns((extra ? format.extra?.(file) : format.select(file)) ?? "");
  const measures = MEASURES.map((name) => (absent.has(name) ? "null" : name));
  const sums = CONTROLS.map((name) => `sum(${name})`);
  const again = CONTROLS.map((name) => `sum(${name}) as ${name}`);
  const warned = WARNINGS.map((_, index) => `coalesce(sum(n) filter (where warned & ${2 ** index} <> 0), 0)`);
  // In two steps: twelve counters of every row would cost as much as its amounts.
  return [
    `insert into stage_keys select ${fileNo}, ${KEY_COLUMNS}, ${extra ? "0" : "sum(n)"}, sum(residuals), ${[...sums, ...warned].join(", ")}
from (select ${KEY_COLUMNS}, warned, count(*) as n, count(*) filter (where residual) as residuals, ${again.join(", ")}
  from chunk group by ${KEY_COLUMNS}, warned) group by ${KEY_COLUMNS}`,
    `insert into stage_charges select ${fileNo}, ${CHARGE_KEYS}, ${extra ? "0" : "1"}, ${measures.join(", ")} from chunk where state = ${ROW_STATE.accepted}`,
    "drop table chunk",
  ];
}

/**
 * Columns the mapping of this file leaves null in every row, as build-select.ts writes them: they need not be joined
 * to the text or summed. Finding none is slower and as right.
 */
function absentColumns(mapping: string): ReadonlySet<string> {
  return new Set(
    [...mapping.matchAll(/\bnull::(?:varchar|decimal\(38,18\)) as "=(\w+)"/g)].map((match) => match[1] ?? ""),
  );
}

function stateSql(): string {
  const within = ["billed_cost", "effective_cost", "list_cost", "contracted_cost"]
    .map((name) => `${name} between -${AMOUNT_MAX} and ${AMOUNT_MAX}`)
    .join(" and ");
  return `(case when problem_reason is not null then ${ROW_STATE.rejected} when dropped_reason is not null then ${ROW_STATE.dropped}
    when ${within} then ${ROW_STATE.accepted} else ${ROW_STATE.rejected} end)::utinyint`;
}

/** The fields as one text. Separators of neighbouring absent fields are one constant: each argument costs every row. */
function joinText(names: readonly string[], separatorInText: boolean, absent: ReadonlySet<string>): string {
  const parts: string[] = [];
  let separators = 0;
  names.forEach((name, index) => {
    if (index > 0) separators += 1;
    if (absent.has(name)) return;
    if (separators > 0) parts.push(`repeat(${SEPARATOR}, ${separators})`);
    separators = 0;
    parts.push(separatorInText ? `replace(${name}, ${SEPARATOR}, ' ')` : name);
  });
  if (separators > 0) parts.push(`repeat(${SEPARATOR}, ${separators})`);
  return `concat(${parts.join(", ")})`;
}

/** What a chunk keeps of each row besides hashes, texts and amounts. Only accepted rows have a day. */
const KEPT_COLUMNS = [
  "state",
  "dropped_reason",
  "residual",
  "provider",
  "dataset",
  "billing_account_id as account",
  "billing_month",
  `${quoteName("~ctl currency")} as currency`,
  `case when state = ${ROW_STATE.accepted} then charge_period_start::date end as day`,
  `case when state = ${ROW_STATE.accepted} then greatest(charge_period_start::date + 1, (charge_period_end - to_microseconds(1))::date + 1) end as day_end`,
  `case when state = ${ROW_STATE.accepted} and ${COMMITTABLE} and charge_category = 'Usage' and consumed_quantity is not null
    and epoch_ms(charge_period_end) - epoch_ms(charge_period_start) = ${HOUR_MS} then hour(charge_period_start)::tinyint end as hour`,
];

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

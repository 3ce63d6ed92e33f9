import { createHash } from "node:crypto";

import { kindSql } from "../../domain/kind.ts";
import type { Mapping } from "../formats/build-select.ts";
import type { Format, SourceFile } from "../formats/format.ts";
import { quoteName } from "../formats/sql-text.ts";
import { placeAmounts, withControls, withoutWidening, type PlacedAmounts } from "./scan-amounts.ts";
import {
  columnsOf,
  fieldName,
  isConstant,
  placer,
  valueOf,
  type ColumnGroups,
  type Level,
  type Placer,
} from "./scan-place.ts";
import { ATTRIBUTES, RESOURCE_FIELDS, ROW_STATE, SEPARATOR, TAG_FIELDS, WARNINGS_MAX } from "./stage-tables.ts";

/**
 * How the rows of a file are read with as little work as each needs. Most columns of a bill say the same on thousands
 * of rows; so they are worked out once for each distinct combination (`text`), times once for each distinct pair
 * (`period`), and only amounts row by row. That is found from the format's own SQL, so that no format knows of it.
 */
export type ScanPlan = {
  /** Raw columns whose distinct combinations are numbered: what descriptions and delivery keys are made of. */
  readonly textColumns: readonly string[];
  /** The same for the charge period. */
  readonly periodColumns: readonly string[];
  /** Raw columns read row by row. */
  readonly amountColumns: readonly string[];
  readonly lines: RowPlan;
  /** Rows a line stands for besides itself. */
  readonly extra: RowPlan | null;
};

/** SQL of one mapping, by where each value is worked out. */
export type RowPlan = {
  /** Over the raw text columns: kept once for each combination. */
  readonly text: Level;
  readonly period: Level;
  /** Over what is kept of both and the raw amounts: stage-1 values, then amounts and `values`, then `judged`. */
  readonly rowTyped: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
  readonly judged: Readonly<Record<string, string>>;
  /** Rows that are there at all; null = every one. */
  readonly where: string | null;
  readonly amounts: PlacedAmounts;
  /** The dictionary texts of a combination, over `text`'s charge columns. */
  readonly texts: Readonly<Record<"statics" | "resource" | "tags", DictionaryText>>;
  /** Attribute fields worked out row by row: columns of `judged`, and their place in ATTRIBUTES from 1. */
  readonly rowFields: readonly RowField[];
  /** The kind of charge, over `#below` of `part` and what is kept of texts. */
  readonly kind: RowField & { readonly sql: string };
  /** Whether rows carry what tells each from any other (`#identity`): a later file may hold them again. */
  readonly identified: boolean;
};

export type RowField = { readonly name: string; readonly place: number };

/** What a combination says of whose bill its rows are on; under `#owner` in the stage, once. */
export const OWNER = ["#provider", "#dataset", "#account", "#currency"] as const;

/** A dictionary text and its hash; `typed`: the stage-1 values they are made of. */
export type DictionaryText = { readonly hash: string; readonly text: string };

/**
 * Hours of one quantity are counted in two numbers of 12 digits, a digit of 10 bits for each hour: adding them up counts
 * up to HOUR_ROWS_MAX rows an hour. A machine that ran all day is then one row and not 24.
 */
export const HOURS_PACKED = 12;
const HOUR_DIGIT_BITS = 10;
export const HOUR_ROWS_MAX = 2 ** HOUR_DIGIT_BITS - 1;

function hourDigit(hour: string, from: number): string {
  const digit = `${hour} - ${from}`;
  return `case when ${digit} between 0 and ${HOURS_PACKED - 1} then 1::hugeint << ((${digit}) * ${HOUR_DIGIT_BITS})::hugeint else 0::hugeint end`;
}

/** Rows of an hour in a packed number (SQL). */
export function hourCount(packed: string, hour: number): string {
  return `((${packed} >> ${hour * HOUR_DIGIT_BITS}::hugeint) & ${HOUR_ROWS_MAX}::hugeint)::smallint`;
}

/** Services commitments (Savings Plans, reservations, committed use) are sold for. */
const COMMITTABLE = "('Compute', 'Databases')";
const HOUR_MS = 3_600_000;

/** The plan of a file. `separatorInText`: values may hold the separator; it is taken out of each. */
export function planScan(format: Format, file: SourceFile, separatorInText: boolean): ScanPlan {
  const lines = format.mapping(file);
  const extra = format.extra?.(file) ?? null;
  const both = extra === null ? [lines] : [lines, extra];
  const columns = new Set(file.header);
  const { currency } = format.control(file);
  const made = (of: (mapping: Mapping) => readonly string[]): Set<string> =>
    new Set(both.flatMap((mapping) => of(mapping).flatMap((sql) => [...columnsOf(sql, mapping, columns)])));
  const text = made((mapping) => [currency, ...staticsOf(mapping, columns)]);
  const period = made((mapping) => [valueOf(mapping, "charge_period_start"), valueOf(mapping, "charge_period_end")]);
  for (const name of text) period.delete(name);
  const billing = made((mapping) => [valueOf(mapping, "billing_period_start"), valueOf(mapping, "billing_period_end")]);
  for (const name of billing) if (!period.has(name)) text.add(name);
  const groups = { columns, text, period };
  const plan = (mapping: Mapping): RowPlan & { read: ReadonlySet<string> } =>
    planRows({ format, file, mapping, groups, separatorInText, isExtra: mapping === extra });
  const [linePlan, extraPlan] = [plan(lines), extra === null ? null : plan(extra)];
  const inOrder = (has: (name: string) => boolean): string[] => file.header.filter(has);
  return {
    textColumns: inOrder((name) => text.has(name)),
    periodColumns: inOrder((name) => period.has(name)),
    amountColumns: inOrder((name) => linePlan.read.has(name) || extraPlan?.read.has(name) === true),
    lines: linePlan,
    extra: extraPlan,
  };
}

/** What must be the same for all rows of one combination. */
function staticsOf(mapping: Mapping, columns: ReadonlySet<string>): string[] {
  const perRow = rowAttributesOf(mapping, columns);
  const fields = [...ATTRIBUTES, ...RESOURCE_FIELDS, ...TAG_FIELDS].filter((field) => !perRow.includes(field));
  return [mapping.provider, mapping.dataset, ...fields.map((field) => valueOf(mapping, field))];
}

/** Attributes made of columns that differ from row to row. */
function rowAttributesOf(mapping: Mapping, columns: ReadonlySet<string>): string[] {
  const perRow = new Set(mapping.rowColumns ?? []);
  return ATTRIBUTES.filter((field) =>
    [...columnsOf(valueOf(mapping, field), mapping, columns)].some((name) => perRow.has(name)),
  );
}

type PlanOptions = {
  readonly format: Format;
  readonly file: SourceFile;
  readonly mapping: Mapping;
  readonly groups: ColumnGroups;
  readonly separatorInText: boolean;
  readonly isExtra: boolean;
};

function planRows(options: PlanOptions): RowPlan & { read: ReadonlySet<string> } {
  const { format, file, groups, separatorInText, isExtra } = options;
  const control = format.control(file);
  const mapping = isExtra ? options.mapping : withControls(options.mapping, control);
  const placed = placer(mapping, groups);
  const amounts = placeAmounts(placed, mapping, file, isExtra ? null : control);
  const rowAttributes = rowAttributesOf(mapping, groups.columns);
  const place = (name: string, sql: string): string => placed.place(name, sql);
  const start = valueOf(mapping, "charge_period_start");
  const end = valueOf(mapping, "charge_period_end");
  const committable = `coalesce(${fieldName("service_category")} in ${COMMITTABLE} and ${fieldName("charge_category")} = 'Usage', false)`;
  const hours = (from: number): string =>
    `case when epoch_ms(${end}) - epoch_ms(${start}) = ${HOUR_MS} then ${hourDigit(`hour(${start})`, from)} end`;
  const values = {
    "#month": place("#month", `date_trunc('month', ${valueOf(mapping, "billing_period_start")})::date`),
    "#day": place("#day", `${start}::date`),
    "#end": place("#end", `greatest(${start}::date + 1, (${end} - to_microseconds(1))::date + 1)`),
    "#hoursLow": place("#hoursLow", hours(0)),
    "#hoursHigh": place("#hoursHigh", hours(HOURS_PACKED)),
    "#committable": place("#committable", committable),
    "#dropped": place("#dropped", mapping.dropped ?? "null::varchar"),
    "#residual": place("#residual", mapping.residual),
    "#ok": checksSql(mapping, placed),
    "#warned": isExtra ? "0::usmallint" : warnedSql(options, placed),
    ...Object.fromEntries(rowAttributes.map((field) => [`#${field}`, place(`#${field}`, valueOf(mapping, field))])),
  };
  const owner = [fieldName("provider"), mapping.dataset, fieldName("billing_account_id"), control.currency];
  OWNER.forEach((name, index) => placed.keep(name, `${owner[index] ?? "null"}::varchar`));
  placed.keep("#owner", `hash(${owner.join(", ")})`);
  const texts = {
    statics: dictionaryText(mapping, ATTRIBUTES, ["kind", ...rowAttributes], separatorInText),
    resource: dictionaryText(mapping, RESOURCE_FIELDS, [], separatorInText),
    tags: dictionaryText(mapping, TAG_FIELDS, [], separatorInText),
  };
  for (const [name, { hash }] of Object.entries(texts)) placed.keep(`#${name}`, hash);
  const identity = Object.entries({ "#identity": mapping.identity }).flatMap(([name, parts]) =>
    parts === undefined ? [] : [[name, identitySql(parts, placed)] as const],
  );
  const where = mapping.where === undefined ? null : place("#where", mapping.where);
  const only = mapping.only === undefined ? null : place("#only", mapping.only);
  return {
    text: placed.text,
    period: placed.period,
    rowTyped: Object.fromEntries(
      Object.entries(placed.rowTyped).map(([name, sql]) => [name, withoutWidening(sql, file)]),
    ),
    values: { ...values, ...Object.fromEntries(identity) },
    judged: { "#state": stateSql(amounts.within), "#below": BELOW },
    where: [only, where].filter((each) => each !== null).join(" and ") || null,
    amounts,
    texts,
    rowFields: rowAttributes.map(rowField),
    kind: { ...rowField("kind"), sql: kindOf(placed, rowAttributes) },
    identified: mapping.identity !== undefined,
    read: placed.read,
  };
}

/** 64 bits of MD5 over what tells a row from others: the same in every file and every version of DuckDB. */
function identitySql(parts: readonly string[], placed: Placer): string {
  const joined = (sqls: readonly string[]): string =>
    `concat_ws(${SEPARATOR}, ${sqls.map((sql) => `coalesce(${sql}, '')`).join(", ")})`;
  const of = (level: string): string[] => parts.filter((sql) => placed.levelOf(sql) === level);
  const kept = (["text", "period"] as const)
    .filter((level) => of(level).length > 0)
    .map((level) => placed.place(`#identity-${level}`, `md5(${joined(of(level))})`));
  const row = of("row").map((sql) => placed.place("", sql));
  return `md5_number_lower(${joined([...kept, ...row])})`;
}

/** Whether nothing is wrong with the row. A check that is undecided (null) holds. */
function checksSql(mapping: Mapping, placed: Placer): string {
  const of = (level: string): string[] =>
    mapping.checks.map(({ holds }) => `(${holds})`).filter((holds) => placed.levelOf(holds) === level);
  const parts = [
    ...together("#okText", of("text"), placed, " and "),
    ...together("#okPeriod", of("period"), placed, " and "),
    ...of("row").map((holds) => placed.place("", holds)),
  ];
  return `coalesce(${parts.length === 0 ? "true" : parts.join(" and ")}, true)`;
}

/** The warnings of a row as bits. */
function warnedSql({ format, file }: PlanOptions, placed: Placer): string {
  const warnings = (format.warnings?.(file) ?? []).slice(0, WARNINGS_MAX);
  const bits = warnings.map(({ when }, index) => `case when ${when} then ${2 ** index} else 0 end`);
  const of = (level: string): string[] => bits.filter((bit) => placed.levelOf(bit) === level);
  const parts = [
    ...together("#warnedText", of("text"), placed, " + "),
    ...together("#warnedPeriod", of("period"), placed, " + "),
    ...of("row").map((bit) => placed.place("", bit)),
  ];
  return `(${parts.length === 0 ? "0" : parts.join(" + ")})::usmallint`;
}

function together(name: string, sqls: readonly string[], placed: Placer, operator: string): string[] {
  return sqls.length === 0 ? [] : [placed.place(name, sqls.join(operator))];
}

function stateSql(within: string | null): string {
  const accepted =
    within === null
      ? `else ${ROW_STATE.accepted}`
      : `when ${within} then ${ROW_STATE.accepted} else ${ROW_STATE.rejected}`;
  return `(case when not "#ok" then ${ROW_STATE.rejected} when "#dropped" is not null then ${ROW_STATE.dropped} ${accepted} end)::utinyint`;
}

function rowField(field: string): RowField {
  return { name: `#${field}`, place: ATTRIBUTES.indexOf(field) + 1 };
}

/** Whether the amount that decides the kind of a row is negative. */
const BELOW = `coalesce((case when "#billed_cost" <> 0 then "#billed_cost" else "#effective_cost" end) < 0, false)`;

/** The kind of charge hangs on the sign of the amount at most: both are worked out with the text, one is taken. */
function kindOf(placed: Placer, rowAttributes: readonly string[]): string {
  const of = (sign: string): string =>
    kindSql({
      category: fieldName("charge_category"),
      chargeClass: fieldName("charge_class"),
      billed: sign,
      effective: sign,
    });
  if (rowAttributes.some((field) => field === "charge_category" || field === "charge_class"))
    throw new Error("kinds of charge that hang on columns that differ by row are not read");
  placed.keep("#kindBelow", of("-1"));
  placed.keep("#kindAbove", of("1"));
  return `case when "#below" then "#kindBelow" else "#kindAbove" end`;
}

/**
 * Where a value of a row is once the rows are summed: with the text its row had, a constant, or else (`isKey`) one of the
 * columns rows are summed by.
 */
export function afterSum(plan: RowPlan, name: string): { readonly sql: string; readonly isKey: boolean } {
  const sql = plan.values[name];
  if (sql !== undefined && isConstant(sql)) return { sql, isKey: false };
  return { sql: quoteName(name), isKey: sql !== quoteName(name) || plan.text.values[name] === undefined };
}

/**
 * Fields as one text, those in `apart` empty. The hash takes in which fields there are: of two files with different
 * columns the same values are different texts.
 */
function dictionaryText(
  mapping: Mapping,
  fields: readonly string[],
  apart: readonly string[],
  separatorInText: boolean,
): DictionaryText {
  const present = fields.filter(
    (field) => !apart.includes(field) && !/^null(::varchar)?$/.test(valueOf(mapping, field)),
  );
  const salt = createHash("sha256")
    .update([...fields, ...apart, "of", ...present].join())
    .digest()
    .readUInt32BE();
  const parts: string[] = [];
  let separators = 0;
  fields.forEach((field, index) => {
    if (index > 0) separators += 1;
    if (!present.includes(field)) return;
    // Separators of neighbouring absent fields are one constant: each argument costs every row.
    if (separators > 0) parts.push(`repeat(${SEPARATOR}, ${separators})`);
    separators = 0;
    const value = fieldName(field);
    parts.push(separatorInText ? `replace(${value}, ${SEPARATOR}, ' ')` : value);
  });
  if (separators > 0) parts.push(`repeat(${SEPARATOR}, ${separators})`);
  return {
    hash: `hash(${[salt, ...present.map(fieldName)].join(", ")})`,
    text: parts.length === 0 ? "''" : `concat(${parts.join(", ")})`,
  };
}

import { CHARGE_COLUMNS } from "../../domain/charge-column.ts";
import { kindSql } from "../../domain/kind.ts";
import type { Amount } from "./sql-money.ts";
import { quoteName, quoteText } from "./sql-text.ts";
import { plausibleSql } from "./sql-time.ts";

/**
 * The staged SELECT every format shares. Three nested stages, so that DuckDB computes each cast once (it does not find
 * common subexpressions inside CASE): 1. `raw` plus typed values; 2. charge columns and the first problem; 3. output.
 */
export type Mapping = {
  /** Columns of `raw` it reads. Only they are carried on, so that no header name can clash with a stage's own. */
  columns: readonly string[];
  /** Those of them that hold amounts and nothing else (`columnsOfAmounts`). */
  amounts: readonly string[];
  /** Stage 1 over `raw`: name → SQL. Stage 2 reads them as `typed(name)`. */
  typed: Readonly<Record<string, string>>;
  /** Stage 2: charge column → SQL over the file's columns and `typed(…)`. Columns not named are null. */
  values: Readonly<Record<string, string>>;
  /** What makes a row a reject, the first that applies is reported. */
  checks: readonly Check[];
  provider: string;
  dataset: string;
  residual: string;
  dropped?: string;
  /**
   * Raw columns that differ from row to row although descriptions are made of them: those descriptions are worked out row by
   * row. A matter of speed only.
   */
  rowColumns?: readonly string[];
  /**
   * Of a format that appends: VARCHAR expressions over stage 1 that together tell a source row from any other. Made of what
   * the file says, not of what this mapping makes of it: rows stored by an older version must be known again.
   */
  identity?: readonly string[];
  /** Only for `Format.extra`, for a select keeps every row: which rows, over stage 1. */
  where?: string;
  /** The same over `raw`, before anything is cast: what can be told cheaply. */
  only?: string;
};

/** A condition on a row (SQL over stage 1) that must hold. */
export type Check = {
  column: string;
  holds: string;
  /** VARCHAR expression: what the file says there. */
  value: string;
  /** VARCHAR expression, usually a literal. */
  reason: string;
};

/** A stage-1 value. The mark keeps it apart from any header name. */
export function typed(name: string): string {
  return quoteName(`~${name}`);
}

/** An amount that must be there and be a number. */
export function amountCheck(column: string, amount: Amount, name: string, needed = true): Check {
  return {
    column,
    holds: needed ? `${typed(name)} is not null` : `(${typed(name)} is not null or not (${amount.present}))`,
    value: amount.text,
    reason: `case when ${amount.text} is null then 'is empty' else 'is no decimal number of at most 20 digits before the point' end`,
  };
}

/** A time that must be there, be readable, and lie between 2000 and 2100. */
export function timeCheck(column: string, text: string, name: string): Check {
  return {
    column,
    holds: `coalesce(${plausibleSql(typed(name))}, false)`,
    value: text,
    reason: `case when ${text} is null then 'is empty' when ${typed(name)} is null then 'is no date or time that can be read without guessing'
      else 'lies outside 2000 to 2100' end`,
  };
}

/** Text that must be there. */
export function textCheck(column: string, text: string): Check {
  return { column, holds: `coalesce(${text}, '') <> ''`, value: text, reason: "'is empty'" };
}

/** The complete statement of a mapping, row by row over `raw`: every charge column typed, then what the checks say. */
export function buildSelect(mapping: Mapping, keep: readonly string[] = []): string {
  const stage2 = [
    ...CHARGE_COLUMNS.map(({ column, type }) => [mapping.values[column] ?? `null::${DUCKDB_TYPE[type]}`, column]),
    [mapping.provider, "provider"],
    [mapping.dataset, "dataset"],
    [problemNumber(mapping.checks), "problem"],
    [mapping.dropped ?? "null::varchar", "dropped_reason"],
    [mapping.residual, "residual"],
  ].map(([sql, name]) => `${sql} as ${mapped(String(name))}`);
  const kind = kindSql({
    category: mapped("charge_category"),
    chargeClass: mapped("charge_class"),
    billed: mapped("billed_cost"),
    effective: mapped("effective_cost"),
  });
  const output = [
    ...CHARGE_COLUMNS.map(({ column }) => `${mapped(column)} as ${column}`),
    `${mapped("provider")} as provider`,
    `${kind} as kind`,
    `${mapped("dataset")} as dataset`,
    `${pick(mapping.checks, (check) => quoteText(check.column))} as problem_column`,
    `${pick(mapping.checks, (check) => check.value)} as problem_value`,
    `${pick(mapping.checks, (check) => check.reason)} as problem_reason`,
    `${mapped("dropped_reason")} as dropped_reason`,
    `${mapped("residual")} as residual`,
    ...keep.map(quoteName),
  ];
  return `select ${output.join(", ")}
from (select *, ${stage2.join(",\n  ")}
from (${stage1Sql(mapping, keep)})${mapping.where === undefined ? "" : ` where ${mapping.where}`})`;
}

/** Stage 1: the columns carried on, and the typed values. */
export function stage1Sql(mapping: Mapping, keep: readonly string[] = []): string {
  const carried = [...new Set([...mapping.columns, ...keep])].map(quoteName);
  const values = Object.entries(mapping.typed).map(([name, sql]) => `${sql} as ${typed(name)}`);
  return `select ${[...carried, ...values].join(",\n  ")}
from raw${mapping.only === undefined ? "" : ` where ${mapping.only}`}`;
}

/** A stage-2 value, marked for the same reason. */
function mapped(name: string): string {
  return quoteName(`=${name}`);
}

const DUCKDB_TYPE = { text: "varchar", decimal: "decimal(38,18)", timestamp: "timestamp", json: "varchar" } as const;

/** Number of the first check that fails; null when all hold, decided by one conjunction for the usual row. */
function problemNumber(checks: readonly Check[]): string {
  const all = checks.map((check) => check.holds).join(" and ");
  const first = checks.map((check, index) => `when not ${check.holds} then ${index}`).join(" ");
  return `case when ${all} then null else case ${first} end end`;
}

/** Of the check that failed. Lazy: only rows with a problem pay for it. */
function pick(checks: readonly Check[], value: (check: Check) => string): string {
  const problem = mapped("problem");
  const whens = checks.map((check, index) => `when ${index} then ${value(check)}`).join(" ");
  return `case when ${problem} is null then null::varchar else case ${problem} ${whens} end end`;
}

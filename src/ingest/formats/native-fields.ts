import type { Check } from "./build-select.ts";
import { typed } from "./build-select.ts";
import type { SourceFile } from "./format.ts";
import type { Amount } from "./sql-money.ts";
import { amountOf } from "./sql-money.ts";
import { quoteText, textSql } from "./sql-text.ts";

/** An amount that is not in the file at all. */
export const NO_AMOUNT: Amount = {
  sql: "null::decimal(38,18)",
  text: "null::varchar",
  present: "false",
  residual: "false",
  columns: [],
};
export const NO_TEXT = "null::varchar";
export const ZERO = "0::decimal(38,18)";

/** Text of a column that may not be there. */
export function textOrNull(file: SourceFile, name: string | null): string {
  return name === null ? NO_TEXT : textSql(file, name);
}

/** Amount of a column that may not be there. */
export function amountOrNull(file: SourceFile, name: string | null): Amount {
  return name === null ? NO_AMOUNT : amountOf(file, name);
}

/** An amount may be empty, but what is there must be a number. */
export function readableCheck(column: string, amount: Amount, name: string): Check {
  return {
    column,
    holds: `(${typed(name)} is not null or not (${amount.present}))`,
    value: amount.text,
    reason: quoteText("is no decimal number of at most 20 digits before the point"),
  };
}

/**
 * price × quantity as DECIMAL(38,18), exact but for cutting what is finer, null where it would not fit. DuckDB adds
 * the scales of factors and overflows at 150 × 2, so whole and broken parts are multiplied apart, broken × broken as
 * integers of 10⁻¹⁸.
 */
export function timesSql(price: string, quantity: string): string {
  const whole = (factor: string): string => `trunc(${factor})::decimal(18,0)`;
  const broken = (factor: string): string => `(${factor} - trunc(${factor}))::decimal(19,18)`;
  const atoms = (factor: string): string => `(${broken(factor)} * 1000000000000000000::decimal(19,0))::hugeint`;
  const product = `(${atoms(price)} * ${atoms(quantity)}) // 1000000000000000000::hugeint`;
  const parts = [
    `(${whole(price)}::bigint::hugeint * ${whole(quantity)}::bigint::hugeint)::decimal(38,18)`,
    `(${broken(price)} * ${whole(quantity)})::decimal(38,18)`,
    `(${whole(price)} * ${broken(quantity)})::decimal(38,18)`,
    `((${product})::decimal(38,0) * 0.000000000000000001::decimal(19,18))::decimal(38,18)`,
  ];
  const fits = `abs(${price}) < 1e17 and abs(${quantity}) < 1e17 and abs(${price}::double * ${quantity}::double) < 1e19`;
  return `case when ${fits} then ${parts.join(" + ")} end`;
}

/** A flat JSON object of columns, those that are null left out. Keys are the file's words: text, never SQL. */
export function jsonOfColumns(columns: readonly { key: string; sql: string }[]): string {
  if (columns.length === 0) return NO_TEXT;
  const members = columns.map(({ key, sql }) => `${quoteText(`${JSON.stringify(key)}:`)} || to_json(${sql})::varchar`);
  return `nullif('{' || concat_ws(',', ${members.join(", ")}) || '}', '{}')`;
}

import { MONEY_SCALE } from "../../domain/money.ts";
import { typed, type Mapping } from "../formats/build-select.ts";
import type { Format, SourceFile } from "../formats/format.ts";
import { QUANTITY_MAX } from "../formats/quantity-warning.ts";
import { moneySql } from "../formats/sql-money.ts";
import { quoteName, typeOf } from "../formats/sql-text.ts";
import type { Placer } from "./scan-place.ts";
import { COST_NAMES, FEW_DECIMALS, MEASURES, type StageDecimals } from "./stage-tables.ts";

/** The amounts of a row, and the control totals of its costs. */
export type PlacedAmounts = {
  /** Measure → SQL at the row level; those the file lacks are not here. */
  readonly measures: Readonly<Record<string, string>>;
  /** Control total → the measure that is the very same expression, or SQL of its own. */
  readonly controls: Readonly<Record<string, { readonly measure: string } | { readonly sql: string }>>;
  /** Whether the costs are of a size a bill can have; null = none can be larger. Over the measures. */
  readonly within: string | null;
  /** Quantities that could be too large to be added up. */
  readonly unbounded: readonly string[];
  /** How many the stage must keep. */
  readonly decimals: StageDecimals;
};

/** A single amount from 10¹⁵ on is no bill but a broken row; sums of what is below stay within DECIMAL(38,18). */
export const AMOUNT_MAX = "1000000000000000";
const AMOUNT_DIGITS_MAX = 15;
/** What DuckDB adds up as 64-bit integers. */
export const NARROW_DIGITS = 18;
export const COST_COLUMNS = COST_NAMES.map((name) => `${name}_cost`);
const ABSENT = /^null(::[a-z0-9(),]+)?$/;
const WIDE_CAST = /try_cast\(("(?:[^"]|"")+") as decimal\(38,18\)\)/g;

export function placeAmounts(
  placed: Placer,
  mapping: Mapping,
  file: SourceFile,
  control: ReturnType<Format["control"]> | null,
): PlacedAmounts {
  const measures: Record<string, string> = {};
  const unbounded: string[] = [];
  let finest = 0;
  for (const column of MEASURES) {
    const sql = mapping.values[column] ?? "null";
    if (ABSENT.test(expand(sql, mapping))) continue;
    const narrow = narrowed(expand(sql, mapping), file);
    if (narrow === null) unbounded.push(column);
    finest = Math.max(finest, narrow?.decimals ?? MONEY_SCALE);
    measures[column] = placed.place(`#${column}`, narrow?.sql ?? sql);
  }
  const within = COST_COLUMNS.filter((column) => measures[column] !== undefined)
    .map((column) => `"#${column}" between -${AMOUNT_MAX} and ${AMOUNT_MAX}`)
    .join(" and ");
  const controls = COST_NAMES.flatMap((name) => {
    const cost = control?.costs[name] ?? null;
    if (cost === null) return [];
    const same = cost.sql === expand(mapping.values[`${name}_cost`] ?? "null", mapping);
    const own = cost.sql ?? moneySql(typed(controlName(name)));
    return [
      [`control_${name}`, same ? { measure: `${name}_cost` } : { sql: placed.place(`#control_${name}`, own) }] as const,
    ];
  });
  return {
    measures,
    controls: Object.fromEntries(controls),
    within: unbounded.some((column) => COST_COLUMNS.includes(column)) ? within : null,
    unbounded: unbounded.filter((column) => !COST_COLUMNS.includes(column)),
    decimals: finest <= FEW_DECIMALS ? FEW_DECIMALS : MONEY_SCALE,
  };
}

function controlName(name: string): string {
  return `control ${name}`;
}

/** Texts of control costs as stage-1 values: what reads an amount names its text a dozen times. */
export function withControls(mapping: Mapping, control: ReturnType<Format["control"]>): Mapping {
  const texts = COST_NAMES.flatMap((name) => {
    const cost = control.costs[name];
    return cost === null || cost.sql !== null ? [] : [[controlName(name), cost.text] as const];
  });
  return { ...mapping, typed: { ...mapping.typed, ...Object.fromEntries(texts) } };
}

/** A quantity in the range whose sums fit; null beyond. */
export function boundedQuantity(column: string): string {
  return `case when abs(${column}) < ${QUANTITY_MAX} then ${column} end`;
}

/** Stage-1 names put in: the expression over raw columns. */
function expand(sql: string, mapping: Mapping): string {
  return Object.entries(mapping.typed).reduce((text, [name, inner]) => text.replaceAll(typed(name), () => inner), sql);
}

/**
 * A stage-1 amount without its widening, where its column's type has few digits: comparing and adding such is exact in any
 * width, and 128 bits cost three times as much.
 */
export function withoutWidening(sql: string, file: SourceFile): string {
  const [cast, column = ""] = new RegExp(`^${WIDE_CAST.source}$`).exec(sql) ?? [];
  return cast === undefined ? sql : (narrowed(column, file)?.sql ?? sql);
}

/**
 * An amount that is only picked from columns whose type has few digits, in that type: adding it up costs half as much, and
 * it can be neither out of range nor finer than 18 decimals. Null for any other.
 */
function narrowed(sql: string, file: SourceFile): { sql: string; decimals: number } | null {
  const names = [...sql.matchAll(/"((?:[^"]|"")+)"/g)].map((match) => (match[1] ?? "").replaceAll('""', '"'));
  const words = names.reduce((text, name) => text.replaceAll(quoteName(name), ""), sql.replaceAll(WIDE_CAST, "$1"));
  if (names.length === 0 || /[^\s]/.test(words.replaceAll(/\b(case|when|is not null|then|end)\b/g, ""))) return null;
  const decimals = names.map((name) => {
    const found = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(typeOf(file, name));
    const [width, scale] = [Number(found?.[1] ?? Infinity), Number(found?.[2] ?? 0)];
    return width <= NARROW_DIGITS && width - scale <= AMOUNT_DIGITS_MAX ? scale : Infinity;
  });
  const finest = Math.max(...decimals);
  return finest === Infinity ? null : { sql: sql.replaceAll(WIDE_CAST, "$1"), decimals: finest };
}

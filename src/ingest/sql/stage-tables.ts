import { CHARGE_COLUMNS } from "../../domain/charge-column.ts";
import type { CostName } from "../formats/format.ts";

/**
 * What the scans of a call leave behind, file by file:
 * - `stage_attributes`, `stage_resources`, `stage_tags`: the distinct texts under a 64-bit hash (`stage_statics`: texts
 *   of attributes before the fields are put in that are worked out row by row);
 * - `stage_owners`: whose bill and in what currency, under a hash of that;
 * - `stage_keys`: delivery keys with row counts and control totals (raw columns, before mapping), by state;
 * - `stage_charges`: the charges, narrow: hashes and amounts, summed as far as one piece of a file allows; of a format that
 *   appends, row by row (`row_h`).
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

function columnsOf(home: "attribute" | "resource" | "tags"): string[] {
  return CHARGE_COLUMNS.filter((each) => each.home === home).map((each) => each.column);
}

/** The database of the tables that a call keeps to its end (duck-process.ts makes it). */
export const KEPT_DATABASE = "kept";

/**
 * Compresses what is kept (DuckDB does that at checkpoints, in memory too): a quarter and less of what it takes as it
 * comes, for 0.1 CPU seconds each ROW_GROUP. No other statement may be running.
 */
export const COMPRESS_KEPT_SQL = `force checkpoint ${KEPT_DATABASE}`;
/** Rows of a DuckDB row group: what is compressed together. */
export const ROW_GROUP = 122_880;

/** How many warnings a format may count. */
export const WARNINGS_MAX = 12;

/** The dictionaries' texts as the scan finds them. */
export const STAGE_TEXTS = {
  attribute: { table: "stage_attributes", text: "attr", hash: "attr_h", names: ATTRIBUTES },
  resource: { table: "stage_resources", text: "resource", hash: "resource_h", names: RESOURCE_FIELDS },
  tags: { table: "stage_tags", text: "tag_text", hash: "tags_h", names: TAG_FIELDS },
} as const;
export const STAGE_STATICS = { table: "stage_statics", text: "attr", hash: "attr_s", names: ATTRIBUTES } as const;

export const CONTROLS = COST_NAMES.map((name) => `control_${name}`);
export const WARNINGS = Array.from({ length: WARNINGS_MAX }, (_, index) => `warning_${index}`);

/**
 * Decimals the stage keeps of amounts. Twelve until a file has finer ones: such sums are printed as 64-bit integers, which
 * is five times cheaper than the 128 bits that eighteen decimals take.
 */
export type StageDecimals = 12 | 18;
export const FEW_DECIMALS: StageDecimals = 12;

/** Gives the stage all eighteen decimals. */
export function widenStageSql(): string[] {
  return [...MEASURES, "hour_quantity"].map(
    (name) => `alter table stage_charges alter column ${name} set data type decimal(38,18)`,
  );
}

/** The tables every scan adds to, empty. */
export function createStageSql(): string[] {
  const decimals = (names: readonly string[], scale: number): string =>
    names.map((name) => `${name} decimal(38,${scale})`).join(", ");
  return [
    ...[STAGE_STATICS, ...Object.values(STAGE_TEXTS)].map(
      ({ table, text, hash }) => `create or replace table ${KEPT_DATABASE}.${table} (${hash} ubigint, ${text} varchar)`,
    ),
    `create or replace table ${KEPT_DATABASE}.stage_owners (owner ubigint, provider varchar, dataset varchar, account varchar, currency varchar)`,
    `create or replace table ${KEPT_DATABASE}.stage_keys (file_no integer, key_h ubigint, provider varchar, dataset varchar, account varchar, billing_month date,
      state utinyint, currency varchar, dropped_reason varchar, n bigint, residuals bigint, ${decimals(CONTROLS, 18)},
      ${WARNINGS.map((name) => `${name} bigint`).join(", ")})`,
    `create or replace table ${KEPT_DATABASE}.stage_charges (file_no integer, key_h ubigint, day date, day_end date, attr_h ubigint,
      resource_h ubigint, tags_h ubigint, hour_quantity decimal(38,${FEW_DECIMALS}), hours_low hugeint, hours_high hugeint, n bigint, row_h ubigint,
      ${decimals(MEASURES, FEW_DECIMALS)})`,
  ];
}

/** Takes back what a file left in the stage (its texts are harmless). */
export function forgetFileSql(fileNo: number): string[] {
  return [`delete from stage_keys where file_no = ${fileNo}`, `delete from stage_charges where file_no = ${fileNo}`];
}

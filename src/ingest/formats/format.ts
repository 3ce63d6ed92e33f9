import type { Mapping } from "./build-select.ts";

/**
 * What a billing file format is to the loader: how it is recognised, which of its columns are read, and the DuckDB
 * SQL that turns its rows into charges. One file a format beside this one; `formats.ts` is the visible list.
 *
 * How the loader is expected to read a file (all of it seen in docs/reference: never sniff):
 * - CSV: `read_csv(path, header=true, delim=…, quote='"', escape='"', nullstr=['NULL','null',''], auto_detect=false,
 *   columns={…every header, VARCHAR…}, strict_mode=false, …)`, so null text is already NULL and text columns can pass
 *   through bare, which is what makes the mapping cheap. Header names are used exactly as in `SourceFile.header`
 *   (without BOM; a reader that must rename duplicates renames them there too).
 * - Parquet: columns as they are.
 * - The session has `SET TimeZone='UTC'`.
 */
export type SourceFile = {
  path: string;
  container: "csv" | "parquet";
  /** Header names as in the file, BOM removed, unique without regard to case. */
  header: readonly string[];
  /** Parquet: column → DuckDB type, by the file's own spelling. null for CSV (all VARCHAR). */
  types: ReadonlyMap<string, string> | null;
  delimiter: "," | ";" | "\t";
  encoding: "utf-8" | "latin-1" | "utf-16";
};

/** A cost as the file says it: its text (VARCHAR), and the amount in it where that is not merely read from the text. */
export type ControlCost = { text: string; sql: string | null };

export type CostName = "billed" | "effective" | "list" | "contracted";

/** The one provider whose exports only ever add rows (billing-sources §3.1). */
export const APPENDING_PROVIDER = "gcp";

/** How well a header fits a format. `score` 0…1 ranks formats; `missing` names what stands in the way. */
export type Recognition = { matches: boolean; score: number; missing: readonly string[] };

/** A condition worth telling the person about; the row is accepted. */
export type FormatWarning = {
  /** Stable id: "list-cost-missing". */
  rule: string;
  /** For people, after a count: "rows have no ListCost; ContractedCost stands in". */
  text: string;
  /** DuckDB boolean expression over `raw` and the mapping's `typed(…)`. */
  when: string;
  /** Where to point, beside the count: the column, what the file says there (VARCHAR), and of which rows. */
  located?: readonly { readonly column: string; readonly value: string; readonly when: string }[];
};

export type Format = {
  /** "focus", "cur-2", "cur-legacy", "azure-actual", "azure-amortized", "oci-cost-report", "gcp-export". */
  id: string;
  /** For people: "FOCUS 1.0–1.4". */
  title: string;
  recognise: (file: SourceFile) => Recognition;
  /** Columns of `raw` the mapping reads, by the file's own header spelling. */
  columns: (file: SourceFile) => readonly string[];
  /**
   * How a row of `raw` becomes a charge, value by value (build-select.ts makes a complete select of it, scan-plan.ts the
   * levels of a scan). Every row gives exactly one charge or reject:
   * - a value for each CHARGE_COLUMNS entry it has, typed (text VARCHAR, decimal DECIMAL, timestamp TIMESTAMP in UTC, json
   *   VARCHAR: flat JSON object or null); `provider` slug; `dataset` (normally the format id; `azure-actual` rows that only
   *   the actual file carries keep that id, its usage is `azure-actual-usage`, shown only while the amortized file lacks);
   * - `checks`: all hold = accepted; else the row is a reject, located by line in the second pass;
   * - `dropped`: null = kept, else the row is by rule no charge (CUR SavingsPlanNegation);
   * - `residual`: BOOLEAN, some cost is finer than 18 decimals and was rounded.
   *
   * Text is NOT cleaned per row: `cleanText` of sql-text.ts (NUL removed, trimmed, '' → null) and `cleanJson` of
   * sql-tags.ts are applied to distinct values after the scan. Columns the mapping itself decides by are cleaned here.
   */
  mapping: (file: SourceFile) => Mapping;
  /**
   * Optional: of a format whose source only ever adds rows (mapping.identity), what a row of this file is told from others by;
   * only rows of files that say the same can be compared. null: this file lacks what tells its rows apart. Counts for
   * charges of APPENDING_PROVIDER alone: others that note when a row was exported write whole months all the same.
   */
  appends?: (file: SourceFile) => string | null;
  /** Optional: rows a line stands for besides itself. */
  extra?: (file: SourceFile) => Mapping;
  /**
   * Raw control totals before mapping, over `raw`: the currency, and each cost (`null`: the format has no such column).
   * `identical`: mapping keeps these sums, so source = accepted + rejected exactly.
   */
  control: (file: SourceFile) => {
    currency: string;
    costs: Readonly<Record<CostName, ControlCost | null>>;
    identical: boolean;
  };
  /** What was assumed or odd, counted over `raw`. */
  warnings?: (file: SourceFile) => readonly FormatWarning[];
};

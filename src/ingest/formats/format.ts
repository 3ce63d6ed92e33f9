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

export type CostName = "billed" | "effective" | "list" | "contracted";

/** How well a header fits a format. `score` 0…1 ranks formats; `missing` names what stands in the way. */
export type Recognition = { matches: boolean; score: number; missing: readonly string[] };

/** A condition worth telling the person about; the row is accepted. */
export type FormatWarning = {
  /** Stable id: "list-cost-missing". */
  rule: string;
  /** For people, after a count: "rows have no ListCost; ContractedCost stands in". */
  text: string;
  /** DuckDB boolean expression over `raw`: count rows `filter (where …)` in the control-total pass. */
  when: string;
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
   * A complete `select … from (select … from raw)` statement (NOT only a select list: staged, so that each cast is
   * done once). It gives exactly one column for every CHARGE_COLUMNS entry, under its `column` name and typed
   * (text VARCHAR, decimal DECIMAL(38,18), timestamp TIMESTAMP in UTC, json VARCHAR: flat JSON object or null), then
   * - `provider` slug, `kind` (domain/kind.ts), `dataset` (normally the format id; `azure-actual` rows that only the
   *   actual file carries keep that id, its usage is `azure-actual-usage`, shown only while the amortized file lacks);
   * - `problem_column`, `problem_value`, `problem_reason`: all null = accepted; else the row is a reject, located by
   *   line in the second pass;
   * - `dropped_reason`: null = kept, else the row is by rule no charge (CUR SavingsPlanNegation);
   * - `residual`: BOOLEAN, some cost is finer than 18 decimals and was rounded.
   * Every row of `raw` gives exactly one row. `keep` names further columns of `raw` passed through as they are (a row
   * number in the second pass). Wrap it: `with raw as (…) select … from (<select>)`.
   *
   * Text is NOT cleaned per row (that would cost more than everything else together): apply `cleanText` of sql-text.ts
   * (NUL removed, trimmed, '' → null) and `cleanJson` of sql-tags.ts to the distinct attribute sets, resources and tag
   * sets after the collapse, before hashing them. Columns the mapping itself decides by are cleaned here.
   */
  select: (file: SourceFile, keep?: readonly string[]) => string;
  /** Optional: one more complete SELECT over `raw`, same columns, of rows a line stands for besides itself. */
  extra?: (file: SourceFile, keep?: readonly string[]) => string;
  /**
   * Raw control totals before mapping: DuckDB expressions over `raw`: the currency, and each cost as VARCHAR (`null`:
   * the format has no such column). Sum with `moneySql` of sql-money.ts: `sum(moneySql(costs.billed))`.
   * `identical`: mapping keeps these sums, so source = accepted + rejected exactly.
   */
  control: (file: SourceFile) => {
    currency: string;
    costs: Readonly<Record<CostName, string | null>>;
    identical: boolean;
  };
  /** What was assumed or odd, counted over `raw`. */
  warnings?: (file: SourceFile) => readonly FormatWarning[];
};

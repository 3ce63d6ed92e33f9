import type { SourceFile } from "../formats/format.ts";
import { quoteName, quoteText } from "../formats/sql-text.ts";

/** Line of the file a row stands on: only in a careful copy of a CSV, and in Parquet (row number). */
export const LINE_COLUMN = "~line";

/** What DuckDB reads of our own pieces at once, for each core. */
const PART_BUFFER_BYTES = 4 << 20;

/** Rows of a Parquet file from `from` (inclusive, 0-based) to `to` (exclusive). */
export type RowRange = { readonly from: number; readonly to: number };

/** DuckDB relation over a Parquet file, or a part of it, with the row number from 1 as LINE_COLUMN. */
export function parquetRelation(path: string, range: RowRange | null): string {
  const where = range === null ? "" : ` where file_row_number >= ${range.from} and file_row_number < ${range.to}`;
  return `(select * exclude (file_row_number), file_row_number + 1 as ${quoteName(LINE_COLUMN)} from read_parquet(${quoteText(path)}, file_row_number = true)${where})`;
}

/** DuckDB relation over a header-less CSV with the given columns (name → type), in the dialect of `file`. */
export function partRelation(path: string, file: SourceFile, columns: readonly (readonly [string, string])[]): string {
  const typed = columns.map(([name, type]) => `${quoteText(name)}: ${quoteText(type)}`);
  return `read_csv(${quoteText(path)}, header = false, ${dialect(file.delimiter)}, columns = {${typed.join(", ")}}, buffer_size = ${PART_BUFFER_BYTES})`;
}

/** DuckDB relation over rows written as numbers (file/write-parquet.ts), with the names of their amounts and the types asked for. */
export function numbersRelation(path: string, amounts: readonly (readonly [string, string])[]): string {
  const named = amounts.map(([name, type], index) => `a${index}::${type} as ${quoteName(name)}`);
  const columns = [`text as "~text"`, `period as "~period"`, ...named].join(", ");
  return `(select ${columns} from read_parquet(${quoteText(path)}))`;
}

/** DuckDB relation over the careful copy of a CSV: no header, the line number first. */
export function carefulRelation(path: string, file: SourceFile): string {
  return `read_csv(${quoteText(path)}, header = false, ${csvOptions(file.delimiter, file.header, [`${quoteText(LINE_COLUMN)}: 'BIGINT'`])})`;
}

/** DuckDB relation over the beginning of a CSV, header and all: lines that are no records are left out. */
export function sampleRelation(path: string, file: SourceFile): string {
  return `read_csv(${quoteText(path)}, header = true, ${csvOptions(file.delimiter, file.header, [])}, ignore_errors = true, strict_mode = false)`;
}

function csvOptions(delimiter: string, header: readonly string[], first: readonly string[]): string {
  const columns = [...first, ...header.map((name) => `${quoteText(name)}: 'VARCHAR'`)].join(", ");
  return `${dialect(delimiter)}, columns = {${columns}}`;
}

function dialect(delimiter: string): string {
  const delim = delimiter === "\t" ? "'\\t'" : quoteText(delimiter);
  return `delim = ${delim}, quote = '"', escape = '"', nullstr = ['NULL', 'null', ''], auto_detect = false`;
}

import type { SourceFile } from "../formats/format.ts";
import { quoteName, quoteText } from "../formats/sql-text.ts";

/** Line of the file a row stands on: only in a careful copy of a CSV, and in Parquet (row number). */
export const LINE_COLUMN = "~line";

/** Rows of a Parquet file from `from` (inclusive, 0-based) to `to` (exclusive). */
export type RowRange = { readonly from: number; readonly to: number };

/** DuckDB relation over a Parquet file, or a part of it. `withLine` adds the row number, from 1. */
export function parquetRelation(path: string, range: RowRange | null, withLine: boolean): string {
  const line = withLine ? `, file_row_number + 1 as ${quoteName(LINE_COLUMN)}` : "";
  const where = range === null ? "" : ` where file_row_number >= ${range.from} and file_row_number < ${range.to}`;
  if (range === null && !withLine) return `(select * from read_parquet(${quoteText(path)}))`;
  return `(select * exclude (file_row_number)${line} from read_parquet(${quoteText(path)}, file_row_number = true)${where})`;
}

/**
 * DuckDB relation over a CSV as it is: every column text, nothing sniffed. Strict: any structural fault is an error,
 * which sends the file to the careful reader.
 */
export function csvRelation(file: SourceFile): string {
  return `read_csv(${quoteText(file.path)}, header = true, ${csvOptions(file.delimiter, file.header, [])})`;
}

/** DuckDB relation over a header-less piece of a CSV. */
export function pieceRelation(path: string, file: SourceFile): string {
  return `read_csv(${quoteText(path)}, header = false, ${csvOptions(file.delimiter, file.header, [])}, buffer_size = 8388608)`;
}

/** DuckDB relation over the careful copy of a CSV: no header, the line number first. */
export function carefulRelation(path: string, file: SourceFile): string {
  return `read_csv(${quoteText(path)}, header = false, ${csvOptions(file.delimiter, file.header, [`${quoteText(LINE_COLUMN)}: 'BIGINT'`])})`;
}

function csvOptions(delimiter: string, header: readonly string[], first: readonly string[]): string {
  const columns = [...first, ...header.map((name) => `${quoteText(name)}: 'VARCHAR'`)].join(", ");
  const delim = delimiter === "\t" ? "'\\t'" : quoteText(delimiter);
  return `delim = ${delim}, quote = '"', escape = '"', nullstr = ['NULL', 'null', ''], auto_detect = false, columns = {${columns}}`;
}

import type { SourceFile } from "./format.ts";

/** A DuckDB string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A DuckDB identifier, quoted: header names are hostile text. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Text as it is stored: NUL characters removed (Postgres refuses them), blanks trimmed, '' and NULL/null → null.
 * Other control characters are data. For distinct values after the collapse, not for every row.
 */
export function cleanText(expression: string): string {
  const trimmed = `trim(replace(${expression}, chr(0), ''))`;
  return `case when ${trimmed} in ('', 'NULL', 'null') then null else ${trimmed} end`;
}

/** First argument that is not null; one argument stays as it is. */
export function coalesceSql(...expressions: readonly string[]): string {
  const [first, ...rest] = expressions.filter((expression) => expression !== "null");
  if (first === undefined) return "null";
  return rest.length === 0 ? first : `coalesce(${[first, ...rest].join(", ")})`;
}

/** DuckDB type of a column, upper case; VARCHAR for every CSV column. */
export function typeOf(file: SourceFile, name: string): string {
  return (file.types?.get(name) ?? "VARCHAR").toUpperCase();
}

/** A column as VARCHAR; bare in CSV, where every text column is one. Parquet text may hold '' where CSV has null. */
export function textSql(file: SourceFile, name: string): string {
  const column = quoteName(name);
  if (file.container === "csv") return column;
  return typeOf(file, name) === "VARCHAR" ? `nullif(${column}, '')` : `${column}::varchar`;
}

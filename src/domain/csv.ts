/** A spreadsheet runs a cell that begins so as a formula; a leading apostrophe makes it text. */
const FORMULA_START = /^[=+\-@\t\r]/;

/** Text as people and bills wrote it, or a number as exact decimal text. */
export type Cell =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly decimal: string };

/** RFC 4180. Amounts stay bare and exact: a number is no formula, whatever its sign. Nothing else in it runs. */
export function csvText(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string =>
    cells.map((cell) => (cell.kind === "number" ? cell.decimal : quoted(harmlessCell(cell.text)))).join(",");
  return [header.map((name) => quoted(harmlessCell(name))).join(","), ...rows.map(line)]
    .map((text) => `${text}\r\n`)
    .join("");
}

/** The text so that no spreadsheet takes it for a formula. */
export function harmlessCell(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

import writeXlsxFile from "write-excel-file/node";

import type { CostAnswer, CostRow } from "../domain/contract.ts";
import { csvText, harmlessCell, type Cell } from "../domain/csv.ts";
import type { Verb } from "./context.ts";

/** Decimal digits a spreadsheet number keeps. */
const SPREADSHEET_DIGITS = 15;

/** The rows of an answer as a file: every row, exact amounts, nothing in it that a spreadsheet would run. */
export async function exportCosts({
  input,
}: Verb<{ readonly answer: CostAnswer; readonly format: "csv" | "xlsx" }>): Promise<Uint8Array> {
  const { header, rows } = sheetOf(input.answer);
  return input.format === "csv" ? new TextEncoder().encode(csvText(header, rows)) : xlsxFile(header, rows);
}

function sheetOf(answer: CostAnswer): { header: string[]; rows: Cell[][] } {
  const keys = Object.keys(answer.rows[0]?.key ?? {});
  const named = keys.filter((key) => answer.rows.some((row) => row.names?.[key] !== undefined));
  const periods = answer.rows.some((row) => row.period !== undefined);
  const compared = answer.rows.some((row) => row.previous !== undefined);
  const quantities = answer.rows.some((row) => row.currency === null);
  const header = [
    ...keys.flatMap((key) => (named.includes(key) ? [key, `${key} name`] : [key])),
    ...(periods ? ["from", "to (exclusive)"] : []),
    "amount",
    quantities ? "unit" : "currency",
    ...(compared ? ["previous", "change"] : []),
    "source rows",
  ];
  const text = (value: string | null | undefined): Cell => ({ kind: "text", text: value ?? "" });
  const number = (decimal: string | undefined): Cell =>
    decimal === undefined ? text("") : { kind: "number", decimal };
  const rowOf = (row: CostRow): Cell[] => [
    ...keys.flatMap((key, index) => {
      const value = row.other === true && index === 0 ? `other (${row.count ?? 0})` : row.key[key];
      return named.includes(key) ? [text(value), text(row.names?.[key])] : [text(value)];
    }),
    ...(periods ? [text(row.period?.from), text(row.period?.to)] : []),
    number(row.amount),
    text(quantities ? row.unit : row.currency),
    ...(compared ? [number(row.previous), number(row.change?.amount)] : []),
    number(String(row.sourceRows)),
  ];
  return { header, rows: answer.rows.map(rowOf) };
}

async function xlsxFile(header: readonly string[], rows: readonly (readonly Cell[])[]): Promise<Uint8Array> {
  const sheet = [
    header.map((value) => ({ value: harmlessCell(value), type: String, fontWeight: "bold" as const })),
    ...rows.map((cells) => cells.map(xlsxCell)),
  ];
  return new Uint8Array(await writeXlsxFile(sheet, { sheet: "Costs" }).toBuffer());
}

/** A number where a spreadsheet can hold it exactly, else its exact text: never a silently rounded amount. */
function xlsxCell(cell: Cell): { value: string; type: typeof String } | { value: number; type: typeof Number } {
  if (cell.kind === "text") return { value: harmlessCell(withoutControls(cell.text)), type: String };
  const digits = cell.decimal.replace(/[-.]/g, "").replace(/^0+/, "").length;
  return digits <= SPREADSHEET_DIGITS
    ? { value: Number(cell.decimal), type: Number }
    : { value: cell.decimal, type: String };
}

/** XML has no control characters. */
function withoutControls(text: string): string {
  return [...text].filter((character) => character >= " " || character === "\t" || character === "\n").join("");
}

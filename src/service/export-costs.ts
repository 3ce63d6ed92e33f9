import writeXlsxFile from "write-excel-file/node";

import type { CostAnswer, CostRow } from "../domain/contract.ts";
import { csvText, harmlessCell, type Cell } from "../domain/csv.ts";
import { day, daysBetween, type Day } from "../domain/period.ts";
import type { Verb } from "./context.ts";

/** Decimal digits a spreadsheet number keeps. */
const SPREADSHEET_DIGITS = 15;
/** Day 0 of spreadsheets. */
const SPREADSHEET_EPOCH = day("1899-12-30");
const AMOUNT_FORMAT = "#,##0.00########";
const DAY_FORMAT = "yyyy-mm-dd";
const COLUMN_WIDTH = { text: 32, number: 18 } as const;

/** A cell of the table; a day is text in a CSV and a date in a spreadsheet. */
type SheetCell = Cell | { readonly kind: "day"; readonly day: Day };
type Sheet = { readonly header: string[]; readonly rows: SheetCell[][] };

/**
 * The rows of an answer as a file: every row, exact amounts, nothing in it that a spreadsheet would run. The spreadsheet
 * has numbers one can add up, dates, and a second sheet that says what they are (question, period, completeness).
 */
export async function exportCosts({
  input,
}: Verb<{ readonly answer: CostAnswer; readonly format: "csv" | "xlsx" }>): Promise<Uint8Array> {
  const sheet = sheetOf(input.answer);
  if (input.format === "xlsx") return xlsxFile(sheet, receiptOf(input.answer));
  const plain = sheet.rows.map((row) =>
    row.map((cell): Cell => (cell.kind === "day" ? { kind: "text", text: cell.day } : cell)),
  );
  return new TextEncoder().encode(csvText(sheet.header, plain));
}

const text = (value: string | null | undefined): Cell => ({ kind: "text", text: value ?? "" });

function sheetOf(answer: CostAnswer): Sheet {
  const keys = Object.keys(answer.rows[0]?.key ?? {});
  const named = keys.filter((key) => answer.rows.some((row) => row.names?.[key] !== undefined));
  const periods = answer.rows.some((row) => row.period !== undefined);
  const compared = answer.rows.some((row) => row.previous !== undefined);
  const spread = answer.receipt.allocation !== undefined;
  const quantities = answer.rows.some((row) => row.currency === null);
  const header = [
    ...keys.flatMap((key) => (named.includes(key) ? [key, `${key} name`] : [key])),
    ...(periods ? ["from", "to (exclusive)"] : []),
    "amount",
    quantities ? "unit" : "currency",
    ...(spread ? ["of it shared"] : []),
    ...(compared ? ["previous", "change"] : []),
    "source rows",
  ];
  const number = (decimal: string | undefined): Cell =>
    decimal === undefined ? text("") : { kind: "number", decimal };
  const dayCell = (value: string | undefined): SheetCell =>
    value === undefined ? text("") : { kind: "day", day: value as Day };
  const rowOf = (row: CostRow): SheetCell[] => [
    ...keys.flatMap((key, index) => {
      const value = row.other === true && index === 0 ? `other (${row.count ?? 0})` : row.key[key];
      return named.includes(key) ? [text(value), text(row.names?.[key])] : [text(value)];
    }),
    ...(periods ? [dayCell(row.period?.from), dayCell(row.period?.to)] : []),
    number(row.amount),
    text(quantities ? row.unit : row.currency),
    ...(spread ? [number(row.moved ?? "0")] : []),
    ...(compared ? [number(row.previous), number(row.change?.amount)] : []),
    number(String(row.sourceRows)),
  ];
  return { header, rows: answer.rows.map(rowOf) };
}

/** What the amounts are: without it a file sent on says nothing about its period. */
function receiptOf({ receipt, total }: CostAnswer): SheetCell[][] {
  const line = (label: string, value: SheetCell): SheetCell[] => [text(label), value];
  const dayLine = (label: string, value: string | null): SheetCell[] =>
    line(label, value === null ? text("none") : { kind: "day", day: value as Day });
  return [
    line("question", text(receipt.question)),
    dayLine("from", receipt.period.from),
    dayLine("to (exclusive)", receipt.period.to),
    line("metric", text(receipt.metric)),
    line("basis", text(receipt.basis)),
    line("scope", text(receipt.scope)),
    dayLine("bills complete through", receipt.dataThrough),
    line("state", text(receipt.provisional ? "provisional" : "final")),
    line("source rows", { kind: "number", decimal: String(receipt.sourceRows) }),
    ...(receipt.rejects === null
      ? []
      : [line("rows refused", { kind: "number" as const, decimal: String(receipt.rejects) })]),
    ...total.map((one) => line(`total, ${one.unit ?? one.currency}`, { kind: "number", decimal: one.amount })),
    ...receipt.notes.map((note) => line("note", text(note))),
  ];
}

async function xlsxFile(costs: Sheet, receipt: SheetCell[][]): Promise<Uint8Array> {
  const { header, rows } = withExactTexts(costs);
  const numbers = header.map((_, index) => rows.some((row) => row[index]?.kind === "number"));
  const file = writeXlsxFile([
    {
      data: [
        header.map((value) => ({ value: harmlessCell(value), type: String, fontWeight: "bold" as const })),
        ...rows.map((cells) => cells.map(xlsxCell)),
      ],
      sheet: "Costs",
      stickyRowsCount: 1,
      columns: numbers.map((isNumber) => ({ width: isNumber ? COLUMN_WIDTH.number : COLUMN_WIDTH.text })),
    },
    {
      data: receipt.map((cells) => cells.map(xlsxCell)),
      sheet: "Receipt",
      columns: [{ width: COLUMN_WIDTH.text }, { width: COLUMN_WIDTH.text * 2 }],
    },
  ]);
  return new Uint8Array(await file.toBuffer());
}

/** A spreadsheet keeps 15 digits: where an amount has more, its exact text stands in a column beside the number. */
function withExactTexts({ header, rows }: Sheet): Sheet {
  const inexact = header.map((_, index) => rows.some((row) => isInexact(row[index])));
  const widen = <Value>(values: readonly Value[], exact: (value: Value) => Value): Value[] =>
    values.flatMap((value, index) => (inexact[index] === true ? [value, exact(value)] : [value]));
  return {
    header: widen(header, (name) => `${name} (exact)`),
    rows: rows.map((row) => widen(row, (cell) => (cell.kind === "number" ? text(cell.decimal) : cell))),
  };
}

function isInexact(cell: SheetCell | undefined): boolean {
  return cell?.kind === "number" && cell.decimal.replace(/[-.]/g, "").replace(/^0+/, "").length > SPREADSHEET_DIGITS;
}

type XlsxCell =
  | { readonly value: string; readonly type: typeof String }
  | { readonly value: number; readonly type: typeof Number; readonly format: string };

/** Amounts and dates are numbers, so that they can be added up and sorted; text is never taken for a formula. */
function xlsxCell(cell: SheetCell): XlsxCell {
  if (cell.kind === "day") return { value: daysBetween(SPREADSHEET_EPOCH, cell.day), type: Number, format: DAY_FORMAT };
  if (cell.kind === "number") {
    const format = cell.decimal.includes(".") ? AMOUNT_FORMAT : "#,##0";
    return { value: Number(cell.decimal), type: Number, format };
  }
  // An exact amount may be negative; as text of digits it is no formula.
  const isAmount = /^-?\d+(\.\d+)?$/.test(cell.text);
  return { value: isAmount ? cell.text : harmlessCell(withoutControls(cell.text)), type: String };
}

/** XML has no control characters. */
function withoutControls(text: string): string {
  return [...text].filter((character) => character >= " " || character === "\t" || character === "\n").join("");
}

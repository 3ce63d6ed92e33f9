import type { Block } from "../../card.ts";
import { plainText } from "../plain-text.ts";
import type { Paint } from "./paint.ts";
import { padToWidth, textWidth, truncateToWidth, wrapToWidth } from "./text-width.ts";

type Table = Extract<Block, { kind: "table" }>;
type Layout = { readonly aligns: readonly ("left" | "right")[]; readonly widths: readonly number[] };

const GAP = "  ";
/** A text column is not made narrower than this; beyond it the table becomes a list. */
const TEXT_COLUMN_MIN = 8;

/**
 * An aligned table within `width`. Long names are shortened with …, numbers and totals never are:
 * where they do not fit side by side each row becomes lines of `header: value`.
 */
export function renderTable(table: Table, width: number, paint: Paint): string[] {
  const headers = table.columns.map((column) => plainText(column.header));
  const rows = table.rows.map((row) => cells(row, headers.length));
  const totals = table.totals === undefined ? null : cells(table.totals, headers.length);
  const caption = table.caption === undefined ? [] : wrapToWidth(plainText(table.caption), width).map(strong(paint));
  const layout = fitColumns(table, headers, totals === null ? rows : [...rows, totals], totals, width);
  if (layout === null) return [...caption, ...stack(headers, rows, totals, width, paint)];
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => {
        const columns = layout.widths[index] ?? 0;
        return padToWidth(truncateToWidth(cell, columns), columns, layout.aligns[index] ?? "left");
      })
      .join(GAP)
      .trimEnd();
  const rule = paint("dim", "─".repeat(sum(layout.widths) + GAP.length * (layout.widths.length - 1)));
  return [
    ...caption,
    paint("dim", line(headers)),
    rule,
    ...rows.map(line),
    ...(totals === null ? [] : [rule, paint("strong", line(totals))]),
  ];
}

function cells(row: Table["rows"][number], count: number): string[] {
  return Array.from({ length: count }, (_, index) => plainText(row[index] ?? ""));
}

function fitColumns(
  table: Table,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  totals: readonly string[] | null,
  width: number,
): Layout | null {
  const aligns = table.columns.map((column) => column.align);
  const natural = headers.map((header, index) =>
    Math.max(textWidth(header), ...rows.map((row) => textWidth(row[index] ?? ""))),
  );
  const least = natural.map((columns, index) =>
    aligns[index] === "right"
      ? columns
      : Math.min(columns, Math.max(TEXT_COLUMN_MIN, textWidth(totals?.[index] ?? ""))),
  );
  const room = width - GAP.length * (headers.length - 1);
  if (headers.length === 0 || sum(least) > room) return null;
  const widths = [...natural];
  while (sum(widths) > room) {
    const widest = widestAbove(widths, least);
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return { aligns, widths };
}

/** The widest column that is still wider than it must be. */
function widestAbove(widths: readonly number[], least: readonly number[]): number {
  let widest = -1;
  widths.forEach((columns, index) => {
    if (columns > (least[index] ?? 0) && (widest < 0 || columns > (widths[widest] ?? 0))) widest = index;
  });
  return widest;
}

function stack(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  totals: readonly string[] | null,
  width: number,
  paint: Paint,
): string[] {
  const item = (row: readonly string[]): string[] =>
    row.flatMap((cell, index) => wrapToWidth(`${headers[index] ?? ""}: ${cell}`, width));
  const lines = rows.flatMap((row) => [...item(row), ""]);
  return totals === null ? lines : [...lines, ...item(totals).map(strong(paint))];
}

function strong(paint: Paint): (text: string) => string {
  return (text) => paint("strong", text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

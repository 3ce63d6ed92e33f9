import type { Block } from "../../card.ts";
import { padToWidth, textWidth, truncateToWidth, wrapToWidth } from "../terminal/text-width.ts";
import { TABLE_COLUMNS } from "./limits.ts";
import { wordsOf } from "./render-text.ts";

type Table = Extract<Block, { kind: "table" }>;
type Cells = readonly string[];
type Grid = { readonly headers: Cells; readonly rows: readonly Cells[]; readonly totals: Cells | null };

const GAP = "  ";
/** A text column is not made narrower than this; beyond it each row takes two lines. */
const TEXT_COLUMN_MIN = 14;
/** Longest cell before rows are laid out; totals are cut at twice that, and only then. */
const CELL_MAX = 120;

/**
 * A table as the lines of a code block: aligned within the narrowest width that holds every number whole, else each row
 * as its name over its figures. Names are shortened with …, numbers and totals are not. `cellMax` bounds each cell.
 */
export function tableLines(table: Table, cellMax: number = CELL_MAX): string[] {
  const count = table.columns.length;
  const cells = (row: Table["rows"][number], max: number): string[] =>
    Array.from({ length: count }, (_, index) => cell(row[index] ?? "", max));
  const grid: Grid = {
    headers: table.columns.map(({ header }) => cell(header, cellMax)),
    rows: table.rows.map((row) => cells(row, cellMax)),
    totals: table.totals === undefined ? null : cells(table.totals, Math.max(CELL_MAX, cellMax)),
  };
  if (count === 0) return [];
  for (const width of TABLE_COLUMNS) {
    const widths = fitColumns(table, grid, width);
    if (widths !== null) return aligned(table, grid, widths);
  }
  return stacked(grid, TABLE_COLUMNS[0]);
}

/** One cell as words that cannot end the code block. */
function cell(text: Table["rows"][number][number], max: number): string {
  return truncateToWidth(wordsOf(text).replaceAll("`", "ˋ"), max);
}

function fitColumns(table: Table, grid: Grid, width: number): readonly number[] | null {
  const all = [grid.headers, ...grid.rows, ...(grid.totals === null ? [] : [grid.totals])];
  const natural = grid.headers.map((_, index) => Math.max(...all.map((row) => textWidth(row[index] ?? ""))));
  const least = natural.map((columns, index) =>
    table.columns[index]?.align === "right"
      ? columns
      : Math.min(columns, Math.max(TEXT_COLUMN_MIN, textWidth(grid.totals?.[index] ?? ""))),
  );
  const room = width - GAP.length * (natural.length - 1);
  if (sum(least) > room) return null;
  const widths = [...natural];
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const slack = widths.map((columns, index) => (columns > (least[index] ?? 0) ? columns : 0));
    const widest = slack.indexOf(Math.max(...slack));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function aligned(table: Table, grid: Grid, widths: readonly number[]): string[] {
  const line = (row: Cells): string =>
    row
      .map((text, index) => {
        const columns = widths[index] ?? 0;
        return padToWidth(truncateToWidth(text, columns), columns, table.columns[index]?.align ?? "left");
      })
      .join(GAP)
      .trimEnd();
  const rule = "─".repeat(sum(widths) + GAP.length * (widths.length - 1));
  const totals = grid.totals === null ? [] : [rule, line(grid.totals)];
  return [line(grid.headers), rule, ...grid.rows.map(line), ...totals];
}

/** Each row: its first cell, and under it what the others say by name. */
function stacked({ headers, rows, totals }: Grid, width: number): string[] {
  const INDENT = "  ";
  const item = (row: Cells): string[] => {
    const [name = "", ...rest] = row;
    const named = rest.map((text, index) => (text === "" ? "" : `${headers[index + 1] ?? ""} ${text}`.trim()));
    const figures = named.filter((text) => text !== "");
    const lines = packed(figures, width - INDENT.length).map((text) => `${INDENT}${text}`);
    return [...wrapToWidth(name, width), ...lines];
  };
  const end = totals === null ? [] : ["─".repeat(width), ...item(totals)];
  return [...rows.flatMap(item), ...end];
}

/** As many figures on a line as fit; one that is longer than a line is broken. */
function packed(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last} · ${part}`;
    if (last !== undefined && textWidth(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(...wrapToWidth(part, width));
  }
  return lines;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

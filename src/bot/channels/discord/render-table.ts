import type { Block } from "../../card.ts";
import { narrowTable } from "../narrow-table.ts";
import { padToWidth, textWidth, truncateToWidth } from "../terminal/text-width.ts";
import { TABLE_COLUMNS_MAX } from "./limits.ts";
import { renderText, wordsOf } from "./render-text.ts";

type Table = Extract<Block, { kind: "table" }>;
type Cells = readonly string[];

const GAP = "  ";
/** A text column is not made narrower than this beside its numbers. */
const TEXT_COLUMN_MIN = 14;
/** Longest totals: cut only where somebody jokes. */
const TOTAL_MAX = 120;

/**
 * A table in Discord's markdown, which knows none. Aligned in a code block where that holds every
 * number whole on a phone; with several numbers a row that are too wide, names stand above them; rows of words become a list, which a
 * phone wraps. Names are shortened with …, numbers and totals are not. `cellMax` bounds each cell.
 */
export function tableText(table: Table, cellMax: number): string {
  if (table.columns.length === 0) return "";
  const lines = aligned(table, cellMax, TABLE_COLUMNS_MAX);
  if (lines !== null) return codeBlock(lines);
  const numbers = table.columns.filter(({ align }) => align === "right").length;
  if (numbers > 1) return codeBlock(narrowTable(shortened(table, cellMax), TABLE_COLUMNS_MAX));
  return listed(table, cellMax).join("\n");
}

function codeBlock(lines: readonly string[]): string {
  return `\`\`\`\n${lines.join("\n")}\n\`\`\``;
}

/** Cells as words that cannot end a code block. */
function shortened(table: Table, cellMax: number): Table {
  const cell = (text: Table["rows"][number][number], max: number): string =>
    truncateToWidth(wordsOf(text).replaceAll("`", "ˋ"), max);
  return {
    ...table,
    columns: table.columns.map(({ header, align }) => ({ header: cell(header, cellMax), align })),
    rows: table.rows.map((row) => table.columns.map((_, index) => cell(row[index] ?? "", cellMax))),
    ...(table.totals === undefined
      ? {}
      : { totals: table.columns.map((_, index) => cell(table.totals?.[index] ?? "", Math.max(TOTAL_MAX, cellMax))) }),
  };
}

function aligned(table: Table, cellMax: number, width: number): string[] | null {
  const { columns, rows, totals } = shortened(table, cellMax) as Table & { rows: Cells[]; totals?: Cells };
  const headers = columns.map(({ header }) => header);
  const widths = fitColumns(table, [headers, ...rows, ...(totals === undefined ? [] : [totals])], totals, width);
  if (widths === null) return null;
  const line = (row: Cells): string =>
    row
      .map((text, index) => {
        const room = widths[index] ?? 0;
        return padToWidth(truncateToWidth(text, room), room, columns[index]?.align ?? "left");
      })
      .join(GAP)
      .trimEnd();
  const rule = "─".repeat(sum(widths) + GAP.length * (widths.length - 1));
  return [line(headers), rule, ...rows.map(line), ...(totals === undefined ? [] : [rule, line(totals)])];
}

function fitColumns(
  table: Table,
  all: readonly Cells[],
  totals: Cells | undefined,
  width: number,
): readonly number[] | null {
  const natural = table.columns.map((_, index) => Math.max(...all.map((row) => textWidth(row[index] ?? ""))));
  const least = natural.map((columns, index) =>
    table.columns[index]?.align === "right"
      ? columns
      : Math.min(columns, Math.max(TEXT_COLUMN_MIN, textWidth(totals?.[index] ?? ""))),
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

/** What a row is called, its figure, then the rest of what it says. */
function listed(table: Table, cellMax: number): string[] {
  const figure = table.columns.findIndex(({ align }) => align === "right");
  const item = (row: Table["rows"][number], max: number): string => {
    const cells = table.columns.map((_, index) => row[index] ?? "");
    const rest = cells.filter((_, index) => index !== 0 && index !== figure);
    const shown = [
      renderText([{ kind: "strong", text: wordsOf(cells[0] ?? "") }], max),
      figure < 1 ? "" : renderText([{ kind: "strong", text: wordsOf(cells[figure] ?? "") }], max),
      ...rest.map((cell) => renderText(cell, max)),
    ];
    return shown.filter((text) => text.trim() !== "").join(" · ");
  };
  const rows = table.rows.map((row) => `- ${item(row, cellMax * 2)}`);
  return table.totals === undefined ? rows : [...rows, item(table.totals, TOTAL_MAX * 2)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

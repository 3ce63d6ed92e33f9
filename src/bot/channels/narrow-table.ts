import type { Block, RichText } from "../card.ts";
import { plainText } from "./plain-text.ts";
import { padToWidth, textWidth, truncateToWidth, wrapToWidth } from "./terminal/text-width.ts";

type Table = Extract<Block, { kind: "table" }>;
type Grid = {
  readonly aligns: readonly ("left" | "right")[];
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly totals: readonly string[] | null;
};

const GAP = "  ";
/** Between numbers that would not fit otherwise. */
const CLOSE = " ";
/** A name is not made shorter than this beside its numbers; below, it gets a line of its own. */
const NAME_MIN = 14;
const NAME_MAX = 80;
/** An amount of any currency fits; longer text in a column of numbers is somebody's joke. */
const NUMBER_MAX = 32;
const HEADER_MAX = 24;

/**
 * A table in monospaced type for a phone: side by side where it fits into `width` columns, else each name on its own
 * line with its numbers aligned below. Names are shortened with …, numbers and totals never are.
 */
export function narrowTable(table: Table, width: number): string[] {
  const grid = gridOf(table);
  return sideBySide(grid, width) ?? nameAbove(grid, width, GAP) ?? nameAbove(grid, width, CLOSE) ?? listed(grid, width);
}

function gridOf(table: Table): Grid {
  const { columns } = table;
  const aligns = columns.map(({ align }) => align);
  const cells = (row: readonly RichText[]): string[] =>
    aligns.map((align, index) =>
      truncateToWidth(plainText(row[index] ?? ""), align === "left" ? NAME_MAX : NUMBER_MAX),
    );
  return {
    aligns,
    headers: columns.map(({ header }) => truncateToWidth(plainText(header), HEADER_MAX)),
    rows: table.rows.map(cells),
    totals: table.totals === undefined ? null : cells(table.totals),
  };
}

function widthsOf({ aligns, headers, rows, totals }: Grid): number[] {
  return aligns.map((_, index) =>
    Math.max(...[headers, ...rows, ...(totals === null ? [] : [totals])].map((row) => textWidth(row[index] ?? ""))),
  );
}

function sideBySide(grid: Grid, width: number): string[] | null {
  const widths = widthsOf(grid);
  const least = widths.map((natural, index) =>
    grid.aligns[index] === "right"
      ? natural
      : Math.min(natural, Math.max(NAME_MIN, textWidth(grid.totals?.[index] ?? ""))),
  );
  const room = width - GAP.length * (widths.length - 1);
  if (widths.length === 0 || sum(least) > room) return null;
  while (sum(widths) > room) {
    const widest = widths.reduce(
      (best, columns, index) =>
        columns - (least[index] ?? 0) > (widths[best] ?? 0) - (least[best] ?? 0) ? index : best,
      0,
    );
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const line = (row: readonly string[]): string => aligned(row, widths, grid.aligns);
  return framed(grid.rows.map(line), line(grid.headers), grid.totals === null ? null : line(grid.totals));
}

/**
 * The first column on a line of its own, numbers right-aligned under it, other words beside them where there is room,
 * else on a line between. Null when there are no numbers or they do not fit either.
 */
function nameAbove(grid: Grid, width: number, gap: string): string[] | null {
  const numbers = grid.aligns.flatMap((align, index) => (align === "right" ? [index] : []));
  const [first, ...words] = grid.aligns.flatMap((align, index) => (align === "left" ? [index] : []));
  const widths = widthsOf(grid);
  const kept = numbers.map((index) => widths[index] ?? 0);
  const taken = sum(kept) + gap.length * numbers.length;
  if (first === undefined || numbers.length === 0 || taken > width) return null;
  const wordsOf = (row: readonly string[]): string =>
    words.flatMap((index) => ((row[index] ?? "") === "" ? [] : [row[index]])).join(" · ");
  const whole = grid.totals;
  // What a total says is never cut.
  if (whole !== null && Math.max(textWidth(whole[first] ?? ""), textWidth(wordsOf(whole)) + gap.length) > width)
    return null;
  const all = [grid.headers, ...grid.rows, ...(whole === null ? [] : [whole])];
  const room = width - gap.length - taken;
  const fitting = all.every((row) => textWidth(wordsOf(row)) <= room);
  // One number leaves room enough to tell rows apart; what a total says fits or is not put there.
  const shortened = numbers.length === 1 && room >= NAME_MIN && textWidth(whole === null ? "" : wordsOf(whole)) <= room;
  const beside = words.length > 0 && (fitting || shortened);
  const lines = (row: readonly string[]): string => {
    const said = wordsOf(row);
    const below = aligned(
      numbers.map((index) => row[index] ?? ""),
      kept,
      numbers.map(() => "right"),
      gap,
    );
    const name = truncateToWidth(row[first] ?? "", width);
    if (beside) {
      const words = padToWidth(truncateToWidth(said, room), room, "left");
      return `${name}\n${gap}${words}${gap}${below}`.trimEnd();
    }
    const between = said === "" ? [] : [gap + truncateToWidth(said, width - gap.length)];
    return [name, ...between, gap + below].join("\n");
  };
  return framed(grid.rows.map(lines), lines(grid.headers), whole === null ? null : lines(whole));
}

function listed({ headers, rows, totals }: Grid, width: number): string[] {
  const item = (row: readonly string[]): string =>
    wrapToWidth(row.map((cell, index) => `${headers[index] ?? ""}: ${cell}`).join(" · "), width).join("\n");
  return [...rows.map(item), ...(totals === null ? [] : [item(totals)])];
}

function framed(rows: readonly string[], header: string, totals: string | null): string[] {
  const lines = [header, ...rows, ...(totals === null ? [] : [totals])].flatMap((text) => text.split("\n"));
  const rule = "─".repeat(Math.max(...lines.map(textWidth)));
  return [header, rule, ...rows, ...(totals === null ? [] : [rule, totals])];
}

function aligned(
  cells: readonly string[],
  widths: readonly number[],
  aligns: readonly ("left" | "right")[],
  gap = GAP,
): string {
  return cells
    .map((cell, index) =>
      padToWidth(truncateToWidth(cell, widths[index] ?? 0), widths[index] ?? 0, aligns[index] ?? "left"),
    )
    .join(gap)
    .trimEnd();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

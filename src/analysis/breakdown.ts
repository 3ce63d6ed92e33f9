import type { CostAnswer, CostRow } from "../domain/contract.ts";
import { dearestFirst, NO_WORTH, type CurrencyWorth } from "../domain/currency-order.ts";
import { absolute, type Money } from "../domain/money.ts";
import type { Day, Period } from "../domain/period.ts";
import { decimalText, ratioText } from "./ratio-text.ts";

/** One group as read: atoms, and the bucket it lies in (null without `per`). */
export type Group = {
  readonly key: readonly (string | null)[];
  readonly start: Day | null;
  readonly currency: string | null;
  readonly unit: string | null;
  readonly amount: bigint;
  /** The untagged part that no tag could reach. */
  readonly unallocatable: bigint;
  /** What allocation rules moved here (negative: away); part of `amount`. */
  readonly moved?: bigint;
  readonly sourceRows: number;
  readonly members: number;
  readonly other: boolean;
};

export type BreakdownInput = {
  readonly by: readonly string[];
  readonly current: readonly Group[];
  /** Groups of the compared period, their buckets already moved beside the current ones; null = no comparison. */
  readonly previous: readonly Group[] | null;
  readonly top: number | null;
  readonly periodOf: (start: Day) => Period;
  /** How lines of several currencies are ordered; absent: by code. */
  readonly worth?: CurrencyWorth;
};

/** ISO 4217 for "no currency": quantities. */
export const NO_CURRENCY = "XXX";

type Cell = { amount: bigint; previous: bigint; unallocatable: bigint; moved: bigint; sourceRows: number };
type Series = {
  key: readonly (string | null)[];
  total: bigint;
  previous: bigint;
  members: number;
  other: boolean;
  cells: Map<Day | null, Cell>;
};
type Line = { currency: string | null; unit: string | null; series: Map<string, Series> };

/**
 * Rows and totals of an answer: one line of rows for each currency (or unit), the dearest currency first, at most
 * `top` of each, largest first, and the rest as one "other"; the rows of a line add up to its total exactly. Order of the input never matters.
 */
export function breakDown(input: BreakdownInput): { rows: CostRow[]; total: CostAnswer["total"] } {
  const lines = linesOf(input);
  const periods = new Map<Day, Period>();
  const periodOf = (start: Day): Period => {
    const known = periods.get(start) ?? input.periodOf(start);
    periods.set(start, known);
    return known;
  };
  const rows: CostRow[] = [];
  const total: CostAnswer["total"] = [];
  for (const line of lines) {
    const ranked = cutTop(rank([...line.series.values()]), input.top);
    const sum = ranked.reduce((atoms, series) => atoms + series.total, 0n);
    const before = ranked.reduce((atoms, series) => atoms + series.previous, 0n);
    for (const series of ranked) rows.push(...rowsOf(series, line, sum, { ...input, periodOf }));
    total.push({
      amount: decimalText(sum),
      currency: line.currency ?? NO_CURRENCY,
      ...(line.unit === null && line.currency !== null ? {} : { unit: line.unit }),
      ...(input.previous === null ? {} : changeOf(sum, before)),
    });
  }
  return { rows, total };
}

function linesOf(input: BreakdownInput): Line[] {
  const lines = new Map<string, Line>();
  const find = ({ currency, unit, key, other, members }: Group): Series => {
    const name = textOfKey([currency, unit]);
    const line = lines.get(name) ?? { currency, unit, series: new Map<string, Series>() };
    lines.set(name, line);
    const keyText = `${other ? "other" : "named"} ${textOfKey(key)}`;
    const known = line.series.get(keyText);
    if (known !== undefined) return known;
    const series = { key, total: 0n, previous: 0n, members, other, cells: new Map<Day | null, Cell>() };
    line.series.set(keyText, series);
    return series;
  };
  // Buckets of a series come one after the other and share their key: thousands of them are looked up once.
  let last: { group: Group; series: Series } | null = null;
  const put = (group: Group, side: "amount" | "previous"): void => {
    const series: Series = last !== null && isSameSeries(last.group, group) ? last.series : find(group);
    last = { group, series };
    let cell = series.cells.get(group.start);
    if (cell === undefined) {
      cell = { amount: 0n, previous: 0n, unallocatable: 0n, moved: 0n, sourceRows: 0 };
      series.cells.set(group.start, cell);
    }
    cell[side] += group.amount;
    if (side === "previous") {
      series.previous += group.amount;
      return;
    }
    series.total += group.amount;
    cell.sourceRows += group.sourceRows;
    cell.unallocatable += group.unallocatable;
    if (group.moved !== undefined) cell.moved += group.moved;
  };
  for (const group of input.current) put(group, "amount");
  for (const group of input.previous ?? []) put(group, "previous");
  const byCode = [...lines.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return dearestFirst(byCode, amountOf, input.worth ?? NO_WORTH);
}

/** How large a line is; quantities have no worth and stay in the order of their units. */
function amountOf({ currency, series }: Line): Money | null {
  if (currency === null) return null;
  let atoms = 0n;
  for (const { total } of series.values()) atoms += total;
  return absolute({ atoms, currency });
}

function isSameSeries(a: Group, b: Group): boolean {
  return a.key === b.key && a.currency === b.currency && a.unit === b.unit && a.other === b.other;
}

/** One text for each key, and no other key: lengths go before the values. Faster than JSON, and there are thousands. */
function textOfKey(key: readonly (string | null)[]): string {
  let text = "";
  for (const value of key) text += value === null ? "-;" : `${value.length}:${value};`;
  return text;
}

/** Largest first; equal ones by what they were before, then by key, so that the order is always the same. */
function rank(series: Series[]): Series[] {
  const text = (one: Series): string => JSON.stringify(one.key);
  const descending = (a: bigint, b: bigint): number => (a > b ? -1 : a < b ? 1 : 0);
  return series.sort(
    (a, b) =>
      Number(a.other) - Number(b.other) ||
      descending(a.total, b.total) ||
      descending(a.previous, b.previous) ||
      (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0),
  );
}

function cutTop(ranked: Series[], top: number | null): Series[] {
  const named = ranked.filter((series) => !series.other);
  if (top === null || named.length <= top) return ranked;
  const rest = [...named.slice(top), ...ranked.filter((series) => series.other)];
  const other: Series = {
    key: rest[0]?.key.map(() => null) ?? [],
    total: 0n,
    previous: 0n,
    members: 0,
    other: true,
    cells: new Map(),
  };
  for (const series of rest) {
    other.total += series.total;
    other.previous += series.previous;
    other.members += series.members;
    for (const [start, cell] of series.cells) {
      const sum = other.cells.get(start) ?? { amount: 0n, previous: 0n, unallocatable: 0n, moved: 0n, sourceRows: 0 };
      sum.amount += cell.amount;
      sum.previous += cell.previous;
      sum.moved += cell.moved;
      sum.sourceRows += cell.sourceRows;
      other.cells.set(start, sum);
    }
  }
  return [...named.slice(0, top), other];
}

function rowsOf(series: Series, line: Line, sum: bigint, input: BreakdownInput): CostRow[] {
  const key = Object.fromEntries(input.by.map((dimension, index) => [dimension, series.key[index] ?? null]));
  const cells = [...series.cells].sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1));
  // Built by assignment: thousands of rows of spread objects would be most of an answer's time.
  return cells.map(([start, cell]) => {
    const row: CostRow = {
      key,
      amount: decimalText(cell.amount),
      currency: line.currency,
      sourceRows: cell.sourceRows,
    };
    if (start !== null) row.period = input.periodOf(start);
    if (line.unit !== null || line.currency === null) row.unit = line.unit;
    if (input.previous !== null) Object.assign(row, changeOf(cell.amount, cell.previous));
    const share = start === null ? ratioText(cell.amount, sum) : null;
    if (share !== null) row.share = share;
    if (cell.moved !== 0n) row.moved = decimalText(cell.moved);
    if (cell.unallocatable !== 0n && !series.other) row.unallocatable = decimalText(cell.unallocatable);
    if (series.other) Object.assign(row, { other: true, count: series.members });
    return row;
  });
}

function changeOf(now: bigint, before: bigint): { previous: string; change: { amount: string; ratio: string | null } } {
  const change = now - before;
  const size = before < 0n ? -before : before;
  return { previous: decimalText(before), change: { amount: decimalText(change), ratio: ratioText(change, size) } };
}

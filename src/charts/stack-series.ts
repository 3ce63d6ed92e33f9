import { parseAtoms } from "../domain/money.ts";
import type { Day } from "../domain/period.ts";
import { toPixelNumber } from "./amounts.ts";
import type { CostOverTimeView } from "./chart-view.ts";
import { buckets, firstProvisional } from "./time-axis.ts";
import { sumByLabel, topParts, type Part } from "./top-series.ts";

/** One series in one bucket; `from` and `to` are where it stands in its stack. */
export type StackedCell = {
  readonly index: number;
  readonly start: string;
  readonly rank: number;
  readonly series: string;
  readonly amount: number;
  readonly from: number;
  readonly to: number;
};

export type StackedTime = {
  readonly starts: readonly Day[];
  readonly series: readonly Part[];
  readonly cells: readonly StackedCell[];
  /** Exact total of each bucket, atoms. */
  readonly totals: readonly bigint[];
  /** Upper end of each bucket's stack. */
  readonly tops: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly provisionalIndex: number | null;
};

/** Buckets × series with exact sums; credits stack below zero, costs above it. */
export function stackSeries(view: CostOverTimeView, seriesMax: number): StackedTime {
  const points = view.points.map((point) => ({ label: point.series, amount: point.amount, start: point.start }));
  const series = topParts(sumByLabel(points), seriesMax);
  const starts = buckets(
    points.map((point) => point.start),
    view.grain,
  );
  const rankOf = new Map(series.map((part, rank) => [part.label, rank]));
  const otherRank = series.findIndex((part) => part.other);
  const indexOf = new Map(starts.map((start, index) => [start, index]));
  const atoms = starts.map(() => series.map(() => 0n));
  for (const point of points) {
    const row = atoms[indexOf.get(point.start) ?? 0];
    const rank = rankOf.get(point.label) ?? otherRank;
    if (row !== undefined) row[rank] = (row[rank] ?? 0n) + parseAtoms(point.amount);
  }
  const cells = atoms.flatMap((row, index) => stackBucket(row, index, starts[index] ?? "", series));
  const totals = atoms.map((row) => row.reduce((sum, amount) => sum + amount, 0n));
  const tops = starts.map(() => 0);
  for (const cell of cells) tops[cell.index] = Math.max(tops[cell.index] ?? 0, cell.to, cell.from);
  return {
    starts,
    series,
    cells,
    totals,
    tops,
    low: cells.reduce((low, cell) => Math.min(low, cell.from, cell.to), 0),
    high: cells.reduce((high, cell) => Math.max(high, cell.from, cell.to), 0),
    provisionalIndex: firstProvisional(starts, view.grain, view.provisionalFrom),
  };
}

function stackBucket(row: readonly bigint[], index: number, start: string, series: readonly Part[]): StackedCell[] {
  let above = 0n;
  let below = 0n;
  return row.map((amount, rank) => {
    const from = amount < 0n ? below : above;
    const to = from + amount;
    if (amount < 0n) below = to;
    else above = to;
    const name = series[rank]?.label ?? "";
    const [low, high] = [toPixelNumber(from), toPixelNumber(to)];
    return { index, start, rank, series: name, amount: toPixelNumber(amount), from: low, to: high };
  });
}

import type { ChartView } from "../../../charts/chart-view.ts";
import { unreachable } from "../../../domain/errors.ts";
import { formatMoney, money } from "../../../domain/money.ts";
import { safeLine } from "../safe-text.ts";
import { padToWidth, textWidth, truncateToWidth } from "./text-width.ts";

const BARS_MAX = 15;
const LABEL_MAX = 28;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const HEIGHTS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** A chart in characters: bars for parts, a line of heights over time. The numbers themselves stand in the table. */
export function renderChart(view: ChartView, width: number): string[] {
  switch (view.kind) {
    case "breakdown":
      return renderBars(
        view.bars.slice(0, BARS_MAX).map((bar) => ({ label: bar.label, amount: bar.amount })),
        view.currency,
        width,
      );
    case "comparison":
      return renderBars(
        view.rows.slice(0, BARS_MAX).map((row) => ({ label: row.label, amount: row.current })),
        view.currency,
        width,
      );
    case "budget":
      return renderBudget(view, width);
    case "cost-over-time":
    case "sparkline":
      return renderHeights(view, width);
    default:
      return unreachable(view);
  }
}

/** Spent, expected and the whole amount on one scale. */
function renderBudget(view: Extract<ChartView, { kind: "budget" }>, width: number): string[] {
  const spent = view.actual.at(-1)?.amount ?? "0";
  const expected = view.forecast.at(-1);
  const bars = [
    { label: "Spent", amount: spent },
    ...(expected === undefined ? [] : [{ label: "Expected", amount: expected.amount }]),
    { label: "Budget", amount: view.budget },
  ];
  return renderBars(bars, view.currency, width);
}

function renderBars(bars: readonly { label: string; amount: string }[], currency: string, width: number): string[] {
  const labels = bars.map((bar) => truncateToWidth(safeLine(bar.label), Math.min(LABEL_MAX, Math.floor(width / 3))));
  const amounts = bars.map((bar) => formatMoney(money(bar.amount, currency)));
  const labelWidth = Math.max(0, ...labels.map(textWidth));
  const amountWidth = Math.max(0, ...amounts.map(textWidth));
  const room = width - labelWidth - amountWidth - 2;
  const sizes = bars.map((bar) => Math.abs(Number(bar.amount)));
  const largest = Math.max(...sizes, Number.MIN_VALUE);
  return bars.map((bar, index) => {
    const label = padToWidth(labels[index] ?? "", labelWidth, "left");
    const drawn = drawBar(((sizes[index] ?? 0) / largest) * Math.max(0, room), bar.amount.startsWith("-"));
    const amount = padToWidth(amounts[index] ?? "", amountWidth, "right");
    return room < 4 ? truncateToWidth(`${label} ${amount}`, width) : `${label} ${amount} ${drawn}`.trimEnd();
  });
}

function drawBar(columns: number, negative: boolean): string {
  const whole = Math.floor(columns);
  // Credits point the same way but are hatched: a minus stands beside them too.
  return negative
    ? "░".repeat(Math.round(columns))
    : "█".repeat(whole) + (EIGHTHS[Math.floor((columns - whole) * 8)] ?? "");
}

function renderHeights(view: Extract<ChartView, { kind: "cost-over-time" | "sparkline" }>, width: number): string[] {
  const sums = new Map<string, number>();
  for (const point of view.points) sums.set(point.start, (sums.get(point.start) ?? 0) + Number(point.amount));
  const starts = [...sums.keys()].sort();
  const first = starts[0];
  const last = starts.at(-1);
  if (first === undefined || last === undefined) return [];
  const values = resample(
    starts.map((start) => sums.get(start) ?? 0),
    Math.max(1, width),
  );
  const high = Math.max(...values, 0);
  const low = Math.min(...values, 0);
  const span = high - low === 0 ? 1 : high - low;
  const line = values.map((value) => HEIGHTS[Math.min(7, Math.floor(((value - low) / span) * 8))] ?? "▁").join("");
  const provisional = view.provisionalFrom === null ? "" : ` · provisional from ${view.provisionalFrom}`;
  return [line, truncateToWidth(`${first} … ${last}${provisional}`, width)];
}

/** At most `count` values, each the largest of those it stands for: a peak is never lost. */
function resample(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / count));
    return Math.max(...values.slice(from, to));
  });
}

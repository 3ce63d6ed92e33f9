import type { ComparisonView } from "./chart-view.ts";
import { changeLabel, growthLabel, moneyLabel, shareOf, toPixelNumber } from "./amounts.ts";
import { frame, label, picture, plotWidth, type ChartSpec, type Layer, OWN_COLOR, PIXELS } from "./frame.ts";
import { ellipsise, textWidth } from "./text-fit.ts";
import { FONT_SIZE, OTHER_LABEL, type Theme } from "./theme.ts";
import { parseAtoms } from "../domain/money.ts";

const ROWS_MAX = 7;
const ROW_HEIGHT = 96;
const TEXT_BASELINE = 20;
const BAR_TOP = 32;
const BAR_HEIGHT = 22;
const BAR_PITCH = 26;
const VALUE_GAP = 12;
const LABEL_GAP = 24;
const KEY_HEIGHT = 40;

type Row = { readonly label: string; readonly current: bigint; readonly previous: bigint };

/** Now against before: two bars a row with their amounts, the change said in words at the right. */
export function comparisonSpec(view: ComparisonView, theme: Theme, width: number): ChartSpec {
  const rows = gather(
    view.rows.map((row) => ({
      label: row.label,
      current: parseAtoms(row.current),
      previous: parseAtoms(row.previous),
    })),
  );
  const current = rows.reduce((sum, row) => sum + row.current, 0n);
  const previous = rows.reduce((sum, row) => sum + row.previous, 0n);
  const head = frame(theme, width, view, {
    value: moneyLabel(current, view.currency),
    caption: changeText(current, previous, view.currency),
    tone: current > previous ? "up" : current < previous ? "down" : "text",
  });
  const plot = { left: 0, right: 0, top: 20 + KEY_HEIGHT, bottom: -12, height: Math.max(1, rows.length) * ROW_HEIGHT };
  const inner = plotWidth(width, plot);
  return picture(head, plot, [
    ...periodKey(view, theme, inner),
    ...pairs(rows, view.currency, theme, inner),
    ...rows.flatMap((row, index) => rowText(row, index, view.currency, theme, inner)),
    ...(rows.length === 0 ? [label("empty", "No charges", { x: 0, y: TEXT_BASELINE, color: theme.muted })] : []),
  ]);
}

/** "▲ +$1,240 (+11%)": an arrow, an amount and a rate, so that colour carries nothing alone. */
function changeText(current: bigint, previous: bigint, currency: string): string {
  if (current === previous) return "no change";
  const arrow = current > previous ? "▲" : "▼";
  return `${arrow} ${changeLabel(current - previous, currency)} (${growthLabel(current, previous)})`;
}

function gather(rows: readonly Row[]): Row[] {
  if (rows.length <= ROWS_MAX) return [...rows];
  const rest = rows.slice(ROWS_MAX - 1);
  const sum = (side: "current" | "previous"): bigint => rest.reduce((total, row) => total + row[side], 0n);
  return [...rows.slice(0, ROWS_MAX - 1), { label: OTHER_LABEL, current: sum("current"), previous: sum("previous") }];
}

function periodKey(view: ComparisonView, theme: Theme, inner: number): Layer[] {
  const y = -24;
  const half = inner / 2 - 40;
  const now = ellipsise(view.currentLabel, half, FONT_SIZE);
  const before = ellipsise(view.previousLabel, half, FONT_SIZE);
  const second = 24 + textWidth(now, FONT_SIZE) + 36;
  const swatch = (name: string, x: number, color: string): Layer => ({
    name,
    data: { values: [{}] },
    mark: { type: "rect", color, cornerRadius: 4 },
    encoding: { x: { value: x }, x2: { value: x + 14 }, y: { value: y - 14 }, y2: { value: y } },
  });
  return [
    swatch("key-current", 0, theme.series[0] ?? theme.text),
    label("key-label", now, { x: 24, y, color: theme.muted }),
    swatch("key-previous", second, theme.previous),
    label("key-label", before, { x: second + 24, y, color: theme.muted }),
  ];
}

function pairs(rows: readonly Row[], currency: string, theme: Theme, inner: number): Layer[] {
  const bars = rows.flatMap((row, index) =>
    ([row.current, row.previous] as const).map((atoms, side) => ({
      label: row.label,
      side,
      text: ellipsise(moneyLabel(atoms, currency), inner * 0.4, FONT_SIZE, 600),
      amount: toPixelNumber(atoms),
      zero: 0,
      top: index * ROW_HEIGHT + BAR_TOP + side * BAR_PITCH,
      bottom: index * ROW_HEIGHT + BAR_TOP + side * BAR_PITCH + BAR_HEIGHT,
      color: side === 0 ? (theme.series[0] ?? theme.text) : theme.previous,
      textColor: side === 0 ? theme.text : theme.muted,
    })),
  );
  const x = valueScale(bars, inner);
  const y = { y: { field: "top", ...PIXELS }, y2: { field: "bottom" } };
  const color = OWN_COLOR;
  const texts = bars.map((bar) => ({ ...bar, end: Math.max(0, bar.amount), middle: (bar.top + bar.bottom) / 2 }));
  return [
    {
      name: "bars",
      data: { values: bars },
      mark: { type: "rect", cornerRadius: 4 },
      encoding: {
        x: { field: "zero", type: "quantitative", scale: x, axis: null },
        x2: { field: "amount" },
        ...y,
        color,
      },
    },
    {
      name: "values",
      data: { values: texts },
      mark: { type: "text", align: "left", baseline: "middle", dx: VALUE_GAP, fontSize: FONT_SIZE, fontWeight: 400 },
      encoding: {
        x: { field: "end", type: "quantitative", axis: null },
        y: { field: "middle", ...PIXELS },
        text: { field: "text" },
        color: { ...OWN_COLOR, field: "textColor" },
      },
    },
  ];
}

/** Leaves room at the right for the widest amount. */
function valueScale(bars: readonly { text: string; amount: number }[], inner: number): Record<string, unknown> {
  const room = Math.max(0, ...bars.map((bar) => textWidth(bar.text, FONT_SIZE))) + VALUE_GAP + 4;
  const low = Math.min(0, ...bars.map((bar) => bar.amount));
  const high = Math.max(0, ...bars.map((bar) => bar.amount));
  const domain = low === high ? [0, 1] : [low, high];
  return { domain, range: [0, Math.max(40, inner - room)], nice: false, zero: false };
}

function rowText(row: Row, index: number, currency: string, theme: Theme, inner: number): Layer[] {
  const y = index * ROW_HEIGHT + TEXT_BASELINE;
  const change = ellipsise(changeText(row.current, row.previous, currency), inner * 0.6, FONT_SIZE);
  const tone = toneOf(row, theme);
  const name = ellipsise(row.label, inner - textWidth(change, FONT_SIZE) - LABEL_GAP, FONT_SIZE, 600);
  return [
    label("label", name, { x: 0, y, color: theme.text, weight: 600 }),
    label("change", change, { x: inner, y, color: tone, align: "right" }),
  ];
}

/** Changes below this share of what was are not worth a colour. */
const NOTABLE_SHARE = 0.01;

function toneOf(row: Row, theme: Theme): string {
  const share = shareOf(row.current - row.previous, row.previous);
  if (row.current === row.previous || (share !== null && Math.abs(share) < NOTABLE_SHARE)) return theme.muted;
  return row.current > row.previous ? theme.up : theme.down;
}

import type { BreakdownView } from "./chart-view.ts";
import { moneyLabel, percentLabel, toPixelNumber } from "./amounts.ts";
import { frame, label, picture, plotWidth, type ChartSpec, type Layer, OWN_COLOR, PIXELS } from "./frame.ts";
import { ringSpec } from "./ring.ts";
import { ellipsise, textWidth } from "./text-fit.ts";
import { FONT_SIZE, OTHER_LABEL, type Theme } from "./theme.ts";
import { parseAtoms } from "../domain/money.ts";
import { shareOf } from "./amounts.ts";

/** More bars than this are a table; the small ones are gathered. */
const BARS_MAX = 12;
const ROW_HEIGHT = 60;
const TEXT_BASELINE = 20;
const BAR_TOP = 32;
const BAR_HEIGHT = 14;
const SHARE_WIDTH = 72;
const LABEL_GAP = 24;

export type BreakdownBar = {
  readonly label: string;
  readonly atoms: bigint;
  readonly share: number | null;
  readonly other: boolean;
};

/** One lane an entry: name and amount above, the bar below; or a ring where every part is positive. */
export function breakdownSpec(view: BreakdownView, theme: Theme, width: number): ChartSpec {
  const all = view.bars.map((bar) => ({ ...bar, atoms: parseAtoms(bar.amount) }));
  const total = all.reduce((sum, bar) => sum + bar.atoms, 0n);
  if (view.form === "pie" && total > 0n && all.every((bar) => bar.atoms >= 0n)) {
    return ringSpec(view, gather(all, RING_PARTS_MAX), theme, width);
  }
  const bars = gather(all, BARS_MAX);
  const headline = { value: moneyLabel(total, view.currency), caption: "total", tone: "text" as const };
  const head = frame(theme, width, view, headline);
  const plot = { left: 0, right: 0, top: 28, bottom: -8, height: Math.max(1, bars.length) * ROW_HEIGHT };
  const inner = plotWidth(width, plot);
  const shares = bars.some((bar) => bar.share !== null);
  return picture(head, plot, [
    ...lanes(bars, theme, inner),
    ...bars.flatMap((bar, index) => rowText(bar, index, { currency: view.currency, theme, inner, shares })),
    ...(bars.length === 0 ? [label("empty", "No charges", { x: 0, y: TEXT_BASELINE, color: theme.muted })] : []),
  ]);
}

const RING_PARTS_MAX = 6;

/** At most `countMax` bars in the order given; the last one holds the exact rest. */
function gather(bars: readonly BreakdownBar[], countMax: number): BreakdownBar[] {
  if (bars.length <= countMax) return [...bars];
  const named = bars.filter((bar) => !bar.other).slice(0, countMax - 1);
  const kept = new Set(named);
  const rest = bars.filter((bar) => !kept.has(bar));
  const atoms = rest.reduce((sum, bar) => sum + bar.atoms, 0n);
  const whole = bars.reduce((sum, bar) => sum + bar.atoms, 0n);
  const share = bars.every((bar) => bar.share !== null) ? shareOf(atoms, whole) : null;
  return [...named, { label: OTHER_LABEL, atoms, share, other: true }];
}

function lanes(bars: readonly BreakdownBar[], theme: Theme, inner: number): Layer[] {
  const amounts = bars.map((bar) => toPixelNumber(bar.atoms));
  const low = Math.min(0, ...amounts);
  const high = Math.max(0, ...amounts);
  const domain = low === high ? [0, 1] : [low, high];
  const rows = bars.map((bar, index) => ({
    label: bar.label,
    amount: toPixelNumber(bar.atoms),
    zero: 0,
    top: index * ROW_HEIGHT + BAR_TOP,
    bottom: index * ROW_HEIGHT + BAR_TOP + BAR_HEIGHT,
    color: bar.atoms < 0n ? theme.credit : bar.other ? theme.other : (theme.series[0] ?? theme.text),
  }));
  const tracks: Layer = {
    name: "tracks",
    data: { values: rows },
    mark: { type: "rect", color: theme.track, cornerRadius: BAR_HEIGHT / 2 },
    encoding: { x: { value: 0 }, x2: { value: inner }, y: { field: "top", ...PIXELS }, y2: { field: "bottom" } },
  };
  const filled: Layer = {
    name: "bars",
    data: { values: rows },
    mark: { type: "rect", cornerRadius: low < 0 ? 3 : BAR_HEIGHT / 2 },
    encoding: {
      x: { field: "zero", type: "quantitative", scale: { domain, nice: false, zero: false }, axis: null },
      x2: { field: "amount" },
      y: { field: "top", ...PIXELS },
      y2: { field: "bottom" },
      color: OWN_COLOR,
    },
  };
  return [tracks, filled];
}

type Row = { readonly currency: string; readonly theme: Theme; readonly inner: number; readonly shares: boolean };

function rowText(bar: BreakdownBar, index: number, row: Row): Layer[] {
  const { theme, inner } = row;
  const y = index * ROW_HEIGHT + TEXT_BASELINE;
  const right = inner - (row.shares ? SHARE_WIDTH : 0);
  const value = ellipsise(moneyLabel(bar.atoms, row.currency), inner * 0.5, FONT_SIZE, 600);
  const room = right - textWidth(value, FONT_SIZE, 600) - LABEL_GAP;
  const name = ellipsise(bar.label, room, FONT_SIZE);
  const share = bar.share === null ? "" : percentLabel(bar.share);
  return [
    label("label", name, { x: 0, y, color: bar.other ? theme.muted : theme.text }),
    label("value", value, { x: right, y, color: theme.text, weight: 600, align: "right" }),
    ...(share === "" ? [] : [label("share", share, { x: inner, y, color: theme.muted, align: "right" })]),
  ];
}

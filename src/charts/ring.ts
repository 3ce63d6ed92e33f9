import type { BreakdownView } from "./chart-view.ts";
import { moneyLabel, percentLabel, toPixelNumber } from "./amounts.ts";
import type { BreakdownBar } from "./breakdown.ts";
import { frame, label, picture, plotWidth, type ChartSpec, type Layer, OWN_COLOR } from "./frame.ts";
import { KEY_ENTRY_HEIGHT, seriesKey } from "./series-key.ts";
import { ellipsise } from "./text-fit.ts";
import { HEADLINE_SIZE, FONT_SIZE, type Theme } from "./theme.ts";

const RING_RADIUS = 150;
const RING_THICKNESS = 52;
const KEY_GAP = 44;

/** Parts of a whole as a ring, the whole in its middle, names and amounts beside it. All parts ≥ 0, total > 0. */
export function ringSpec(view: BreakdownView, parts: readonly BreakdownBar[], theme: Theme, width: number): ChartSpec {
  const total = parts.reduce((sum, part) => sum + part.atoms, 0n);
  const head = frame(theme, width, view, null);
  const radius = Math.min(RING_RADIUS, width * 0.22);
  const keyHeight = parts.length * KEY_ENTRY_HEIGHT;
  const plot = { left: 0, right: 0, top: 28, bottom: 0, height: Math.max(radius * 2, keyHeight) };
  const inner = plotWidth(width, plot);
  const keyX = radius * 2 + KEY_GAP;
  const entries = parts.map((part, index) => ({
    label: part.label,
    value: moneyLabel(part.atoms, view.currency),
    note: part.share === null ? "" : percentLabel(part.share),
    color: part.other ? theme.other : (theme.series[index] ?? theme.other),
  }));
  const centre = { x: radius, y: plot.height / 2 };
  const hole = (radius - RING_THICKNESS) * 2 - 20;
  const figure = ellipsise(moneyLabel(total, view.currency), hole * 1.25, HEADLINE_SIZE, 600);
  const size = Math.min(HEADLINE_SIZE, (HEADLINE_SIZE * hole) / Math.max(hole, figure.length * HEADLINE_SIZE * 0.62));
  const middle = { x: centre.x, color: theme.text, align: "center" } as const;
  return picture(head, plot, [
    ring(parts, entries, centre, radius, theme),
    label("headline", figure, { ...middle, y: centre.y + 6, size: Math.max(FONT_SIZE, size), weight: 600 }),
    label("headline-caption", "total", { ...middle, y: centre.y + 34, color: theme.muted }),
    ...seriesKey(entries, theme, keyX, (plot.height - keyHeight) / 2 + 4, inner - keyX),
  ]);
}

function ring(
  parts: readonly BreakdownBar[],
  entries: readonly { color: string }[],
  centre: { x: number; y: number },
  radius: number,
  theme: Theme,
): Layer {
  return {
    name: "ring",
    data: {
      values: parts.map((part, rank) => ({
        label: part.label,
        rank,
        amount: toPixelNumber(part.atoms),
        color: entries[rank]?.color ?? theme.other,
      })),
    },
    mark: {
      type: "arc",
      outerRadius: radius,
      innerRadius: radius - RING_THICKNESS,
      stroke: theme.background,
      strokeWidth: parts.length > 1 ? 3 : 0,
    },
    encoding: {
      theta: { field: "amount", type: "quantitative", stack: true },
      order: { field: "rank", type: "quantitative" },
      color: OWN_COLOR,
      x: { value: centre.x },
      y: { value: centre.y },
    },
  };
}

import { axesLayer, valueLabelRoom } from "./axes-layer.ts";
import type { CostOverTimeView } from "./chart-view.ts";
import { moneyLabel, percentLabel, shareOf, sumAtoms, toPixelNumber } from "./amounts.ts";
import { frame, label, picture, plotWidth, type ChartSpec, type Layer, type Plot } from "./frame.ts";
import { provisionalLayers } from "./provisional.ts";
import { seriesKey, KEY_ENTRY_HEIGHT, KEY_WIDTH } from "./series-key.ts";
import { stackSeries, type StackedTime } from "./stack-series.ts";
import { ellipsise, textWidth } from "./text-fit.ts";
import { FONT_SIZE, SERIES_MAX, type Theme } from "./theme.ts";
import { bucketLabel, timeTicks } from "./time-axis.ts";
import { valueAxis, type ValueAxis } from "./value-axis.ts";

const PLOT_HEIGHT_MIN = 300;
const TICKS = 5;
/** Room above the highest mark for its label. */
const HEADROOM = 0.14;
const DATE_PITCH_MIN = 72;
/** Below this width a bar needs no gap: the picture would be stripes. */
const GAP_STEP_MIN = 6;
/** One day alone is still a bar, not a wall. */
const BAR_WIDTH_MAX = 110;
/** Below this width a line between areas hides the areas. */
const OUTLINE_STEP_MIN = 4;
const KEY_GAP = 32;

/** Cost by day, week or month: stacked bars, stacked areas or lines, the largest series first. */
export function costOverTimeSpec(view: CostOverTimeView, theme: Theme, width: number): ChartSpec {
  const stack = stackSeries(view, SERIES_MAX);
  const total = sumAtoms(view.points.map((point) => point.amount));
  const headline = { value: moneyLabel(total, view.currency), caption: "total", tone: "text" as const };
  const head = frame(theme, width, view, headline);
  const form = formThatFits(view.form, stack);
  const axis = valueAxis(...extent(stack, form), TICKS, view.currency, HEADROOM);
  const keyed = stack.series.length > 1;
  const plot: Plot = {
    left: valueLabelRoom(axis, (text) => textWidth(text, FONT_SIZE)),
    right: keyed ? KEY_WIDTH + KEY_GAP : 0,
    top: stack.provisionalIndex === null ? 24 : 60,
    bottom: 34,
    height: Math.max(PLOT_HEIGHT_MIN, keyed ? stack.series.length * KEY_ENTRY_HEIGHT : 0),
  };
  const inner = plotWidth(width, plot);
  const key = stack.series.map((part, index) => ({
    label: part.label,
    value: moneyLabel(part.atoms, view.currency),
    note: stack.low < 0 ? "" : shareNote(part.atoms, total),
    color: seriesColor(stack, index, theme),
  }));
  return picture(head, plot, [
    axesLayer({
      dates: timeTicks(stack.starts, view.grain, inner, DATE_PITCH_MIN),
      domain: xDomain(stack, form),
      values: axis,
      base: false,
    }),
    ...marks(stack, form, theme, inner),
    ...provisionalLayers({ stack, form, theme, width: inner, height: plot.height, domain: xDomain(stack, form) }),
    zeroRule(axis, theme),
    ...peakLabels(stack, form, view, theme, inner),
    ...(keyed ? seriesKey(key, theme, inner + KEY_GAP) : []),
  ]);
}

type Form = CostOverTimeView["form"];

/** An area through one point is nothing, and areas of mixed sign overlap: both are bars. */
function formThatFits(form: Form, stack: StackedTime): Form {
  const mixed = stack.series.length > 1 && stack.low < 0;
  return form !== "bar" && (stack.starts.length < 2 || (form === "area" && mixed)) ? "bar" : form;
}

function extent(stack: StackedTime, form: Form): [number, number] {
  if (form !== "line") return [stack.low, stack.high];
  const amounts = stack.cells.map((cell) => cell.amount);
  return [Math.min(0, ...amounts), Math.max(0, ...amounts)];
}

function shareNote(part: bigint, whole: bigint): string {
  const share = shareOf(part, whole);
  return share === null || share < 0 || share > 1 ? "" : percentLabel(share);
}

export function seriesColor(stack: StackedTime, index: number, theme: Theme): string {
  return stack.series[index]?.other === true ? theme.other : (theme.series[index] ?? theme.other);
}

/** Bars fill their bucket; lines and areas run from the middle of the first to the middle of the last. */
function xDomain(stack: StackedTime, form: Form): [number, number] {
  const count = Math.max(1, stack.starts.length);
  return form === "bar" ? [0, count] : [0.5, count - 0.5];
}

function marks(stack: StackedTime, form: Form, theme: Theme, width: number): Layer[] {
  const color = {
    field: "rank",
    type: "nominal",
    scale: {
      domain: stack.series.map((_, index) => index),
      range: stack.series.map((_, index) => seriesColor(stack, index, theme)),
    },
    legend: null,
  };
  const values = stack.cells.map((cell) => ({ ...cell, middle: cell.index + 0.5 }));
  if (form === "bar") return [bars(stack, values, color, theme, width)];
  const x = { field: "middle", type: "quantitative" };
  if (form === "area") {
    const outlined = stack.series.length > 1 && width / stack.starts.length >= OUTLINE_STEP_MIN;
    const mark = { type: "area", stroke: theme.background, strokeWidth: outlined ? 1.5 : 0, clip: true };
    const y = { field: "from", type: "quantitative" };
    const area: Layer = { name: "areas", data: { values }, mark, encoding: { x, y, y2: { field: "to" }, color } };
    return stack.series.length > 1 ? [area] : [softened(area), outline(values, x, theme)];
  }
  const final = stack.provisionalIndex ?? Number.POSITIVE_INFINITY;
  const line = (name: string, part: typeof values, dash: readonly number[]): Layer => ({
    name,
    data: { values: part },
    mark: { type: "line", strokeWidth: 3.5, strokeJoin: "round", strokeCap: "round", strokeDash: dash },
    encoding: { x, y: { field: "amount", type: "quantitative" }, color },
  });
  return [
    line(
      "lines",
      values.filter((cell) => cell.index < final),
      [1, 0],
    ),
    line(
      "lines-provisional",
      values.filter((cell) => cell.index >= final - 1 && Number.isFinite(final)),
      [3, 8],
    ),
  ];
}

function softened(area: Layer): Layer {
  return { ...area, mark: { ...area.mark, fillOpacity: 0.22 } };
}

function outline(values: NonNullable<Layer["data"]>["values"], x: Record<string, unknown>, theme: Theme): Layer {
  return {
    name: "outline",
    data: { values },
    mark: { type: "line", strokeWidth: 3.5, strokeJoin: "round", color: theme.series[0] },
    encoding: { x, y: { field: "amount", type: "quantitative" } },
  };
}

type Cells = NonNullable<Layer["data"]>["values"];

function bars(stack: StackedTime, cells: Cells, color: unknown, theme: Theme, width: number): Layer {
  const step = width / Math.max(1, stack.starts.length);
  const gap = step >= GAP_STEP_MIN ? Math.max(0.11, (1 - BAR_WIDTH_MAX / step) / 2) : 0;
  const values = cells.map((cell) => {
    const index = Number(cell["index"]);
    return { ...cell, left: index + gap, right: index + 1 - gap };
  });
  const separated = step >= GAP_STEP_MIN && stack.series.length > 1;
  return {
    name: "bars",
    data: { values },
    mark: { type: "rect", stroke: theme.background, strokeWidth: separated ? 1.5 : 0 },
    encoding: {
      x: { field: "left", type: "quantitative" },
      x2: { field: "right" },
      y: { field: "from", type: "quantitative" },
      y2: { field: "to" },
      color,
    },
  };
}

function zeroRule(axis: ValueAxis, theme: Theme): Layer {
  const below = axis.domain[0] < 0;
  return {
    name: "zero",
    data: { values: [{ y: 0 }] },
    mark: { type: "rule", color: below ? theme.muted : theme.axis, strokeWidth: 1.5 },
    encoding: { y: { field: "y", type: "quantitative" } },
  };
}

/** The highest bucket is labelled with its amount; where all have room, all are. */
function peakLabels(
  stack: StackedTime,
  form: Form,
  view: CostOverTimeView,
  theme: Theme,
  width: number,
): readonly Layer[] {
  if (form === "line" && stack.series.length > 1) return [];
  const texts = stack.totals.map((atoms) => moneyLabel(atoms, view.currency));
  const [domainFrom, domainTo] = xDomain(stack, form);
  const step = width / (domainTo - domainFrom || 1);
  const allFit = form === "bar" && texts.every((text) => textWidth(text, FONT_SIZE, 600) + 10 <= step);
  const peak = stack.totals.reduce((best, atoms, index) => (atoms > (stack.totals[best] ?? 0n) ? index : best), 0);
  const indices = allFit ? texts.map((_, index) => index) : texts.length > 1 ? [peak] : [0];
  return indices.flatMap((index) => {
    if ((stack.totals[index] ?? 0n) <= 0n) return [];
    const day = allFit ? "" : `${bucketLabel(stack.starts[index] ?? ("" as never), view.grain)} `;
    const text = ellipsise(`${day}${texts[index] ?? ""}`, width, FONT_SIZE, 600);
    const half = textWidth(text, FONT_SIZE, 600) / 2;
    const center = (index + 0.5 - domainFrom) * step;
    const x = Math.min(Math.max(center, half), Math.max(half, width - half));
    const at = label("peak", text, { x, y: 0, color: theme.text, weight: 600, align: "center" });
    const top = toPixelNumber(stack.totals[index] ?? 0n);
    const high = form === "line" ? top : (stack.tops[index] ?? top);
    const peak: Layer = {
      ...at,
      data: { values: [{ text, x, y: high, color: theme.text }] },
      mark: { ...at.mark, baseline: "bottom", dy: -6 },
      encoding: { ...at.encoding, y: { field: "y", type: "quantitative" } },
    };
    return [halo(peak, theme), peak];
  });
}

/** The same text, thick, in the background's colour: keeps it legible across lines. */
function halo(layer: Layer, theme: Theme): Layer {
  const mark = { ...layer.mark, stroke: theme.background, strokeWidth: 7, strokeJoin: "round" };
  return { ...layer, name: `${layer.name}-halo`, mark };
}

import { eachDay, daysBetween, type Day } from "../domain/period.ts";
import { moneyLabel, shareOf, toPixelNumber, usedLabel } from "./amounts.ts";
import { axesLayer, valueLabelRoom } from "./axes-layer.ts";
import type { BudgetChartView } from "./chart-view.ts";
import { parseAtoms } from "../domain/money.ts";
import { frame, label, picture, plotWidth, type ChartSpec, type Layer, type Plot } from "./frame.ts";
import { textWidth } from "./text-fit.ts";
import { FONT_SIZE, type Theme } from "./theme.ts";
import { timeTicks } from "./time-axis.ts";
import { valueAxis, type ValueAxis } from "./value-axis.ts";

const PLOT_HEIGHT = 320;
const TICKS = 4;
/** Room above the highest mark for its label. */
const HEADROOM = 0.12;
const DATE_PITCH_MIN = 86;
/** Lines of thresholds closer than this to another label are drawn without one, px. */
const LABEL_PITCH = FONT_SIZE + 8;

/** Place in the plot: days from the period's begin (the end of its first day is 1), amount. */
type Point = { readonly x: number; readonly y: number };

/** Budget line, thresholds, what was spent by day, and the expected rest with its band. */
export function budgetSpec(view: BudgetChartView, theme: Theme, width: number): ChartSpec {
  const budget = parseAtoms(view.budget);
  const spent = parseAtoms(view.actual.at(-1)?.amount ?? "0");
  const share = shareOf(spent, budget);
  const end = view.forecast.at(-1);
  const over = spent > budget || (end !== undefined && parseAtoms(end.amount) > budget);
  const head = frame(theme, width, view, {
    value: moneyLabel(spent, view.currency),
    caption: share === null ? "spent" : `${usedLabel(share)} used`,
    tone: over ? "up" : "text",
  });
  const marks = pointsOf(view);
  const amounts = [...marks.actual, ...marks.expected, ...marks.band.flatMap(({ low, high }) => [low, high])];
  const values = [toPixelNumber(budget), ...amounts.map((one) => (typeof one === "number" ? one : one.y))];
  const axis = valueAxis(Math.min(0, ...values), Math.max(0, ...values), TICKS, view.currency, HEADROOM);
  const plot: Plot = {
    left: valueLabelRoom(axis, (text) => textWidth(text, FONT_SIZE)),
    right: 8,
    top: 20,
    bottom: 34,
    height: PLOT_HEIGHT,
  };
  const inner = plotWidth(width, plot);
  const place = placer(view, axis, inner);
  return picture(head, plot, [
    axes(view, axis, inner),
    ...bandLayers(marks, theme),
    ...actualLayers(marks, theme),
    ...expectedLayers(marks, theme),
    ...lineLayers(view, budget, theme, axis, place, inner),
    ...figureLayers(view, marks, theme, place, inner, axis),
  ]);
}

type Marks = {
  readonly actual: readonly Point[];
  /** The part of `actual` that is still arriving, from the last complete point on. */
  readonly arriving: readonly Point[];
  readonly expected: readonly Point[];
  readonly band: readonly { readonly x: number; readonly low: number; readonly high: number }[];
};

function pointsOf(view: BudgetChartView): Marks {
  const at = (day: Day): number => daysBetween(view.from, day) + 1;
  const point = (one: { day: Day; amount: string }): Point => ({ x: at(one.day), y: pixel(one.amount) });
  const all: Point[] = [{ x: 0, y: 0 }, ...view.actual.map(point)];
  const completeTo = view.through === null ? 0 : at(view.through);
  const complete = all.filter(({ x }) => x <= completeTo || x === 0);
  const last = complete.at(-1) ?? { x: 0, y: 0 };
  const arriving = all.filter(({ x }) => x > completeTo && x > 0);
  const expected = view.forecast.length === 0 ? [] : [last, ...view.forecast.map(point)];
  const end = expected.at(-1);
  const { low, high } = view;
  const span = end === undefined ? 0 : end.x - last.x;
  const known = low !== null && high !== null && end !== undefined && span > 0;
  const band = known
    ? expected.map(({ x, y }) => {
        const part = (x - last.x) / span;
        return { x, low: y + (pixel(low) - end.y) * part, high: y + (pixel(high) - end.y) * part };
      })
    : [];
  return { actual: complete, arriving: arriving.length === 0 ? [] : [last, ...arriving], expected, band };
}

function pixel(amount: string): number {
  return toPixelNumber(parseAtoms(amount));
}

type Placer = { readonly x: (days: number) => number; readonly y: (value: number) => number };

function placer(view: BudgetChartView, axis: ValueAxis, width: number): Placer {
  const days = Math.max(1, daysBetween(view.from, view.to));
  const [low, high] = axis.domain;
  return {
    x: (at) => (at / days) * width,
    y: (value) => PLOT_HEIGHT - ((value - low) / (high - low || 1)) * PLOT_HEIGHT,
  };
}

function axes(view: BudgetChartView, values: ValueAxis, width: number): Layer {
  const days = eachDay({ from: view.from, to: view.to });
  const dates = timeTicks(days, "day", width, DATE_PITCH_MIN);
  return axesLayer({ dates, domain: [0, Math.max(1, days.length)], values, base: true });
}

const X = { field: "x", type: "quantitative" } as const;
const Y = { field: "y", type: "quantitative" } as const;

function bandLayers({ band }: Marks, theme: Theme): Layer[] {
  if (band.length < 2) return [];
  return [
    {
      name: "forecast-band",
      data: { values: band.map((one) => ({ ...one })) },
      mark: { type: "area", color: theme.series[0], opacity: 0.2 },
      encoding: { x: X, y: { field: "low", type: "quantitative" }, y2: { field: "high" } },
    },
  ];
}

function actualLayers({ actual, arriving }: Marks, theme: Theme): Layer[] {
  const values = actual.map((one) => ({ ...one, zero: 0 }));
  const line = { type: "line", strokeWidth: 4, strokeJoin: "round", strokeCap: "round", color: theme.series[0] };
  return [
    {
      name: "actual-area",
      data: { values },
      mark: { type: "area", color: theme.series[0], opacity: 0.14 },
      encoding: { x: X, y: { field: "zero", type: "quantitative" }, y2: { field: "y" } },
    },
    { name: "actual", data: { values }, mark: line, encoding: { x: X, y: Y } },
    ...(arriving.length === 0
      ? []
      : [
          {
            name: "actual-arriving",
            data: { values: arriving.map((one) => ({ ...one })) },
            mark: { ...line, strokeWidth: 3, opacity: 0.55 },
            encoding: { x: X, y: Y },
          },
        ]),
  ];
}

function expectedLayers({ expected }: Marks, theme: Theme): Layer[] {
  if (expected.length < 2) return [];
  const mark = { type: "line", strokeWidth: 3.5, strokeCap: "round", strokeDash: [2, 8], color: theme.series[0] };
  return [{ name: "forecast", data: { values: expected.map((one) => ({ ...one })) }, mark, encoding: { x: X, y: Y } }];
}

/** The budget, and thresholds below and above it, named at the left, where little is spent yet. */
function lineLayers(
  view: BudgetChartView,
  budget: bigint,
  theme: Theme,
  axis: ValueAxis,
  place: Placer,
  width: number,
): Layer[] {
  const whole = toPixelNumber(budget);
  const taken = [place.y(whole)];
  const layers: Layer[] = [];
  for (const percent of [...new Set(view.thresholds)].toSorted((a, b) => b - a)) {
    const value = (whole * percent) / 100;
    if (percent === 100 || value <= axis.domain[0] || value >= axis.domain[1]) continue;
    layers.push(rule("threshold", value, { color: theme.muted, strokeWidth: 1.5, strokeDash: [6, 6] }));
    const y = place.y(value);
    if (taken.some((other) => Math.abs(other - y) < LABEL_PITCH)) continue;
    taken.push(y);
    layers.push(...named(`${percent}%`, { x: 8, y: y - 7, color: theme.muted, weight: 400 }, theme));
  }
  const text = `Budget ${moneyLabel(budget, view.currency)}`;
  const fits = textWidth(text, FONT_SIZE, 600) + 8 < width ? text : "Budget";
  return [
    ...layers,
    rule("budget", whole, { color: theme.text, strokeWidth: 2.5 }),
    ...named(fits, { x: 8, y: place.y(whole) - 8, color: theme.text, weight: 600 }, theme),
  ];
}

function rule(name: string, y: number, look: Readonly<Record<string, unknown>>): Layer {
  return { name, data: { values: [{ y }] }, mark: { type: "rule", ...look }, encoding: { y: Y } };
}

/** The last figure spent and the one expected at the end, each at its mark. */
function figureLayers(
  view: BudgetChartView,
  marks: Marks,
  theme: Theme,
  place: Placer,
  width: number,
  axis: ValueAxis,
): Layer[] {
  const now = (marks.arriving.length > 0 ? marks.arriving : marks.actual).at(-1);
  const end = view.forecast.at(-1);
  const layers: Layer[] = [];
  if (now !== undefined && now.x > 0) layers.push(dot("now", now, theme));
  if (end === undefined || daysBetween(view.from, end.day) < 0) return layers;
  const point = { x: daysBetween(view.from, end.day) + 1, y: pixel(end.amount) };
  const over = parseAtoms(end.amount) > parseAtoms(view.budget);
  const text = `${moneyLabel(parseAtoms(end.amount), view.currency)} expected`;
  const above = place.y(Math.max(point.y, marks.band.at(-1)?.high ?? point.y)) - 12;
  const below = place.y(Math.min(point.y, marks.band.at(-1)?.low ?? point.y)) + FONT_SIZE + 12;
  const lines = [100, ...view.thresholds].map((percent) => place.y((pixel(view.budget) * percent) / 100));
  const free = (baseline: number): boolean => lines.every((line) => line < baseline - FONT_SIZE || line > baseline + 6);
  // Beside the mark, at the first height no line runs through; never out of the plot.
  const bottom = place.y(axis.domain[0]) - 8;
  const heights = [0, 1, 2, 3, 4].flatMap((step) => [above - step * 10, below + step * 10]);
  const y = heights.find((one) => one > 4 && one < bottom && free(one)) ?? Math.min(Math.max(above, 4), bottom);
  const at = { x: width - 2, y, color: over ? theme.up : theme.text, weight: 600, align: "right" } as const;
  return [...layers, dot("end", point, theme), ...named(text, at, theme)];
}

function dot(name: string, { x, y }: Point, theme: Theme): Layer {
  return {
    name: `dot-${name}`,
    data: { values: [{ x, y }] },
    mark: {
      type: "point",
      filled: true,
      size: 130,
      color: theme.series[0],
      stroke: theme.background,
      strokeWidth: 2,
      opacity: 1,
    },
    encoding: { x: X, y: Y },
  };
}

/** Text with its background's colour around it: legible across lines. */
function named(text: string, at: Parameters<typeof label>[2], theme: Theme): Layer[] {
  const layer = label("line-label", text, at);
  const mark = { ...layer.mark, stroke: theme.background, strokeWidth: 7, strokeJoin: "round" };
  return [{ ...layer, name: "line-label-halo", mark }, layer];
}

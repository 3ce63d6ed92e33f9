import type { Layer } from "./frame.ts";
import type { TimeTick } from "./time-axis.ts";
import type { ValueAxis } from "./value-axis.ts";

/**
 * Scales and axes of amounts over time, on an invisible mark that every other layer shares: dates under the middle of
 * their bucket, amounts on the grid. `base` draws the line under the marks.
 */
export function axesLayer(of: {
  readonly dates: readonly TimeTick[];
  readonly domain: readonly [number, number];
  readonly values: ValueAxis;
  readonly base: boolean;
}): Layer {
  const places = of.dates.map((tick) => tick.index + 0.5);
  return {
    name: "axes",
    data: { values: [] },
    mark: { type: "point", opacity: 0 },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        scale: { domain: of.domain, nice: false, zero: false },
        axis: {
          values: places,
          labelExpr: named(of.dates.map((tick, index) => [places[index] ?? 0, tick.label])),
          labelFlush: true,
          labelOverlap: "greedy",
          labelSeparation: 8,
          grid: false,
          domain: of.base,
        },
      },
      y: {
        field: "y",
        type: "quantitative",
        scale: { domain: of.values.domain, nice: false },
        axis: {
          values: of.values.ticks.map((tick) => tick.value),
          labelExpr: named(of.values.ticks.map((tick) => [tick.value, tick.label])),
          domain: false,
        },
      },
    },
  };
}

/** Left of the plot: room for the widest label of the amounts. */
export function valueLabelRoom(values: ValueAxis, widthOf: (text: string) => number): number {
  return Math.ceil(Math.max(...values.ticks.map((tick) => widthOf(tick.label)))) + 12;
}

/** A Vega expression that looks labels up by their value. */
function named(labels: readonly (readonly [number, string])[]): string {
  return `(${JSON.stringify(Object.fromEntries(labels.map(([value, label]) => [String(value), label])))})[datum.value]`;
}

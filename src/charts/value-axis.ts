import { axisLabel } from "./amounts.ts";

export type ValueAxis = {
  readonly domain: readonly [number, number];
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
};

/**
 * A value axis over [low, high], always with zero, with about `count` round steps.
 * `headroom` is the share left free beyond the data for labels.
 */
export function valueAxis(low: number, high: number, count: number, currency: string, headroom = 0): ValueAxis {
  const bottom = Math.min(0, finite(low));
  const top = Math.max(0, finite(high));
  if (bottom === 0 && top === 0) return { domain: [0, 1], ticks: [{ value: 0, label: axisLabel(0, currency) }] };
  const span = top - bottom;
  const domain: [number, number] = [bottom < 0 ? bottom - span * headroom : 0, top > 0 ? top + span * headroom : 0];
  const step = niceStep((domain[1] - domain[0]) / count);
  const ticks = [];
  for (let index = Math.ceil(domain[0] / step); index * step <= domain[1]; index += 1) {
    const value = Number((index * step).toPrecision(12));
    ticks.push({ value, label: axisLabel(value, currency) });
  }
  return { domain, ticks };
}

/** 1, 2, 2.5 or 5 times a power of ten, at least `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : value < 0 ? -Number.MAX_VALUE / 4 : Number.MAX_VALUE / 4;
}

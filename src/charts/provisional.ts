import { label, type Layer, PIXELS } from "./frame.ts";
import type { StackedTime } from "./stack-series.ts";
import { FONT_SIZE, type Theme } from "./theme.ts";
import { textWidth } from "./text-fit.ts";

/** Distance and thickness of the hatch lines, px. */
const HATCH_PITCH = 9;
const HATCH_WIDTH = 3;
export const PROVISIONAL_LABEL = "provisional";

type Place = {
  readonly stack: Pick<StackedTime, "provisionalIndex" | "starts">;
  readonly form: "area" | "line" | "bar";
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  readonly domain: readonly [number, number];
};

/**
 * The days a provider may still change: hatched, bounded by a dashed line and named. The hatch is drawn in
 * the background's colour over the marks, so that it needs no pattern fill (Vega has none) and shows on marks only.
 */
export function provisionalLayers(place: Place): Layer[] {
  const { provisionalIndex: index } = place.stack;
  if (index === null) return [];
  const [from, to] = place.domain;
  const span = to - from || 1;
  const left = Math.max(0, ((index - from) / span) * place.width);
  const names = textWidth(PROVISIONAL_LABEL, FONT_SIZE);
  const text = label("provisional-label", PROVISIONAL_LABEL, {
    x: Math.max(names, place.width),
    y: -28,
    color: place.theme.muted,
    align: "right",
  });
  const hatch = place.form === "line" ? [] : [hatchLines(place, left)];
  return [...hatch, ...(left > 0 ? [boundary(place, left)] : []), text];
}

function hatchLines(place: Place, left: number): Layer {
  const { width, height } = place;
  const values = [];
  // Lines y = x − c through the rectangle [left, width] × [0, height], cut to it.
  for (let c = left - height; c < width; c += HATCH_PITCH) {
    const x = Math.max(left, c);
    const x2 = Math.min(width, c + height);
    if (x2 > x) values.push({ x, y: x - c, x2, y2: x2 - c });
  }
  return {
    name: "provisional-hatch",
    data: { values },
    mark: { type: "rule", color: place.theme.background, strokeWidth: HATCH_WIDTH, opacity: 0.8 },
    encoding: {
      x: { field: "x", ...PIXELS },
      y: { field: "y", ...PIXELS },
      x2: { field: "x2" },
      y2: { field: "y2" },
    },
  };
}

function boundary(place: Place, left: number): Layer {
  return {
    name: "provisional-from",
    data: { values: [{}] },
    mark: { type: "rule", color: place.theme.muted, strokeWidth: 1.5, strokeDash: [4, 5] },
    encoding: { x: { value: left }, y: { value: -20 }, y2: { value: place.height } },
  };
}

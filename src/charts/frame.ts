import type { TopLevelSpec } from "vega-lite";

import { ellipsise, textWidth, wrap } from "./text-fit.ts";
import { FONT_FAMILY, FONT_SIZE, HEADLINE_SIZE, LINE_HEIGHT, MARGIN, TITLE_SIZE, type Theme } from "./theme.ts";

/** A Vega-Lite specification: plain JSON, complete, no address to fetch from. */
export type ChartSpec = TopLevelSpec;
/** One mark with its data; the parts of a picture. */
export type Layer = {
  readonly name: string;
  readonly data?: { readonly values: readonly Readonly<Record<string, string | number | boolean | null>>[] };
  readonly mark: Readonly<Record<string, unknown>>;
  readonly encoding: Readonly<Record<string, unknown>>;
};

export type Headline = { readonly value: string; readonly caption: string; readonly tone: "text" | "up" | "down" };

export type Frame = {
  readonly theme: Theme;
  readonly width: number;
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  readonly headline: Headline | null;
  readonly headerHeight: number;
};

const TITLE_LINES_MAX = 2;
/** Height of one line of the title; the figure beside it shares its baseline. */
const TITLE_LINE = 40;
const SUBTITLE_LINES_MAX = 2;
/** Left free between title and headline. */
const HEADER_GAP = 24;
/** The figure may take this share of the width before it is shortened; the title gets the rest. */
const HEADLINE_SHARE_MAX = 0.5;

/** Lays out title, subtitle and headline figure: how they wrap and how high they are. */
export function frame(
  theme: Theme,
  width: number,
  text: { title: string; subtitle: string },
  headline: Headline | null,
): Frame {
  const inner = width - 2 * MARGIN;
  const fitted = headline === null ? null : fitHeadline(headline, inner * HEADLINE_SHARE_MAX);
  const room = (taken: number): number => inner - (taken === 0 ? 0 : taken + HEADER_GAP);
  const title = wrap(text.title, room(headlineWidth(fitted)), TITLE_SIZE, TITLE_LINES_MAX, 600);
  const captionWidth = fitted === null ? 0 : textWidth(fitted.caption, FONT_SIZE);
  const subtitle = wrap(text.subtitle, room(captionWidth), FONT_SIZE, SUBTITLE_LINES_MAX);
  const lines = Math.max(1, title.length) * TITLE_LINE + Math.max(1, subtitle.length) * FONT_SIZE * LINE_HEIGHT;
  return { theme, width, title, subtitle, headline: fitted, headerHeight: Math.ceil(lines) };
}

function fitHeadline(headline: Headline, widthMax: number): Headline {
  return {
    ...headline,
    value: ellipsise(headline.value, widthMax, HEADLINE_SIZE, 600),
    caption: ellipsise(headline.caption, widthMax, FONT_SIZE),
  };
}

function headlineWidth(headline: Headline | null): number {
  if (headline === null) return 0;
  return Math.max(textWidth(headline.value, HEADLINE_SIZE, 600), textWidth(headline.caption, FONT_SIZE));
}

export type Plot = {
  /** Free space around the marks, px, inside the margins and under the header. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
};

/** Width left for marks. */
export function plotWidth(width: number, plot: Pick<Plot, "left" | "right">): number {
  return Math.max(1, width - 2 * MARGIN - plot.left - plot.right);
}

/** The whole picture: header, marks, background. Its size is known without drawing it. */
export function picture(of: Frame, plot: Plot, layers: readonly Layer[]): ChartSpec {
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: of.theme.background,
    autosize: { type: "none" },
    width: plotWidth(of.width, plot),
    height: plot.height,
    padding: {
      left: MARGIN + plot.left,
      right: MARGIN + plot.right,
      top: MARGIN + of.headerHeight + plot.top,
      bottom: MARGIN + plot.bottom,
    },
    config: config(of.theme),
    layer: merged([...header(of, plot), ...layers]),
  };
  // Our layers are plain JSON checked by Vega-Lite's own compiler in every test; its union type is too deep to build.
  return spec as unknown as ChartSpec;
}

/** Height of the finished picture, px. */
export function pictureHeight(spec: ChartSpec): number {
  const { height, padding } = spec as unknown as { height: number; padding: { top: number; bottom: number } };
  return Math.round(height + padding.top + padding.bottom);
}

function header(of: Frame, plot: Plot): Layer[] {
  const x = -plot.left;
  const y = -(of.headerHeight + plot.top);
  const layers: Layer[] = [];
  of.title.forEach((line, index) => {
    const baseline = y + 30 + index * TITLE_LINE;
    layers.push(label("title", line, { x, y: baseline, size: TITLE_SIZE, weight: 600, color: of.theme.text }));
  });
  const under = y + Math.max(1, of.title.length) * TITLE_LINE;
  of.subtitle.forEach((line, index) => {
    const baseline = under + FONT_SIZE + index * FONT_SIZE * LINE_HEIGHT;
    layers.push(label("subtitle", line, { x, y: baseline, color: of.theme.muted }));
  });
  if (of.headline !== null) {
    const right = of.width - 2 * MARGIN - plot.left;
    const figure = { x: right, y: y + 31, size: HEADLINE_SIZE, weight: 600, align: "right" } as const;
    layers.push(label("headline", of.headline.value, { ...figure, color: of.theme.text }));
    const caption = { x: right, y: y + TITLE_LINE + FONT_SIZE, align: "right" } as const;
    layers.push(label("headline-caption", of.headline.caption, { ...caption, color: captionColor(of) }));
  }
  return layers;
}

function captionColor(of: Frame): string {
  const tone = of.headline?.tone ?? "text";
  return tone === "text" ? of.theme.muted : of.theme[tone];
}

export type LabelPlace = {
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly size?: number;
  readonly weight?: 400 | 600;
  readonly align?: "left" | "right" | "center";
};

/** Encoding of a field that already is px, not a value on a scale. */
export const PIXELS = { type: "quantitative", scale: null, axis: null } as const;
/** Encoding of a field that already is a colour. */
export const OWN_COLOR = { field: "color", type: "nominal", scale: null } as const;

/** One line of text at a place counted in px from the plot's upper left corner; `y` is its baseline. */
export function label(name: string, text: string, place: LabelPlace): Layer {
  return {
    name,
    data: { values: [{ text, x: place.x, y: place.y, color: place.color }] },
    mark: {
      type: "text",
      align: place.align ?? "left",
      baseline: "alphabetic",
      fontSize: place.size ?? FONT_SIZE,
      fontWeight: place.weight ?? 400,
    },
    encoding: { x: { field: "x", ...PIXELS }, y: { field: "y", ...PIXELS }, text: { field: "text" }, color: OWN_COLOR },
  };
}

/** Layers of one name that differ in their data only become one: a mark for a hundred labels, not a hundred marks. */
function merged(layers: readonly Layer[]): Layer[] {
  const byLook = new Map<string, Layer>();
  const namesTaken = new Map<string, number>();
  for (const layer of layers) {
    const look = JSON.stringify([layer.name, layer.mark, layer.encoding]);
    const same = byLook.get(look);
    if (same !== undefined) {
      const values = [...(same.data?.values ?? []), ...(layer.data?.values ?? [])];
      byLook.set(look, { ...same, data: { values } });
      continue;
    }
    const count = (namesTaken.get(layer.name) ?? 0) + 1;
    namesTaken.set(layer.name, count);
    byLook.set(look, count === 1 ? layer : { ...layer, name: `${layer.name}-${count}` });
  }
  return [...byLook.values()];
}

function config(theme: Theme): Record<string, unknown> {
  return {
    font: FONT_FAMILY,
    view: { stroke: null },
    axis: {
      labelFont: FONT_FAMILY,
      labelFontSize: FONT_SIZE,
      labelFontWeight: 400,
      labelColor: theme.muted,
      gridColor: theme.grid,
      gridWidth: 1.5,
      domainColor: theme.axis,
      domainWidth: 1.5,
      title: null,
      ticks: false,
      labelPadding: 10,
    },
  };
}

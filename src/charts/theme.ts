/** Light and dark; every picture has an opaque background, so that it reads the same on any surface. */
export type ThemeName = "light" | "dark";

export type Theme = {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
  /** The empty part of a bar's lane. */
  readonly track: string;
  /** Series in order of size; distinct under every kind of colour blindness (theme.test.ts measures it). */
  readonly series: readonly string[];
  /** What is gathered from the small ones, and "before" in a comparison. */
  readonly other: string;
  readonly previous: string;
  /** Costs that rose, that fell. Always beside a sign or an arrow, never alone. */
  readonly up: string;
  readonly down: string;
  /** Credits: a bar that points the other way. */
  readonly credit: string;
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    background: "#ffffff",
    text: "#14171f",
    muted: "#5b6473",
    grid: "#e9ecf1",
    axis: "#c3c9d4",
    track: "#f1f3f7",
    series: ["#3056d3", "#17b3a3", "#ef9d23", "#c2317f", "#a3afeb", "#7a4b12"],
    other: "#d3d8e0",
    previous: "#c3cad6",
    up: "#b42318",
    down: "#0d7a52",
    credit: "#17b3a3",
  },
  dark: {
    background: "#15181e",
    text: "#f2f4f8",
    muted: "#a2abba",
    grid: "#262b34",
    axis: "#414957",
    track: "#1f242c",
    series: ["#4f83ff", "#22d8ae", "#ffb938", "#df5daa", "#b2b1fa", "#9a6532"],
    other: "#4b5563",
    previous: "#56606f",
    up: "#ff9385",
    down: "#5ed9a4",
    credit: "#22d8ae",
  },
};

/** Layout width, CSS px. Chat shows it at 360 to 560: text of 20 here is still 9 px on a phone. */
export const CHART_WIDTH = 800;
export const SPARKLINE_WIDTH = 480;
/** Bounds of `width`: below nothing is legible, above a picture costs too much memory. */
export const WIDTH_MIN = 320;
export const WIDTH_MAX = 1600;
export const MARGIN = 32;

export const FONT_FAMILY = "Inter";
export const FONT_SIZE = 20;
export const TITLE_SIZE = 28;
export const HEADLINE_SIZE = 36;
/** Distance of baselines as a multiple of the font size. */
export const LINE_HEIGHT = 1.3;

/** Series drawn apart; the rest is gathered as "Other". More cannot be told apart on a phone. */
export const SERIES_MAX = 6;
export const OTHER_LABEL = "Other";

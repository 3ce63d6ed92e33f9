import { setPriority } from "node:os";

import { Resvg } from "@resvg/resvg-js";
import { parse, View } from "vega";
import { compile } from "vega-lite";

import type { ChartView } from "./chart-view.ts";
import { FONT_FILES, needsOtherFonts, registerFonts } from "./fonts.ts";
import { chartSpec } from "./spec.ts";
import { FONT_FAMILY, type ThemeName } from "./theme.ts";

/** Pixels for one CSS pixel: sharp on phones and dense screens. */
const PIXEL_RATIO = 2;

export type RenderTask = { readonly view: ChartView; readonly theme: ThemeName; readonly width?: number };

registerFonts();
yieldToAnswers();

/** Runs in a worker thread: a picture is about 200 ms of CPU that must not stop the chat. */
export async function renderChart(task: RenderTask): Promise<Uint8Array> {
  return rasterise(await drawSvg(task));
}

/** Nicer than the thread that answers (0), less so than the loading of bills (10). */
const NICENESS = 5;

/** Where a thread has a priority of its own, this one's comes after the thread that answers. */
function yieldToAnswers(): void {
  if (process.platform !== "linux") return; // elsewhere 0 means the whole process
  try {
    setPriority(0, NICENESS);
  } catch {
    return; // forbidden in some containers
  }
}

async function drawSvg(task: RenderTask): Promise<string> {
  const { spec } = compile(chartSpec(task.view, task.theme, task.width), { logger: silent });
  const view = new View(parse(spec), { renderer: "none", logger: silent });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

function rasterise(svg: string): Uint8Array {
  const rendered = new Resvg(svg, {
    fitTo: { mode: "zoom", value: PIXEL_RATIO },
    font: { fontFiles: [...FONT_FILES], loadSystemFonts: needsOtherFonts(svg), defaultFontFamily: FONT_FAMILY },
  });
  return rendered.render().asPng();
}

/** Vega warns on infinite extents of empty data; our specs set every domain themselves. */
const silent = {
  level: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
  error: (...messages: readonly unknown[]) => {
    throw new Error(messages.map(String).join(" "));
  },
};

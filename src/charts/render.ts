import { Tinypool } from "tinypool";

import { AppError } from "../domain/errors.ts";
import type { ChartView } from "./chart-view.ts";
import { createPngCache } from "./png-cache.ts";
import type { RenderTask } from "./render-worker.ts";
import { layoutWidth } from "./spec.ts";
import type { ThemeName } from "./theme.ts";
import { viewId } from "./view-id.ts";

export type ChartRenderer = {
  /**
   * The picture as PNG, twice the layout width in pixels. Throws AppError("unavailable") when it is not
   * ready in time or the queue is full: callers then send text and table alone.
   */
  readonly png: (view: ChartView, options: { theme: ThemeName; width?: number }) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
};

const WORKERS_DEFAULT = 2;
/** About 250 pictures of 130 kB. */
const CACHE_BYTES_DEFAULT = 32 * 1024 * 1024;
/** A picture takes 0.2 s, the first one of a worker 1 s more; beyond this the text must go out alone. */
const RENDER_TIMEOUT_MS = 10_000;
/** Pictures waiting for a worker; more than this would not be ready in time anyway. */
const QUEUE_MAX = 64;
/** A second worker is kept this long after a burst. */
const IDLE_MS = 30_000;

/** Draws charts in worker threads, so that a picture never holds up an answer; remembers what it drew. */
export function createChartRenderer(
  options: { workers?: number; cacheBytesMax?: number; timeoutMs?: number } = {},
): ChartRenderer {
  const pool = new Tinypool({
    filename: new URL("./render-worker.ts", import.meta.url).href,
    name: "renderChart",
    minThreads: 1,
    maxThreads: Math.max(1, options.workers ?? WORKERS_DEFAULT),
    maxQueue: QUEUE_MAX,
    idleTimeout: IDLE_MS,
  });
  const cache = createPngCache(options.cacheBytesMax ?? CACHE_BYTES_DEFAULT);
  const underway = new Map<string, Promise<Uint8Array>>();
  const timeoutMs = options.timeoutMs ?? RENDER_TIMEOUT_MS;

  async function draw(task: RenderTask, key: string): Promise<Uint8Array> {
    try {
      const png: Uint8Array = await pool.run(task, { signal: AbortSignal.timeout(timeoutMs) });
      cache.set(key, png);
      return png;
    } catch (cause) {
      const late = cause instanceof Error && cause.name === "AbortError";
      const message = late
        ? `The picture was not ready after ${timeoutMs / 1_000} s.`
        : "The picture could not be drawn.";
      throw new AppError("unavailable", message, { remedy: "The numbers are in the text and the table.", cause });
    } finally {
      underway.delete(key);
    }
  }

  return {
    png: async (view, { theme, width }) => {
      const task: RenderTask = { view, theme, width: layoutWidth(view, width) };
      const key = `${viewId(view)} ${theme} ${task.width}`;
      const ready = cache.get(key);
      if (ready !== undefined) return ready;
      const running = underway.get(key) ?? draw(task, key);
      underway.set(key, running);
      return running;
    },
    close: async () => {
      await Promise.allSettled(underway.values());
      await pool.destroy();
    },
  };
}

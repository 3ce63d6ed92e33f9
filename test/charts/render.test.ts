import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";

import { pictureHeight } from "../../src/charts/frame.ts";
import { createChartRenderer } from "../../src/charts/render.ts";
import { renderChart } from "../../src/charts/render-worker.ts";
import { chartSpec, layoutWidth } from "../../src/charts/spec.ts";
import { anyView, byService, fortnight, nowAndBefore } from "./views.ts";

const PNG_SIGNATURE = "89504e470d0a1a0a";

/** Width and height from the header of a PNG. */
function sizeOf(png: Uint8Array): { signature: string; width: number; height: number } {
  const bytes = Buffer.from(png);
  return { signature: bytes.toString("hex", 0, 8), width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

test("any view becomes a picture of the size its spec says", async () => {
  await fc.assert(
    fc.asyncProperty(anyView, fc.constantFrom("light" as const, "dark" as const), async (view, theme) => {
      const png = await renderChart({ view, theme });
      const height = pictureHeight(chartSpec(view, theme));
      expect(sizeOf(png)).toEqual({
        signature: PNG_SIGNATURE,
        width: layoutWidth(view, undefined) * 2,
        height: height * 2,
      });
    }),
    { numRuns: 60 },
  );
});

describe("the renderer", () => {
  const renderer = createChartRenderer({ workers: 1 });
  afterAll(() => renderer.close());

  test("draws in a worker and remembers by content", async () => {
    const first = await renderer.png(fortnight, { theme: "light" });
    const again = await renderer.png(structuredClone(fortnight), { theme: "light" });
    expect(sizeOf(first).width).toBe(1_600);
    expect(again).toBe(first);
    expect(await renderer.png(fortnight, { theme: "dark" })).not.toBe(first);
  });

  test("asked twice at once, draws once", async () => {
    const [a, b] = await Promise.all([
      renderer.png(byService, { theme: "light" }),
      renderer.png(byService, { theme: "light" }),
    ]);
    expect(a).toBe(b);
  });

  test("width is held within bounds", async () => {
    expect(sizeOf(await renderer.png(nowAndBefore, { theme: "light", width: 1 })).width).toBe(640);
  });

  test("what takes too long is an error to act on", async () => {
    const hasty = createChartRenderer({ workers: 1, timeoutMs: 0 });
    await expect(hasty.png(fortnight, { theme: "light" })).rejects.toMatchObject({
      code: "unavailable",
      message: "The picture was not ready after 0 s.",
    });
    await hasty.close();
  });

  test("after a picture that cannot be drawn the next one comes", async () => {
    const broken = { ...byService, bars: [{ label: "x", amount: "no number", share: null, other: false }] };
    await expect(renderer.png(broken, { theme: "light" })).rejects.toMatchObject({
      message: "The picture could not be drawn.",
    });
    expect(sizeOf(await renderer.png(byService, { theme: "dark" })).signature).toBe(PNG_SIGNATURE);
  });
});

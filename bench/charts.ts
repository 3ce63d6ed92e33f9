/**
 * Pictures: the first one of a fresh process, cold ones and cached ones. `node bench/charts.ts [--json]`
 * Bars (issue 2): cold ≤ 1,500 ms including its question, cached ≤ 200 ms more.
 */
import type { ChartView } from "../src/charts/chart-view.ts";
import { createChartRenderer } from "../src/charts/render.ts";
import { addDays, day } from "../src/domain/period.ts";

const ROUNDS = 20;
const DAYS = 75;
const SERIES = 8;

/** 75 days of 8 services: what a digest and most questions draw. `variant` keeps the cache out. */
function overTime(variant: number): ChartView {
  const starts = Array.from({ length: DAYS }, (_, index) => addDays(day("2026-09-01"), index));
  const points = starts.flatMap((start, at) =>
    Array.from({ length: SERIES }, (_, rank) => ({
      start,
      series: `Service ${rank}`,
      amount: `${(900 + ((at * 37 + variant * 11) % 90)) * (SERIES - rank)}.25`,
    })),
  );
  const title = `Cost by service, ${DAYS} days`;
  const subtitle = "Effective cost · USD";
  return {
    kind: "cost-over-time",
    title,
    subtitle,
    currency: "USD",
    grain: "day",
    form: "bar",
    points,
    provisionalFrom: addDays(day("2026-09-01"), DAYS - 2),
  };
}

function breakdown(variant: number): ChartView {
  const bars = Array.from({ length: 10 }, (_, rank) => {
    return { label: `Service ${rank}`, amount: `${10_000 - rank * 800 + variant}.5`, share: 0.1, other: false };
  });
  return {
    kind: "breakdown",
    title: "Cost by service",
    subtitle: "Effective cost · USD",
    currency: "USD",
    form: "bar",
    bars,
  };
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

async function time(work: () => Promise<Uint8Array>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function measure(): Promise<Record<string, number>> {
  const renderer = createChartRenderer({ workers: 1 });
  const firstMs = await time(() => renderer.png(overTime(-1), { theme: "light" }));
  const figures: Record<string, number> = { firstOfProcessMs: firstMs };
  for (const [name, view] of [
    ["overTime", overTime],
    ["breakdown", breakdown],
  ] as const) {
    const cold: number[] = [];
    const cached: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      cold.push(await time(() => renderer.png(view(round), { theme: "light" })));
      cached.push(await time(() => renderer.png(view(round), { theme: "light" })));
    }
    figures[`${name}ColdP50Ms`] = percentile(
      cold.sort((a, b) => a - b),
      0.5,
    );
    figures[`${name}ColdP95Ms`] = percentile(cold, 0.95);
    figures[`${name}CachedP95Ms`] = percentile(
      cached.sort((a, b) => a - b),
      0.95,
    );
  }
  await renderer.close();
  return figures;
}

const figures = await measure();
if (process.argv.includes("--json")) console.log(JSON.stringify(figures));
else for (const [name, ms] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${ms.toFixed(1).padStart(8)}`);

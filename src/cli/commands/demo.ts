import { resolve } from "node:path";

import { renderBudget } from "../../bot/views/budget-card.ts";
import { ingestCard } from "../../bot/views/ingest-card.ts";
import { renderRecommendation } from "../../bot/views/render-recommendation.ts";
import { clockOf } from "../../config.ts";
import { AppError } from "../../domain/errors.ts";
import { loadDemo, writeDemo } from "../../service/load-demo.ts";
import type { CliCommand } from "../cli-command.ts";
import { createProgressBar } from "../progress-bar.ts";

export const demoCli: CliCommand = {
  name: "demo",
  summary: "write or load a sample estate of three clouds, in a database of its own",
  usage: ["demo [--days N] [--rows-per-day N] [--seed N]", "demo --out DIR    only writes the bills"],
  options: {
    days: { type: "string" },
    "rows-per-day": { type: "string" },
    seed: { type: "string" },
    out: { type: "string" },
  },
  run: async (call) => {
    const days = wholeNumber(call.text("days"), "--days");
    const rowsPerDay = wholeNumber(call.text("rows-per-day"), "--rows-per-day");
    const seed = wholeNumber(call.text("seed"), "--seed");
    const size = { days, rowsPerDay, seed };
    const out = call.text("out");
    if (out !== undefined) {
      const until = clockOf(call.config).today();
      const data = await writeDemo({ ...size, directory: resolve(call.cwd, out), until });
      return { data, card: `${data.files.length} bills written to ${data.directory}`, exitCode: 0 };
    }
    const ctx = await call.open({ demo: true });
    const bar = createProgressBar(call.terminal);
    try {
      const data = await loadDemo({
        ctx,
        input: {
          ...size,
          story: { recommendation: renderRecommendation, budget: renderBudget },
          onProgress: ({ percent, phase, what }) => bar.show(percent, `${phase} ${what}`),
        },
      });
      bar.end();
      return { data, card: ingestCard(data.ingest), exitCode: 0 };
    } finally {
      bar.end();
    }
  },
};

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AppError("bad-input", `${option} takes a whole number, not "${text.slice(0, 40)}".`);
}

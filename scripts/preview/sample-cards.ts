import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";

import type { Card } from "../../src/bot/card.ts";
import { dispatch } from "../../src/bot/dispatch.ts";
import type { ChartView } from "../../src/charts/chart-view.ts";
import { createChartRenderer } from "../../src/charts/render.ts";
import { fixedClock } from "../../src/domain/clock.ts";
import { day } from "../../src/domain/period.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/settings.ts";
import { DEMO_RENDER } from "../../src/jobs/demo-acts.ts";
import type { Context } from "../../src/service/context.ts";
import { loadDemo } from "../../src/service/load-demo.ts";
import { addSamplePeople } from "../../src/service/sample-people.ts";
import { DEMO_DATABASE, openStore } from "../../src/store/open-store.ts";

/** The day pictures are made for: the same estate, the same figures, whenever they are made. */
const TODAY = "2026-11-22";

export type SampleCard = { readonly name: string; readonly asked: string; readonly card: Card };
export type SampleCards = {
  readonly answer: (name: string, asked: string) => Promise<SampleCard>;
  readonly draw: (view: ChartView) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
};

/** The sample estate, its history included, ready to be asked: what pictures of every surface show. */
export async function openSampleCards(theme: "light" | "dark"): Promise<SampleCards> {
  const dataDir = await mkdtemp(join(tmpdir(), "finops-preview-"));
  const db = await openStore({ dataDir, databaseUrl: undefined, database: DEMO_DATABASE, connectionsMax: 5 });
  const charts = createChartRenderer({ workers: 1 });
  await addSamplePeople(db.sql);
  const ctx: Context = {
    db,
    clock: fixedClock(day(TODAY)),
    actor: { kind: "user", id: "preview", name: "Ada", role: "admin", scope: [] },
    scope: [],
    settings: DEFAULT_SETTINGS,
    log: pino({ level: "silent" }),
    dataDir,
  };
  await loadDemo({ ctx, input: { story: DEMO_RENDER } });
  return {
    answer: async (name, asked) => ({ name, asked, card: (await dispatch({ ctx, text: asked })).card }),
    draw: (view) => charts.png(view, { theme }),
    close: async () => {
      await charts.close();
      await db.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

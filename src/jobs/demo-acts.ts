import { renderBudget } from "../bot/views/budget-card.ts";
import { renderRecommendation } from "../bot/views/render-recommendation.ts";
import { tourCard } from "../bot/views/tour-card.ts";
import type { Schedule, ScheduledJob } from "../domain/schedule.ts";
import type { Settings } from "../domain/settings.ts";
import type { DemoRender } from "../service/demo-story.ts";
import { continueDemoStory, loadDemo } from "../service/load-demo.ts";
import type { Act } from "../service/run-schedule.ts";
import { readSampleState } from "../service/sample-state.ts";
import { ACTS } from "./acts.ts";

/** The cards of what happens in the sample estate. */
export const DEMO_RENDER: DemoRender = { recommendation: renderRecommendation, budget: renderBudget };

/** Every hour, so that a service that runs over midnight has yesterday's bills long before its digest. */
const EXTENSION: Schedule = {
  name: "ingest:sample",
  job: "ingest",
  cron: "5 * * * *",
  timeZone: "UTC",
  channel: null,
  scope: [],
  origin: "built-in",
};

/** The sample brings its own days: nobody is told that data is missing, however long the service was off. */
const NEVER_STALE_HOURS = 24 * 1_000;

/** The demo's settings: what is configured, and the schedule that extends the sample day by day. */
export function demoSettings(settings: Settings): Settings {
  const { installation } = settings;
  const schedules = installation.schedules.filter(({ job }) => job !== "ingest");
  return {
    ...settings,
    staleAfterHours: NEVER_STALE_HOURS,
    installation: { ...installation, sources: [], schedules: [...schedules, EXTENSION] },
  };
}

/** What jobs do in the sample estate: its bills come from the generator, quietly, and the first digest brings the tour. */
export const DEMO_ACTS: Readonly<Record<ScheduledJob, Act>> = {
  ...ACTS,
  ingest: async ({ ctx }) => {
    const state = await readSampleState(ctx);
    if (state === "current") return { status: "done", note: "reaches to yesterday", posts: [] };
    const { answers } = await loadDemo({ ctx, input: {} });
    return { status: "done", note: `extended through ${answers.lateDay}`, posts: [] };
  },
  recommendations: async (given) => {
    // The first time: after the page is up, what people did before today.
    await continueDemoStory({ ctx: given.ctx, input: { render: DEMO_RENDER } });
    return ACTS.recommendations(given);
  },
  digest: async (given) => {
    if ((await readSampleState(given.ctx)) !== "current")
      return { status: "skipped", note: "the sample is being extended first", posts: [], waiting: true };
    const outcome = await ACTS.digest(given);
    if (outcome.posts.length === 0) return outcome;
    // One key: however many digests there are, the tour is posted after the first.
    const channel = given.schedule.channel ?? "finops";
    return { ...outcome, posts: [...outcome.posts, { channel, key: "tour", card: tourCard() }] };
  },
};

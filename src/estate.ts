import { randomUUID } from "node:crypto";

import type { Logger } from "pino";

import type { Channel } from "./bot/channels/channel.ts";
import { createWebChannel } from "./bot/channels/web/web-channel.ts";
import { startDeliverer } from "./bot/deliver-outbox.ts";
import { watchLiveCards } from "./bot/live-cards.ts";
import { watchInbound } from "./bot/resume-inbound.ts";
import { clockOf, type Config } from "./config.ts";
import { sampleSettings } from "./domain/settings.ts";
import type { Estate } from "./http/deps.ts";
import { ACTS } from "./jobs/acts.ts";
import { DEMO_ACTS, demoSettings } from "./jobs/demo-acts.ts";
import { watchBudgets } from "./jobs/watch-budgets.ts";
import { passOnApprovals } from "./jobs/pass-on-approvals.ts";
import { startJobs, type JobMetrics, type Jobs } from "./jobs/start-jobs.ts";
import { createStack, type Stack } from "./lifecycle.ts";
import type { Context } from "./service/context.ts";
import { loadDemo } from "./service/load-demo.ts";
import { readSampleState } from "./service/sample-state.ts";
import { addSamplePeople } from "./service/sample-people.ts";
import type { KeepServer } from "./store/embedded-server.ts";
import { configureMirrors } from "./store/outbox.ts";
import { DEMO_DATABASE, openStore, REAL_DATABASE } from "./store/open-store.ts";
import { syncPeople } from "./store/people.ts";

type Wanted = { readonly name: Estate["name"]; readonly keep: KeepServer };

/** Opens the store of the real estate or of the sample one beside it. */
export async function openEstate(config: Config, log: Logger, stack: Stack, { name, keep }: Wanted): Promise<Estate> {
  const { dataDir, settings } = config;
  const db = await openStore({
    dataDir,
    databaseUrl: config.databaseUrl ?? undefined,
    database: name === "demo" ? DEMO_DATABASE : REAL_DATABASE,
    connectionsMax: config.databaseConnectionsMax,
    keep,
  });
  stack.add(`${name} store`, db, (it) => it.close());
  if (name === "demo") await addSamplePeople(db.sql);
  else await syncPeople(db.sql, settings.people?.people ?? [], randomUUID);
  // What is posted about the sample stays on this machine.
  await configureMirrors(db.sql, name === "demo" ? [] : config.channels);
  const base = { db, clock: clockOf(config), log: log.child({ "labels.estate": name }), dataDir };
  return { name, base: { ...base, settings: name === "demo" ? sampleSettings(settings) : settings } };
}

/** Both estates live on one server: what happens to it is said, and acted on, by the real one. */
const QUIETLY: KeepServer = { onGone: () => undefined, onBack: () => undefined, onMoved: () => undefined };

/** null when the server lets us make no second database: then there is no sample, and all else works. */
export async function openDemo(config: Config, log: Logger, stack: Stack): Promise<Estate | null> {
  try {
    return await openEstate(config, log, stack, { name: "demo", keep: QUIETLY });
  } catch (error) {
    log.warn({ err: error }, "no sample estate: its database cannot be made");
    return null;
  }
}

const AT_START = ["ingest", "rollups", "recommendations"] as const;

/** What happens by itself in one estate: posts are delivered, schedules kept. */
export async function startWork(
  estate: Estate,
  stack: Stack,
  metrics: JobMetrics,
  /** Chat platforms. Of the sample estate only what somebody there asked for goes to them: its channels have no copies. */
  platforms: readonly Channel[],
  work: Pick<Parameters<typeof startJobs>[0], "acts" | "atStart"> = { acts: ACTS, atStart: AT_START },
): Promise<Jobs> {
  const { db, log } = estate.base;
  const channels = [createWebChannel(db.sql), ...platforms];
  stack.add("deliverer", await startDeliverer({ sql: db.sql, channels, log }), (it) => it.stop());
  const ctx = systemContext(estate);
  stack.add("hand-offs", passOnApprovals(ctx), (it) => it.stop());
  stack.add("inbound", watchInbound(estate.base), (it) => it.stop());
  stack.add("answers", await watchLiveCards(estate.base), (it) => it.stop());
  const jobs = await startJobs({ ctx, ...work, metrics });
  stack.add("budgets", await watchBudgets(systemContext(estate)), (it) => it.stop());
  return stack.add("jobs", jobs, (it) => it.stop());
}

type DemoOptions = {
  readonly real: Estate;
  readonly stack: Stack;
  readonly metrics: JobMetrics;
  readonly platforms: readonly Channel[];
  readonly say: (text: string) => void;
};

/**
 * Shows the sample estate until real bills arrive: loaded first when it is missing, extended in the background when its
 * days have gone stale, so that only the very first start waits.
 */
export async function showDemo(given: Estate, { real, stack, metrics, platforms, say }: DemoOptions): Promise<void> {
  const demo = { ...given, base: { ...given.base, settings: demoSettings(given.base.settings) } };
  const ctx = systemContext(demo);
  const work = createStack();
  stack.add("demo", work, (it) => it.closeAll(demo.base.log));
  const state = await readSampleState(ctx);
  if (state === "missing") await loadDemo({ ctx, input: { story: "later", onProgress: tenths(say) } });
  const atStart = AT_START.filter((job) => job !== "ingest" || state === "stale");
  await startWork(demo, work, metrics, platforms, { acts: DEMO_ACTS, atStart });
  await real.base.db.sql.listen("finops_flip", () => void work.closeAll(demo.base.log));
}

function systemContext(estate: Estate): Context {
  return { ...estate.base, actor: { kind: "system", id: "jobs" }, scope: [] };
}

/** Says every tenth part of the way. */
function tenths(say: (text: string) => void): (progress: { percent: number }) => void {
  const STEP = 10;
  let next = 0;
  return ({ percent }) => {
    if (percent < next) return;
    next = percent + STEP;
    say(`Preparing a sample estate: ${Math.floor(percent)} %`);
  };
}

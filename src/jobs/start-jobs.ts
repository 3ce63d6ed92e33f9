import type { JobWithMetadata, PgBoss } from "pg-boss";

import { SCHEDULED_JOBS, type ScheduledJob } from "../domain/schedule.ts";
import type { Context } from "../service/context.ts";
import {
  enqueueDueRuns,
  enqueueRun,
  LATE_AFTER_MS,
  resendOpenRuns,
  runSchedule,
  type Act,
  type Send,
} from "../service/run-schedule.ts";
import {
  loadSchedules,
  reopenSkippedRuns,
  syncSchedules,
  type KnownSchedule,
  type RunKey,
  type RunRow,
} from "../store/schedules.ts";
import { bossTransaction, createBoss } from "./boss.ts";

/** Postgres channel on which ingest announces that readers see new data. */
const FLIP_NOTIFY = "finops_flip";
/** Longest pause between two looks at the schedules; a clock that jumps is noticed within it. */
const LOOK_AGAIN_MS_MAX = 15_000;
const LOOK_AGAIN_MS_MIN = 50;
/** Flips come in bursts (one a month of bills): one reaction a burst. */
const FLIP_SETTLE_MS = 500;
/** A worker that says nothing for this long is dead; its job goes to another (pg-boss takes 10 s at least). */
const HEARTBEAT_SECONDS = 20;
const STOP_TIMEOUT_MS = 20_000;

/** Tries, first pause and longest time of a job of each kind. Ingest of a year's bills may take an hour. */
const QUEUES: Readonly<Record<ScheduledJob, { retryLimit: number; retryDelay: number; expireInSeconds: number }>> = {
  ingest: { retryLimit: 4, retryDelay: 5, expireInSeconds: 4 * 3600 },
  digest: { retryLimit: 4, retryDelay: 2, expireInSeconds: 15 * 60 },
  detection: { retryLimit: 2, retryDelay: 5, expireInSeconds: 15 * 60 },
  rollups: { retryLimit: 2, retryDelay: 60, expireInSeconds: 4 * 3600 },
  reap: { retryLimit: 2, retryDelay: 60, expireInSeconds: 3600 },
};

export type JobMetrics = {
  /** A run ended: seconds from due to end, and how it ended. */
  readonly runEnded?: (run: { job: ScheduledJob; result: string; latenessSeconds: number }) => void;
};

export type Jobs = {
  readonly running: () => boolean;
  /** Looks at the schedules now instead of at the next tick. */
  readonly look: () => Promise<void>;
  /** Finishes what runs (bounded), takes no more. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts everything that happens by itself: records the schedules, catches up, then wakes at each due instant.
 * Any number of processes may run this on one database; every run happens once.
 */
export async function startJobs(input: {
  ctx: Context;
  acts: Readonly<Record<ScheduledJob, Act>>;
  /** Jobs whose schedules run now, due or not: watched folders, rollups of a changed configuration. */
  atStart: readonly ScheduledJob[];
  metrics?: JobMetrics;
}): Promise<Jobs> {
  const { ctx } = input;
  const log = ctx.log.child({ "labels.part": "jobs" });
  const boss = createBoss(ctx.db.sql, log);
  await syncSchedules(ctx.db.sql, ctx.settings.installation.schedules, ctx.clock.now());
  await boss.start();
  for (const job of SCHEDULED_JOBS) await openQueue(boss, job, input);

  const send: Send = async (tx, job, run) => {
    await boss.send(job, run, { db: bossTransaction(tx) });
  };
  await resendOpenRuns({ ctx, input: { send } });
  await enqueueAtStart(ctx, input.atStart, send);

  const ticker = startTicker(async () => (await enqueueDueRuns({ ctx, input: { send } })).nextDueAt, ctx);
  const flips = await reactToFlips(ctx, send);
  let stopped = false;
  return {
    running: () => !stopped,
    look: ticker.look,
    stop: async () => {
      stopped = true;
      await flips.stop();
      await ticker.stop();
      await boss.stop({ graceful: true, close: false, timeout: STOP_TIMEOUT_MS });
    },
  };
}

async function openQueue(boss: PgBoss, job: ScheduledJob, input: Parameters<typeof startJobs>[0]): Promise<void> {
  const limits = { ...QUEUES[job], retryBackoff: true, heartbeatSeconds: HEARTBEAT_SECONDS, notify: true };
  await boss.createQueue(job, limits);
  const options = { includeMetadata: true, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 4 } as const;
  await boss.work(job, options, async (jobs: JobWithMetadata<RunKey>[]) => {
    for (const one of jobs) await work(job, one, input);
  });
}

async function work(
  job: ScheduledJob,
  one: JobWithMetadata<RunKey>,
  { ctx, acts, metrics }: Parameters<typeof startJobs>[0],
): Promise<void> {
  const log = ctx.log.child({ "trace.id": one.id, "labels.job": job, "labels.schedule": one.data.schedule });
  const lastAttempt = one.retryCount >= QUEUES[job].retryLimit;
  const started = performance.now();
  const run: { row: RunRow | null } = { row: null };
  const act: Act = (given) => {
    run.row = given.run;
    return acts[job](given);
  };
  const result = await runSchedule({ ctx: { ...ctx, log }, input: { ...one.data, act, lastAttempt } });
  const latenessMs = Math.max(0, ctx.clock.now() - one.data.dueAt);
  // What is caught up on the very first start was never promised: it is not late.
  const promised = run.row?.late === true || latenessMs <= LATE_AFTER_MS;
  if (promised) metrics?.runEnded?.({ job, result, latenessSeconds: latenessMs / 1000 });
  const durationNs = Math.round((performance.now() - started) * 1e6);
  log.info({ result, "event.duration": durationNs }, "scheduled run ended");
}

async function enqueueAtStart(ctx: Context, jobs: readonly ScheduledJob[], send: Send): Promise<void> {
  for (const schedule of await loadSchedules(ctx.db.sql)) {
    if (jobs.includes(schedule.job)) await enqueueNow(ctx, schedule, send);
  }
}

/** A run beside the schedule. Instants of runs rise even where the clock stands (FINOPS_TODAY). */
async function enqueueNow(ctx: Context, { name, job, lastDue }: KnownSchedule, send: Send): Promise<void> {
  const dueAt = Math.max(ctx.clock.now(), (lastDue ?? 0) + 1);
  await enqueueRun({ ctx, input: { schedule: name, dueAt, job, late: false, send } });
}

/** Sleeps until the next due instant, at most LOOK_AGAIN_MS_MAX; errors are logged and the next look comes anyway. */
function startTicker(
  enqueue: () => Promise<number | null>,
  ctx: Context,
): { look: () => Promise<void>; stop: () => Promise<void> } {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();
  const lookOnce = async (): Promise<void> => {
    let nextDueAt: number | null = null;
    try {
      nextDueAt = await enqueue();
    } catch (error) {
      if (!stopped) ctx.log.warn({ err: error }, "schedules cannot be read, trying again");
    }
    if (stopped) return;
    const untilDue = nextDueAt === null ? LOOK_AGAIN_MS_MAX : nextDueAt - ctx.clock.now();
    timer = setTimeout(look, Math.min(LOOK_AGAIN_MS_MAX, Math.max(LOOK_AGAIN_MS_MIN, untilDue)));
  };
  const look = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    looking = looking.then(lookOnce);
    return looking;
  };
  void look();
  return {
    look,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await looking;
    },
  };
}

/** New data: digests that found none before run now, and silences end at once. */
async function reactToFlips(ctx: Context, send: Send): Promise<{ stop: () => Promise<void> }> {
  let timer: NodeJS.Timeout | null = null;
  let reacting: Promise<void> = Promise.resolve();
  const react = async (): Promise<void> => {
    try {
      await afterFlip(ctx, send);
    } catch (error) {
      ctx.log.warn({ err: error }, "reaction to new data failed; the next detection run makes up for it");
    }
  };
  const listening = await ctx.db.sql.listen(FLIP_NOTIFY, () => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      reacting = reacting.then(react);
    }, FLIP_SETTLE_MS);
  });
  return {
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      await listening.unlisten().catch(() => undefined);
      await reacting;
    },
  };
}

async function afterFlip(ctx: Context, send: Send): Promise<void> {
  await ctx.db.sql.begin(async (tx) => {
    for (const run of await reopenSkippedRuns(tx, "digest")) await send(tx, "digest", run);
  });
  const detection = (await loadSchedules(ctx.db.sql)).find(({ job }) => job === "detection");
  if (detection !== undefined) await enqueueNow(ctx, detection, send);
}

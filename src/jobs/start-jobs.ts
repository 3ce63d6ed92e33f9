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
  type RunOutcome,
  type Send,
} from "../service/run-schedule.ts";
import {
  ingestUnderway,
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
/** Flips come in bursts (one a month of bills): one reaction when the burst is over. */
const FLIP_SETTLE_MS = 1_000;
/** What new data may change at once, besides digests that waited for it. */
const AFTER_NEW_DATA: readonly ScheduledJob[] = ["detection", "recommendations"];
/** A worker that says nothing for this long is dead; its job goes to another (pg-boss takes 10 s at least). */
const HEARTBEAT_SECONDS = 20;
/** Longest wait for work in hand; what is cut off is taken up by the next start. */
const STOP_TIMEOUT_MS = 8_000;

/** Tries, first pause and longest time of a job of each kind. Ingest of a year's bills may take an hour. */
const QUEUES: Readonly<Record<ScheduledJob, { retryLimit: number; retryDelay: number; expireInSeconds: number }>> = {
  ingest: { retryLimit: 4, retryDelay: 5, expireInSeconds: 4 * 3600 },
  digest: { retryLimit: 4, retryDelay: 2, expireInSeconds: 15 * 60 },
  detection: { retryLimit: 2, retryDelay: 5, expireInSeconds: 15 * 60 },
  recommendations: { retryLimit: 4, retryDelay: 5, expireInSeconds: 30 * 60 },
  audit: { retryLimit: 4, retryDelay: 60, expireInSeconds: 15 * 60 },
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
export async function startJobs(input: Input): Promise<Jobs> {
  const { ctx } = input;
  const boss = createBoss(ctx.db.sql, ctx.log.child({ "labels.part": "jobs" }));
  const send: Send = async (tx, job, run) => {
    await boss.send(job, run, { db: bossTransaction(tx) });
  };
  await syncSchedules(ctx.db.sql, ctx.settings.installation.schedules, ctx.clock.now());
  await boss.start();
  const reactions = await reactToNewData(ctx, send);
  for (const job of SCHEDULED_JOBS) await openQueue(boss, job, { ...input, reactions });
  await resendOpenRuns({ ctx, input: { send } });
  await enqueueAtStart(ctx, input.atStart, send);
  const ticker = startTicker(async () => (await enqueueDueRuns({ ctx, input: { send } })).nextDueAt, ctx);
  let stopped = false;
  return {
    running: () => !stopped,
    look: ticker.look,
    stop: async () => {
      stopped = true;
      await ticker.stop();
      await boss.stop({ graceful: true, close: false, timeout: STOP_TIMEOUT_MS });
      await reactions.stop();
    },
  };
}

type Input = {
  readonly ctx: Context;
  readonly acts: Readonly<Record<ScheduledJob, Act>>;
  /** Jobs whose schedules run now, due or not: watched folders, rollups of a changed configuration. */
  readonly atStart: readonly ScheduledJob[];
  readonly metrics?: JobMetrics;
};
type Worker = Input & { readonly reactions: Reactions };

async function openQueue(boss: PgBoss, job: ScheduledJob, worker: Worker): Promise<void> {
  const limits = { ...QUEUES[job], retryBackoff: true, heartbeatSeconds: HEARTBEAT_SECONDS, notify: true };
  await boss.createQueue(job, limits);
  const options = { includeMetadata: true, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 4 } as const;
  await boss.work(job, options, async (jobs: JobWithMetadata<RunKey>[]) => {
    for (const one of jobs) await work(job, one, worker);
  });
}

async function work(job: ScheduledJob, one: JobWithMetadata<RunKey>, worker: Worker): Promise<void> {
  const { ctx, acts, metrics, reactions } = worker;
  const log = ctx.log.child({ "trace.id": one.id, "labels.job": job, "labels.schedule": one.data.schedule });
  const lastAttempt = one.retryCount >= QUEUES[job].retryLimit;
  const started = performance.now();
  const seen: { run?: RunRow; outcome?: RunOutcome } = {};
  const act: Act = async (given) => {
    seen.run = given.run;
    seen.outcome = await acts[job](given);
    return seen.outcome;
  };
  try {
    const result = await runSchedule({ ctx: { ...ctx, log }, input: { ...one.data, act, lastAttempt } });
    const latenessMs = Math.max(0, ctx.clock.now() - one.data.dueAt);
    // What is caught up on the very first start was never promised: it is not late.
    const promised = seen.run?.late === true || latenessMs <= LATE_AFTER_MS;
    if (promised) metrics?.runEnded?.({ job, result, latenessSeconds: latenessMs / 1000 });
    const durationNs = Math.round((performance.now() - started) * 1e6);
    log.info({ result, "event.duration": durationNs }, "scheduled run ended");
  } finally {
    if (job === "ingest" || seen.outcome?.waiting === true) reactions.ring();
  }
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

type Reactions = { readonly ring: () => void; readonly stop: () => Promise<void> };

/**
 * When reading bills is over: digests that waited for it run, silences end and findings are proposed at once. Rung by every flip (also those
 * of the terminal and other processes) and by the end of each ingest of ours; waits while bills still come in.
 */
async function reactToNewData(ctx: Context, send: Send): Promise<Reactions> {
  let timer: NodeJS.Timeout | null = null;
  let reacting: Promise<void> = Promise.resolve();
  let stopped = false;
  const ring = (): void => {
    if (timer !== null) clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      reacting = reacting.then(react);
    }, FLIP_SETTLE_MS);
  };
  const react = async (): Promise<void> => {
    try {
      if (await ingestUnderway(ctx.db.sql)) ring();
      else await takeUpWaiting(ctx, send);
    } catch (error) {
      if (!stopped) ctx.log.warn({ err: error }, "reaction to new data failed; the next ingest makes up for it");
    }
  };
  const listening = await ctx.db.sql.listen(FLIP_NOTIFY, ring);
  return {
    ring,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await listening.unlisten().catch(() => undefined);
      await reacting;
    },
  };
}

async function takeUpWaiting(ctx: Context, send: Send): Promise<void> {
  await ctx.db.sql.begin(async (tx) => {
    for (const run of await reopenSkippedRuns(tx, "digest")) await send(tx, "digest", run);
  });
  const schedules = await loadSchedules(ctx.db.sql);
  for (const job of AFTER_NEW_DATA) {
    const schedule = schedules.find((candidate) => candidate.job === job);
    if (schedule !== undefined) await enqueueNow(ctx, schedule, send);
  }
}

import { latestRun, nextRuns } from "../analysis/next-runs.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import { AppError, explain } from "../domain/errors.ts";
import type { ScheduledJob } from "../domain/schedule.ts";
import { bothScopes } from "../domain/scope.ts";
import { channelScope } from "../store/conversations.ts";
import type { SqlLike } from "../store/db.ts";
import { enqueuePost, enqueuePrivate, enqueueUpload, type NewPost } from "../store/outbox.ts";
import {
  finishRun,
  insertRun,
  loadOpenRuns,
  loadRun,
  loadSchedules,
  recordRunFailure,
  type KnownSchedule,
  type RunKey,
  type RunRow,
} from "../store/schedules.ts";
import type { Context, Verb } from "./context.ts";

/** A run is called late when it is enqueued this long after it was due. */
export const LATE_AFTER_MS = 10 * 60_000;

/** Puts a run on its queue, inside the given transaction. */
export type Send = (tx: SqlLike, job: ScheduledJob, run: RunKey) => Promise<void>;

/** A card for a channel, posted exactly once per key. */
export type Post = NewPost;

/** What a run came to: cards to post and rows to write, committed together with the run being over. */
export type RunOutcome = {
  readonly status: "done" | "skipped";
  readonly note: string;
  readonly posts: readonly Post[];
  /** Cards for one person alone. */
  readonly privately?: readonly Parameters<typeof enqueuePrivate>[1][];
  /** Files, under a card or in a channel. */
  readonly files?: readonly Parameters<typeof enqueueUpload>[1][];
  /** Skipped only until what it waits for is over: it is taken up again by itself. */
  readonly waiting?: true;
  readonly save?: (tx: SqlLike) => Promise<void>;
};

/** The work of a job for one run. Repeatable: only what it returns is committed once. */
export type Act = (input: {
  readonly ctx: Context;
  readonly schedule: KnownSchedule;
  readonly run: RunRow;
}) => Promise<RunOutcome>;

/**
 * Enqueues the latest due run of every schedule that has one: of several missed runs only the last is caught up.
 * Row and job are written in one transaction, so any number of processes enqueue each run once.
 * Returns what was enqueued and when the next run is due.
 */
export async function enqueueDueRuns({
  ctx,
  input,
}: Verb<{ send: Send }>): Promise<{ enqueued: RunKey[]; nextDueAt: number | null }> {
  const now = ctx.clock.now();
  const enqueued: RunKey[] = [];
  let nextDueAt: number | null = null;
  for (const schedule of await loadSchedules(ctx.db.sql)) {
    if (schedule.paused !== null) continue;
    const dueAt = dueRun(schedule, now);
    if (dueAt !== null) {
      const run = { schedule: schedule.name, dueAt };
      const everKnown = schedule.countsFrom !== null || schedule.lastDue !== null;
      const late = everKnown && now - dueAt > LATE_AFTER_MS;
      if (await enqueueRun({ ctx, input: { ...run, late, job: schedule.job, send: input.send } })) enqueued.push(run);
    }
    const next = nextRuns(schedule, now)[0] ?? null;
    if (next !== null && (nextDueAt === null || next < nextDueAt)) nextDueAt = next;
  }
  return { enqueued, nextDueAt };
}

/** The run that should be enqueued at `now`: the latest due one, unless it was before or is from before our time. */
export function dueRun(schedule: KnownSchedule, now: number): number | null {
  const dueAt = latestRun(schedule, now);
  if (dueAt === null) return null;
  const settledUntil = Math.max(schedule.countsFrom ?? -Infinity, schedule.lastDue ?? -Infinity);
  return dueAt > settledUntil ? dueAt : null;
}

/** Enqueues one run now, whatever its schedule says. False when that run was enqueued before. */
export async function enqueueRun({
  ctx,
  input,
}: Verb<RunKey & { job: ScheduledJob; late: boolean; send: Send }>): Promise<boolean> {
  return ctx.db.sql.begin(async (tx) => {
    const claimed = await insertRun(tx, input);
    if (claimed) await input.send(tx, input.job, { schedule: input.schedule, dueAt: input.dueAt });
    return claimed;
  });
}

/** Puts runs a killed process left behind back on their queues. Doing one twice is harmless: it ends once. */
export async function resendOpenRuns({ ctx, input }: Verb<{ send: Send }>): Promise<number> {
  const jobs = new Map((await loadSchedules(ctx.db.sql)).map(({ name, job }) => [name, job]));
  const open = await loadOpenRuns(ctx.db.sql);
  for (const run of open) {
    const job = jobs.get(run.schedule);
    if (job !== undefined) await ctx.db.sql.begin((tx) => input.send(tx, job, run));
  }
  return open.length;
}

export type RunResult = "done" | "skipped" | "failed" | "already";

/**
 * Does one run and commits its outcome exactly once: whoever turns the row from queued to done posts, in that
 * transaction; a second worker with the same run changes nothing. An operating error that no retry mends gives
 * the run up; any other is recorded and thrown for the queue to retry.
 */
export async function runSchedule({
  ctx,
  input,
}: Verb<RunKey & { act: Act; lastAttempt: boolean }>): Promise<RunResult> {
  const key = { schedule: input.schedule, dueAt: input.dueAt };
  const known = (await loadSchedules(ctx.db.sql)).find(({ name }) => name === input.schedule);
  const run = await loadRun(ctx.db.sql, key);
  if (known === undefined || run === null || run.status !== "queued") return "already";
  const schedule = await withinChannel(ctx, known);
  try {
    const outcome = await input.act({ ctx, schedule, run });
    const finished = await ctx.db.sql.begin((tx) => commitOutcome(tx, key, outcome));
    return finished ? outcome.status : "already";
  } catch (error) {
    const mendable = error instanceof AppError && error.code !== "unavailable" && error.code !== "internal";
    const final = mendable || input.lastAttempt;
    await recordRunFailure(ctx.db.sql, key, explain(error), final);
    ctx.log.error({ err: error, schedule: input.schedule, final }, "scheduled run failed");
    if (final) return "failed";
    throw error;
  }
}

/** What a schedule shows is never more than its channel shows now, whatever held when it was made. */
async function withinChannel(ctx: Context, schedule: KnownSchedule): Promise<KnownSchedule> {
  if (schedule.channel === null) return schedule;
  const shown = await channelScope(ctx.db.sql, schedule.channel);
  return isScopeWithin(schedule.scope, shown) ? schedule : { ...schedule, scope: bothScopes(schedule.scope, shown) };
}

async function commitOutcome(tx: SqlLike, key: RunKey, outcome: RunOutcome): Promise<boolean> {
  if (!(await finishRun(tx, key, outcome))) return false;
  await outcome.save?.(tx);
  for (const card of outcome.privately ?? []) await enqueuePrivate(tx, card);
  for (const post of outcome.posts) await enqueuePost(tx, post);
  for (const file of outcome.files ?? []) await enqueueUpload(tx, file);
  return true;
}

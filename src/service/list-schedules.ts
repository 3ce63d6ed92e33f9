import { describeFilter } from "../analysis/describe-filter.ts";
import { cronWords } from "../analysis/digest-times.ts";
import { nextRuns } from "../analysis/next-runs.ts";
import type { ScheduleEntry, ScheduleList } from "../domain/contract-operations.ts";
import { dateOfInstant } from "../domain/period.ts";
import { DAILY_DIGEST } from "../domain/report.ts";
import { bothScopes, type ScopeFilter } from "../domain/scope.ts";
import { channelScope } from "../store/conversations.ts";
import { loadLatestRuns, loadSchedules, type KnownSchedule } from "../store/schedules.ts";
import type { Context, Verb } from "./context.ts";
import { lostRights } from "./creator-rights.ts";
import { isScheduleVisible } from "./find-subscription.ts";

/**
 * Every schedule with its next run and what became of the last, as far as the person may know of it. Before the service
 * ran for the first time these are the configured ones.
 */
export async function listSchedules({ ctx }: Verb<Record<string, never>>): Promise<ScheduleList> {
  const recorded = await loadSchedules(ctx.db.sql);
  const all = recorded.length > 0 ? recorded : ctx.settings.installation.schedules.map(unrecorded);
  const schedules: ScheduleEntry[] = [];
  for (const schedule of all) if (await isScheduleVisible(ctx, schedule)) schedules.push(await entryOf(ctx, schedule));
  return { schedules };
}

function unrecorded(schedule: Context["settings"]["installation"]["schedules"][number]): KnownSchedule {
  return { ...schedule, countsFrom: null, lastDue: null, creator: null, paused: null };
}

/** One schedule, as people and scripts read it. */
export async function entryOf(
  ctx: Context,
  schedule: KnownSchedule,
  runs?: Awaited<ReturnType<typeof loadLatestRuns>>,
): Promise<ScheduleEntry> {
  const latest = runs ?? (await loadLatestRuns(ctx.db.sql));
  const run = latest.find((candidate) => candidate.schedule === schedule.name);
  const now = ctx.clock.now();
  const { channel, creator } = schedule;
  const shown = channel === null ? [] : await channelScope(ctx.db.sql, channel);
  const lost = schedule.paused ?? (await lostRights(ctx, schedule));
  return {
    name: schedule.name,
    job: schedule.job,
    cron: schedule.cron,
    when: cronWords(schedule.cron),
    timeZone: schedule.timeZone,
    channel,
    origin: schedule.origin,
    report: schedule.job === "digest" ? (schedule.report ?? DAILY_DIGEST) : null,
    scope: describeFilter(distinct(bothScopes(shown, schedule.scope))),
    by: creator?.name ?? null,
    paused: lost,
    next: isoOf(nextRuns(schedule, now)[0] ?? now),
    last:
      run === undefined ? null : { due: isoOf(run.dueAt), status: run.status, late: run.late, note: run.note ?? "" },
  };
}

/** What channel and schedule both say is said once. */
function distinct(scope: ScopeFilter): ScopeFilter {
  const seen = new Map(scope.map((condition) => [JSON.stringify(condition), condition]));
  return [...seen.values()];
}

function isoOf(instant: number): string {
  return dateOfInstant(instant).toISOString();
}

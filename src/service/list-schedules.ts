import { nextRuns } from "../analysis/next-runs.ts";
import { isScopeWithin } from "../analysis/scope-within.ts";
import type { ScheduleList } from "../domain/contract-operations.ts";
import { dateOfInstant } from "../domain/period.ts";
import { loadLatestRuns, loadSchedules } from "../store/schedules.ts";
import type { Verb } from "./context.ts";

/**
 * Every schedule with its next run and what became of the last. Before the service ran for the first time these are
 * the configured ones.
 */
export async function listSchedules({ ctx }: Verb<Record<string, never>>): Promise<ScheduleList> {
  const recorded = await loadSchedules(ctx.db.sql);
  const all = recorded.length > 0 ? recorded : ctx.settings.installation.schedules;
  // Whoever sees a part sees the schedules that show nothing but that part.
  const known = all.filter((schedule) => isScopeWithin(schedule.scope, ctx.scope));
  const runs = await loadLatestRuns(ctx.db.sql);
  const now = ctx.clock.now();
  return {
    schedules: known.map((schedule) => {
      const run = runs.find((candidate) => candidate.schedule === schedule.name);
      return {
        name: schedule.name,
        job: schedule.job,
        cron: schedule.cron,
        timeZone: schedule.timeZone,
        channel: schedule.channel,
        next: isoOf(nextRuns(schedule, now)[0] ?? now),
        last:
          run === undefined
            ? null
            : { due: isoOf(run.dueAt), status: run.status, late: run.late, note: run.note ?? "" },
      };
    }),
  };
}

function isoOf(instant: number): string {
  return dateOfInstant(instant).toISOString();
}

import { Cron } from "croner";

import { dateOfInstant } from "../domain/period.ts";
import type { Schedule } from "../domain/schedule.ts";

/** The part of a schedule that says when. */
type When = Pick<Schedule, "cron" | "timeZone">;

const MS_PER_SECOND = 1000;

/**
 * The next `count` instants (ms) a schedule is due, strictly after `from`, in its own time zone.
 * Daylight saving: a time that does not exist (spring) runs at the first instant after the gap; a time that occurs
 * twice (autumn) runs once, the first time. Expressions with a wildcard or step in the hour or minute run by elapsed
 * time instead: they skip the gap and run in both repeated hours.
 */
export function nextRuns(schedule: When, from: number, count = 1): number[] {
  return croner(schedule)
    .nextRuns(count, dateOfInstant(from))
    .map((date) => date.getTime());
}

/** The latest instant (ms) at or before `until` a schedule was due; null when there was none. */
export function latestRun(schedule: When, until: number): number | null {
  // croner answers strictly before its argument, in whole seconds.
  const after = Math.floor(until / MS_PER_SECOND) * MS_PER_SECOND + MS_PER_SECOND;
  return croner(schedule).previousRuns(1, dateOfInstant(after))[0]?.getTime() ?? null;
}

function croner({ cron, timeZone }: When): Cron {
  // "no-wildcard": lists of hours ("0 2,14 * * *") are times of day too, and must not be lost in the gap.
  return new Cron(cron, { mode: "5-part", timezone: timeZone, fixedTimeRule: "no-wildcard", paused: true });
}

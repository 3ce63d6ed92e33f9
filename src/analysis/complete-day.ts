import { addDays, daysBetween, type Day } from "../domain/period.ts";
import { newestPossibleDay } from "./provider-calendar.ts";

/** Usage rows of one source on one day. */
export type DayCount = { readonly day: Day; readonly rows: number };

/** Days a usual count is learnt from, and how many of them are enough to judge. */
export const USUAL_DAYS = 28;
const JUDGED_FROM_DAYS = 5;
/** A day is whole when it has at least this share of the low end (10th percentile) of the days before it. */
const USUAL_SHARE = 0.75;
/** Days looked back for a whole one; a source that is broken longer than that is stale anyway. */
const LOOK_BACK_DAYS = 14;

/**
 * The last day past the provider's lag whose row count is within its usual range: later days are still arriving.
 * null when the source has no usage before the lag. Order of `counts` does not matter.
 */
export function lastCompleteDay(provider: string, counts: readonly DayCount[], today: Day): Day | null {
  const newest = newestPossibleDay(provider, today);
  const known = counts.filter((count) => count.day <= newest).sort((a, b) => (a.day < b.day ? 1 : -1));
  const last = known[0];
  if (last === undefined) return null;
  for (const [index, count] of known.slice(0, LOOK_BACK_DAYS).entries()) {
    const before = known.slice(index + 1, index + 1 + USUAL_DAYS).map((one) => one.rows);
    if (before.length < JUDGED_FROM_DAYS || count.rows >= USUAL_SHARE * lowEnd(before)) return count.day;
  }
  return last.day;
}

function lowEnd(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 10)] ?? 0;
}

export type SourceDays = {
  readonly source: string;
  readonly provider: string;
  readonly through: Day | null;
  readonly stale: boolean;
};

/** Whether a source is late by more than its rhythm: `staleAfterHours` beyond the provider's own lag. */
export function isStale(provider: string, through: Day | null, today: Day, staleAfterHours: number): boolean {
  if (through === null) return true;
  return daysBetween(through, newestPossibleDay(provider, today)) > Math.ceil(staleAfterHours / 24);
}

/** Sources this close to the newest still count together when all of them are old. */
const TOGETHER_DAYS = 5;

/**
 * The day all answers are complete through: the earliest of the sources that are not stale. When all are
 * (a closed year, a sample), the earliest of those close to the newest.
 */
export function combinedThrough(sources: readonly SourceDays[]): Day | null {
  const fresh = sources.filter((source) => !source.stale);
  const known = (fresh.length > 0 ? fresh : sources)
    .flatMap((source) => (source.through === null ? [] : [source.through]))
    .sort();
  const newest = known.at(-1);
  if (newest === undefined) return null;
  if (fresh.length > 0) return known[0] ?? null;
  return known.find((day) => day >= addDays(newest, -TOGETHER_DAYS)) ?? newest;
}

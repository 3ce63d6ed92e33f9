import type { CostQuery, Grain } from "../domain/cost-query.ts";
import {
  addDays,
  addMonths,
  addMonthsToDay,
  daysBetween,
  firstDay,
  monthOf,
  monthPeriod,
  periodLength,
  weekStart,
  type Day,
  type Period,
} from "../domain/period.ts";

/** The two sides of a comparison, after the cut at the last complete day. */
export type Comparison = {
  readonly current: Period;
  readonly previous: Period;
  /** The last complete day both sides end with; null when nothing had to be cut. */
  readonly cutAt: Day | null;
};

type Shift = { readonly months: number } | { readonly days: number };

/**
 * Resolves `vs …` for days. Calendar periods align by calendar (1–22 November with 1–22 October, a full month with
 * the full month before), spans of N days with the N days before. Both sides end at `through` when the period reaches past it.
 */
export function comparePeriods(
  asked: Period,
  said: string | null,
  versus: NonNullable<CostQuery["versus"]>,
  through: Day | null,
): Comparison {
  const end = through === null ? asked.to : addDays(through, 1);
  const cut = end < asked.to && end > asked.from;
  const current = cut ? { from: asked.from, to: end } : asked;
  const cutAt = cut ? through : null;
  if (versus.with === "period")
    return { current, previous: cutTwin(asked, current, { from: versus.from, to: versus.to }, through), cutAt };
  const shift = versus.with === "year-ago" ? { months: 12 } : shiftOf(asked, said);
  return { current, previous: shifted(current, shift), cutAt };
}

/** How far back the period before lies. */
function shiftOf(asked: Period, said: string | null): Shift {
  const months = /^(\d+)m$/.exec(said ?? "");
  if (months !== null) return { months: Number(months[1]) };
  if (/ month$|^\d{4}-\d{2}$/.test(said ?? "")) return { months: 1 };
  if (/ quarter$|^\d{4}-q\d$/.test(said ?? "")) return { months: 3 };
  if (/ year$|^\d{4}$/.test(said ?? "")) return { months: 12 };
  if (said?.endsWith(" week") === true) return { days: 7 };
  const aligned = asked.from.endsWith("-01") && asked.to.endsWith("-01");
  return aligned ? { months: monthsBetween(asked.from, asked.to) } : { days: periodLength(asked) };
}

function monthsBetween(from: Day, to: Day): number {
  return (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
}

function shifted(current: Period, shift: Shift): Period {
  if ("days" in shift) return { from: addDays(current.from, -shift.days), to: addDays(current.to, -shift.days) };
  const from = addMonthsToDay(current.from, -shift.months);
  // A whole unit goes with the whole unit before; the last day of a part goes with the same day, clipped to its month.
  if (current.to.endsWith("-01")) return { from, to: firstDay(addMonths(monthOf(current.to), -shift.months)) };
  return { from, to: addDays(addMonthsToDay(addDays(current.to, -1), -shift.months), 1) };
}

/** Named periods differ in length by at most this much when they are of one kind (months of 28 and 31 days). */
const TWIN_DAYS = 3;

/** An explicit other period: cut at the last complete day, and where it is the current one's twin, to the same number of days. */
function cutTwin(asked: Period, current: Period, other: Period, through: Day | null): Period {
  const end =
    through === null || addDays(through, 1) <= other.from
      ? other.to
      : addDays(through, 1) < other.to
        ? addDays(through, 1)
        : other.to;
  const twins = Math.abs(periodLength(asked) - periodLength(other)) <= TWIN_DAYS;
  if (current.to === asked.to || !twins) return { from: other.from, to: end };
  const same = addDays(other.from, periodLength(current));
  return { from: other.from, to: same < end ? same : end };
}

/** The days of a bucket, clipped to the period asked for (null = not clipped). */
export function bucketPeriod(start: Day, grain: Grain, within: Period | null): Period {
  const to =
    grain === "day" ? addDays(start, 1) : grain === "week" ? addDays(start, 7) : monthPeriod(monthOf(start)).to;
  if (within === null) return { from: start, to };
  return { from: start < within.from ? within.from : start, to: to > within.to ? within.to : to };
}

/**
 * The bucket of the current side that stands beside a bucket of the previous one. Where the previous side is longer,
 * what it has more stands together after the end: a bucket without days (`bucketPeriod`), never days nobody asked for.
 */
export function bucketBeside(start: Day, grain: Grain, current: Period, previous: Period): Day {
  const beside = alignedBucket(start, grain, current, previous);
  return beside < current.to ? beside : current.to;
}

/** The same without an end: what an invoice month holds may lie before or after its days. */
export function alignedBucket(start: Day, grain: Grain, current: Period, previous: Period): Day {
  if (grain === "month") return firstDay(addMonths(monthOf(start), monthsBetween(previous.from, current.from)));
  if (grain === "day") return addDays(start, daysBetween(previous.from, current.from));
  return addDays(start, daysBetween(weekStart(previous.from), weekStart(current.from)));
}

import { addDays, daysBetween, eachDay, weekday, type Day, type Period } from "../domain/period.ts";

/** What a model is given. Amounts are atoms of the budget's currency, exact. */
export type ForecastInput = {
  /** Cost of every day that has any, within the period and before it. Days that are not here cost nothing. */
  readonly daily: ReadonlyMap<Day, bigint>;
  readonly period: Period;
  /** Last complete day: later ones are still arriving and only count as a lower bound. */
  readonly through: Day;
  /** First day the bills of this scope know: days before it are unknown, not free. */
  readonly firstDay: Day;
};
export type ForecastResult = {
  readonly amount: bigint;
  /** Four times out of five the period ends between these. */
  readonly low: bigint;
  readonly high: bigint;
  /** What is expected on each day after `through`. */
  readonly perDay: ReadonlyMap<Day, bigint>;
  readonly method: string;
};
/** The seam: a better model replaces the weekday run-rate here, and nothing else changes. null = too little is known. */
export type BudgetForecaster = (input: ForecastInput) => ForecastResult | null;

const WEEK = 7;
/** Weeks the pattern of a week is learnt from, and days the level is. */
const PATTERN_WEEKS = 8;
const LEVEL_DAYS = 14;
/** With fewer complete days there is no week to learn from. */
const DAYS_MIN = 7;
const PPM = 1_000_000n;
/** 80 % of a normal distribution, in thousandths of its deviation; and what makes a median deviation one. */
const Z80_MILLI = 1_282n;
const MAD_MILLI = 1_483n;

/**
 * Weekday run-rate: each remaining day is expected to cost its weekday's usual share (median of up to eight weeks) of
 * the usual week (median of the last fourteen days, each divided by its share). Medians leave single bills and fees out.
 * The band comes from how far past days lay from what this would have said. Pure; the order of `daily` never matters.
 * Source of the level and share: reference/forecast-anomaly.md §4 (2.3 % median error at month end).
 */
export const weekdayRunRate: BudgetForecaster = ({ daily, period, through, firstDay }) => {
  const known = daysBetween(firstDay, through) + 1;
  if (known < DAYS_MIN) return null;
  const cost = (day: Day): bigint => daily.get(day) ?? 0n;
  const { back, rest, begun } = calendarOf(period, through);
  const shares = weekShares(cost, back, Math.floor(known / WEEK));
  const share = ({ weekday: at }: CalendarDay): bigint => shares[at] ?? 0n;
  const expected = (one: CalendarDay, level: bigint): bigint => divide(level * share(one), PPM);

  const recent = back.slice(0, Math.min(LEVEL_DAYS, known));
  const level = median(recent.flatMap((one) => levelOf(cost(one.day), share(one))));
  const misses = recent.map((one) => absolute(cost(one.day) - expected(one, level)));
  const deviation = divide(median(misses) * MAD_MILLI, 1000n);

  const perDay = new Map<Day, bigint>();
  for (const one of rest) {
    // What already arrived of a day that is not complete is a fact.
    const guess = expected(one, level);
    perDay.set(one.day, cost(one.day) > guess ? cost(one.day) : guess);
  }
  const spent = sumWithin(daily, { from: period.from, to: begun });
  const amount = [...perDay.values()].reduce((sum, guess) => sum + guess, spent);
  const band = bandOf(deviation, BigInt(perDay.size), BigInt(recent.length));
  const delivered = sumWithin(daily, period);
  const low = amount - band;
  return {
    amount,
    low: low < delivered ? smaller(delivered, amount) : low,
    high: amount + band,
    perDay,
    method: `weekday run-rate of the ${Math.min(known, PATTERN_WEEKS * WEEK)} days through ${through}`,
  };
};

type CalendarDay = { readonly day: Day; readonly weekday: number };
type Calendar = {
  /** The complete days, newest first. */
  readonly back: readonly CalendarDay[];
  /** The days of the period still to come. */
  readonly rest: readonly CalendarDay[];
  /** First of `rest`, or the period's end. */
  readonly begun: Day;
};

/** Calendars of the last periods asked about: a thousand budgets share a handful, and days cost more than sums. */
const calendars = new Map<string, Calendar>();
const CALENDARS_MAX = 32;

function calendarOf(period: Period, through: Day): Calendar {
  const key = `${period.from} ${period.to} ${through}`;
  const known = calendars.get(key);
  if (known !== undefined) return known;
  const named = (day: Day): CalendarDay => ({ day, weekday: weekday(day) });
  const next = addDays(through, 1);
  const begun = next < period.from ? period.from : next < period.to ? next : period.to;
  const back = Array.from({ length: PATTERN_WEEKS * WEEK }, (_, index) => named(addDays(through, -index)));
  const calendar = { back, rest: eachDay({ from: begun, to: period.to }).map(named), begun };
  if (calendars.size >= CALENDARS_MAX) calendars.clear();
  calendars.set(key, calendar);
  return calendar;
}

/** Share of a week each weekday has, in millionths: the median over whole weeks ending with `through`. */
function weekShares(cost: (day: Day) => bigint, back: readonly CalendarDay[], weeksKnown: number): bigint[] {
  const shares: bigint[][] = Array.from({ length: WEEK }, () => []);
  for (let week = 0; week < Math.min(PATTERN_WEEKS, weeksKnown); week += 1) {
    const days = back.slice(week * WEEK, (week + 1) * WEEK);
    const total = days.reduce((sum, { day }) => sum + cost(day), 0n);
    if (total <= 0n) continue;
    for (const { day, weekday: at } of days) shares[at]?.push(divide(cost(day) * PPM, total));
  }
  const usual = shares.map((list) => (list.length === 0 ? PPM / BigInt(WEEK) : atLeastZero(median(list))));
  const sum = usual.reduce((total, share) => total + share, 0n);
  return sum === 0n ? usual.map(() => PPM / BigInt(WEEK)) : usual.map((share) => divide(share * PPM, sum));
}

/** What a day says about the whole week; a weekday that usually costs nothing says nothing. */
function levelOf(amount: bigint, share: bigint): bigint[] {
  const SHARE_MIN = PPM / 100n;
  return share < SHARE_MIN ? [] : [divide(amount * PPM, share)];
}

/** Independent days spread with the root of their number; an error of the level with the number itself. */
function bandOf(deviation: bigint, days: bigint, learntFrom: bigint): bigint {
  const variance = days * deviation * deviation + (days * days * deviation * deviation) / learntFrom;
  return divide(root(variance) * Z80_MILLI, 1000n);
}

function sumWithin(daily: ReadonlyMap<Day, bigint>, { from, to }: Period): bigint {
  let sum = 0n;
  for (const [day, amount] of daily) if (day >= from && day < to) sum += amount;
  return sum;
}

function median(values: readonly bigint[]): bigint {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0n;
  return sorted.length % 2 === 1 ? upper : divide(upper + (sorted[middle - 1] ?? 0n), 2n);
}

/** Rounded half away from zero; the divisor is positive. */
function divide(value: bigint, by: bigint): bigint {
  return value < 0n ? -((-value * 2n + by) / (by * 2n)) : (value * 2n + by) / (by * 2n);
}

/** Whole square root, by Newton's method. */
function root(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const better = (guess + value / guess) >> 1n;
    if (better >= guess) return guess;
    guess = better;
  }
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
const atLeastZero = (value: bigint): bigint => (value < 0n ? 0n : value);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

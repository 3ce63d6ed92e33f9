import type { BudgetCycle } from "../domain/budget.ts";
import {
  addDays,
  addMonths,
  addMonthsToDay,
  daysBetween,
  firstDay,
  monthOf,
  monthPeriod,
  weekStart,
  type Day,
  type Period,
} from "../domain/period.ts";
import type { DigestCycle } from "../domain/report.ts";
import { budgetPeriodOf } from "./budget-period.ts";

/** What a digest is about, what it is compared with, and what its picture shows. */
export type DigestPeriods = {
  readonly period: Period;
  readonly against: Period;
  /** The whole day, week or month, where its last days are not complete; null = nothing is cut off. */
  readonly whole: Period | null;
  readonly chart: Period;
};

const WEEK_DAYS = 7;
/** Incomplete days at the end of a week or month that do not yet make the one before the better news. */
const MISSING_WEEK_DAYS_MAX = 2;
const MISSING_MONTH_DAYS_MAX = 5;
const CHART_DAYS = 30;
const CHART_WEEKS = 12;
const CHART_MONTHS = 13;
/** Days after the last complete one that are drawn as provisional; more would draw a source's standstill. */
const PROVISIONAL_DAYS_MAX = 4;

/**
 * The periods of a digest. `day`: the day `through`, against the same weekday of the week before. `week`: the last
 * calendar week (from Monday) before `today`, against the same days a week before. `month`: the last calendar month
 * before `today`, against the month before. What is not complete is cut off both sides; when more than a few days are
 * missing, it is the week or month before. So a question of these days gives the same figures.
 */
export function digestPeriods(cycle: DigestCycle, at: { readonly through: Day; readonly today: Day }): DigestPeriods {
  switch (cycle) {
    case "day":
      return dayPeriods(at.through, at.today);
    case "week":
      return wholeWeekPeriods(at);
    case "month":
      return wholeMonthPeriods(at);
  }
}

function dayPeriods(through: Day, today: Day): DigestPeriods {
  const from = addDays(through, -WEEK_DAYS);
  const later = daysBetween(through, today);
  const end = later > 1 && later <= PROVISIONAL_DAYS_MAX + 1 ? today : addDays(through, 1);
  return {
    period: { from: through, to: addDays(through, 1) },
    against: { from, to: addDays(from, 1) },
    whole: null,
    chart: { from: addDays(through, 1 - CHART_DAYS), to: end },
  };
}

function wholeWeekPeriods({ through, today }: { through: Day; today: Day }): DigestPeriods {
  const end = addDays(through, 1);
  let from = addDays(weekStart(today), -WEEK_DAYS);
  // Bills that stopped long ago: the newest week they nearly fill.
  while (daysBetween(end, addDays(from, WEEK_DAYS)) > MISSING_WEEK_DAYS_MAX) from = addDays(from, -WEEK_DAYS);
  const whole = { from, to: addDays(from, WEEK_DAYS) };
  const period = cutAt(whole, end);
  return {
    period,
    against: { from: addDays(period.from, -WEEK_DAYS), to: addDays(period.to, -WEEK_DAYS) },
    whole: period.to === whole.to ? null : whole,
    chart: { from: addDays(from, WEEK_DAYS * (1 - CHART_WEEKS)), to: period.to },
  };
}

function wholeMonthPeriods({ through, today }: { through: Day; today: Day }): DigestPeriods {
  const end = addDays(through, 1);
  let month = addMonths(monthOf(today), -1);
  while (daysBetween(end, monthPeriod(month).to) > MISSING_MONTH_DAYS_MAX) month = addMonths(month, -1);
  const whole = monthPeriod(month);
  const period = cutAt(whole, end);
  return {
    period,
    against: monthsBefore(period, 1),
    whole: period.to === whole.to ? null : whole,
    chart: { from: firstDay(addMonths(month, 1 - CHART_MONTHS)), to: period.to },
  };
}

function cutAt(whole: Period, end: Day): Period {
  return { from: whole.from, to: whole.to < end ? whole.to : end };
}

/** The same days some months before: whole months go with whole months, the last day of a part with its like. */
function monthsBefore({ from, to }: Period, months: number): Period {
  const start = addMonthsToDay(from, -months);
  if (to.endsWith("-01")) return { from: start, to: firstDay(addMonths(monthOf(to), -months)) };
  return { from: start, to: addDays(addMonthsToDay(addDays(to, -1), -months), 1) };
}

/** A month, fiscal quarter or fiscal year up to and including a day, and the same days of the one before. */
export type SoFar = { readonly unit: BudgetCycle; readonly period: Period; readonly previous: Period };

const MONTHS_OF: Readonly<Record<BudgetCycle, number>> = { month: 1, quarter: 3, year: 12 };

/** Quarters and years begin with `fiscalStart` (1 = January). */
export function soFar(unit: BudgetCycle, at: Day, fiscalStart: number): SoFar {
  const { from } = budgetPeriodOf(unit, at, fiscalStart);
  const period = { from, to: addDays(at, 1) };
  return { unit, period, previous: monthsBefore(period, MONTHS_OF[unit]) };
}

/**
 * "2026-11", "Q3 FY2027", "FY2027"; "Q4 2026" and "2026" where the fiscal year is the calendar's. A fiscal year is named
 * for the calendar year it ends in, as most firms do.
 */
export function fiscalName(unit: BudgetCycle, at: Day, fiscalStart: number): string {
  if (unit === "month") return monthOf(at);
  const { from, to } = budgetPeriodOf("year", at, fiscalStart);
  const year = addDays(to, -1).slice(0, 4);
  const months = (Number(at.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(at.slice(5, 7)) - fiscalStart;
  const quarter = `Q${Math.floor(months / 3) + 1}`;
  if (fiscalStart === 1) return unit === "quarter" ? `${quarter} ${year}` : year;
  return unit === "quarter" ? `${quarter} FY${year}` : `FY${year}`;
}

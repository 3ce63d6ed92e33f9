import { addDays, daysBetween, weekday, type Day, type Period } from "../domain/period.ts";
import type { Rhythm, Use } from "./estate.ts";
import { chance } from "./random.ts";

/** Quantities are whole millionths, prices whole 10⁻¹²: their product is whole 10⁻¹⁸, so that no cost is ever rounded. */
export const MICROS_PER_UNIT = 1_000_000;

/** Share of a plain weekday, Sunday first. */
const WEEK: Readonly<Record<Rhythm, readonly number[]>> = {
  steady: [1, 1, 1, 1, 1, 1, 1],
  office: [0.42, 1, 1.03, 1.02, 1, 0.94, 0.45],
  traffic: [0.71, 1.02, 1.04, 1.03, 1.01, 0.97, 0.78],
  batch: [0.66, 1.34, 1, 1, 1, 1.05, 0.62],
};
/**
 * Day to day, nothing that people use is quite the same: ± this share. Small enough that chance alone never rises above
 * what the digest calls news (half a percent of a day).
 */
const NOISE: Readonly<Record<Rhythm, number>> = { steady: 0, office: 0.01, traffic: 0.012, batch: 0.012 };
const DAYS_PER_MONTH = 30;

export type Span = { readonly first: Day; /** exclusive */ readonly end: Day; readonly seed: number };

/** What of a day every quantity needs, computed once a day. */
export type DayOfSpan = {
  readonly day: Day;
  readonly period: Period;
  readonly weekday: number;
  /** Days since the span's first day; 0 = that day. */
  readonly daysIn: number;
  /** Months since the span's first day. */
  readonly months: number;
  /** Days to the end; 1 = the last one. */
  readonly daysLeft: number;
  readonly seed: number;
};

export function dayOfSpan(span: Span, at: Day): DayOfSpan {
  return {
    day: at,
    period: { from: at, to: addDays(at, 1) },
    weekday: weekday(at),
    daysIn: daysBetween(span.first, at),
    months: daysBetween(span.first, at) / DAYS_PER_MONTH,
    daysLeft: daysBetween(at, span.end),
    seed: span.seed,
  };
}

/** Millionths of a unit used on a day. Depends on the key and the day alone. */
export function quantityMicros(use: Use, key: string, at: DayOfSpan): bigint {
  if (at.daysIn < (use.days?.from ?? 0) || at.daysIn >= (use.days?.to ?? Infinity)) return 0n;
  const noise = NOISE[use.rhythm];
  const varied = noise === 0 ? 1 : 1 + noise * (2 * chance(`${at.seed}:${key}:${at.day}`) - 1);
  const growth = 1 + ((use.growthPercent ?? 0) / 100) * at.months;
  const jump = use.jump !== undefined && at.daysLeft <= use.jump.daysBeforeEnd ? use.jump.factor : 1;
  const share = WEEK[use.rhythm][at.weekday] ?? 1;
  return BigInt(Math.round(use.perDay * share * growth * jump * varied * MICROS_PER_UNIT));
}

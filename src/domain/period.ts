import assert from "node:assert/strict";

import type { Branded } from "./ids.ts";

/** A UTC calendar day, `YYYY-MM-DD`. */
export type Day = Branded<string, "Day">;
/** A calendar month, `YYYY-MM`. */
export type Month = Branded<string, "Month">;
/** Days from `from` (inclusive) to `to` (exclusive). */
export type Period = { readonly from: Day; readonly to: Day };

const MS_PER_DAY = 86_400_000;
const DAY_PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Earliest and latest day a bill may name; outside lies a misread date. */
export const DAY_MIN = "2000-01-01" as Day;
export const DAY_MAX = "2100-01-01" as Day;

/** Parses `YYYY-MM-DD`; null when it is no real calendar day. */
export function parseDay(text: string): Day | null {
  const match = DAY_PATTERN.exec(text);
  if (match === null) return null;
  const instant = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== text ? null : (text as Day);
}

/** A day from text that is known to be one; anything else is a programmer error. */
export function day(text: string): Day {
  const parsed = parseDay(text);
  assert(parsed !== null, `not a day: ${text}`);
  return parsed;
}

/** Parses `YYYY-MM`; null when it is no month. */
export function parseMonth(text: string): Month | null {
  return parseDay(`${text}-01`) === null ? null : (text as Month);
}

/** A month from text that is known to be one. */
export function month(text: string): Month {
  const parsed = parseMonth(text);
  assert(parsed !== null, `not a month: ${text}`);
  return parsed;
}

/** The UTC day an instant (ms since 1970) falls on. */
export function dayOfInstant(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10) as Day;
}

/** The calendar day an instant falls on for people in an IANA zone. */
export function dayInZone(ms: number, timeZone: string): Day {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const text = new Intl.DateTimeFormat("en-CA", { ...parts, timeZone }).format(ms);
  return day(text);
}

/** First instant of a day, ms since 1970. */
export function instantOfDay(d: Day): number {
  return Date.parse(`${d}T00:00:00Z`);
}

/** An instant as the Date that drivers and libraries ask for. Ours are milliseconds since 1970. */
export function dateOfInstant(ms: number): Date {
  return new Date(ms);
}

export function addDays(d: Day, count: number): Day {
  return dayOfInstant(instantOfDay(d) + count * MS_PER_DAY);
}

/** Whole days from a to b (negative when b is earlier). */
export function daysBetween(a: Day, b: Day): number {
  return Math.round((instantOfDay(b) - instantOfDay(a)) / MS_PER_DAY);
}

/** 0 = Sunday … 6 = Saturday. */
export function weekday(d: Day): number {
  return new Date(instantOfDay(d)).getUTCDay();
}

export function monthOf(d: Day): Month {
  return d.slice(0, 7) as Month;
}

export function addMonths(m: Month, count: number): Month {
  const index = Number(m.slice(0, 4)) * 12 + Number(m.slice(5, 7)) - 1 + count;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}` as Month;
}

export function firstDay(m: Month): Day {
  return `${m}-01` as Day;
}

/** All days of a month. */
export function monthPeriod(m: Month): Period {
  return { from: firstDay(m), to: firstDay(addMonths(m, 1)) };
}

/** The same day of another month, clipped to that month's last day (31 March − 1 month = 28 February). */
export function addMonthsToDay(d: Day, count: number): Day {
  const target = addMonths(monthOf(d), count);
  const last = daysBetween(firstDay(target), firstDay(addMonths(target, 1)));
  return addDays(firstDay(target), Math.min(Number(d.slice(8)), last) - 1);
}

export function periodLength(p: Period): number {
  return Math.max(0, daysBetween(p.from, p.to));
}

export function eachDay(p: Period): Day[] {
  return Array.from({ length: periodLength(p) }, (_, index) => addDays(p.from, index));
}

/** Months a period touches, in order. */
export function eachMonth(p: Period): Month[] {
  if (p.from >= p.to) return [];
  const months: Month[] = [];
  for (let m = monthOf(p.from); firstDay(m) < p.to; m = addMonths(m, 1)) months.push(m);
  return months;
}

export function intersect(a: Period, b: Period): Period {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return from < to ? { from, to } : { from, to: from };
}

/** Monday of the ISO week a day lies in. */
export function weekStart(d: Day): Day {
  return addDays(d, -((weekday(d) + 6) % 7));
}

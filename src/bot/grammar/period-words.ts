import {
  addDays,
  addMonths,
  addMonthsToDay,
  DAY_MAX,
  DAY_MIN,
  firstDay,
  monthOf,
  parseDay,
  parseMonth,
  weekStart,
  type Day,
  type Month,
} from "../../domain/period.ts";
import { readSpoken, readUnknowable } from "./period-spoken.ts";
import type { Token } from "./tokens.ts";

/** `said` is canonical: reading it again on the same day gives the same days. null = explicit days. */
export type PeriodRead = { kind: "period"; length: number; from: Day; to: Day; said: string | null };
export type PeriodFailure = { kind: "bad"; length: number; message: string; replacements: string[] };

const MONTH_NAMES = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const;
const UNIT_WORDS: ReadonlyMap<string, "d" | "w" | "m"> = new Map<string, "d" | "w" | "m">(
  Object.entries({
    day: "d",
    days: "d",
    week: "w",
    weeks: "w",
    month: "m",
    months: "m",
  } as const),
);
const TO_DATE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    mtd: "this month",
    qtd: "this quarter",
    ytd: "this year",
    "month-to-date": "this month",
    "quarter-to-date": "this quarter",
    "year-to-date": "this year",
  }),
);
const NUMBER_OF_UNITS_MAX = { d: 3_660, w: 520, m: 120 } as const;

/** Words a period may begin with, for did-you-mean. */
export const PERIOD_WORDS: readonly string[] = [
  "today",
  "yesterday",
  "this",
  "last",
  "since",
  "mtd",
  "qtd",
  "ytd",
  ...MONTH_NAMES,
];

/** Reads a PERIOD at `position`; null when the words there are none. Pure: "now" is `today`. */
export function readPeriod(tokens: readonly Token[], position: number, today: Day): PeriodRead | PeriodFailure | null {
  const words = wordsFrom(tokens, position);
  const offset = words[0] === "the" || words[0] === "in" || words[0] === "during" || words[0] === "over" ? 1 : 0;
  const read = readWords(words.slice(offset), today);
  return read === null ? null : { ...read, length: read.length + offset };
}

function wordsFrom(tokens: readonly Token[], position: number): string[] {
  const words: string[] = [];
  for (const token of tokens.slice(position, position + 6)) {
    if (token.kind !== "word") break;
    words.push(token.text.toLowerCase());
  }
  return words;
}

function readWords(words: readonly string[], today: Day): PeriodRead | PeriodFailure | null {
  const [first, second, third] = words;
  if (first === undefined) return null;
  const toDate =
    TO_DATE.get(first) ?? (second === "to" && third === "date" ? TO_DATE.get(`${first}-to-date`) : undefined);
  if (toDate !== undefined) return named(toDate, TO_DATE.get(first) === undefined ? 3 : 1, today);
  if (first === "today" || first === "yesterday") return named(first, 1, today);
  if (first === "since") return readSince(second, today);
  const span = readSpan(words, today);
  if (span !== null) return span;
  const spoken =
    readUnknowable(words, today) ?? readSpoken(words, today, (word, year) => monthNamed(word, year, today));
  if (spoken !== null) return spoken;
  const relative = first === "current" ? "this" : first === "previous" || first === "past" ? "last" : first;
  if ((relative === "this" || relative === "last") && /^(week|month|quarter|year)$/.test(second ?? "")) {
    return named(`${relative} ${second}`, 2, today);
  }
  if (first.includes("..")) return readRange(first, 1, today);
  if (second === ".." && third !== undefined) return readRange(`${first}..${third}`, 3, today);
  return readCalendar(words, today);
}

/** `30d`, `4w`, `3m`, "last 30 days", "30 days". Ends today, today included. */
function readSpan(words: readonly string[], today: Day): PeriodRead | PeriodFailure | null {
  const skip = /^(last|past|previous|trailing)$/.test(words[0] ?? "") ? 1 : 0;
  const short = /^(\d{1,6})([dwm])$/.exec(words[skip] ?? "");
  const unit = short === null ? UNIT_WORDS.get(words[skip + 1] ?? "") : (short[2] as "d" | "w" | "m");
  const count = short === null ? /^\d{1,6}$/.exec(words[skip] ?? "")?.[0] : short[1];
  if (unit === undefined || count === undefined) return null;
  const length = skip + (short === null ? 2 : 1);
  const most = NUMBER_OF_UNITS_MAX[unit];
  const number = Number(count);
  const oldest = unit === "m" ? addMonthsToDay(today, -most) : addDays(today, -most * (unit === "w" ? 7 : 1));
  if (number < 1 || number > most || oldest < DAY_MIN) {
    return {
      kind: "bad",
      length,
      message: `A period of ${number}${unit} is out of range (1 to ${most}${unit}).`,
      replacements: [number < 1 ? `1${unit}` : `12m`, "30d"],
    };
  }
  return named(`${number}${unit}`, length, today);
}

/** The days of a canonical relative period. */
function named(said: string, length: number, today: Day): PeriodRead {
  const tomorrow = addDays(today, 1);
  const { from, to } = daysOf(said, today, tomorrow);
  return { kind: "period", length, from, to, said };
}

function daysOf(said: string, today: Day, tomorrow: Day): { from: Day; to: Day } {
  if (said === "today") return { from: today, to: tomorrow };
  if (said === "yesterday") return { from: addDays(today, -1), to: today };
  const span = /^(\d+)([dwm])$/.exec(said);
  if (span !== null) {
    const count = Number(span[1]);
    if (span[2] === "m") return { from: addDays(addMonthsToDay(today, -count), 1), to: tomorrow };
    return { from: addDays(tomorrow, -count * (span[2] === "w" ? 7 : 1)), to: tomorrow };
  }
  const start = startOf(said.split(" ")[1] ?? "month", today);
  if (said.startsWith("this")) return { from: start, to: tomorrow };
  return { from: startOf(said.split(" ")[1] ?? "month", addDays(start, -1)), to: start };
}

function startOf(unit: string, day: Day): Day {
  if (unit === "week") return weekStart(day);
  if (unit === "year") return firstDay(`${day.slice(0, 4)}-01` as Month);
  if (unit === "quarter") return firstDay(addMonths(monthOf(day), -((Number(day.slice(5, 7)) - 1) % 3)));
  return firstDay(monthOf(day));
}

function readSince(word: string | undefined, today: Day): PeriodRead | PeriodFailure | null {
  if (word === undefined)
    return {
      kind: "bad",
      length: 1,
      message: "since needs a day.",
      replacements: [`since ${firstDay(monthOf(today))}`],
    };
  const start = sideOf(word) ?? (word === "yesterday" ? addDays(today, -1) : monthNamed(word, undefined, today));
  if (start === null) {
    return {
      kind: "bad",
      length: 2,
      message: `"${clip(word)}" is not a day (YYYY-MM-DD).`,
      replacements: [`since ${firstDay(monthOf(today))}`],
    };
  }
  const from = start.length === 7 ? firstDay(start as Month) : (start as Day);
  if (from > today)
    return {
      kind: "bad",
      length: 2,
      message: `${from} lies in the future.`,
      replacements: [`since ${firstDay(monthOf(today))}`],
    };
  return { kind: "period", length: 2, from, to: addDays(today, 1), said: `since ${from}` };
}

/** A day or a month (its first day), within what a bill may name. */
function sideOf(text: string): Day | null {
  const month = parseMonth(text);
  const day = month === null ? parseDay(text) : firstDay(month);
  return day === null || day < DAY_MIN || day > DAY_MAX ? null : day;
}

function readRange(text: string, length: number, today: Day): PeriodFailure | PeriodRead {
  const [left = "", right = ""] = text.split(/\.{2,}/);
  const from = sideOf(left);
  const to = right === "" ? addDays(today, 1) : sideOf(right);
  const sample = `${firstDay(addMonths(monthOf(today), -1))}..${firstDay(monthOf(today))}`;
  if (from === null || to === null) {
    const wrong = from === null ? left : right;
    return {
      kind: "bad",
      length,
      message: `"${clip(wrong)}" is not a day (YYYY-MM-DD); a range is A..B, its end exclusive.`,
      replacements: [...(from === null ? [] : [`since ${from}`]), sample],
    };
  }
  if (from >= to) {
    const swapped = from > to ? `${to}..${from}` : `${from}..${addDays(from, 1)}`;
    return {
      kind: "bad",
      length,
      message: `The range ${from}..${to} is empty: its end is exclusive and must come after its start.`,
      replacements: [swapped],
    };
  }
  return { kind: "period", length, from, to, said: null };
}

/** 2026 · 2026-q3 · q3 2026 · 2026-09 · 2026-09-01 · september 2026. */
function readCalendar(words: readonly string[], today: Day): PeriodRead | PeriodFailure | null {
  const [first = "", second = ""] = words;
  const year = (text: string): boolean => /^20\d{2}$/.test(text);
  const quarter = /^(20\d{2})-?q([1-4])$/.exec(first);
  if (quarter !== null) return quarterOf(quarter[1] ?? "", Number(quarter[2]), 1);
  const bare = /^q([1-4])$/.exec(first);
  if (bare !== null) {
    const index = Number(bare[1]);
    if (year(second)) return quarterOf(second, index, 2);
    const started = `${today.slice(0, 4)}-${String(index * 3 - 2).padStart(2, "0")}-01` <= today;
    return quarterOf(String(Number(today.slice(0, 4)) - (started ? 0 : 1)), index, 1);
  }
  if (year(first)) return months(`${first}-01` as Month, 12, first, 1);
  const month = parseMonth(first);
  if (month !== null && year(first.slice(0, 4))) return months(month, 1, month, 1);
  const day = parseDay(first);
  if (day !== null && day >= DAY_MIN && day < DAY_MAX)
    return { kind: "period", length: 1, from: day, to: addDays(day, 1), said: day };
  const name = monthNamed(first, year(second) ? second : undefined, today);
  if (name !== null) return months(name, 1, name, year(second) ? 2 : 1);
  return badCalendar(first, today);
}

function quarterOf(year: string, index: number, length: number): PeriodRead {
  return months(`${year}-${String(index * 3 - 2).padStart(2, "0")}` as Month, 3, `${year}-q${index}`, length);
}

function months(start: Month, count: number, said: string, length: number): PeriodRead {
  return { kind: "period", length, from: firstDay(start), to: firstDay(addMonths(start, count)), said };
}

/** A month by name; without a year the latest one that has begun. */
export function monthNamed(word: string, year: string | undefined, today: Day): Month | null {
  const index =
    word.length < 3
      ? -1
      : MONTH_NAMES.findIndex(
          (name) => name === word || name.slice(0, 3) === word || (word === "sept" && name === "september"),
        );
  if (index < 0) return null;
  const tail = String(index + 1).padStart(2, "0");
  if (year !== undefined) return `${year}-${tail}` as Month;
  const sameYear = `${today.slice(0, 4)}-${tail}`;
  return (sameYear <= monthOf(today) ? sameYear : `${Number(today.slice(0, 4)) - 1}-${tail}`) as Month;
}

/** A date that is nearly one: says how to write it. */
function badCalendar(word: string, today: Day): PeriodFailure | null {
  const loose = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?$/.exec(word);
  if (loose !== null) {
    const [, year = "", month = "", day] = loose;
    const tail = month.padStart(2, "0");
    const candidates =
      day === undefined ? [`${year}-${tail}`] : [`${year}-${tail}-${day.padStart(2, "0")}`, `${year}-${tail}`];
    return {
      kind: "bad",
      length: 1,
      message: `"${clip(word)}" is no day or month of the calendar (YYYY-MM-DD or YYYY-MM).`,
      replacements: [...candidates.filter((text) => sideOf(text) !== null), monthOf(today)],
    };
  }
  const slashed = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(word);
  if (slashed === null) return null;
  const [, a = "", b = "", year = ""] = slashed;
  const orders = [
    `${year}-${b.padStart(2, "0")}-${a.padStart(2, "0")}`,
    `${year}-${a.padStart(2, "0")}-${b.padStart(2, "0")}`,
  ];
  return {
    kind: "bad",
    length: 1,
    message: `"${word}" could be two days: write days as YYYY-MM-DD.`,
    replacements: [...new Set(orders)].filter((text) => sideOf(text) !== null),
  };
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

import {
  addDays,
  addMonths,
  firstDay,
  monthOf,
  parseDay,
  parseMonth,
  weekStart,
  type Day,
  type Month,
} from "../../domain/period.ts";
import type { PeriodFailure, PeriodRead } from "./period-words.ts";

type Read = PeriodRead | PeriodFailure;

/** Weeks, halves and ranges as people say them; null when the words are none. `monthOfName` reads a month by name. */
export function readSpoken(
  words: readonly string[],
  today: Day,
  monthOfName: (word: string, year: string | undefined) => Month | null,
): Read | null {
  return readWeek(words, today) ?? readHalf(words, today) ?? readSpokenRange(words, monthOfName);
}

/** ISO week: `2026-w12`, "w12", "week 12", "week of 2026-03-17". A week without a year is the latest that has begun. */
function readWeek(words: readonly string[], today: Day): Read | null {
  const [first = "", second = "", third = ""] = words;
  if (first === "week" && second === "of") {
    const day = parseDay(third);
    return day === null ? null : week(weekStart(day), 3);
  }
  const named = /^(?:(20\d{2})-?)?w(\d{1,2})$/.exec(first === "week" ? `w${second}` : first);
  if (named === null) return null;
  const length = first === "week" ? 2 : 1;
  const number = Number(named[2]);
  const year = named[1] ?? today.slice(0, 4);
  const start = startOfWeek(year, number);
  if (start === null) {
    return {
      kind: "bad",
      length,
      message: `${year} has no week ${number}.`,
      replacements: [isoWeek(weekStart(today)), "last week"],
    };
  }
  if (named[1] !== undefined || start <= today) return week(start, length);
  const before = startOfWeek(String(Number(year) - 1), number);
  return before === null ? null : week(before, length);
}

function week(start: Day, length: number): PeriodRead {
  return { kind: "period", length, from: start, to: addDays(start, 7), said: isoWeek(start) };
}

/** ISO 8601: week 1 is the one with 4 January; a year has 52 or 53. */
function startOfWeek(year: string, number: number): Day | null {
  if (number < 1) return null;
  const start = addDays(weekStart(`${year}-01-04` as Day), (number - 1) * 7);
  return isoWeek(start).startsWith(year) ? start : null;
}

function isoWeek(start: Day): string {
  const year = addDays(start, 3).slice(0, 4);
  let number = 1;
  for (let at = weekStart(`${year}-01-04` as Day); at < start; at = addDays(at, 7)) number += 1;
  return `${year}-w${String(number).padStart(2, "0")}`;
}

/** `2026-h1`, "h1 2026", "h1". */
function readHalf(words: readonly string[], today: Day): PeriodRead | null {
  const [first = "", second = ""] = words;
  const named = /^(?:(20\d{2})-?)?h([12])$/.exec(first);
  if (named === null) return null;
  const month = named[2] === "1" ? "01" : "07";
  const after = named[1] === undefined && /^20\d{2}$/.test(second);
  const thisYear = today.slice(0, 4);
  const latest = `${thisYear}-${month}-01` <= today ? thisYear : String(Number(thisYear) - 1);
  const year = named[1] ?? (after ? second : latest);
  const start = `${year}-${month}` as Month;
  return {
    kind: "period",
    length: after ? 2 : 1,
    from: firstDay(start),
    to: firstDay(addMonths(start, 6)),
    said: `${year}-h${named[2]}`,
  };
}

type Side = { readonly month: Month | null; readonly day: Day | null; readonly length: number };

/**
 * "january to march 2026", "from 2026-01 to 2026-03", "between A and B". Of months everybody means both; of days it
 * cannot be told whether the last one belongs, so both readings are offered.
 */
function readSpokenRange(
  words: readonly string[],
  monthOfName: (word: string, year: string | undefined) => Month | null,
): Read | null {
  const opening = words[0] === "from" || words[0] === "between" ? 1 : 0;
  const sideAt = (at: number): Side | null => {
    const [word = "", next = ""] = words.slice(at);
    const year = /^20\d{2}$/.test(next) ? next : undefined;
    const name = monthOfName(word, year);
    if (name !== null) return { month: name, day: null, length: year === undefined ? 1 : 2 };
    const [month, day] = [parseMonth(word), parseDay(word)];
    return month === null && day === null ? null : { month, day, length: 1 };
  };
  const left = sideAt(opening);
  if (left === null) return null;
  const joint = words[opening + left.length] ?? "";
  const joins = words[0] === "between" ? /^(and|to)$/ : /^(to|until|till|through|thru)$/;
  if (!joins.test(joint)) return null;
  const right = sideAt(opening + left.length + 1);
  if (right === null) return null;
  const length = opening + left.length + 1 + right.length;
  if (left.month !== null && right.month !== null) return monthsBetween(left, right, words, length);
  const from = left.day ?? firstDay(left.month as Month);
  const last = right.day ?? firstDay(right.month as Month);
  const readings = [`${from}..${addDays(last, 1)}`, `${from}..${last}`].filter(
    (_, index) => from < last || index === 0,
  );
  return {
    kind: "bad",
    length,
    message: `Does ${last} belong to it? A range is A..B, its end exclusive.`,
    replacements: from <= last ? readings : [`${last}..${addDays(from, 1)}`],
  };
}

/** "november to february 2026": a month without a year is that of the other one, or of the year before it. */
function monthsBetween(left: Side, right: Side, words: readonly string[], length: number): Read {
  const to = right.month as Month;
  const yearSaid = words.slice(0, length).filter((word) => /^20\d{2}/.test(word)).length;
  let from = left.month as Month;
  if (
    yearSaid === 1 &&
    left.length === 1 &&
    parseMonth(words.find((word) => parseMonth(word) === from) ?? "") === null
  ) {
    const sameYear = `${to.slice(0, 4)}-${from.slice(5)}` as Month;
    from = sameYear <= to ? sameYear : addMonths(sameYear, -12);
  }
  if (from > to) {
    return {
      kind: "bad",
      length,
      message: `The range ends before it begins: ${from} is after ${to}.`,
      replacements: [`${firstDay(to)}..${firstDay(addMonths(from, 1))}`],
    };
  }
  return { kind: "period", length, from: firstDay(from), to: firstDay(addMonths(to, 1)), said: null };
}

const FISCAL = /^(fiscal|fy|fy'?\d{2,4}|fq[1-4])$/;

/** What sounds like a period and is none that bills know: a fiscal calendar, days to come. */
export function readUnknowable(words: readonly string[], today: Day): PeriodFailure | null {
  const [first = "", second = "", third = ""] = words;
  const thisMonth = monthOf(today);
  const relative = /^(this|last|current|previous)$/.test(first);
  if (FISCAL.test(first) || (relative && FISCAL.test(second))) {
    const unit = [second, third].find((word) => /^(year|quarter|month)$/.test(word)) ?? "year";
    let length = relative ? 2 : 1;
    while (/^(year|quarter|month|q[1-4]|20\d{2}|\d{2})$/.test(words[length] ?? "")) length += 1;
    const start = `${thisMonth.slice(0, 4)}-04-01` as Day;
    return {
      kind: "bad",
      length,
      message: `Bills know no fiscal calendar: say its days, like ${start}..${addMonths(monthOf(start), 12)}-01 (the end exclusive).`,
      replacements: [
        `${relative && /^(last|previous)$/.test(first) ? "last" : "this"} ${unit}`,
        `since ${firstDay(thisMonth)}`,
      ],
    };
  }
  const ahead =
    first === "tomorrow" || (/^(next|coming)$/.test(first) && /^(day|week|month|quarter|year)$/.test(second));
  if (!ahead) return null;
  return {
    kind: "bad",
    length: first === "tomorrow" ? 1 : 2,
    message: "That is still to come; bills know what was.",
    replacements: [first === "tomorrow" || second === "day" ? "today" : `this ${second}`],
  };
}

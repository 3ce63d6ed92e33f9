import fc from "fast-check";
import { expect, test } from "vitest";

import {
  addDays,
  addMonths,
  addMonthsToDay,
  day,
  daysBetween,
  eachDay,
  eachMonth,
  month,
  monthPeriod,
  parseDay,
  weekday,
  weekStart,
} from "./period.ts";

const anyDay = fc.integer({ min: 0, max: 30_000 }).map((offset) => addDays(day("2000-01-01"), offset));

test("going forth and back ends on the same day", () => {
  fc.assert(
    fc.property(
      anyDay,
      fc.integer({ min: -5000, max: 5000 }),
      (d, n) => addDays(addDays(d, n), -n) === d && daysBetween(d, addDays(d, n)) === n,
    ),
  );
});

test("a month's days are exactly its own", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1200 }), (offset) => {
      const m = addMonths(month("2000-01"), offset);
      const days = eachDay(monthPeriod(m));
      expect(days.every((d) => d.startsWith(m))).toBe(true);
      expect(addDays(days.at(-1) ?? day("2000-01-01"), 1).startsWith(addMonths(m, 1))).toBe(true);
      expect(eachMonth(monthPeriod(m))).toEqual([m]);
    }),
  );
});

test("weeks start on Monday and hold the day", () => {
  fc.assert(
    fc.property(anyDay, (d) => {
      const start = weekStart(d);
      expect(weekday(start)).toBe(1);
      expect(daysBetween(start, d)).toBeGreaterThanOrEqual(0);
      expect(daysBetween(start, d)).toBeLessThan(7);
    }),
  );
});

test.each([
  ["2026-03-31", -1, "2026-02-28"],
  ["2024-03-31", -1, "2024-02-29"],
  ["2026-01-15", 12, "2027-01-15"],
])("%s and %i months is %s", (from, count, expected) => {
  expect(addMonthsToDay(day(from), count)).toBe(expected);
});

test.each(["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", ""])("%j is no day", (text) => {
  expect(parseDay(text)).toBeNull();
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { addDays, day, daysBetween, periodLength, weekday } from "../domain/period.ts";
import { cronOf, cronWords } from "./digest-times.ts";
import { digestPeriods, fiscalName, soFar } from "./digest-periods.ts";
import { nextRuns } from "./next-runs.ts";

const span = (from: string, to: string) => ({ from, to });

describe("what a digest tells of", () => {
  test.each([
    ["day", "2026-11-20", "2026-11-22", span("2026-11-20", "2026-11-21"), span("2026-11-13", "2026-11-14"), null],
    // On Monday the week before, complete through Sunday or cut where it is not.
    ["week", "2026-11-22", "2026-11-24", span("2026-11-16", "2026-11-23"), span("2026-11-09", "2026-11-16"), null],
    ["week", "2026-11-21", "2026-11-23", span("2026-11-16", "2026-11-22"), span("2026-11-09", "2026-11-15"), "whole"],
    ["week", "2026-11-20", "2026-11-23", span("2026-11-16", "2026-11-21"), span("2026-11-09", "2026-11-14"), "whole"],
    ["week", "2026-11-19", "2026-11-23", span("2026-11-09", "2026-11-16"), span("2026-11-02", "2026-11-09"), null],
    // A Sunday belongs to the week that is not over.
    ["week", "2026-11-20", "2026-11-22", span("2026-11-09", "2026-11-16"), span("2026-11-02", "2026-11-09"), null],
    ["month", "2026-11-03", "2026-11-05", span("2026-10-01", "2026-11-01"), span("2026-09-01", "2026-10-01"), null],
    ["month", "2026-02-28", "2026-03-05", span("2026-02-01", "2026-03-01"), span("2026-01-01", "2026-02-01"), null],
    ["month", "2026-03-30", "2026-04-01", span("2026-03-01", "2026-03-31"), span("2026-02-01", "2026-03-01"), "whole"],
    ["month", "2026-10-29", "2026-11-01", span("2026-10-01", "2026-10-30"), span("2026-09-01", "2026-09-30"), "whole"],
    ["month", "2026-10-20", "2026-11-01", span("2026-09-01", "2026-10-01"), span("2026-08-01", "2026-09-01"), null],
    ["month", "2025-06-30", "2026-11-01", span("2025-06-01", "2025-07-01"), span("2025-05-01", "2025-06-01"), null],
  ] as const)("%s, complete through %s, on %s", (cycle, through, today, period, against, cut) => {
    const found = digestPeriods(cycle, { through: day(through), today: day(today) });
    expect([found.period, found.against, found.whole === null ? null : "whole"]).toEqual([period, against, cut]);
  });

  test("whatever the days: complete, compared with a span before it, within the picture", () => {
    const cycles = fc.constantFrom("day", "week", "month");
    const input = fc.record({
      cycle: cycles,
      at: fc.integer({ min: 0, max: 1500 }),
      lag: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(input, ({ cycle, at, lag }) => {
        const through = addDays(day("2024-01-01"), at);
        const { period, against, chart, whole } = digestPeriods(cycle, { through, today: addDays(through, lag) });
        expect(period.from < period.to && period.to <= addDays(through, 1)).toBe(true);
        expect(against.to <= period.from).toBe(true);
        expect(chart.from <= against.from && chart.to >= period.to).toBe(true);
        expect(cycle !== "week" || weekday(period.from) === 1).toBe(true);
        expect(cycle === "month" || weekday(period.from) === weekday(against.from)).toBe(true);
        expect(cycle === "month" || periodLength(period) === periodLength(against)).toBe(true);
        expect(whole === null || daysBetween(period.to, whole.to) > 0).toBe(true);
      }),
    );
  });
});

describe("so far, against the same days before", () => {
  test.each([
    ["month", "2026-02-28", 1, span("2026-02-01", "2026-03-01"), span("2026-01-01", "2026-02-01"), "2026-02"],
    ["month", "2026-03-31", 1, span("2026-03-01", "2026-04-01"), span("2026-02-01", "2026-03-01"), "2026-03"],
    ["month", "2026-03-30", 1, span("2026-03-01", "2026-03-31"), span("2026-02-01", "2026-03-01"), "2026-03"],
    ["month", "2026-01-15", 1, span("2026-01-01", "2026-01-16"), span("2025-12-01", "2025-12-16"), "2026-01"],
    ["quarter", "2026-11-20", 1, span("2026-10-01", "2026-11-21"), span("2026-07-01", "2026-08-21"), "Q4 2026"],
    ["quarter", "2026-11-20", 2, span("2026-11-01", "2026-11-21"), span("2026-08-01", "2026-08-21"), "Q4 FY2027"],
    ["quarter", "2026-02-10", 2, span("2026-02-01", "2026-02-11"), span("2025-11-01", "2025-11-11"), "Q1 FY2027"],
    ["year", "2026-11-20", 10, span("2026-10-01", "2026-11-21"), span("2025-10-01", "2025-11-21"), "FY2027"],
    ["year", "2026-09-30", 10, span("2025-10-01", "2026-10-01"), span("2024-10-01", "2025-10-01"), "FY2026"],
    ["year", "2024-02-29", 1, span("2024-01-01", "2024-03-01"), span("2023-01-01", "2023-03-01"), "2024"],
  ] as const)("%s at %s, fiscal year from month %i", (unit, at, start, period, previous, name) => {
    const found = soFar(unit, day(at), start);
    expect([found.period, found.previous, fiscalName(unit, day(at), start)]).toEqual([period, previous, name]);
  });
});

describe("when it comes", () => {
  const time = { hour: 2, minute: 30, on: null };
  const runs = (cron: string, timeZone: string, from: string, count: number) =>
    nextRuns({ cron, timeZone }, Date.parse(from), count).map((at) => new Date(at).toISOString().slice(0, 16));

  test("a daily one in the hour that spring skips comes once, after the gap; in the repeated one once, the first time", () => {
    const cron = cronOf("day", time);
    expect(runs(cron, "Europe/Berlin", "2026-03-28T12:00:00Z", 2)).toEqual(["2026-03-29T01:00", "2026-03-30T00:30"]);
    expect(runs(cron, "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual(["2026-10-25T00:30", "2026-10-26T01:30"]);
  });

  test("a weekly one keeps its hour of the day over both changes", () => {
    const cron = cronOf("week", { hour: 9, minute: 0, on: 1 });
    expect(runs(cron, "America/New_York", "2026-03-02T15:00:00Z", 2)).toEqual(["2026-03-09T13:00", "2026-03-16T13:00"]);
    expect(runs(cron, "America/New_York", "2026-10-26T15:00:00Z", 2)).toEqual(["2026-11-02T14:00", "2026-11-09T14:00"]);
  });

  test("a monthly one comes every month; on its last day whatever its length", () => {
    expect(runs(cronOf("month", { ...time, on: "last" }), "UTC", "2026-01-15T00:00:00Z", 3)).toEqual([
      "2026-01-31T02:30",
      "2026-02-28T02:30",
      "2026-03-31T02:30",
    ]);
    expect(runs(cronOf("month", time), "UTC", "2026-01-15T00:00:00Z", 2)).toEqual([
      "2026-02-05T02:30",
      "2026-03-05T02:30",
    ]);
  });

  test.each([
    ["0 9 * * *", "daily at 09:00"],
    ["30 8 * * 1", "Mondays at 08:30"],
    ["30 8 * * mon-fri", "Monday to Friday at 08:30"],
    ["5 7 22 * *", "on the 22nd at 07:05"],
    ["5 7 L * *", "on the last day of the month at 07:05"],
    ["*/15 * * * *", null],
    ["0 9 1 1 *", null],
  ])("%s in words", (cron, words) => expect(cronWords(cron)).toBe(words));
});

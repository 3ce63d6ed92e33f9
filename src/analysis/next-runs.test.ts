import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { latestRun, nextRuns } from "./next-runs.ts";

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";
const at = (text: string): number => Date.parse(text);

/** Name, cron, zone, from, the instants wanted. */
const cases: [name: string, cron: string, timeZone: string, from: string, want: string[]][] = [
  ["ordinary day, summer", "0 9 * * *", BERLIN, "2026-07-01T00:00Z", ["2026-07-01T07:00Z", "2026-07-02T07:00Z"]],
  ["due instant itself is past", "0 9 * * *", BERLIN, "2026-07-01T07:00Z", ["2026-07-02T07:00Z"]],
  [
    "gap, Berlin: 02:30 does not exist, runs at 03:00",
    "30 2 * * *",
    BERLIN,
    "2026-03-28T12:00Z",
    ["2026-03-29T01:00Z", "2026-03-30T00:30Z"],
  ],
  [
    "gap, New York: 02:30 does not exist, runs at 03:00",
    "30 2 * * *",
    NEW_YORK,
    "2026-03-07T12:00Z",
    ["2026-03-08T07:00Z", "2026-03-09T06:30Z"],
  ],
  [
    "overlap, Berlin: 02:30 occurs twice, runs once",
    "30 2 * * *",
    BERLIN,
    "2026-10-24T12:00Z",
    ["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
  ],
  [
    "overlap, New York: 01:30 occurs twice, runs once",
    "30 1 * * *",
    NEW_YORK,
    "2026-10-31T12:00Z",
    ["2026-11-01T05:30Z", "2026-11-02T06:30Z"],
  ],
  [
    "between the two occurrences nothing is due again",
    "30 2 * * *",
    BERLIN,
    "2026-10-25T00:45Z",
    ["2026-10-26T01:30Z"],
  ],
  [
    "09:00 stays 09:00 across the spring change",
    "0 9 * * *",
    BERLIN,
    "2026-03-28T00:00Z",
    ["2026-03-28T08:00Z", "2026-03-29T07:00Z", "2026-03-30T07:00Z"],
  ],
  [
    "09:00 stays 09:00 across the autumn change",
    "0 9 * * *",
    NEW_YORK,
    "2026-10-31T00:00Z",
    ["2026-10-31T13:00Z", "2026-11-01T14:00Z", "2026-11-02T14:00Z"],
  ],
  [
    "a list of hours is not lost in the gap",
    "0 2,14 * * *",
    BERLIN,
    "2026-03-28T20:00Z",
    ["2026-03-29T01:00Z", "2026-03-29T12:00Z"],
  ],
  [
    "half-hourly, gap: by elapsed time",
    "*/30 * * * *",
    BERLIN,
    "2026-03-29T00:15Z",
    ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"],
  ],
  [
    "half-hourly, overlap: both hours",
    "*/30 * * * *",
    BERLIN,
    "2026-10-25T00:15Z",
    ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"],
  ],
  [
    "zone without daylight saving",
    "30 2 * * *",
    "Asia/Kolkata",
    "2026-03-28T00:00Z",
    ["2026-03-28T21:00Z", "2026-03-29T21:00Z"],
  ],
];

test.each(cases)("%s", (_name, cron, timeZone, from, want) => {
  expect(nextRuns({ cron, timeZone }, at(from), want.length).map(show)).toEqual(want.map((text) => show(at(text))));
});

describe("the latest run", () => {
  const latest: [name: string, cron: string, timeZone: string, until: string, want: string][] = [
    ["is the due instant itself", "0 9 * * *", BERLIN, "2026-07-01T07:00:00.000Z", "2026-07-01T07:00Z"],
    ["is not yet, half a second before", "0 9 * * *", BERLIN, "2026-07-01T06:59:59.500Z", "2026-06-30T07:00Z"],
    ["in the gap is the moved one", "30 2 * * *", BERLIN, "2026-03-29T01:00:00Z", "2026-03-29T01:00Z"],
    ["in the second occurrence is the first", "30 2 * * *", BERLIN, "2026-10-25T01:45:00Z", "2026-10-25T00:30Z"],
    ["after two weeks of standstill is today's", "0 9 * * *", NEW_YORK, "2026-11-15T20:00:00Z", "2026-11-15T14:00Z"],
  ];
  test.each(latest)("%s", (_name, cron, timeZone, until, want) => {
    expect(show(latestRun({ cron, timeZone }, at(until)) ?? 0)).toBe(show(at(want)));
  });
});

test("property: latest and next run are neighbours, in every zone and minute of two years", () => {
  const schedule = fc.record({
    cron: fc.constantFrom("0 9 * * *", "30 2 * * *", "30 1 * * *", "0 2,14 * * *", "*/15 * * * *", "0 9 * * mon-fri"),
    timeZone: fc.constantFrom(BERLIN, NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe", "UTC"),
  });
  const instant = fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2027-12-31T00:00Z") });
  fc.assert(
    fc.property(schedule, instant, (when, now) => {
      const latest = latestRun(when, now) ?? Number.NaN;
      const [next] = nextRuns(when, now);
      expect(latest).toBeLessThanOrEqual(now);
      expect(next).toBeGreaterThan(now);
      expect(nextRuns(when, latest)[0]).toBe(next);
    }),
  );
});

function show(instant: number): string {
  return new Date(instant).toISOString();
}

import { expect, test } from "vitest";

import { day, type Period } from "../domain/period.ts";
import { alignedBucket, bucketBeside, bucketPeriod, comparePeriods } from "./compare.ts";

const days = (text: string): Period => {
  const [from = "", to = ""] = text.split("..");
  return { from: day(from), to: day(to) };
};
const text = ({ from, to }: Period): string => `${from}..${to}`;

const CASES: [
  name: string,
  asked: string,
  said: string | null,
  versus: "previous" | "year-ago" | string,
  through: string | null,
  current: string,
  previous: string,
][] = [
  [
    "a month so far goes with the same days before",
    "2026-11-01..2026-11-23",
    "this month",
    "previous",
    null,
    "2026-11-01..2026-11-23",
    "2026-10-01..2026-10-23",
  ],
  [
    "both sides end at the last complete day",
    "2026-11-01..2026-11-23",
    "this month",
    "previous",
    "2026-11-20",
    "2026-11-01..2026-11-21",
    "2026-10-01..2026-10-21",
  ],
  [
    "a full month goes with the full month before",
    "2026-10-01..2026-11-01",
    "last month",
    "previous",
    "2026-11-20",
    "2026-10-01..2026-11-01",
    "2026-09-01..2026-10-01",
  ],
  [
    "a short month clips",
    "2026-03-01..2026-03-31",
    "this month",
    "previous",
    null,
    "2026-03-01..2026-03-31",
    "2026-02-01..2026-03-01",
  ],
  [
    "N days go with the N before",
    "2026-11-16..2026-11-23",
    "7d",
    "previous",
    "2026-11-20",
    "2026-11-16..2026-11-21",
    "2026-11-09..2026-11-14",
  ],
  [
    "a quarter so far",
    "2026-10-01..2026-11-23",
    "this quarter",
    "previous",
    null,
    "2026-10-01..2026-11-23",
    "2026-07-01..2026-08-23",
  ],
  [
    "a full quarter",
    "2026-07-01..2026-10-01",
    "2026-q3",
    "previous",
    null,
    "2026-07-01..2026-10-01",
    "2026-04-01..2026-07-01",
  ],
  [
    "a year ago, leap day clipped",
    "2024-02-01..2024-03-01",
    "2024-02",
    "year-ago",
    null,
    "2024-02-01..2024-03-01",
    "2023-02-01..2023-03-01",
  ],
  [
    "a week",
    "2026-11-16..2026-11-23",
    "last week",
    "previous",
    null,
    "2026-11-16..2026-11-23",
    "2026-11-09..2026-11-16",
  ],
  [
    "explicit months align by calendar",
    "2026-03-01..2026-04-01",
    null,
    "previous",
    null,
    "2026-03-01..2026-04-01",
    "2026-02-01..2026-03-01",
  ],
  [
    "explicit days go back by their number",
    "2026-03-05..2026-03-08",
    null,
    "previous",
    null,
    "2026-03-05..2026-03-08",
    "2026-03-02..2026-03-05",
  ],
  [
    "three months back",
    "2026-08-23..2026-11-23",
    "3m",
    "previous",
    null,
    "2026-08-23..2026-11-23",
    "2026-05-23..2026-08-23",
  ],
  [
    "another period of the same kind is cut alike",
    "2026-11-01..2026-12-01",
    "2026-11",
    "2026-10-01..2026-11-01",
    "2026-11-20",
    "2026-11-01..2026-11-21",
    "2026-10-01..2026-10-21",
  ],
  [
    "a period without a complete day is not cut",
    "2026-11-22..2026-11-23",
    "today",
    "previous",
    "2026-11-20",
    "2026-11-22..2026-11-23",
    "2026-11-21..2026-11-22",
  ],
];
test.each(CASES)("%s", (_, asked, said, versus, through, current, previous) => {
  const other =
    versus === "previous" || versus === "year-ago" ? { with: versus } : { with: "period" as const, ...days(versus) };
  const found = comparePeriods(days(asked), said, other as never, through === null ? null : day(through));
  expect([text(found.current), text(found.previous)]).toEqual([current, previous]);
});

test("buckets stand beside those they are compared with", () => {
  const current = days("2026-11-01..2026-11-21");
  const previous = days("2026-10-01..2026-10-21");
  expect(alignedBucket(day("2026-10-05"), "day", current, previous)).toBe("2026-11-05");
  expect(alignedBucket(day("2026-10-01"), "month", current, previous)).toBe("2026-11-01");
  expect(bucketPeriod(day("2026-10-26"), "week", current)).toEqual(days("2026-11-01..2026-11-02"));
});

test("what a longer side has more stands in one bucket without days, never in days nobody asked for", () => {
  const current = days("2026-02-01..2026-03-01");
  const previous = days("2026-01-01..2026-02-01");
  expect(bucketBeside(day("2026-01-28"), "day", current, previous)).toBe("2026-02-28");
  for (const surplus of ["2026-01-29", "2026-01-31"])
    expect(bucketBeside(day(surplus), "day", current, previous)).toBe("2026-03-01");
  expect(bucketPeriod(day("2026-03-01"), "day", current)).toEqual(days("2026-03-01..2026-03-01"));
  const weeks = [days("2026-03-02..2026-03-09"), days("2026-02-23..2026-03-02")] as const;
  expect(bucketBeside(day("2026-03-01"), "month", ...weeks)).toBe("2026-03-09");
});

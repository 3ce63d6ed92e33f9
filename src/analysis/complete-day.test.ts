import fc from "fast-check";
import { expect, test } from "vitest";

import { addDays, day } from "../domain/period.ts";
import { combinedThrough, isStale, lastCompleteDay } from "./complete-day.ts";

const TODAY = day("2026-11-22");
const counts = (rows: readonly number[], last = day("2026-11-21")) =>
  rows.map((count, index) => ({ day: addDays(last, index - rows.length + 1), rows: count }));

test("yesterday is not complete past the provider's lag", () => {
  expect(lastCompleteDay("aws", counts(Array.from({ length: 30 }, () => 100)), TODAY)).toBe("2026-11-20");
});
test("a day with too few rows is still arriving", () => {
  expect(lastCompleteDay("aws", counts([...Array.from({ length: 28 }, () => 100), 60, 10]), TODAY)).toBe("2026-11-19");
});
test("weekends that are always small are whole", () => {
  const weekly = Array.from({ length: 35 }, (_, index) => (index % 7 < 2 ? 40 : 100));
  expect(lastCompleteDay("aws", counts(weekly, day("2026-11-20")), TODAY)).toBe("2026-11-20");
});
test("a new source is believed", () =>
  expect(lastCompleteDay("gcp", counts([5, 900], day("2026-11-20")), TODAY)).toBe("2026-11-20"));
test("no rows, no day", () => expect(lastCompleteDay("gcp", [], TODAY)).toBeNull());

test("the order of days never matters", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 40 }),
      fc.infiniteStream(fc.nat()),
      (rows, order) => {
        const listed = counts(rows);
        const shuffled = listed
          .map((one) => ({ one, at: order.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(lastCompleteDay("aws", shuffled, TODAY)).toBe(lastCompleteDay("aws", listed, TODAY));
      },
    ),
  );
});

const source = (through: string | null, stale: boolean) => ({
  source: through ?? "none",
  provider: "aws",
  through: through === null ? null : day(through),
  stale,
});
test("the earliest of those not stale holds", () => {
  expect(combinedThrough([source("2026-11-20", false), source("2026-11-19", false), source("2026-10-01", true)])).toBe(
    "2026-11-19",
  );
});
test("when all are stale, those close to the newest hold together", () => {
  expect(combinedThrough([source("2026-03-31", true), source("2026-03-30", true), source("2024-10-01", true)])).toBe(
    "2026-03-30",
  );
  expect(combinedThrough([source(null, true)])).toBeNull();
});
test("stale begins after the rhythm", () => {
  expect([isStale("aws", day("2026-11-18"), TODAY, 36), isStale("aws", day("2026-11-17"), TODAY, 36)]).toEqual([
    false,
    true,
  ]);
});

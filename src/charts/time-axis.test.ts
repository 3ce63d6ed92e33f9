import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { addDays, day } from "../domain/period.ts";
import { buckets, firstProvisional, timeTicks } from "./time-axis.ts";

const days = (from: string, count: number) => Array.from({ length: count }, (_, index) => addDays(day(from), index));

describe("buckets", () => {
  test("fills the days without a charge", () =>
    expect(buckets([day("2026-11-03"), day("2026-11-01")], "day")).toEqual(["2026-11-01", "2026-11-02", "2026-11-03"]));
  test("weeks go on from Monday after a clipped first one", () =>
    expect(buckets([day("2026-09-09"), day("2026-09-28")], "week")).toEqual([
      "2026-09-09",
      "2026-09-14",
      "2026-09-21",
      "2026-09-28",
    ]));
  test("fills months", () =>
    expect(buckets([day("2025-12-01"), day("2026-02-01")], "month")).toEqual([
      "2025-12-01",
      "2026-01-01",
      "2026-02-01",
    ]));
});

describe("provisional", () => {
  test("a month is provisional when one of its days is", () => {
    const months = [day("2026-10-01"), day("2026-11-01")];
    expect(firstProvisional(months, "month", day("2026-11-20"))).toBe(1);
    expect(firstProvisional(months, "month", day("2026-12-01"))).toBeNull();
  });
});

describe("dates written", () => {
  test("a week names every day", () => {
    expect(timeTicks(days("2026-11-01", 7), "day", 700, 80).map((tick) => tick.label)).toHaveLength(7);
  });
  test("a quarter names Mondays", () => {
    const labels = timeTicks(days("2026-09-01", 60), "day", 700, 80).map((tick) => tick.label);
    expect(labels).toEqual(["7 Sep", "14 Sep", "21 Sep", "28 Sep", "5 Oct", "12 Oct", "19 Oct", "26 Oct"]);
  });
  test("months across a year name the new year", () => {
    const labels = timeTicks(days("2025-10-01", 160), "day", 500, 80).map((tick) => tick.label);
    expect(labels).toEqual(["Oct", "Nov", "Dec", "2026", "Feb", "Mar"]);
  });
  test("law: never closer than asked, always at least one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 200, max: 800 }), (count, width) => {
        const ticks = timeTicks(days("2024-02-11", count), "day", width, 72);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(Math.max(1, Math.floor(width / 72)));
      }),
    );
  });
});

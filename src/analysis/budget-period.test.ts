import fc from "fast-check";
import { expect, test } from "vitest";

import { BUDGET_CYCLES } from "../domain/budget.ts";
import { addDays, day, DAY_MIN } from "../domain/period.ts";
import { budgetPeriodOf, previousBudgetPeriod } from "./budget-period.ts";

test.each([
  ["month", "2026-02-28", 1, "2026-02-01", "2026-03-01"],
  ["month", "2028-02-29", 1, "2028-02-01", "2028-03-01"],
  ["quarter", "2026-12-31", 1, "2026-10-01", "2027-01-01"],
  ["quarter", "2027-01-31", 2, "2026-11-01", "2027-02-01"],
  ["year", "2026-12-31", 1, "2026-01-01", "2027-01-01"],
  ["year", "2026-01-31", 2, "2025-02-01", "2026-02-01"],
  ["year", "2026-04-06", 4, "2026-04-01", "2027-04-01"],
] as const)("the %s of %s with the fiscal year from month %i", (cycle, at, start, from, to) => {
  expect(budgetPeriodOf(cycle, day(at), start)).toEqual({ from, to });
});

test("law: every day is in exactly one period, and periods follow each other without a gap", () => {
  const at = fc.integer({ min: 0, max: 36_000 }).map((index) => addDays(DAY_MIN, index));
  fc.assert(
    fc.property(fc.constantFrom(...BUDGET_CYCLES), at, fc.integer({ min: 1, max: 12 }), (cycle, today, start) => {
      const period = budgetPeriodOf(cycle, today, start);
      expect(period.from <= today && today < period.to).toBe(true);
      expect(budgetPeriodOf(cycle, addDays(period.to, -1), start)).toEqual(period);
      const before = previousBudgetPeriod(cycle, period);
      expect(before.to).toBe(period.from);
      expect(budgetPeriodOf(cycle, before.from, start)).toEqual(before);
    }),
  );
});

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { KINDS } from "../../src/domain/kind.ts";
import { azure, cur, focus, gcp, oci } from "./bill-rows.ts";
import { atomsOf, openMapper, toCsv } from "./map-file.ts";
import type { Mapper } from "./map-file.ts";

/**
 * Laws every format keeps, over rows that are right, odd or broken: one row out for each row in; a row is accepted, or
 * dropped with a reason, or a reject with a reason; control totals = sums of what was mapped; kinds are disjoint.
 */
let duck: Mapper;
beforeAll(async () => {
  duck = await openMapper();
});
afterAll(() => duck.close());

test.each([
  ["CUR", "bill.csv", cur],
  ["Azure actual", "actual.csv", azure],
  ["Azure amortized", "amortized.csv", azure],
  ["Oracle", "bill.csv", oci],
  ["Google", "bill.csv", gcp],
  ["FOCUS", "bill.csv", focus],
] as const)("%s keeps every row and every amount", async (_, name, arbitrary) => {
  const bills = fc.array<Record<string, string>>(arbitrary, { minLength: 1, maxLength: 100, size: "max" });
  await fc.assert(
    fc.asyncProperty(bills, async (bill) => {
      const { rows, extra, controlAccepted, format, file } = await duck.csv(toCsv(bill), { name });
      expect(rows).toHaveLength(bill.length);
      for (const row of rows) {
        expect(KINDS).toContain(row.kind);
        expect(row.problem_column === null).toBe(row.problem_reason === null);
        const needed = [
          row.billed_cost,
          row.effective_cost,
          row.list_cost,
          row.contracted_cost,
          row.charge_period_start,
          row.billing_period_start,
        ];
        expect(row.problem_column !== null || needed.every((value) => value !== null)).toBe(true);
      }
      for (const row of extra)
        expect([row.problem_column, row.charge_category === "Usage" || row.charge_category === "Credit"]).toEqual([
          null,
          true,
        ]);
      const kept = [...rows.filter((row) => row.problem_column === null && row.dropped_reason === null), ...extra];
      const costs = format.control(file).costs;
      for (const cost of ["billed", "effective", "list", "contracted"] as const) {
        expect(costs[cost] === null || atomsOf(kept, `${cost}_cost`) === atomsOf([controlAccepted], cost)).toBe(true);
      }
    }),
    { numRuns: 5 },
  );
});

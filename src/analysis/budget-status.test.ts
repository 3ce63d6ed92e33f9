import fc from "fast-check";
import { expect, test } from "vitest";

import type { BudgetAlert, Threshold } from "../domain/budget.ts";
import { money, type Money } from "../domain/money.ts";
import { day } from "../domain/period.ts";
import { isCrossed, moveThresholds, percentOf, stateOf } from "./budget-status.ts";

const usd = (amount: string | bigint): Money => money(String(amount), "USD");
const alertOf = (threshold: Threshold, spent: Money): BudgetAlert => ({
  ...threshold,
  state: "crossed",
  crossedOn: day("2026-03-10"),
  through: null,
  lastDay: null,
  spent,
  forecast: null,
  notified: true,
  undoneOn: null,
  undoneReason: null,
});

test("at the threshold counts, an atom below does not, and a percentage never reads as more than it is", () => {
  const threshold = { basis: "actual", percent: 80 } as const;
  expect(isCrossed(threshold, usd("100"), { spent: usd("80"), forecast: null })).toBe(true);
  expect(isCrossed(threshold, usd("100"), { spent: usd("79.999999999999999999"), forecast: null })).toBe(false);
  expect(percentOf(usd("79.999999"), usd("100"))).toBe("79%");
  expect(percentOf(usd("99.99"), usd("100"))).toBe("99%");
  expect(percentOf(usd("100"), usd("100"))).toBe("100%");
  expect(percentOf(usd("9.99"), usd("100"))).toBe("9.9%");
  expect(percentOf(usd("-30"), usd("100"))).toBe("−30%");
});

test("what is not known judges nothing and undoes nothing", () => {
  const threshold = { basis: "actual", percent: 50 } as const;
  const budget = { amount: usd("100"), thresholds: [threshold] };
  const unknown = { spent: null, forecast: null };
  expect(moveThresholds(budget, unknown, [alertOf(threshold, usd("60"))])).toEqual({
    fire: [],
    undo: [],
    again: [],
    drop: [],
  });
  expect(stateOf(usd("100"), unknown, [])).toBe("unknown");
});

test("law: whatever the spending does, each threshold fires once a period, and what fired is never fired again", () => {
  const amounts = fc.array(fc.bigInt({ min: -1000n, max: 3000n }), { minLength: 1, maxLength: 12 });
  const percents = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(amounts, percents, (spendings, chosen) => {
      const thresholds = chosen.map((percent): Threshold => ({ basis: "actual", percent }));
      const budget = { amount: usd("1000"), thresholds };
      let alerts: BudgetAlert[] = [];
      const fired: number[] = [];
      for (const spending of spendings) {
        const reading = { spent: usd(spending), forecast: null };
        const moves = moveThresholds(budget, reading, alerts);
        fired.push(...moves.fire.map(({ percent }) => percent));
        alerts = [
          ...alerts.map((alert): BudgetAlert =>
            moves.undo.includes(alert)
              ? { ...alert, state: "undone" }
              : moves.again.includes(alert)
                ? { ...alert, state: "crossed" }
                : alert,
          ),
          ...moves.fire.map((threshold) => alertOf(threshold, reading.spent)),
        ];
        // Settled: the same reading moves nothing.
        expect(moveThresholds(budget, reading, alerts)).toEqual({ fire: [], undo: [], again: [], drop: [] });
        for (const alert of alerts) expect(alert.state === "crossed").toBe(isCrossed(alert, budget.amount, reading));
      }
      expect(new Set(fired).size).toBe(fired.length);
      const highest = spendings.reduce((top, one) => (one > top ? one : top), -(10n ** 9n));
      const reached = chosen.filter((percent) => highest * 100n >= 1000n * BigInt(percent));
      expect(new Set(fired)).toEqual(new Set(reached));
    }),
  );
});

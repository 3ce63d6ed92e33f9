import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compare, money, multiply, subtract, toDecimal } from "../domain/money.ts";
import { day } from "../domain/period.ts";
import { measureSaving, measuringPeriods, verdictOf } from "./savings.ts";

const usd = (amount: string) => money(amount, "USD");
const over = (cost: string, billedDays: number, quantity: bigint | null = null, contracted = cost, covered = "0") => ({
  cost: usd(cost),
  contracted: usd(contracted),
  covered: usd(covered),
  otherCurrencies: [] as string[],
  billedDays,
  quantity: quantity === null ? null : { atoms: quantity, unit: "Hours" },
});
const periods = measuringPeriods(day("2026-03-15"), 7);
const measure = (before: ReturnType<typeof over>, after: ReturnType<typeof over>) =>
  measureSaving({
    promisedMonthly: usd("30.4"),
    before: { period: periods.before, billed: before },
    after: { period: periods.after, billed: after },
  });

test("14 days before, so many after, the day itself is neither", () => {
  expect(periods).toEqual({
    before: { from: "2026-03-01", to: "2026-03-15" },
    after: { from: "2026-03-16", to: "2026-03-23" },
  });
});

describe("the bill's figure", () => {
  test("a resource that is gone saves all it cost", () => {
    const figure = measure(over("14", 14), over("0", 0));
    expect(toDecimal(figure.measuredMonthly)).toBe("30.4");
    expect(figure.verdict).toBe("realised");
    expect(figure.notes).toEqual(["The resource is gone from the bill."]);
  });

  test("a bill that goes on in another currency saves nothing", () => {
    const figure = measure(over("14", 14), { ...over("0", 7), otherCurrencies: ["EUR"] });
    expect([toDecimal(figure.measuredMonthly), figure.verdict]).toEqual(["0", "not-realised"]);
    expect(figure.notes).toEqual([
      "It is billed in EUR now, not in USD: what it saves cannot be said, so nothing is counted.",
    ]);
  });

  test("growth is named", () => {
    const figure = measure(over("14", 14, 336n), over("5.25", 7, 252n));
    expect(toDecimal(figure.measuredMonthly)).toBe("7.6");
    expect(figure.verdict).toBe("partly-realised");
    expect(figure.notes).toEqual(["Its usage grew by 50 % a billed day; that is part of the figure."]);
  });

  test("what a commitment that came meanwhile takes off the price is not the work's", () => {
    // The same usage, $1 a day at contracted prices, costs 30 cents under a plan bought meanwhile.
    const figure = measure(over("14", 14), over("2.1", 7, null, "7", "7"));
    expect(toDecimal(figure.measuredMonthly)).toBe("0");
    expect(figure.verdict).toBe("not-realised");
    expect(figure.notes).toEqual([
      "A commitment covers 100 % of it now, 0 % before: what that takes off the price is not part of the figure.",
    ]);
    // Half the usage is gone: half of what it cost is the work's.
    const half = measure(over("14", 14), over("1.05", 7, null, "3.5", "3.5"));
    expect(toDecimal(half.measuredMonthly)).toBe("15.2");
    // One that was there before changes nothing.
    const same = measure(over("14", 14, null, "28", "28"), over("3.5", 7, null, "7", "7"));
    expect([toDecimal(same.measuredMonthly), same.notes]).toEqual(["15.2", []]);
  });

  test("no more is saved than it cost, whatever is refunded afterwards", () => {
    const figure = measure(over("14", 14), over("-70", 7));
    expect(toDecimal(figure.measuredMonthly)).toBe("30.4");
    expect(figure.notes).toEqual([
      "What was refunded after the work is not part of the figure: no more is saved than it cost.",
    ]);
  });

  test("never more than it cost and never more than it fell by, for any bills", () => {
    const cents = fc.integer({ min: -5_000, max: 50_000 }).map((value) => (value / 100).toFixed(2));
    const paid = fc.integer({ min: 0, max: 50_000 }).map((value) => (value / 100).toFixed(2));
    const share = fc.integer({ min: 0, max: 100 });
    const side = fc.tuple(cents, paid, share, fc.integer({ min: 0, max: 7 }));
    fc.assert(
      fc.property(paid, side, side, (cost, before, after) => {
        const [, contractedBefore, coveredBefore] = before;
        const [costAfter, contractedAfter, coveredAfter, days] = after;
        const part = (of: string, percent: number): string => toDecimal(multiply(usd(of), (percent / 100).toFixed(2)));
        const figure = measure(
          over(cost, 14, null, contractedBefore, part(contractedBefore, coveredBefore)),
          over(costAfter, days, null, contractedAfter, part(contractedAfter, coveredAfter)),
        );
        const all = multiply(figure.beforeDaily, "30.4");
        const fell = multiply(subtract(figure.beforeDaily, figure.afterDaily), "30.4");
        // A unit of the last place is what rounding leaves.
        const atMost = (limit: typeof all): boolean => figure.measuredMonthly.atoms <= limit.atoms + 32n;
        expect([atMost(all), atMost(fell)]).toEqual([true, true]);
      }),
    );
  });

  test("dearer than before is not realised, whatever was promised", () => {
    expect(measure(over("14", 14), over("70", 7)).verdict).toBe("not-realised");
  });

  test("nothing billed before is said", () => {
    expect(measure(over("0", 0), over("0", 0))).toMatchObject({
      verdict: "not-realised",
      notes: ["No charge of this resource was found before the work: nothing to compare with."],
    });
  });
});

test("verdicts follow the share of the promise", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: -200, max: 300 }), (cents, percent) => {
      const promised = usd((cents / 100).toFixed(2));
      const measured = multiply(promised, (percent / 100).toFixed(2));
      const want = percent >= 90 ? "realised" : percent > 10 ? "partly-realised" : "not-realised";
      expect(verdictOf(promised, measured)).toBe(want);
      expect(compare(promised, usd("0"))).toBe(1);
    }),
  );
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compare, money, multiply, toDecimal } from "../domain/money.ts";
import { day } from "../domain/period.ts";
import { measureSaving, measuringPeriods, verdictOf } from "./savings.ts";

const usd = (amount: string) => money(amount, "USD");
const over = (cost: string, billedDays: number, quantity: bigint | null = null) => ({
  cost: usd(cost),
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

  test("growth is named", () => {
    const figure = measure(over("14", 14, 336n), over("5.25", 7, 252n));
    expect(toDecimal(figure.measuredMonthly)).toBe("7.6");
    expect(figure.verdict).toBe("partly-realised");
    expect(figure.notes).toEqual(["Its usage grew by 50 % a billed day; that is part of the figure."]);
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

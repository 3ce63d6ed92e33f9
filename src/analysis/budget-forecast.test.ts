import fc from "fast-check";
import { expect, test } from "vitest";

import { addDays, day, eachDay, weekday, type Day, type Period } from "../domain/period.ts";
import { weekdayRunRate } from "./budget-forecast.ts";

const ATOM = 10n ** 18n;
const MARCH: Period = { from: day("2026-03-01"), to: day("2026-04-01") };

function daily(from: string, through: string, cost: (at: Day) => bigint): Map<Day, bigint> {
  return new Map(eachDay({ from: day(from), to: addDays(day(through), 1) }).map((at) => [at, cost(at) * ATOM]));
}

function forecast(days: Map<Day, bigint>, through: string, period = MARCH) {
  const firstDay = [...days.keys()].sort()[0] ?? period.from;
  return weekdayRunRate({ daily: days, period, through: day(through), firstDay });
}

test("a steady week repeats: weekends stay weekends, and there is no doubt", () => {
  const weekly = (at: Day): bigint => ([0, 6].includes(weekday(at)) ? 40n : 100n);
  const whole = eachDay(MARCH).reduce((sum, at) => sum + weekly(at), 0n) * ATOM;
  const result = forecast(daily("2026-01-01", "2026-03-10", weekly), "2026-03-10");
  // Shares are millionths: what is left over is far below a cent.
  const off = (result?.amount ?? 0n) - whole;
  expect(off < ATOM / 100n && off > -ATOM / 100n).toBe(true);
  expect((result?.high ?? 0n) - (result?.low ?? 0n)).toBeLessThan(ATOM);
});

test("one bill of once is spent, not expected again", () => {
  const days = daily("2026-01-01", "2026-03-10", (at) => (at === "2026-03-05" ? 5_010n : 10n));
  expect(forecast(days, "2026-03-10")?.amount).toBe(5_310n * ATOM);
});

test("the period over: what it is expected to end at is what it came to", () => {
  const days = daily("2026-02-20", "2026-04-02", () => 7n);
  expect(forecast(days, "2026-03-31")).toMatchObject({ amount: 217n * ATOM, low: 217n * ATOM, high: 217n * ATOM });
});

test("a day still arriving counts as what it has, when that is more than was expected", () => {
  const days = daily("2026-01-01", "2026-03-12", (at) => (at === "2026-03-12" ? 500n : at === "2026-03-11" ? 1n : 10n));
  expect(forecast(days, "2026-03-10")?.amount).toBe((100n + 10n + 500n + 19n * 10n) * ATOM);
});

test("fewer than seven complete days say nothing about a week", () => {
  expect(
    forecast(
      daily("2026-03-01", "2026-03-06", () => 10n),
      "2026-03-06",
    ),
  ).toBeNull();
  expect(
    forecast(
      daily("2026-03-01", "2026-03-07", () => 10n),
      "2026-03-07",
    )?.amount,
  ).toBe(310n * ATOM);
});

test("laws: within its band, never below what arrived, and the order of days never matters", () => {
  const any = fc.array(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 24n }), { minLength: 7, maxLength: 70 });
  fc.assert(
    fc.property(any, fc.integer({ min: 0, max: 30 }), (amounts, back) => {
      const last = addDays(MARCH.to, -1 - back);
      const list = amounts.map((amount, index): [Day, bigint] => [addDays(last, -index), amount]);
      const result = forecast(new Map(list), last);
      const again = forecast(new Map(list.toReversed()), last);
      expect(again).toEqual(result);
      if (result === null) return;
      expect(result.low <= result.amount && result.amount <= result.high).toBe(true);
      const arrived = list
        .filter(([at]) => at >= MARCH.from && at < MARCH.to)
        .reduce((sum, [, amount]) => sum + amount, 0n);
      const rest = [...result.perDay.values()].reduce((sum, amount) => sum + amount, 0n);
      expect(result.amount).toBe(arrived + rest);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  add,
  formatMoney,
  money,
  negate,
  parseAtoms,
  ratio,
  roundAtoms,
  scale,
  subtract,
  toDecimal,
  zero,
} from "./money.ts";

const amount = fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }).map((atoms) => ({ atoms, currency: "USD" }));

describe("laws", () => {
  test("text and back is the same amount", () => {
    fc.assert(fc.property(amount, (a) => parseAtoms(toDecimal(a)) === a.atoms));
  });

  test("order of addition never matters, and subtraction undoes it", () => {
    fc.assert(
      fc.property(amount, amount, amount, (a, b, c) => {
        expect(add(add(a, b), c)).toEqual(add(c, add(b, a)));
        expect(subtract(add(a, b), b)).toEqual(a);
        expect(add(a, negate(a))).toEqual(zero("USD"));
      }),
    );
  });

  test("scaling up and down by the same number changes nothing", () => {
    const factor = fc.bigInt({ min: 1n, max: 10n ** 9n });
    fc.assert(fc.property(amount, factor, (a, n) => scale(scale(a, n, 1n), 1n, n).atoms === a.atoms));
  });

  test("rounding moves an amount by at most half of the last place shown", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 18 }), (a, places) => {
        const moved = parseAtoms(roundAtoms(a.atoms, places)) - a.atoms;
        expect((moved < 0n ? -moved : moved) * 2n <= 10n ** BigInt(18 - places)).toBe(true);
      }),
    );
  });

  test("currencies never mix", () => {
    expect(() => add(money("1", "USD"), money("1", "EUR"))).toThrow(/cannot add EUR to USD/);
  });
});

test.each([
  ["1.5E-3", "0.0015"],
  ["+7", "7"],
  ["-.5", "-0.5"],
  ["00012.3400", "12.34"],
  ["2e3", "2000"],
  ["0.000000000000000001", "0.000000000000000001"],
])("reads %s as %s", (text, expected) => {
  expect(toDecimal(money(text, "USD"))).toBe(expected);
});

test.each(["", ".", "1,000", "$5", "1e400", "NaN", "Infinity", "1.0000000000000000001", "--1"])(
  "refuses %j",
  (text) => {
    expect(() => parseAtoms(text)).toThrow();
  },
);

test.each([
  ["1234567.891", "USD", "$1,234,568"],
  ["12.3", "USD", "$12.30"],
  ["-12.345", "EUR", "−€12.35"],
  ["0.00031", "USD", "$0.00031"],
  ["18795.67", "JPY", "¥18,796"],
  ["113.5", "JPY", "¥114"],
  ["0", "USD", "$0"],
  ["5", "CHF", "5.00 CHF"],
])("shows %s %s as %s", (text, currency, expected) => {
  expect(formatMoney(money(text, currency))).toBe(expected);
});

test("a ratio of nothing is unknown, not zero", () => {
  expect(ratio(money("1", "USD"), zero("USD"))).toBeNull();
  expect(ratio(money("1", "USD"), money("4", "USD"))).toBe(0.25);
});

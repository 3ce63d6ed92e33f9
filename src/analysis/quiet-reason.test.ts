import fc from "fast-check";
import { expect, test } from "vitest";

import { onlyWhenText, parseOnlyWhen, type OnlyWhen } from "../domain/report.ts";
import { quietReason } from "./quiet-reason.ts";

const told = (total: string, change: string, ratio: string | null, more = {}) => ({
  total: [{ amount: total, currency: "USD" }],
  usage: {
    against: { from: "2026-11-13", to: "2026-11-14" },
    total: [{ amount: total, currency: "USD", previous: "0", change: { amount: change, ratio } }],
  },
  risers: [],
  budgets: [],
  ...more,
});
const budget = {
  name: "b",
  state: "over",
  spent: { amount: "1", currency: "USD" },
  amount: { amount: "1", currency: "USD" },
  percent: "100%",
  command: "",
};

test.each([
  ["over 500 USD", told("500", "0", "0"), "quiet"],
  ["over 500 USD", told("500.000000000000000001", "0", "0"), "posted"],
  ["over 500 EUR", told("9000", "0", "0"), "quiet"],
  ["over 10%", told("110", "10", "0.1"), "posted"],
  ["over 10%", told("110", "9.9", "0.099"), "quiet"],
  ["over 10%", told("80", "-20", "-0.2"), "quiet"],
  ["over 10%", told("80", "80", null), "posted"],
  ["over 10%", told("0", "0", null), "quiet"],
  ["changed", told("100", "0.5", "0.005"), "quiet"],
  ["changed", told("100", "-2", "-0.02"), "posted"],
  ["changed", told("100", "0", "0", { budgets: [budget] }), "posted"],
])("only when %s", (text, digest, want) => {
  expect(quietReason(digest, parseOnlyWhen(text)) === null ? "posted" : "quiet").toBe(want);
});

test("without a condition it is always posted", () => expect(quietReason(told("0", "0", null), null)).toBe(null));

test("a condition reads back as it was said", () => {
  const amount = fc.record({
    kind: fc.constant("amount" as const),
    amount: fc
      .tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 1, max: 999 }))
      .map(([a, b]) => `${a}.${b}`),
    currency: fc.constantFrom("USD", "EUR", "JPY"),
  });
  const rise = fc.record({ kind: fc.constant("rise" as const), percent: fc.integer({ min: 1, max: 100_000 }) });
  const any: fc.Arbitrary<OnlyWhen> = fc.oneof(amount, rise, fc.constant({ kind: "changed" as const }));
  fc.assert(
    fc.property(any, (onlyWhen) => {
      expect(parseOnlyWhen(onlyWhenText(onlyWhen))).toEqual(onlyWhen);
    }),
  );
});

import { expect, test } from "vitest";

import { dearestFirst, largestFirst, NO_WORTH, type CurrencyWorth } from "./currency-order.ts";
import { money, type Money } from "./money.ts";

const same = (amount: Money): Money => amount;
const known: CurrencyWorth = {
  first: null,
  rates: new Map([
    ["USD", "1"],
    ["EUR", "1.1"],
    ["JPY", "0.0065"],
  ]),
};
const list = [money("900", "JPY"), money("100", "USD"), money("95", "EUR"), money("20", "USD")];
const said = (amounts: readonly Money[]): string[] => amounts.map(({ currency }) => currency);

test("known rates order amounts by what they are worth, not by their bare number", () => {
  expect(said(dearestFirst(list, same, known))).toEqual(["EUR", "USD", "USD", "JPY"]);
});

test("without imported rates rough worth tells a yen from a dollar", () => {
  expect(said(dearestFirst(list, same, NO_WORTH))).toEqual(["EUR", "USD", "USD", "JPY"]);
});

test("where a unit has no worth at all the configured currency comes first, then by code; dearest first within each", () => {
  const units = [money("900", "TOKENS"), ...list.slice(1)];
  expect(dearestFirst(units, same, { ...NO_WORTH, first: "USD" })).toEqual([units[1], units[3], units[2], units[0]]);
  expect(said(dearestFirst(units, same, known))).toEqual(["EUR", "TOKENS", "USD", "USD"]);
});

test("what has no amount comes last, and a negative total counts by its size", () => {
  const entries = [null, money("1", "EUR")];
  expect(dearestFirst(entries, same as (entry: Money | null) => Money | null, known)).toEqual([entries[1], null]);
  const lines = [
    { amount: "5", currency: "EUR" },
    { amount: "-50", currency: "USD" },
  ];
  expect(largestFirst(lines, known).map(({ currency }) => currency)).toEqual(["USD", "EUR"]);
});

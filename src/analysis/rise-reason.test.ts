import { expect, test } from "vitest";

import { parseAtoms } from "../domain/money.ts";
import { day } from "../domain/period.ts";
import { reasonOf, type RiseFacts } from "./rise-reason.ts";

const row = (resource: string | null, amount: string, previous: string) => ({
  key: { resource },
  amount,
  currency: "USD",
  sourceRows: 1,
  previous,
  change: { amount: String(Number(amount) - Number(previous)), ratio: null },
});

function check(facts: Partial<RiseFacts> & { change: bigint }) {
  return reasonOf({
    currency: "USD",
    resources: [],
    usage: [],
    cost: { now: parseAtoms("200"), before: parseAtoms("100") },
    days: [],
    owner: null,
    ...facts,
  });
}
const quantity = (amount: string, previous: string, unit = "Hours") => ({ amount, previous, currency: "XXX", unit });
const change = parseAtoms("100");

test("the resource that holds most of it is named, a new one as new", () => {
  const resources = [row("a", "90", "0"), row("b", "110", "100")];
  expect(check({ change, resources })).toMatchObject({ resource: { name: "a", isNew: true }, newResources: 1 });
  const spread = [row("a", "34", "0"), row("b", "33", "0"), row("c", "33", "0")];
  expect(check({ change, resources: spread })).toMatchObject({ resource: null, newResources: 3 });
});

test("quantity and price are told apart, and only where there is one unit", () => {
  expect(check({ change, usage: [quantity("48", "24")] })).toMatchObject({ usage: "1", price: "0" });
  expect(check({ change, usage: [quantity("24", "24")] })).toMatchObject({ usage: "0", price: "1" });
  expect(check({ change, usage: [quantity("48", "24"), quantity("1", "1", "GB")] })).toMatchObject({ usage: null });
  expect(check({ change, usage: [quantity("48", "0")] })).toMatchObject({ usage: null, price: null });
});

test("one step has a day, a slope has none", () => {
  const days = (...amounts: string[]) =>
    amounts.map((amount, index) => ({ day: day(`2026-11-1${index}`), amount: parseAtoms(amount) }));
  expect(check({ change, days: days("100", "100", "195", "200") }).since).toBe("2026-11-12");
  expect(check({ change, days: days("100", "130", "165", "200") }).since).toBe(null);
});

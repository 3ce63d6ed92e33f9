import fc from "fast-check";
import { expect, test } from "vitest";

import { atomsToDecimal } from "../domain/money.ts";
import { sumByLabel, topParts } from "./top-series.ts";

const entries = fc.array(
  fc.record({
    label: fc.string({ maxLength: 3 }),
    amount: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(atomsToDecimal),
  }),
  { maxLength: 30 },
);

test("law: the parts shown add up to the whole, to the last atom", () => {
  fc.assert(
    fc.property(entries, fc.integer({ min: 1, max: 8 }), (rows, countMax) => {
      const all = sumByLabel(rows);
      const shown = topParts(all, countMax);
      expect(shown.length).toBeLessThanOrEqual(countMax);
      const sum = (parts: typeof all) => parts.reduce((total, part) => total + part.atoms, 0n);
      expect(sum(shown)).toBe(sum(all));
    }),
  );
});

test("law: the order of rows never matters", () => {
  fc.assert(
    fc.property(entries, (rows) => {
      expect(sumByLabel([...rows].reverse())).toEqual(sumByLabel(rows));
    }),
  );
});

test("a given Other is not counted as a series of its own", () => {
  const parts = sumByLabel([
    { label: "Other (12)", amount: "500" },
    { label: "a", amount: "3" },
    { label: "b", amount: "2" },
    { label: "c", amount: "1" },
  ]);
  const shown = topParts(parts, 3).map((part) => [part.label, atomsToDecimal(part.atoms)]);
  expect(shown).toEqual([
    ["a", "3"],
    ["b", "2"],
    ["Other", "501"],
  ]);
});

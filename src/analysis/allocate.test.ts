import fc from "fast-check";
import { expect, test } from "vitest";

import { receiversOf, spread } from "./allocate.ts";

const receivers = fc.uniqueArray(
  fc.record({ name: fc.string({ minLength: 1, maxLength: 8 }), weight: fc.bigInt({ min: 0n, max: 10n ** 30n }) }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 12 },
);
const amount = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

test("the parts add up to the amount, to the last atom, whatever its sign", () => {
  fc.assert(
    fc.property(amount, receivers, (atoms, all) => {
      const parts = spread(atoms, all);
      const sum = [...(parts?.values() ?? [])].reduce((total, part) => total + part, 0n);
      expect(parts === null ? all.every(({ weight }) => weight === 0n) : sum === atoms).toBe(true);
    }),
  );
});

test("the order of receivers never matters, and nobody's part is more than an atom off their share", () => {
  fc.assert(
    fc.property(amount, receivers, (atoms, all) => {
      const parts = spread(atoms, all);
      expect(spread(atoms, all.toReversed())).toEqual(parts);
      const whole = all.reduce((sum, { weight }) => sum + weight, 0n);
      for (const { name, weight } of all) {
        const off = (parts?.get(name) ?? 0n) * whole - atoms * weight;
        expect(parts === null || (off <= whole && off >= -whole)).toBe(true);
      }
    }),
  );
});

test("by own cost, evenly, and by fixed shares", () => {
  const costs = new Map([
    ["a", 3n],
    ["b", 1n],
    ["c", -5n],
  ]);
  expect(spread(100n, receiversOf("cost", costs, {}))).toEqual(
    new Map([
      ["a", 75n],
      ["b", 25n],
    ]),
  );
  expect(spread(101n, receiversOf("even", costs, {}))).toEqual(
    new Map([
      ["a", 51n],
      ["b", 50n],
    ]),
  );
  expect(spread(100n, receiversOf("fixed", costs, { x: "0.6", y: "0.4" }))).toEqual(
    new Map([
      ["x", 60n],
      ["y", 40n],
    ]),
  );
});

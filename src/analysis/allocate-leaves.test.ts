import fc from "fast-check";
import { expect, test } from "vitest";

import { spread } from "./allocate.ts";
import { spreadLeaves } from "./allocate-leaves.ts";

const atoms = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const receivers = fc
  .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.bigInt({ min: 1n, max: 10n ** 20n })), {
    minLength: 1,
    selector: ([name]) => name,
  })
  .map((all) => all.map(([name, weight]) => ({ name, weight })));

const sum = (parts: Iterable<bigint>) => [...parts].reduce((whole, part) => whole + part, 0n);

test("every leaf is given away whole, and everybody gets of all leaves what they get of the whole", () => {
  fc.assert(
    fc.property(fc.array(atoms, { maxLength: 12 }), receivers, (amounts, taking) => {
      const given = spreadLeaves(
        amounts.map((amount, index) => ({ of: index, atoms: amount })),
        taking,
      );
      for (const { of, parts } of given ?? []) expect(sum(parts.values())).toBe(amounts[of]);
      const whole = spread(sum(amounts), taking);
      for (const { name } of taking) {
        const got = sum((given ?? []).map(({ parts }) => parts.get(name) ?? 0n));
        expect(got).toBe(whole?.get(name) ?? 0n);
      }
    }),
  );
});

test("no part is further than two atoms from its own proportion", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 24n }), { maxLength: 12 }), receivers, (amounts, taking) => {
      const weights = sum(taking.map(({ weight }) => weight));
      const leaves = amounts.map((amount) => ({ of: amount, atoms: amount }));
      for (const { of, parts } of spreadLeaves(leaves, taking) ?? [])
        for (const { name, weight } of taking) {
          const off = (parts.get(name) ?? 0n) * weights - of * weight;
          expect(off <= 2n * weights && off >= -2n * weights).toBe(true);
        }
    }),
  );
});

test("nobody to spread over: nothing moves", () => {
  expect(spreadLeaves([{ of: 1, atoms: 5n }], [])).toBeNull();
});

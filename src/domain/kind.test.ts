import fc from "fast-check";
import { expect, test } from "vitest";

import { KINDS, kindOf } from "./kind.ts";

const category = fc.constantFrom("Usage", "Purchase", "Tax", "Credit", "Adjustment");

test("every charge has exactly one kind", () => {
  fc.assert(
    fc.property(category, fc.constantFrom("Correction", null), fc.bigInt(), (chargeCategory, chargeClass, amount) => {
      expect(KINDS).toContain(kindOf({ chargeCategory, chargeClass, amount }));
    }),
  );
});

test.each([
  ["Tax", "Correction", -1n, "tax"],
  ["Credit", "Correction", -1n, "credits"],
  ["Usage", "Correction", -1n, "refunds"],
  ["Purchase", "Correction", 1n, "corrections"],
  ["Adjustment", null, 1n, "adjustments"],
  ["Purchase", null, 1n, "purchases"],
  ["Usage", null, -1n, "usage"],
])("%s %s %s is %s", (chargeCategory, chargeClass, amount, kind) => {
  expect(kindOf({ chargeCategory, chargeClass, amount })).toBe(kind);
});

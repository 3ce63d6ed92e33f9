import * as fc from "fast-check";
import { expect, test } from "vitest";

import { canonicalJson, CHAIN_START, linkHash, type Json } from "./audit-event.ts";

test("keys are sorted, nothing is spaced, lone surrogates are escaped", () => {
  expect(canonicalJson({ b: [1, null, true], a: { z: "é\n", y: "\ud800" } })).toBe(
    '{"a":{"y":"\\ud800","z":"é\\n"},"b":[1,null,true]}',
  );
});

test("numbers that are not whole have more than one spelling and are refused", () => {
  expect(() => canonicalJson({ a: 0.1 })).toThrow(/only whole numbers/);
});

/** JSON as events hold it: no fractions. */
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4 }),
  ),
}));

test("the same value has one spelling, whatever order it was built in, and reads back as itself", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), json, { maxKeys: 5 }), (given) => {
      const text = canonicalJson(given);
      expect(canonicalJson(Object.fromEntries(Object.entries(given).reverse()))).toBe(text);
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }),
  );
});

test("a link depends on everything before it, its place, its event and its bytes", () => {
  const bytes = Buffer.from("{}");
  const hashes = [
    linkHash(CHAIN_START, 1n, 1n, bytes),
    linkHash(CHAIN_START, 2n, 1n, bytes),
    linkHash(CHAIN_START, 1n, 2n, bytes),
    linkHash(CHAIN_START, 1n, 1n, Buffer.from("{ }")),
    linkHash(linkHash(CHAIN_START, 1n, 1n, bytes), 1n, 1n, bytes),
  ].map((hash) => Buffer.from(hash).toString("hex"));
  expect(new Set(hashes).size).toBe(5);
});

import { expect, test } from "vitest";

import { nearMisses } from "./near-miss.ts";

const spell = (weights: Record<string, bigint>) => Object.entries(weights).map(([text, atoms]) => ({ text, atoms }));

test("one thing in several spellings keeps the dearest; different things stay apart", () => {
  expect(nearMisses(spell({ payments: 9n, Payment: 2n, "PAY-MENTS": 1n, search: 5n }))).toEqual([
    { keep: "payments", others: ["Payment", "PAY-MENTS"], atoms: 3n },
  ]);
  expect(nearMisses(spell({ ops: 1n, op: 1n, web: 1n, www: 1n }))).toEqual([]);
});

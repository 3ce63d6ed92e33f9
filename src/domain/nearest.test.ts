import { expect, test } from "vitest";

import { editDistance, nearestWords } from "./nearest.ts";

test.each([
  ["cots", "cost", 1],
  ["cost", "cost", 0],
  ["", "abc", 3],
  ["kitten", "sitting", 3],
])("%s → %s takes %i", (a, b, want) => {
  expect(editDistance(a, b)).toBe(want);
});

test("only near words are offered, nearest first", () => {
  const words = ["channels", "schedules", "sources", "server"];
  expect(nearestWords("soruces", words)).toEqual(["sources"]);
  expect(nearestWords("chanels", words)).toEqual(["channels"]);
  expect(nearestWords("zzz", words)).toEqual([]);
});

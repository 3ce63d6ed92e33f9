import { expect, test } from "vitest";

import { spellingNote } from "./value-spellings.ts";

const cases: [name: string, values: string[], want: RegExp][] = [
  ["nothing alike", ["checkout", "tracking"], /^null$/],
  ["the same value twice is one spelling", ["tracking", "tracking"], /^null$/],
  [
    "case",
    ["tracking", "checkout", "Tracking"],
    /team has values .*: "Tracking" and "tracking"\. .*`for team …`.*`hygiene`/,
  ],
  ["blanks at the ends", ["ops ", "ops"], /"ops" and "ops "/],
  ["many sets are counted", ["a", "A", "b", "B", "c", "C", "d", "D", "e", "E"], / and 2 more\./],
];

test.each(cases)("%s", (_, values, want) => {
  expect(String(spellingNote("team", values))).toMatch(want);
});

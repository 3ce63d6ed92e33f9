import { expect, test } from "vitest";

import { spellingNote } from "./value-spellings.ts";

const cases: [name: string, values: string[], want: RegExp | null][] = [
  ["nothing alike", ["checkout", "tracking"], null],
  ["the same value twice is one spelling", ["tracking", "tracking"], null],
  [
    "case",
    ["tracking", "checkout", "Tracking"],
    /team has values .*: "Tracking" and "tracking"\. .*`for team …`.*`hygiene`/,
  ],
  ["blanks at the ends", ["ops ", "ops"], /"ops" and "ops "/],
  ["many sets are counted", ["a", "A", "b", "B", "c", "C", "d", "D", "e", "E"], / and 2 more\./],
];

test.each(cases)("%s", (_, values, want) => {
  const note = spellingNote("team", values);
  if (want === null) expect(note).toBeNull();
  else expect(note).toMatch(want);
});

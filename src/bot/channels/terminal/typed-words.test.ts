import { expect, test } from "vitest";

import { typedWords } from "./typed-words.ts";

const options = {
  width: 100,
  colour: false,
  commandPrefix: "finops ",
  commandSuffix: " --demo",
  commands: ["budget", "cost", "fx", "hygiene", "recs", "saved"],
};
const complaint = { ...options, complaint: true };

test.each([
  ["Perhaps: budget set payments 3000 USD", "Perhaps: finops budget set payments 3000 USD --demo"],
  ["recs list shows what there is.", "finops recs list --demo shows what there is."],
  ["Load some: finops fx import FILE", "Load some: finops fx import FILE --demo"],
  [
    "Add rates with `finops fx import FILE` (columns date).",
    "Add rates with `finops fx import FILE --demo` (columns date).",
  ],
  [
    "Say: hygiene last month, or hygiene last month by owner",
    "Say: finops hygiene last month --demo, or finops hygiene last month by owner --demo",
  ],
  ["Type it: recs approve x --resource ID.", "Type it: finops recs approve x --resource ID --demo."],
  ["There are: list, show, set.", "There are: list, show, set."],
])("a complaint of the sample estate can be pasted: %s", (text, expected) => {
  expect(typedWords(text, complaint, true)).toBe(expected);
});

test("what is wrong may begin with the word of a command and is no command", () => {
  expect(typedWords('budget knows no "bogus".', complaint)).toBe('budget knows no "bogus".');
  expect(typedWords("High risk: type its id: recs approve x", complaint)).toBe(
    "High risk: type its id: finops recs approve x --demo",
  );
});

test("an answer keeps its sentences; spans of code and the question of its receipt can be pasted", () => {
  expect(typedWords("Next: budget AWS is at 84%.", options)).toBe("Next: budget AWS is at 84%.");
  expect(typedWords("Again: cost 2026-10 by service", options)).toBe("Again: finops cost 2026-10 by service --demo");
  expect(typedWords("say `in EUR` to convert", options)).toBe("say `in EUR` to convert");
  expect(typedWords([{ kind: "code", text: "saved" }], options)).toEqual([
    { kind: "code", text: "finops saved --demo" },
  ]);
  expect(typedWords("saved lists them.", { width: 80, colour: false, complaint: true })).toBe("saved lists them.");
});

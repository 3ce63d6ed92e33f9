import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { questionsDocument } from "../../src/bot/grammar/question-help.ts";

test("docs/questions.md is what the clause table says (node scripts/write-questions-doc.ts)", () => {
  expect(readFileSync(new URL("../../docs/questions.md", import.meta.url), "utf8")).toBe(questionsDocument());
});

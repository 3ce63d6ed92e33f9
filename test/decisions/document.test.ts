import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { lifecycleDocument } from "../../src/analysis/lifecycle-document.ts";

test("docs/lifecycle.md is the table the code runs on (node scripts/write-lifecycle.ts writes it)", async () => {
  const committed = await readFile(new URL("../../docs/lifecycle.md", import.meta.url), "utf8");
  expect(lifecycleDocument()).toBe(committed);
});

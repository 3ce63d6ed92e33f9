import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { findWaste } from "../../src/service/find-waste.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { scoreFindings } from "./score.ts";
import { readLabels } from "./waste-set.ts";

const BILLS = fileURLToPath(new URL("../fixtures/waste/focus_daily.csv.gz", import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), "waste-"));
let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
  const ctx = testContext(db, { today: "2025-10-25", dataDir });
  await ingestBills({ ctx, input: { paths: [BILLS], parts: false, replace: false, dryRun: false } });
});
afterAll(() => db.close());

test("the waste set, ingested: everything bills prove is found, for the right money, and nothing else", async () => {
  const answer = await findWaste({ ctx: testContext(db, { today: "2025-10-25", dataDir }), input: { scope: [] } });
  const predictions = answer.findings.map(({ resource, rule, saving }) => ({
    resource,
    rule,
    saving: Number(saving?.amount ?? 0),
  }));
  const labels = readLabels();
  expect(scoreFindings(labels, predictions, "A")).toEqual({
    found: labels.filter(({ billingOnly }) => billingOnly === "A").length,
    wrong: 0,
    falsePositives: [],
    missed: [],
    savingOutOfRange: [],
  });
  expect(answer.period).toEqual({ from: "2025-09-13", to: "2025-10-18" });
  expect(answer.hygiene.map(({ rule }) => rule)).toContain("tag.untagged_spend");
});

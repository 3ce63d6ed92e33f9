import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { writeSampleEstate, type SampleEstate } from "../../src/demo/write-sample-estate.ts";
import { day } from "../../src/domain/period.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const TODAY = "2026-04-03";
const dataDir = mkdtempSync(join(tmpdir(), "waste-sample-"));
let db: TestDatabase;
let estate: SampleEstate;

beforeAll(async () => {
  db = await createTestDatabase();
  estate = await writeSampleEstate({ directory: join(dataDir, "bills"), until: day(TODAY), days: 40, seed: 7 });
  const ctx = testContext(db, { today: TODAY, dataDir });
  await ingestBills({ ctx, input: { paths: [...estate.files], parts: false, replace: false, dryRun: false } });
});
afterAll(() => db.close());

test("the sample estate: all that was planted is found, and nothing else", async () => {
  const { findings, total } = await findWaste({
    ctx: testContext(db, { today: TODAY, dataDir }),
    input: { scope: [] },
  });
  const found = findings.map(({ rule, resource }) => `${rule} ${resource}`).sort();
  expect(found).toEqual(estate.answers.planted.map(({ rule, resource }) => `${rule} ${resource}`).sort());
  expect(total.map(({ currency }) => currency)).toEqual(["EUR", "USD"]);
  expect(findings.every(({ saving }) => saving !== null)).toBe(true);
});

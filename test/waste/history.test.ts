import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { writeSampleEstate } from "../../src/demo/write-sample-estate.ts";
import { day } from "../../src/domain/period.ts";
import { EVERYTHING } from "../../src/domain/scope.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { testContext } from "../support/context.ts";

const TODAY = "2026-04-03";
const dataDir = mkdtempSync(join(tmpdir(), "waste-history-"));
let db: TestDatabase;
const find = async (scope = EVERYTHING, asked = EVERYTHING) =>
  findWaste({
    ctx: testContext(db, { today: TODAY, dataDir, scope }),
    input: { scope: asked, confidences: ["A", "B", "C"] },
  });

beforeAll(async () => {
  db = await createTestDatabase();
  const estate = await writeSampleEstate({ directory: join(dataDir, "bills"), until: day(TODAY), days: 100, seed: 3 });
  const ctx = testContext(db, { today: TODAY, dataDir });
  await ingestBills({ ctx, input: { paths: [...estate.files], parts: false, replace: false, dryRun: false } });
}, 180_000);
afterAll(async () => {
  await db.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("trends show whole months from the rollups: not the one bills began in, not the one under way", async () => {
  const { findings } = await find();
  const months = findings
    .filter(({ rule }) => rule === "storage.bucket.no_lifecycle")
    .map(({ evidence }) => evidence.find(({ fact }) => fact === "cost by month")?.value ?? "");
  expect(months.length).toBeGreaterThan(0);
  for (const text of months) {
    expect(text.match(/\d{4}-\d\d/g)).toEqual(["2026-01", "2026-02", "2026-03"]);
  }
});

test("what somebody sees only a part of is judged by that part alone: no sum of an account leaves its scope", async () => {
  const all = await find();
  const ofAccounts = all.findings.filter(({ resource, account }) => resource === account);
  expect(ofAccounts.length).toBeGreaterThan(0);
  const team = [{ dimension: "team" as const, negated: false, values: ["tracking"] }];
  const part = await find(team);
  expect(part.findings.filter(({ resource, account }) => resource === account)).toEqual([]);
  const ids = new Set(all.findings.map(({ id }) => id));
  for (const finding of part.findings.filter(({ confidence }) => confidence === "A")) expect(ids).toContain(finding.id);
  const named = await find(EVERYTHING, [{ dimension: "resource", negated: false, values: ["vol-0b7d93e1c5a2f6840"] }]);
  const same = all.findings.filter(({ resource }) => resource === "vol-0b7d93e1c5a2f6840");
  expect(named.findings).toEqual(same);
});

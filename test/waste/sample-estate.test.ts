import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { writeSampleEstate } from "../../src/demo/write-sample-estate.ts";
import { day } from "../../src/domain/period.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { ingestBills } from "../../src/service/ingest-bills.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase } from "../support/database.ts";

const TODAY = "2026-04-03";
const nameOf = ({ rule, resource }: { rule: string; resource: string }): string => `${rule} ${resource}`;

/** Twenty: node test/shared/waste-seeds.check.ts */
test.each([7])("the sample estate of seed %i: all that was planted is proven, and nothing else", async (seed) => {
  const dataDir = mkdtempSync(join(tmpdir(), "waste-sample-"));
  const db = await createTestDatabase();
  try {
    const estate = await writeSampleEstate({ directory: join(dataDir, "bills"), until: day(TODAY), days: 40, seed });
    const ctx = testContext(db, { today: TODAY, dataDir });
    await ingestBills({ ctx, input: { paths: [...estate.files], parts: false, replace: false, dryRun: false } });
    const { findings, total } = await findWaste({ ctx, input: { scope: [], confidences: ["A", "B", "C"] } });
    const proven = findings.filter(({ confidence }) => confidence === "A");
    expect(proven.map(nameOf).sort()).toEqual(estate.answers.planted.map(nameOf).sort());
    expect(total.map(({ currency }) => currency)).toEqual(["USD", "EUR"]);
    expect(proven.every(({ saving }) => saving !== null)).toBe(true);
    expect(findings.every(({ confidence, proof }) => (proof === undefined) === (confidence === "A"))).toBe(true);
  } finally {
    await db.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

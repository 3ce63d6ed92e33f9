import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { buildDigest } from "../../src/service/build-digest.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { loadDemo } from "../../src/service/load-demo.ts";
import { createTestDatabase } from "../support/database.ts";
import { testContext } from "../support/context.ts";

const LOAD_TIMEOUT_MS = 240_000;

/** Seeds and days of the year: a month's first days, and a year's. */
test.each([
  [2, "2026-03-02"],
  [4, "2027-01-01"],
])(
  "seed %i on %s: what was planted is found, and nothing else is proven or news",
  async (seed, today) => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), "demo-seeds-"));
    try {
      const ctx = testContext(database, { today, dataDir });
      const { answers } = await loadDemo({ ctx, input: { seed } });
      const { findings } = await findWaste({ ctx, input: { scope: [] } });
      const proven = findings.filter(({ confidence }) => confidence === "A");
      expect(proven.map(({ rule, resource }) => `${rule} ${resource}`).sort()).toEqual(
        answers.planted.map(({ rule, resource }) => `${rule} ${resource}`).sort(),
      );
      const { risers } = await buildDigest({ ctx, input: {} });
      expect(risers.map(({ key }) => key["service"])).toEqual([answers.costJump.service]);
    } finally {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  LOAD_TIMEOUT_MS,
);

test.each([7, 14, 30])(
  "%i days: the key names what so many days prove, and what they do not yet",
  async (days) => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), "demo-days-"));
    try {
      const ctx = testContext(database, { today: "2026-04-03", dataDir });
      const { answers } = await loadDemo({ ctx, input: { days } });
      const { findings } = await findWaste({ ctx, input: { scope: [], confidences: ["A"] } });
      const named = ({ rule, resource }: { rule: string; resource: string }): string => `${rule} ${resource}`;
      expect(findings.map(named).sort()).toEqual(answers.planted.map(named).sort());
      expect(answers.later.every(({ fromDays }) => fromDays > days)).toBe(true);
      expect(answers.planted.length + answers.later.length).toBe(22);
    } finally {
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  LOAD_TIMEOUT_MS,
);

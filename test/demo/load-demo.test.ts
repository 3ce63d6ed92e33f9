import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { EVERYTHING } from "../../src/domain/scope.ts";
import type { Context } from "../../src/service/context.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { loadDemo, writeDemo, type DemoAnswer } from "../../src/service/load-demo.ts";
import { createTestDatabase } from "../support/database.ts";
import { testContext } from "../support/context.ts";

/** Long enough for the rule with the longest look-back (30 days of an idle endpoint). */
const DAYS = 40;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let ctx: Context;
let loaded: DemoAnswer;

beforeAll(async () => {
  database = await createTestDatabase();
  ctx = testContext(database, { today: "2026-11-22", dataDir: await mkdtemp(join(tmpdir(), "load-demo-")) });
  loaded = await loadDemo({ ctx, input: { days: DAYS } });
});
afterAll(async () => {
  await database.close();
  await rm(ctx.dataDir, { recursive: true, force: true });
});

describe("the demo, loaded", () => {
  test("is stored whole, with the very totals it was written with", () => {
    const stored = loaded.ingest.batches.map((batch) => ({
      provider: batch.provider,
      month: batch.billingMonth,
      status: batch.status,
      rejects: batch.rejects,
      totals: batch.totals,
    }));
    const wanted = loaded.answers.bills.map((bill) => ({
      provider: bill.provider,
      month: bill.month,
      status: "stored",
      rejects: 0,
      totals: { [bill.currency]: bill.totals },
    }));
    const inOrder = (a: { provider: string; month: string | null }, b: typeof a): number =>
      `${a.provider}${a.month}`.localeCompare(`${b.provider}${b.month}`);
    expect(stored.sort(inOrder)).toEqual(wanted.sort(inOrder));
  });

  test("shows exactly the waste that was planted, and leaves the traps alone", async () => {
    const { findings } = await findWaste({ ctx, input: { scope: EVERYTHING } });
    const found = findings
      .filter(({ confidence }) => confidence === "A")
      .map(({ rule, resource }) => `${rule} ${resource}`)
      .sort();
    expect(found).toEqual(loaded.answers.planted.map(({ rule, resource }) => `${rule} ${resource}`).sort());
  });

  test("loads again without a change", async () => {
    const again = await loadDemo({ ctx, input: { days: DAYS } });
    expect(new Set(again.ingest.batches.map(({ status }) => status))).toEqual(new Set(["unchanged"]));
  });
});

test("with a folder, bills are written and nothing is loaded", async () => {
  const out = join(ctx.dataDir, "out");
  const written = await writeDemo({ directory: out, until: ctx.clock.today(), days: 3 });
  expect(written.files.length).toBe(3);
  expect(await readdir(out)).toEqual([
    "answers.json",
    "aws_2026-11.csv.gz",
    "azure_2026-11.csv.gz",
    "fx.csv",
    "gcp_2026-11.csv.gz",
  ]);
});

test("numbers out of range are refused with the range", async () => {
  await expect(loadDemo({ ctx, input: { days: 0 } })).rejects.toThrow("days must be a whole number from 1 to");
});

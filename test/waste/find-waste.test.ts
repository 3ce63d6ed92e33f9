import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { assembleAccounts, assembleCommitments, assembleResources } from "../../src/analysis/waste/assemble.ts";
import { evaluateWaste } from "../../src/analysis/waste/evaluate-waste.ts";
import { WASTE_RULES } from "../../src/analysis/waste/rules.ts";
import { wasteCommand } from "../../src/bot/commands/waste.ts";
import { wasteAnswer } from "../../src/domain/contract.ts";
import { toDecimal } from "../../src/domain/money.ts";
import { day } from "../../src/domain/period.ts";
import type { ScopeFilter } from "../../src/domain/scope.ts";
import { findWaste } from "../../src/service/find-waste.ts";
import { testContext } from "../support/context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { storeUsage } from "./store-usage.ts";
import { readUsage } from "./waste-set.ts";

const AS_OF = day("2025-10-18");
/** Long enough after that every cloud has delivered its last days. */
const TODAY = day("2025-10-25");
const USAGE = readUsage(AS_OF);
let db: TestDatabase;
const dataDir = mkdtempSync(join(tmpdir(), "waste-"));
const context = (scope: ScopeFilter = []) => testContext(db, { today: TODAY, dataDir, scope });

beforeAll(async () => {
  db = await createTestDatabase();
  await storeUsage(db, USAGE);
});
afterAll(() => db.close());

test("what the database folds is what the core makes of the rows", async () => {
  const answer = await findWaste({ ctx: context(), input: { scope: [], confidences: ["A", "B", "C"] } });
  expect(wasteAnswer.parse(answer)).toEqual(answer);
  const billed = [...assembleResources(USAGE), ...assembleCommitments(USAGE), ...assembleAccounts(USAGE)];
  const { findings: all } = evaluateWaste(WASTE_RULES, billed, { environmentKeys: ["environment", "env", "stage"] });
  const findings = (["A", "B", "C"] as const).flatMap((one) => all.filter(({ confidence }) => confidence === one));
  expect(findings.length).toBeGreaterThan(0);
  expect(
    answer.findings.map(({ id, rule, resource, saving, evidence, arithmetic, risk }) => ({
      id,
      rule,
      resource,
      saving: saving?.amount,
      evidence,
      arithmetic,
      risk,
    })),
  ).toEqual(
    findings.map(({ id, rule, resource, saving, evidence, arithmetic, risk }) => ({
      id,
      rule,
      resource,
      saving: saving === null ? undefined : toDecimal(saving),
      evidence,
      arithmetic,
      risk,
    })),
  );
  const proven = await findWaste({ ctx: context(), input: { scope: [] } });
  expect(proven.findings).toEqual(answer.findings.filter(({ confidence }) => confidence === "A"));
  expect(proven.total).toEqual(answer.total);
  expect([proven.totalToVerify, proven.totalTrends]).toEqual([[], []]);
  expect(answer.totalToVerify[0]?.amount).not.toBe(answer.total[0]?.amount);
  expect(answer.period).toEqual({ from: "2025-09-13", to: "2025-10-18" });
});

test("a scope shows what was asked for, and access hides what one may not see whole", async () => {
  const gcp: ScopeFilter = [{ dimension: "provider", negated: false, values: ["gcp"] }];
  const asked = await findWaste({ ctx: context(), input: { scope: gcp } });
  expect(asked.findings.map(({ provider }) => provider)).toEqual(["gcp"]);
  const seen = await findWaste({ ctx: context(gcp), input: { scope: [] } });
  expect(seen.findings).toEqual(asked.findings);
  const resource = asked.findings[0]?.resource ?? "";
  const named = await findWaste({
    ctx: context(),
    input: { scope: [{ dimension: "resource", negated: false, values: [resource.toUpperCase()] }] },
  });
  expect(named.findings).toEqual(asked.findings);
  const both = await findWaste({
    ctx: context(gcp),
    input: { scope: [{ dimension: "provider", negated: false, values: ["aws"] }] },
  });
  expect(both.findings).toEqual([]);
});

test("the command shows the total, one finding with its commands, and refuses what is no scope", async () => {
  const { card, data } = await wasteCommand.run({ ctx: context(), text: "" });
  expect(card.summary).toContain("a month");
  const [first] = wasteAnswer.parse(data).findings;
  const one = await wasteCommand.run({ ctx: context(), text: String(first?.id) });
  expect(JSON.stringify(one.card.blocks)).toContain("Way back");
  const scoped = await wasteCommand.run({ ctx: context(), text: "for provider azure" });
  expect(scoped.card.title).toBe("Waste: 0 findings proven");
  const nothing = await wasteCommand.run({ ctx: context(), text: "proven for provider azure" });
  expect(nothing.card.title).toBe("Waste: nothing found");
  await expect(wasteCommand.run({ ctx: context(), text: "payments" })).rejects.toThrow("takes a scope");
  await expect(wasteCommand.run({ ctx: context(), text: "for provider aws by service" })).rejects.toThrow("only");
  await expect(wasteCommand.run({ ctx: context(), text: "waste_000000000000" })).rejects.toThrow("no finding");
});

test("without bills the card says so", async () => {
  const empty = await createTestDatabase();
  try {
    const { card } = await wasteCommand.run({ ctx: testContext(empty, { dataDir }), text: "" });
    expect(card.title).toBe("Waste: no bills yet");
  } finally {
    await empty.close();
  }
});

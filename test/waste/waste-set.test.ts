import { expect, test } from "vitest";

import { assembleCommitments, assembleResources } from "../../src/analysis/waste/assemble.ts";
import { evaluateWaste } from "../../src/analysis/waste/evaluate-waste.ts";
import { WASTE_RULES } from "../../src/analysis/waste/rules.ts";
import { toDecimal } from "../../src/domain/money.ts";
import { day } from "../../src/domain/period.ts";
import { scoreFindings } from "./score.ts";
import { readLabels, readUsage } from "./waste-set.ts";

const CONTEXT = { environmentKeys: ["environment", "env", "stage"] };

test("bills alone: everything they prove is found, for the right money, and nothing else", () => {
  const rows = readUsage(day("2025-10-18"));
  const resources = [...assembleResources(rows), ...assembleCommitments(rows)];
  const { findings: all } = evaluateWaste(WASTE_RULES, resources, CONTEXT);
  const predictions = all
    .filter(({ confidence }) => confidence === "A")
    .map(({ resource, rule, saving }) => ({
      resource,
      rule,
      saving: saving === null ? 0 : Number(toDecimal(saving)),
    }));
  const labels = readLabels();
  expect(scoreFindings(labels, predictions, "A")).toEqual({
    found: labels.filter(({ billingOnly }) => billingOnly === "A").length,
    wrong: 0,
    falsePositives: [],
    missed: [],
    savingOutOfRange: [],
  });
});

test("what bills only hint at is found as that, for the right money, and never as proven", () => {
  const rows = readUsage(day("2025-10-18"));
  const { findings } = evaluateWaste(WASTE_RULES, assembleResources(rows), CONTEXT);
  const labels = readLabels();
  for (const confidence of ["B", "C"] as const) {
    const own = findings.filter((finding) => finding.confidence === confidence);
    const predictions = own.map(({ resource, rule, saving }) => ({
      resource,
      rule,
      saving: saving === null ? 0 : Number(toDecimal(saving)),
    }));
    const { found: _, ...mistakes } = scoreFindings(labels, predictions, confidence);
    expect(mistakes).toEqual({ missed: [], wrong: 0, falsePositives: [], savingOutOfRange: [] });
    expect(own.every(({ proof }) => proof !== null)).toBe(true);
  }
});

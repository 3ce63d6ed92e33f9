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
  const { findings } = evaluateWaste(WASTE_RULES, resources, CONTEXT);
  const predictions = findings.map(({ resource, rule, saving }) => ({
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

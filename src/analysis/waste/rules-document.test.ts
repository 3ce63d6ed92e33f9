import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { describeRules } from "./describe-rule.ts";
import { rulesDocument } from "./rules-document.ts";
import { WASTE_RULES } from "./rules.ts";

test("docs/rules.md is what the rules say (node scripts/write-rules-doc.ts)", () => {
  expect(readFileSync(new URL("../../../docs/rules.md", import.meta.url), "utf8")).toBe(rulesDocument());
});

test("every rule says what it looks at, how it counts and what would prove it", () => {
  for (const rule of WASTE_RULES) {
    expect(rule.looksAt).toMatch(/\.$/);
    expect(rule.source).toContain("waste-rules");
    expect(rule.formula).not.toBe("");
    expect(rule.proof === undefined).toBe(rule.confidence === "A");
    for (const { default: usual, min, max } of Object.values(rule.options)) {
      expect(usual >= min && usual <= max && Number.isInteger(usual)).toBe(true);
    }
  }
});

test("a threshold of finops.yaml is the one in force, and a rule switched off says so", () => {
  const settings = {
    rules: {
      "net.nat.idle": { enabled: true, options: { idleDays: 21 } },
      "compute.spot_share": { enabled: false, options: {} },
    },
  };
  const described = describeRules(settings);
  const nat = described.find(({ id }) => id === "net.nat.idle");
  expect(nat?.options.find(({ name }) => name === "idleDays")).toMatchObject({ default: 14, inForce: 21 });
  expect(described.filter(({ enabled }) => !enabled).map(({ id }) => id)).toEqual(["compute.spot_share"]);
});

import fc from "fast-check";
import { expect, test } from "vitest";

import { assembleAccounts, assembleCommitments, assembleResources } from "../../src/analysis/waste/assemble.ts";
import { evaluateWaste } from "../../src/analysis/waste/evaluate-waste.ts";
import { monthlyCostOf } from "../../src/analysis/waste/monthly-cost.ts";
import { WASTE_RULES } from "../../src/analysis/waste/rules.ts";
import { shellQuote } from "../../src/analysis/waste/remedy.ts";
import { CONTEXT, judge, rowsOf, type ResourceBill } from "./bills.ts";

const USAGE_TYPES = [
  "PublicIPv4:IdleAddress",
  "USW2-EBS:VolumeUsage.gp2",
  "EBS:VolumeUsage",
  "EBS:VolumeIOUsage",
  "EBS:FastSnapshotRestore",
  "EarlyDelete-SIA",
  "NatGateway-Hours",
  "NatGateway-Bytes",
  "LoadBalancerUsage",
  "LCUUsage",
  "VpcEndpoint-Hours",
  "BoxUsage:m4.large",
  "BoxUsage:t3.large",
  "CPUCredits:t3",
  "Multi-AZUsage:db.r4.large",
  "ExtendedSupport:Yr1-Yr2:MySQL5.7",
  "Lambda-Provisioned-Concurrency",
  "UnusedBox:m6i.large",
  "DataTransfer-Out-Bytes",
  "DataTransfer-Regional-Bytes",
  "EBS:VolumeUsage.gp3",
  "EBS:VolumeUsage.piops",
  "EBS:VolumeP-IOPS.piops",
  "EBS:SnapshotUsage",
  "BoxUsage:p3.2xlarge",
  "SpotUsage:m6i.large",
  "TimedStorage-ByteHrs",
  "Requests-Tier1",
  "ReadCapacityUnit-Hrs",
  "InstanceUsage:db.r6g.large",
  "RDS:StorageUsage",
  "AmazonEKS-Hours:perCluster",
  "PublicIPv4:InUseAddress",
];
const decimal = (max: number) => fc.integer({ min: 0, max: max * 10_000 }).map((n) => (n / 10_000).toFixed(4));
const line = fc.record({
  usageType: fc.constantFrom(...USAGE_TYPES),
  cost: decimal(50),
  quantity: decimal(300),
  days: fc.integer({ min: 1, max: 35 }),
  pricingCategory: fc.constantFrom("Standard", "Committed"),
  commitmentId: fc.constantFrom(null, "sp-1"),
  commitmentStatus: fc.constantFrom(null, "Used", "Unused"),
});
const bill: fc.Arbitrary<ResourceBill> = fc.record({
  id: fc.constantFrom("a", "b", "c"),
  tags: fc.constantFrom({}, { env: "dev" }, { env: "prod" }),
  lines: fc.array(line, { minLength: 1, maxLength: 5 }),
});
const bills = fc.array(bill, { minLength: 1, maxLength: 3 });
const rowsFrom = (all: readonly ResourceBill[]) => all.flatMap(rowsOf);

test("the order of rows does not matter", () => {
  const shuffled = bills.chain((all) => {
    const rows = rowsFrom(all);
    return fc.shuffledSubarray([...rows], { minLength: rows.length }).map((other) => ({ rows, other }));
  });
  fc.assert(
    fc.property(shuffled, ({ rows, other }) => {
      expect(judge(other)).toEqual(judge(rows));
    }),
    { numRuns: 60 },
  );
});

test("all findings of a resource together save no more than it costs, and never nothing", () => {
  fc.assert(
    fc.property(bills, (all) => {
      const rows = rowsFrom(all);
      const { findings } = judge(rows);
      for (const resource of [...assembleResources(rows), ...assembleCommitments(rows), ...assembleAccounts(rows)]) {
        const own = findings.filter(
          (finding) =>
            finding.resource === resource.id &&
            finding.rule.startsWith("commit.") === (resource.subject === "commitment"),
        );
        const saved = own.reduce((sum, { saving }) => sum + (saving?.atoms ?? 0n), 0n);
        expect(saved <= monthlyCostOf(resource, resource.lines).atoms).toBe(true);
        for (const { saving } of own) expect(saving === null || saving.atoms > 0n).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

test("everything there is saves no more than everything costs: resources and accounts count nothing twice", () => {
  fc.assert(
    fc.property(bills, (all) => {
      const rows = rowsFrom(
        all.map((one) => ({ ...one, lines: one.lines.map((each) => ({ ...each, commitmentId: null })) })),
      );
      const saved = judge(rows).findings.reduce((sum, { saving }) => sum + (saving?.atoms ?? 0n), 0n);
      const cost = assembleResources(rows).reduce((sum, one) => sum + monthlyCostOf(one, one.lines).atoms, 0n);
      expect(saved <= cost).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("what is not proven never lessens what is", () => {
  const proven = WASTE_RULES.filter(({ confidence }) => confidence === "A");
  fc.assert(
    fc.property(bills, (all) => {
      const rows = rowsFrom(all);
      const billed = [...assembleResources(rows), ...assembleCommitments(rows), ...assembleAccounts(rows)];
      const alone = evaluateWaste(proven, billed, CONTEXT).findings;
      expect(judge(rows).findings.filter(({ confidence }) => confidence === "A")).toEqual(alone);
      for (const { confidence, proof } of judge(rows).findings) expect(proof === null).toBe(confidence === "A");
    }),
    { numRuns: 100 },
  );
});

test("an unrelated resource changes nothing for the others", () => {
  fc.assert(
    fc.property(bills, bill, (all, extra) => {
      // What else runs in an account is evidence of its own.
      const stranger = {
        ...extra,
        id: "stranger",
        account: "999988887777",
        lines: extra.lines.map((one) => ({ ...one, commitmentId: null })),
      };
      const alone = judge(rowsFrom(all)).findings;
      const together = judge(rowsFrom([...all, stranger])).findings;
      expect(together.filter(({ account, rule }) => account !== "999988887777" || rule.startsWith("commit."))).toEqual(
        alone,
      );
    }),
    { numRuns: 80 },
  );
});

test("an exclusion tag leaves nothing to find", () => {
  const excluded = fc.constantFrom("finops:exclude", "finops-exclude", "do-not-delete", "legal-hold");
  fc.assert(
    fc.property(bills, excluded, (all, key) => {
      const tagged = all.map((one) => ({ ...one, tags: { ...one.tags, [key]: "true" } }));
      // An account is no resource: its traffic has no tag that could keep it.
      const { findings } = judge(rowsFrom(tagged));
      expect(findings.filter(({ resource, account }) => resource !== account)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("ids of findings are stable and unlike each other", () => {
  fc.assert(
    fc.property(bills, (all) => {
      const ids = judge(rowsFrom(all)).findings.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 60 },
  );
});

test("a hostile id stays one word of the command it is in, on one line", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a'; rm -rf / #", "$(id)", "`id`", "a\nb", "-rf", "\u202Egnp.exe", "x\\'y", "a'\n$(id)'"),
  );
  fc.assert(
    fc.property(hostile, (id) => {
      const quoted = shellQuote(id);
      expect(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(quoted)).toBe(false);
      const inside = quoted.startsWith("$'") ? /^\$'(?:[^'\\]|\\['\\]|\\U[0-9a-f]{8})*'$/u : /^'(?:[^']|'\\'')*'$/u;
      expect(quoted).toMatch(inside);
      const { findings } = judge(
        rowsOf({ id: id === "" ? "x" : id, lines: [{ usageType: "PublicIPv4:IdleAddress", cost: "1" }] }),
      );
      for (const { remedy } of findings) for (const command of remedy) expect(/[\n\r]/.test(command)).toBe(false);
    }),
    { numRuns: 200 },
  );
});

test("rules are listed once for each confidence, by the ids of the catalogue", () => {
  const ids = WASTE_RULES.map(({ id }) => id);
  expect(new Set(WASTE_RULES.map(({ id, confidence }) => `${id} ${confidence}`)).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9]*(\.[a-z0-9_]+){1,2}$/);
});

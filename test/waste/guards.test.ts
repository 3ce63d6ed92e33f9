import { describe, expect, test } from "vitest";

import { judge, rowsOf, type ResourceBill } from "./bills.ts";

const IDLE = { usageType: "PublicIPv4:IdleAddress", cost: "0.12" };
const guardOf = (bill: Partial<ResourceBill>): string | null => {
  const { findings, held } = judge(rowsOf({ lines: [IDLE], ...bill }));
  expect(findings.length + held.length).toBe(1);
  return held[0]?.guard ?? null;
};

const tagCases: [tags: Record<string, unknown>, guard: string | null][] = [
  [{ "do-not-delete": "true" }, "excluded"],
  [{ "finops:exclude": "yes" }, "excluded"],
  [{ "finops-exclude": "true" }, "excluded"],
  [{ user_finops_exclude: "1" }, "excluded"],
  [{ C7N_Exempt: "" }, "excluded"],
  [{ retain: "until audit" }, "excluded"],
  [{ keep: "no" }, null],
  [{ keep: "False" }, null],
  [{ "finops:exclude": 0 }, null],
  [{ "finops:exclude-until": "2026-12-31" }, "excluded"],
  [{ "finops-exclude-until": "2025-10-18" }, "excluded"],
  [{ "finops:exclude-until": "2025-10-17" }, null],
  [{ "finops:exclude-until": "next year" }, "excluded"],
  [{ "legal-hold": "true" }, "legal-hold"],
  [{ "legal-hold": "false" }, null],
  [{ "aws:autoscaling:groupName": "web" }, "group-member"],
  [{ "eks:cluster-name": "prod" }, "group-member"],
  [{ "kubernetes.io/cluster/main": "owned" }, "group-member"],
  [{ "goog-dataproc-cluster-name": "nightly" }, "group-member"],
  [{ "goog-gke-node": "" }, "group-member"],
  [{ "aws:cloudformation:stack-name": "web" }, null],
  [{ purpose: "warm standby for region loss" }, "backup-or-dr"],
  [{ role: "failover" }, "backup-or-dr"],
  [{ Name: "orders-dr" }, "backup-or-dr"],
  [{ "aws:backup:source-resource": "x" }, "backup-or-dr"],
  [{ "kubernetes.io/created-for/pvc/name": "data" }, "backup-or-dr"],
  [{ "partner-allowlist": "acme" }, "kept-on-purpose"],
  [{ purpose: "on the allow-list of the bank" }, "kept-on-purpose"],
  [{ allowlisted: "no" }, null],
  [{ purpose: "blue/green" }, null],
  [{ purpose: "drafts" }, null],
  [{ team: "search" }, null],
];
test.each(tagCases)("tags %j → %s", (tags, guard) => expect(guardOf({ tags })).toBe(guard));

const nameCases: [name: string, guard: string | null][] = [
  ["orders-pilot-light", "backup-or-dr"],
  ["db_backup_2", "backup-or-dr"],
  ["dr-vpn", "backup-or-dr"],
  ["vm7-ASRReplica", "backup-or-dr"],
  ["drone-control", null],
  ["standbyme", null],
];
test.each(nameCases)("name %s → %s", (name, guard) => expect(guardOf({ name })).toBe(guard));

test("a managed node group and a scale set by id", () => {
  const id = "/subscriptions/s/resourceGroups/MC_rg_aks_weu/providers/Microsoft.Network/natGateways/n";
  const nat = { meterCategory: "NAT Gateway", meterName: "Standard Gateway", cost: "1" };
  expect(guardOf({ provider: "azure", id, lines: [nat] })).toBe("group-member");
});

describe("tags change", () => {
  const week = [0, 1, 2, 3, 4, 5, 6];
  const before = Array.from({ length: 28 }, (_, age) => age + 7);
  test("an exclusion set last week holds; one taken off does not", () => {
    const now = rowsOf({ tags: { keep: "yes" }, lines: [{ ...IDLE, days: week }] });
    const then = rowsOf({ tags: {}, lines: [{ ...IDLE, days: before }] });
    expect(judge([...then, ...now]).held).toHaveLength(1);
    const off = rowsOf({ tags: {}, lines: [{ ...IDLE, days: week }] });
    const on = rowsOf({ tags: { keep: "yes" }, lines: [{ ...IDLE, days: before }] });
    expect(judge([...on, ...off]).findings).toHaveLength(1);
  });
});

describe("production", () => {
  test.each([
    ["prod", "H"],
    ["Production", "H"],
    ["live", "H"],
    ["eu-prod-1", "H"],
    ["non-prod", "M"],
    ["preprod", "M"],
    ["qa2", "M"],
    ["whatever", "M"],
  ])("env %s makes a medium risk %s", (env, risk) => {
    const [finding] = judge(rowsOf({ tags: { env }, lines: [IDLE] })).findings;
    expect(finding?.risk).toBe(risk);
    expect(finding?.evidence.some(({ fact }) => fact === "production")).toBe(risk === "H");
  });
});

test("words that keep one rule's resources say nothing to another", () => {
  expect(guardOf({ tags: { purpose: "blue/green" }, lines: [{ usageType: "LoadBalancerUsage", cost: "1" }] })).toBe(
    "kept-on-purpose",
  );
  expect(guardOf({ tags: { allowlist: "acme" }, lines: [{ usageType: "LoadBalancerUsage", cost: "1" }] })).toBe(null);
});

test("a name holds a hint back, and never what the bill proves", () => {
  const bill = (name: string, usageType: string) => judge(rowsOf({ name, lines: [{ usageType, cost: "1" }] }));
  expect(bill("ami-web", "EBS:SnapshotUsage").held.map(({ rule, guard }) => `${rule} ${guard}`)).toEqual([
    "storage.snapshot.old kept-on-purpose",
  ]);
  expect(bill("partner-allowlist", "PublicIPv4:IdleAddress").findings.map(({ rule }) => rule)).toEqual([
    "net.ip.unattached",
  ]);
});

test("too young: the rule looks right, the resource is new", () => {
  const credits = [
    { usageType: "BoxUsage:t3.medium", cost: "1", days: 5 },
    { usageType: "CPUCredits:t3", cost: "0.5", days: 5 },
  ];
  expect(guardOf({ lines: credits })).toBe("too-young");
});

import { describe, expect, test } from "vitest";

import type { Actor } from "../domain/actor.ts";
import type { Dimension } from "../domain/dimension.ts";
import { money } from "../domain/money.ts";
import { day } from "../domain/period.ts";
import {
  DEFAULT_APPROVAL_POLICY,
  type ApprovalPolicy,
  type ApprovalTier,
  type NamedApprover,
  type Recommendation,
} from "../domain/recommendation.ts";
import type { Condition } from "../domain/scope.ts";
import { describeApprovers, refuseApproval, tierFor } from "./approval-policy.ts";
import { scopeCovers } from "./approval-scope.ts";

describe("tiers", () => {
  const cases: [amount: string, currency: string, tier: string][] = [
    ["0", "USD", "small"],
    ["1000", "USD", "small"],
    ["1000.000000000000000001", "USD", "large"],
    ["999", "EUR", "small"],
    ["1", "CHF", "large"],
  ];
  test.each(cases)("%s %s a month is %s", (amount, currency, tier) => {
    expect(tierFor(DEFAULT_APPROVAL_POLICY, money(amount, currency)).name).toBe(tier);
  });

  test("a policy without an open end is refused", () => {
    const [small] = DEFAULT_APPROVAL_POLICY.tiers;
    const policy = { ...DEFAULT_APPROVAL_POLICY, tiers: small === undefined ? [] : [small] };
    expect(() => tierFor(policy, money("5000", "USD"))).toThrow(/No approval tier takes \$5,000/);
  });

  test("who may approve is said in words", () => {
    expect(DEFAULT_APPROVAL_POLICY.tiers.map(describeApprovers)).toEqual([
      "one person with the role approver",
      "2 people with the role approver",
    ]);
    const [small] = DEFAULT_APPROVAL_POLICY.tiers as [ApprovalTier];
    const ana = { handle: "ana", id: "p1", name: "Ana" };
    const bo = { handle: "bo", id: null, name: "bo" };
    const named = (approvals: number, approvers: NamedApprover[]) =>
      describeApprovers({ ...small, approvals, approvers });
    expect(named(1, [ana])).toBe("Ana");
    expect(named(1, [ana, bo])).toBe("Ana or @bo (not known here yet)");
    expect(named(2, [ana, ana, ana])).toBe("2 of Ana, Ana, Ana");
  });
});

describe("who may not", () => {
  const policy: ApprovalPolicy = {
    ...DEFAULT_APPROVAL_POLICY,
    tiers: [
      { name: "small", savingMonthlyMax: { USD: "100" }, approvals: 1, role: "approver", approvers: null },
      {
        name: "big",
        savingMonthlyMax: { USD: "1000" },
        approvals: 1,
        role: "approver",
        approvers: [{ handle: "ana", id: "ana", name: "Ana" }],
      },
      { name: "huge", savingMonthlyMax: null, approvals: 2, role: "admin", approvers: null },
    ],
  };
  const person = (id: string, role: "approver" | "admin" = "approver"): Actor => ({
    kind: "user",
    id,
    name: id,
    role,
    scope: [],
  });
  const recommendation = { revision: 2, requestedBy: "rita", expiresOn: day("2026-04-10") } as Recommendation;
  const approved = { kind: "approve", actorId: "ana", voided: false } as const;
  const decision = (revision: number, voided = false) =>
    ({ ...approved, revision, voided, actorName: "Ana", note: null, at: "" }) as const;
  const cases: [name: string, actor: Actor, amount: string, today: string, revisions: number[], want: string | null][] =
    [
      ["the last day it is valid", person("bo"), "50", "2026-04-09", [], null],
      ["on the day it expires", person("bo"), "50", "2026-04-10", [], "expired"],
      ["the requester", person("rita"), "50", "2026-04-01", [], "requester"],
      ["somebody not named in the tier", person("bo"), "500", "2026-04-01", [], "tier"],
      ["somebody named in the tier", person("ana"), "500", "2026-04-01", [], null],
      ["a role below the tier's", person("ana"), "5000", "2026-04-01", [], "tier"],
      ["the tier's role", person("cleo", "admin"), "5000", "2026-04-01", [], null],
      ["a machine", { kind: "system", id: "job" }, "50", "2026-04-01", [], "tier"],
      ["a second approval of one person", person("ana"), "50", "2026-04-01", [2], "approved-by-you"],
      ["an approval of an earlier revision", person("ana"), "50", "2026-04-01", [1], null],
    ];
  test.each(cases)("%s", (_, actor, amount, today, revisions, want) => {
    const decisions = revisions.map((revision) => decision(revision));
    const tier = tierFor(policy, money(amount, "USD"));
    expect(refuseApproval({ tier, recommendation, decisions, actor, today: day(today) })).toBe(want);
  });

  test("a voided approval counts for nothing", () => {
    const decisions = [decision(2, true)];
    const tier = tierFor(policy, money("50", "USD"));
    const rest = { tier, recommendation, actor: person("ana"), today: day("2026-04-01") };
    expect(refuseApproval({ ...rest, decisions })).toBeNull();
  });
});

describe("scopes", () => {
  const facets = [
    { provider: ["aws"], service: ["Amazon EC2"], "sub-account": ["123", "Payments Prod"], team: ["payments"] },
    { provider: ["aws"], service: ["Amazon EBS"], "sub-account": ["123", null], team: [null] },
  ];
  const is = (dimension: Dimension, ...values: (string | null)[]): Condition => ({ dimension, negated: false, values });
  const not = (dimension: Dimension, ...values: (string | null)[]): Condition => ({ dimension, negated: true, values });
  const cases: [name: string, scope: Condition[], covers: boolean][] = [
    ["everything", [], true],
    ["the provider, whatever its case", [is("provider", "AWS")], true],
    ["another provider", [is("provider", "azure")], false],
    ["one of two services", [is("service", "Amazon EC2")], false],
    ["both services", [is("service", "Amazon EC2", "amazon ebs")], true],
    ["a team that half of it has", [is("team", "payments")], false],
    ["that team or none", [is("team", "payments", null)], true],
    ["not a team", [not("team", "search")], true],
    ["not its team", [not("team", "payments")], false],
    ["an account by id", [is("sub-account", "123")], true],
    ["an id without a name is not missing", [is("sub-account", null)], false],
    ["a tag it lacks", [is("tag:cost-center", "7")], false],
    ["a tag it lacks, negated", [not("tag:cost-center", "7")], true],
    ["what describes charges, not resources", [not("kind", "tax")], false],
  ];
  test.each(cases)("%s", (_, scope, covers) => expect(scopeCovers(scope, facets)).toBe(covers));

  test("unknown charges are covered by nothing but everything", () => {
    expect(scopeCovers([], [])).toBe(true);
    expect(scopeCovers([not("provider", "azure")], [])).toBe(false);
  });
});

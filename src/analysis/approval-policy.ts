import { hasRole, type Actor } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { compare, formatMoney, money, type Money } from "../domain/money.ts";
import type { ApprovalPolicy, ApprovalTier, Decision, Recommendation } from "../domain/recommendation.ts";
import type { Day } from "../domain/period.ts";

/**
 * The tier an amount falls in: the first that takes it. A currency a tier does not name is too much for it, so that an
 * unforeseen currency meets the strictest rule. Throws AppError("bad-input") when no tier takes everything.
 */
export function tierFor(policy: ApprovalPolicy, savingMonthly: Money): ApprovalTier {
  const found = policy.tiers.find((tier) => {
    if (tier.savingMonthlyMax === null) return true;
    const max = tier.savingMonthlyMax[savingMonthly.currency];
    return max !== undefined && compare(savingMonthly, money(max, savingMonthly.currency)) <= 0;
  });
  if (found !== undefined) return found;
  throw new AppError("bad-input", `No approval tier takes ${formatMoney(savingMonthly)} a month.`, {
    remedy: "Give the last tier no upper limit.",
  });
}

/** Who may approve in a tier, for people: "2 people with the role approver", "Ana or Bo", "2 of Ana, Bo, Cleo". */
export function describeApprovers(tier: ApprovalTier): string {
  const { approvals, approvers, role } = tier;
  if (approvers === null) return `${approvals === 1 ? "one person" : `${approvals} people`} with the role ${role}`;
  const names = approvers.map(({ name, handle, id }) => (id === null ? `@${handle} (not known here yet)` : name));
  if (approvals > 1) return `${approvals} of ${names.join(", ")}`;
  return names.length === 1 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** The approvals that count for what is asked now. */
export function validApprovals(recommendation: Recommendation, decisions: readonly Decision[]): readonly Decision[] {
  return decisions.filter(
    (decision) => decision.kind === "approve" && !decision.voided && decision.revision === recommendation.revision,
  );
}

/** Why a person may not approve; null = they may. In the order people are told. */
export type ApprovalRefusal = "expired" | "requester" | "tier" | "approved-by-you";

/** Separation of duties, amount and expiry. Role, scope, state and evidence are checked elsewhere. */
export function refuseApproval(input: {
  readonly tier: ApprovalTier;
  readonly recommendation: Recommendation;
  readonly decisions: readonly Decision[];
  readonly actor: Actor;
  readonly today: Day;
}): ApprovalRefusal | null {
  const { recommendation, actor, tier } = input;
  if (isExpired(recommendation, input.today)) return "expired";
  if (recommendation.requestedBy === actor.id) return "requester";
  const named = tier.approvers === null || tier.approvers.some(({ id }) => id === actor.id);
  // A machine is nobody: approvals are given by people.
  if (actor.kind !== "user" || !hasRole(actor, tier.role) || !named) return "tier";
  const given = validApprovals(recommendation, input.decisions);
  return given.some((approval) => approval.actorId === actor.id) ? "approved-by-you" : null;
}

/** Whether its evidence is too old to decide on. */
export function isExpired(recommendation: Recommendation, today: Day): boolean {
  return today >= recommendation.expiresOn;
}

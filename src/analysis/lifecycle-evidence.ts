import { createHash } from "node:crypto";

import { canonicalJson, type Json } from "../domain/audit-event.ts";
import { absolute, compare, scale, subtract, type Money } from "../domain/money.ts";
import { savingMonthly, type PricedFinding } from "../domain/recommendation.ts";

/** What a finding rests on, as one hash: any fact, figure or command that differs gives another. */
export function evidenceHash(finding: PricedFinding): string {
  return createHash("sha256")
    .update(canonicalJson(JSON.parse(JSON.stringify(finding)) as Json))
    .digest("hex");
}

/**
 * Whether what was asked is no longer what would be done: another remedy, risk or confidence, another currency, or a
 * saving that drifted by more than `driftPercent` from the one asked. A bill's daily noise is no new question.
 */
export function isMaterialChange(
  asked: { readonly finding: PricedFinding; readonly savingAsked: Money },
  now: PricedFinding,
  driftPercent: number,
): boolean {
  if (now.saving.currency !== asked.savingAsked.currency) return true;
  if (whatWouldBeDone(now) !== whatWouldBeDone(asked.finding)) return true;
  const drift = absolute(subtract(savingMonthly(now), asked.savingAsked));
  return compare(drift, scale(absolute(asked.savingAsked), BigInt(Math.round(driftPercent)), 100n)) > 0;
}

/** Whether half as much again is wasted: a snooze was not given for that. */
export function hasWorsened(savingAsked: Money, now: PricedFinding): boolean {
  if (now.saving.currency !== savingAsked.currency) return true;
  return compare(savingMonthly(now), scale(savingAsked, 3n, 2n)) >= 0;
}

function whatWouldBeDone(finding: PricedFinding): string {
  const { rule, resource, provider, account, region, confidence, risk, remedy } = finding;
  return canonicalJson({ rule, resource, provider, account, region, confidence, risk, remedy });
}

import type { Finding, WasteAnswer } from "../domain/contract.ts";
import { addDays, day, type Period } from "../domain/period.ts";
import type { Recommendation } from "../domain/recommendation.ts";
import { EVERYTHING } from "../domain/scope.ts";
import type { Context } from "./context.ts";
import { findWaste } from "./find-waste.ts";

/** Days of bills a finding rests on (waste-rules §0). */
const EVIDENCE_DAYS = 35;

/** What the bills say of a recommendation right now. */
export type EvidenceNow = {
  /** null = they no longer show it. */
  readonly finding: Finding | null;
  /** The days they were read over; null = there are no bills of its provider any more. */
  readonly window: Period | null;
};

/** Reads the evidence anew, for one resource. A scope limits who may look, not what is true: everything is read. */
export async function checkEvidence(ctx: Context, recommendation: Recommendation): Promise<EvidenceNow> {
  const { id, finding } = recommendation;
  const answer = await findWaste({
    ctx: { ...ctx, scope: EVERYTHING },
    input: { scope: [{ dimension: "resource", negated: false, values: [finding.resource] }] },
  });
  return {
    finding: answer.findings.find((candidate) => candidate.id === id) ?? null,
    window: evidenceWindow(answer, finding.provider),
  };
}

/** The days a provider's findings rest on: 35 up to its newest complete day. */
export function evidenceWindow(answer: WasteAnswer, provider: string): Period | null {
  const newest = answer.sources
    .filter((source) => source.provider === provider && source.through !== null)
    .map((source) => source.through ?? "")
    .sort()
    .at(-1);
  if (newest === undefined) return null;
  const to = addDays(day(newest), 1);
  return { from: addDays(to, -EVIDENCE_DAYS), to };
}

/**
 * Whether a finding that is no longer shown vanished or never was: bills past the days it rested on say it is over,
 * bills over the same days say it was an error.
 */
export function goneEvent(recommendation: Recommendation, window: Period | null): "vanished" | "restated" {
  return window !== null && window.to > recommendation.window.to ? "vanished" : "restated";
}

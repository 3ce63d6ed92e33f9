import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/**
 * Approves, or counts as one of several approvals. Needs the role approver, a scope that covers the resource, a tier that
 * takes the amount, not to have requested it, an unexpired card, and evidence that still holds.
 */
export async function approveRecommendation({
  ctx,
  input,
}: Verb<
  Pick<DecideInput, "id" | "seenRevision" | "confirmedResource" | "render" | "evidence">
>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "approve", note: null, until: null });
}

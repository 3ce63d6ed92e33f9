import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/** Rejects, with a reason. Not proposed again inside the policy's period. Needs the role approver. */
export async function rejectRecommendation({
  ctx,
  input,
}: Verb<Pick<DecideInput, "id" | "seenRevision" | "note" | "render">>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "reject", until: null, confirmedResource: null });
}

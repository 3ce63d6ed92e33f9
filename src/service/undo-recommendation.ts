import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/** Takes the last decision back while its window is open; nothing has been handed off by then. Needs approver. */
export async function undoRecommendation({
  ctx,
  input,
}: Verb<Pick<DecideInput, "id" | "seenRevision" | "render">>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "undo", note: null, until: null, confirmedResource: null });
}

import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/** Adds a remark, in any state. Needs the role analyst. */
export async function commentRecommendation({
  ctx,
  input,
}: Verb<Pick<DecideInput, "id" | "note" | "render">>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "comment", seenRevision: null, until: null, confirmedResource: null });
}

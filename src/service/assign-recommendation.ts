import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/** Names who does the work. Needs the role analyst. */
export async function assignRecommendation({
  ctx,
  input,
}: Verb<Pick<DecideInput, "id" | "note" | "render">>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "assign", seenRevision: null, until: null, confirmedResource: null });
}

import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/** Says the work is done: from today on the bill is watched. Needs the role analyst. */
export async function markApplied({
  ctx,
  input,
}: Verb<Pick<DecideInput, "id" | "seenRevision" | "note" | "render">>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "apply", until: null, confirmedResource: null });
}

import type { Verb } from "./context.ts";
import { decide, type DecideInput, type DecisionOutcome } from "./decide.ts";

/** Puts off until a day ahead; comes back by itself, or earlier when half as much again is wasted. Needs approver. */
export async function snoozeRecommendation({
  ctx,
  input,
}: Verb<Pick<DecideInput, "id" | "seenRevision" | "until" | "render">>): Promise<DecisionOutcome> {
  return decide(ctx, { ...input, event: "snooze", note: null, confirmedResource: null });
}

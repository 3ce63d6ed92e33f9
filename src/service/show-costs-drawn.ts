import type { CostAnswer } from "../domain/contract.ts";
import type { CostQuery } from "../domain/cost-query.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import type { Verb } from "./context.ts";
import { showCostsIn } from "./show-costs.ts";

export type DrawnCosts = {
  readonly answer: CostAnswer;
  /** The answer to `drawn`; null when there was nothing to draw. */
  readonly drawn: CostAnswer | null;
};

/**
 * An answer and the answer its picture is drawn from, of one moment: a load that becomes visible between the two would
 * show a total beside the bars of another. `drawn: null` = the answer is its own picture. Errors as showCosts.
 */
export async function showCostsDrawn({
  ctx,
  input,
}: Verb<{ readonly query: CostQuery; readonly drawn: CostQuery | null }>): Promise<DrawnCosts> {
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, async (snapshot) => {
    const answer = await showCostsIn(snapshot, ctx, input.query);
    const nothing = input.drawn === null || answer.total.length === 0;
    return { answer, drawn: nothing || input.drawn === null ? null : await showCostsIn(snapshot, ctx, input.drawn) };
  });
}

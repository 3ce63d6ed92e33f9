import { EVERYTHING } from "../domain/scope.ts";
import { activeBatches, readLastRun } from "../store/recommendations.ts";
import type { Context, Verb } from "./context.ts";
import { expireRecommendations } from "./expire-recommendations.ts";
import { measureSavings } from "./measure-savings.ts";
import { proposeRecommendations } from "./propose-recommendations.ts";
import type { RenderRecommendation } from "./recommendation-view.ts";

/**
 * Brings recommendations up to the bills and the day: what a service does after every load, and a terminal without one
 * before it lists. Cheap when no bill arrived and no day passed since the last time. Returns whether it ran.
 */
export async function refreshRecommendations({
  ctx,
  input,
}: Verb<{ readonly render: RenderRecommendation }>): Promise<boolean> {
  const last = await readLastRun(ctx.db.sql);
  const fresh = last?.batches === (await activeBatches(ctx.db.sql)) && last.businessDay === ctx.clock.today();
  if (fresh) return false;
  const system: Context = { ...ctx, actor: { kind: "system", id: "detection" }, scope: EVERYTHING };
  await expireRecommendations({ ctx: system, input });
  await proposeRecommendations({ ctx: system, input: { scope: [], render: input.render } });
  await measureSavings({ ctx: system, input });
  return true;
}

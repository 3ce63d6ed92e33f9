import { loadPromotedTags } from "../store/cube-version.ts";
import type { Verb } from "./context.ts";

/** Tag keys the rollups carry: the ones worth suggesting. Someone with a narrowed scope is told none. */
export async function listPromotedTags({ ctx }: Pick<Verb<unknown>, "ctx">): Promise<string[]> {
  return ctx.scope.length > 0 ? [] : loadPromotedTags(ctx.db.sql);
}

import type { Dimension } from "../domain/dimension.ts";
import { withCostSnapshot } from "../store/cost-snapshot.ts";
import { listDimensionValues } from "../store/dimension-values.ts";
import type { Verb } from "./context.ts";

/** Values of a dimension that the person may see here, for picking from; of resources none, there are too many. */
export async function suggestValues({ ctx, input }: Verb<{ readonly dimension: Dimension }>): Promise<string[]> {
  return withCostSnapshot(ctx.db, ctx.settings.tagAliases, (snapshot) =>
    listDimensionValues(snapshot, input.dimension, { conditions: ctx.scope, without: [] }),
  );
}
